/* A stream of the engine: one arena, its states, and a frame at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ENGINE_STREAM_H
#define MV_ENGINE_STREAM_H

#include "core/pool.h"
#include "engine/plan.h"

/** Called after each step (tests, profilers): the op's output tensor and its bytes. */
typedef void mve_observer(void *user, int op, int tensor, const void *bytes, size_t size);

typedef struct mve_stream {
    const mve_plan *plan;
    uint8_t *memory;     ///< plan->arena_bytes
    void **data;         ///< where each tensor is, scratch memory, each ring's frames
    void **frames;       ///< [n_rings, MVK_MAX_TAPS]: slots from the oldest to the newest
    void **free;         ///< [n_rings]: by the first of each group, the slot to write next
    mv_pool *pool;       ///< NULL: the caller's thread alone
    uint64_t *times;     ///< NULL, or [n_steps] nanoseconds to add to
    mve_observer *observe;
    void *user;
} mve_stream;

/** Takes all memory; states are zero. `plan` must outlive the stream. */
movinet_status mve_stream_open(mve_stream *s, const mve_plan *plan, int threads,
                               movinet_error *err);
void mve_stream_close(mve_stream *s);
/** All states to real 0. */
void mve_stream_reset(mve_stream *s);
/** Row y of the next image: [width, 3], bytes (white is 255) or floats (white is 1). */
void mve_stream_put_u8(mve_stream *s, int y, const uint8_t *row);
void mve_stream_put_f32(mve_stream *s, int y, const float *row);
/** One frame: from the image that was put to `logits` [n_classes], states moved on. */
void mve_stream_step(mve_stream *s, float *logits);
/** States in the order of the graph, each as the bytes of the file's tensor, without
 * gaps, whatever form the plan keeps them in. */
size_t mve_stream_state_size(const mve_stream *s);
void mve_stream_get_states(const mve_stream *s, uint8_t *out);
void mve_stream_set_states(mve_stream *s, const uint8_t *bytes);

/* rings.c, states.c: for stream.c */
void mve_rings_reset(mve_stream *s);
void mve_rings_turn(mve_stream *s);           ///< before a frame
void mve_ring_get(const mve_stream *s, int state, uint8_t *out);
void mve_ring_set(mve_stream *s, int state, const uint8_t *bytes);
void mve_states_keep(mve_stream *s);          ///< after a frame

#endif

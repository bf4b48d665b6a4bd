/* Stream buffers as rings of slots: see mve_ring. SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include <string.h>

/* Its slots, the oldest frame first; the last one is the newest. */
static void **frames_of(const mve_stream *s, int ring)
{
    return s->frames + (size_t)ring * MVK_MAX_TAPS;
}

static const mvg_tensor *frame_tensor(const mve_stream *s, int ring)
{
    return &s->plan->graph.tensors[s->plan->graph.rings[ring].frame];
}

void mve_rings_reset(mve_stream *s)
{
    for (int i = 0; i < s->plan->graph.n_rings; i++) {
        const mve_ring *ring = &s->plan->rings[i];
        const mvg_tensor *t = frame_tensor(s, i);
        void **frames = frames_of(s, i);
        int8_t zero = 0;
        if (t->type == MOVINET_INT8)
            mvk_quantize_s8(t->quant.scale[0], t->quant.zero_point[0], &(float){0}, &zero, 1);
        /* As after a frame: frames[1 …] are the past, frames[0] is gone. */
        for (int k = 1; k < ring->taps; k++) {
            frames[k] = s->memory + ring->offset + (size_t)(k - 1) * ring->slot_bytes;
            memset(frames[k], zero, ring->slot_bytes);
        }
        if (ring->first == i)
            s->free[i] = s->memory + ring->offset + (size_t)(ring->taps - 1) * ring->slot_bytes;
    }
}

/* What has been the newest is now the past; the oldest goes when it has been read. */
static void turn(mve_stream *s, int index)
{
    const mve_ring *ring = &s->plan->rings[index];
    void **frames = frames_of(s, index), *newest = s->free[ring->first];
    memmove(frames, frames + 1, (size_t)(ring->taps - 1) * sizeof *frames);
    frames[ring->taps - 1] = newest;
    s->free[ring->first] = frames[0];
    for (int k = 0; k < ring->n_views; k++)
        s->data[ring->views[k]] = newest;
}

void mve_rings_turn(mve_stream *s)
{
    for (int i = 0; i < s->plan->graph.n_rings; i++)
        if (s->plan->rings[i].first == i)
            for (int k = i; k >= 0; k = s->plan->rings[k].next)
                turn(s, k);
}

/* The file's state: taps − 1 frames, the oldest first. */
void mve_ring_get(const mve_stream *s, int state, uint8_t *out)
{
    const mvg_graph *g = &s->plan->graph;
    int index = g->states[state].ring;
    const mve_ring *ring = &s->plan->rings[index];
    const mvg_tensor *t = frame_tensor(s, index), *whole = &g->tensors[g->states[state].input];
    for (int k = 1; k < ring->taps; k++) {
        const void *slot = frames_of(s, index)[k];
        if (whole->type == t->type)
            memcpy(out, slot, ring->frame_bytes);
        else
            mvk_dequantize_s8(t->quant.scale[0], t->quant.zero_point[0], slot, (float *)out,
                              t->count);
        out += whole->bytes / (size_t)(ring->taps - 1);
    }
}

void mve_ring_set(mve_stream *s, int state, const uint8_t *bytes)
{
    const mvg_graph *g = &s->plan->graph;
    int index = g->states[state].ring;
    const mve_ring *ring = &s->plan->rings[index];
    const mvg_tensor *t = frame_tensor(s, index), *whole = &g->tensors[g->states[state].input];
    for (int k = 1; k < ring->taps; k++) {
        void *slot = frames_of(s, index)[k];
        if (whole->type == t->type)
            memcpy(slot, bytes, ring->frame_bytes);
        else
            mvk_quantize_s8(t->quant.scale[0], t->quant.zero_point[0], (const float *)bytes, slot,
                            t->count);
        bytes += whole->bytes / (size_t)(ring->taps - 1);
    }
}

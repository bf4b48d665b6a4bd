/* The frames that a network is calibrated with, as it sees them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_QUANTIZE_FRAMES_H
#define MV_QUANTIZE_FRAMES_H

#include "engine/stream.h"
#include "picture/preprocess.h"

typedef struct mvq_frames {
    mvv_preprocess *preprocess;
    int width, height;   ///< of the network's input
    uint8_t *pixels;     ///< [n][height][width][3]
    bool *first;         ///< [n]: of a clip
    int n, room;
    bool begins;         ///< the next one is the first of a clip
} mvq_frames;

movinet_status mvq_frames_open(mvq_frames *f, int width, int height, movinet_preprocess how,
                               movinet_error *err);
void mvq_frames_free(mvq_frames *f);
/** Keeps a frame. Errors: those of mvv_preprocess_run. */
movinet_status mvq_frames_add(mvq_frames *f, const movinet_frame *frame, movinet_error *err);

/** Sends the first `n` frames through a model op by op, clip by clip, and shows what each op
 * makes of them. Errors: those of mve_plan_build. */
movinet_status mvq_frames_run(const mvq_frames *f, int n, const tfl_model *model,
                              mve_observer *observe, void *user, movinet_error *err);

#endif

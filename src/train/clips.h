/* What a course of training takes its clips from. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_CLIPS_H
#define MV_TRAIN_CLIPS_H

#include "core/error.h"

typedef struct mvt_clip {
    movinet_split split;
    int n_classes;
    const int *classes;   ///< [n_classes]
    int look_frames;      ///< of every look at it; 0: not to be used
    int view_frames;      ///< of the clip as it is; 0: not to be used
} mvt_clip;

typedef struct mvt_clips {
    int n, n_classes;
    bool multi_label;             ///< a clip may be of none or several classes
    const char *const *labels;    ///< [n_classes]
    const mvt_clip *clips;        ///< [n]
    /** A look at a clip, drawn by epoch and clip alone: out[look_frames][size][size][3] in
     * [0, 1]. Any thread. */
    movinet_status (*look)(void *user, int clip, uint64_t epoch, float *out, movinet_error *err);
    /** The clip as it is, its first `frames` frames. Any thread. */
    movinet_status (*view)(void *user, int clip, int frames, float *out, movinet_error *err);
    void *user;
} mvt_clips;

#endif

/* Frames of several clips, fetched by all threads. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_FETCH_H
#define MV_TRAIN_FETCH_H

#include "train/course.h"

typedef struct mvt_order {
    int clip;
    bool look;        ///< by epoch; else as it is
    uint64_t epoch;
    int frames;       ///< wanted
    float *to;        ///< [frames][size][size][3]
    movinet_status status;
    movinet_error err;
} mvt_order;

/** Frames that a clip has in this way. */
int mvt_frames_of(const mvt_course *c, int clip, bool look);

/** Fills in all orders. A clip with fewer frames than wanted begins again behind its end. */
movinet_status mvt_fetch(const mvt_course *c, mvt_order *orders, int n, movinet_error *err);

#endif

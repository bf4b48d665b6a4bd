/* Real videos, and where in them the camera stands. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_FOOTAGE_H
#define CM_FOOTAGE_H

#include "core/error.h"
#include "measure.h"

typedef struct cm_footage {
    cm_clip clip;
    cm_step *steps; ///< [clip.frames - 1] of the camera that filmed it
} cm_footage;

/** Reads a video's frames at `rate` a second, at most CM_MOST_FRAMES of them and CM_WIDEST pixels
 * wide or high, and measures them. Errors: as movinet_video_open; FORMAT: fewer than two. */
enum { CM_WIDEST = 1000 };
movinet_status cm_footage_open(cm_footage *f, const char *path, double rate, movinet_error *err);
void cm_footage_close(cm_footage *f);

/** What the camera does from frame `first` on, over n frames. */
cm_summary cm_footage_moves(const cm_footage *f, int first, int n);

#endif

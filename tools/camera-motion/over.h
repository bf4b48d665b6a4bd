/* Known camera moves over real videos: a part of the picture is cut out, and moved, turned and
 * sized as a camera's path says, while the video goes on. Where the camera that filmed it moves
 * by more than a fraction of that, one of its frames stands in for it, with noise of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_OVER_H
#define CM_OVER_H

#include "footage.h"

typedef struct cm_over cm_over;

/** Reads the videos of a folder. Those that cannot be used are told to stderr. Errors: IO;
 * FORMAT: there is none; MEMORY. */
movinet_status cm_over_open(cm_over **out, const char *dir, double rate, bool quiet,
                            movinet_error *err);
void cm_over_close(cm_over *over);

/** Renders one clip; close it. Any thread. Errors: MEMORY. */
movinet_status cm_over_shot(const cm_over *over, const cm_order *order, cm_clip *out,
                            movinet_error *err);

#endif

/* Pictures to record, and what is expected of them. To be included behind nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_VIDEO_RECORDED_H
#define MV_TESTS_VIDEO_RECORDED_H

#include "video/media.h"

enum { W = 96, H = 64 };

/** Frame i: smooth, colourful, and different from its neighbours. Static, until the next. */
movinet_frame frame_of(int width, int height, int i, double time);
/** Pictures of 256 × 256 that are hard to compress, so that a file grows; 25 a second. */
movinet_frame noise(int i);
/** Uneven times, as cameras give them. */
double time_of(int i);
/** Records frames 0 … n-1 at their times. */
void write_video(const char *path, int width, int height, int n,
                 const movinet_recorder_options *options);
/** The colours of frame i of W × H, in the middle and in corners 0 and 3. */
void check_picture(const media_frame *frame, int i);

#endif

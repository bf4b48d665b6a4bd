/* A picture of any size, turned any way, becomes the network's input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_PREPROCESS_H
#define MV_VIDEO_PREPROCESS_H

#include "core/error.h"

/** Longest side of a picture or a network's input, pixels. */
#define MVV_SIDE_LIMIT 32768
/** Pixel aspects lie between 1 / this and this. */
#define MVV_ASPECT_LIMIT 100.0

typedef struct mvv_preprocess mvv_preprocess;

/** width, height: of the network's input. Errors: ARGUMENT, MEMORY. */
movinet_status mvv_preprocess_open(mvv_preprocess **out, int width, int height,
                                   movinet_preprocess mode, movinet_error *err);
void mvv_preprocess_close(mvv_preprocess *p);

/** Writes out[height][width][3] in [0, 1]. RGB8 is resampled in whole numbers, so
 * that the result, always byte / 255, has the same bits on every machine; a
 * picture of just the network's size keeps its bytes. DECODED as well, but its YUV is
 * resampled before it becomes RGB, with chroma samples in the middle of their pixels.
 * (By way of libswscale and RGB8, chroma lies half a row lower and colours are clipped
 * earlier: the two differ by 0.7 / 255 on average, more along sharp edges of colour.)
 * Takes memory only when the picture's size or kind is another than the last one's.
 * Errors: ARGUMENT if the frame is not as movinet.h says, MEMORY. */
movinet_status mvv_preprocess_run(mvv_preprocess *p, const movinet_frame *frame, float *out,
                                  movinet_error *err);

#endif

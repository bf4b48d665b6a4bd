/* A picture of any size, turned any way, becomes the network's input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_PREPROCESS_H
#define MV_PICTURE_PREPROCESS_H

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

/** Takes the result row by row, from the top: [width][3], of whichever kind it is. */
typedef struct mvv_sink {
    void (*u8)(void *user, int y, const uint8_t *row); ///< white is 255
    void (*f32)(void *user, int y, const float *row);  ///< in [0, 1]
    void *user;
} mvv_sink;

/** RGB8 is resampled in whole numbers, so that the result, bytes, is the same on every
 * machine; a picture of just the network's size keeps its bytes. DECODED as well, but its
 * YUV is resampled before it becomes RGB, with chroma samples in the middle of their
 * pixels. (By way of libswscale and RGB8, chroma lies half a row lower and colours are
 * clipped earlier: the two differ by 0.7 / 255 on average, more along sharp edges of
 * colour.) RGBF32 gives floats.
 * Takes memory only when the picture's size or kind is another than the last one's.
 * Errors: ARGUMENT if the frame is not as movinet.h says (the sink may have got rows),
 * MEMORY. */
movinet_status mvv_preprocess_run(mvv_preprocess *p, const movinet_frame *frame,
                                  const mvv_sink *sink, movinet_error *err);

#endif

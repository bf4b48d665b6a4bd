/* A picture as decoders give it: planes of bytes, chroma perhaps coarser than luma.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_PLANES_H
#define MV_PICTURE_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most bytes of one sample of a plane (RGBA), and most planes. */
#define MVV_STEP_MAX 4
#define MVV_PLANES_MAX 3

/** What the channels 0, 1, 2 of a picture are. */
typedef enum mvv_colour {
    MVV_COLOUR_RGB,
    MVV_COLOUR_GREY, ///< channel 0 alone
    MVV_COLOUR_YUV,
} mvv_colour;

/** Interleaved channels of the same size. */
typedef struct mvv_plane {
    const uint8_t *bytes; ///< of the top left sample
    ptrdiff_t stride;     ///< bytes from row to row
    int step;             ///< bytes from sample to sample, 1 … MVV_STEP_MAX
    int shift_x, shift_y; ///< one sample for 2^shift pixels; the last may stand for fewer
    int channel[MVV_STEP_MAX]; ///< which channel each byte of a sample is; -1: none
} mvv_plane;

typedef struct mvv_planes {
    int width, height; ///< pixels
    int n;
    mvv_plane plane[MVV_PLANES_MAX]; ///< [n]
    mvv_colour colour;
    /* Of grey and YUV: */
    bool full_range; ///< 0 … 255, else luma 16 … 235 and chroma 16 … 240
    double kr, kb;   ///< shares of red and blue in luma
    uint8_t marks[4]; ///< as the picture was marked, FFmpeg's numbers: matrix, primaries,
                     ///< transfer, where chroma lies
} mvv_planes;

#endif

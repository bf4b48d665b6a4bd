/* From the channels of a decoded picture to RGB bytes, in whole numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_COLOUR_H
#define MV_PICTURE_COLOUR_H

#include "picture/planes.h"

/** Channel values are multiples of 1 / 2^this. */
#define MVV_CHANNEL_BITS 8

/** channel[0 … 2][n], 0 … 255 · 2^8, to out[n][3]. Takes colour, range and matrix from
 * `in`; rounds once, to the nearest. */
void mvv_colour_to_rgb(const mvv_planes *in, const uint16_t *const channel[3], size_t n,
                       uint8_t *out);

#endif

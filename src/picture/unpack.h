/* Decoded planes as they are: copied, or made RGB of the same size.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_UNPACK_H
#define MV_PICTURE_UNPACK_H

#include "picture/planes.h"

/** Bytes that mvv_planes_copy writes, without gaps between rows; 0: more than there can be. */
size_t mvv_planes_size(const mvv_planes *in);
/** Writes them; `out` is then of these bytes. */
void mvv_planes_copy(const mvv_planes *in, uint8_t *bytes, mvv_planes *out);

/** Writes rgb[height][width][3], upright or not as the planes are; each pixel has the chroma
 * sample that stands for it. Quicker than resampling, for those who look at pictures. */
void mvv_planes_to_rgb(const mvv_planes *in, uint8_t *rgb);

#endif

/* A drawing over a picture of YUV. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_OVER_H
#define MV_PICTURE_OVER_H

#include "core/error.h"

/** What YUV means: shares of red and blue in luma; limited range. */
typedef struct mvv_matrix {
    double kr, kb;
} mvv_matrix;

/** Puts argb [height][width], native and premultiplied, over planes of that size, with chroma
 * for each 2 × 2 pixels, half as large, rounded up. */
void mvv_put_over(const uint32_t *argb, int width, int height, mvv_matrix matrix,
                  uint8_t *const planes[3], const int strides[3]);

#endif

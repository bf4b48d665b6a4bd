/* Antialiased bilinear resampling along one axis: a triangle filter that is as wide
 * as the step between output pixels (but at least as that between input pixels), cut
 * off at the picture's edge and normalised; what PIL calls BILINEAR. Coefficients
 * are computed in whole numbers and add up to exactly 1.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_RESAMPLE_H
#define MV_PICTURE_RESAMPLE_H

#include "core/error.h"

/** Coefficients are multiples of 1 / 2^this: 255 · 2^22 fits an int32, and every
 * coefficient is exact in a float. */
#define MVV_COEFFICIENT_BITS 22
/** The same for what resamples bytes in 16-bit steps. */
#define MVV_NARROW_BITS 14
/** Narrow coefficients come in whole groups of so many, the last ones zero. */
#define MVV_NARROW_GROUP 8
/** Positions in a picture are multiples of 1 / 2^this pixel. */
#define MVV_POSITION_BITS 16

/** The input pixels that make one output pixel. */
typedef struct mvv_taps {
    int first, count;
    const int32_t *coefficients; ///< [count], at least 0, sum 2^22
    const int16_t *narrow;       ///< [count rounded up to whole groups], sum 2^14
} mvv_taps;

/** One axis. All zeros is an empty one. */
typedef struct mvv_axis {
    mvv_taps *taps; ///< [out_size]
    int out_size;
    int begin, end; ///< input pixels in use: begin … end-1
    int32_t *coefficients;
    int16_t *narrow;
    size_t capacity; ///< of either
} mvv_axis;

/** A part of the input, multiples of 1 / 2^16 pixel, within 0 … in_size. */
typedef struct mvv_stretch {
    int64_t origin, length;
} mvv_stretch;

/** The centred `share` (0 … 1) of in_size pixels. */
mvv_stretch mvv_stretch_of(int in_size, double share);

/** Maps a part of the input onto out_size pixels. Keeps the memory of an earlier call
 * where it is enough. false: out of memory; the axis is then empty. */
bool mvv_axis_set(mvv_axis *axis, int in_size, mvv_stretch part, int out_size);
void mvv_axis_free(mvv_axis *axis);

/** out[x][3] from in[…][3], along a row. */
void mvv_row_u8(const mvv_axis *axis, const uint8_t *in, uint8_t *out);
void mvv_row_f32(const mvv_axis *axis, const float *in, float *out);

/** out[n] from the rows of `taps`: rows[0] is row taps->first, each `n` values. */
void mvv_column_u8(const mvv_taps *taps, const uint8_t *rows, int n, int32_t *sums, uint8_t *out);
void mvv_column_f32(const mvv_taps *taps, const float *rows, int n, float *out);

#endif

/* The receptive fields of a tile of output pixels, copied side by side as dot products want
 * them, for conv_s8_avx2.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_FIELDS_AVX2_H
#define MVK_X86_FIELDS_AVX2_H

#include "kernels/x86/dot_avx2.h"

/* A tile being filled. Whole vectors are written: what lies behind a field is written
 * over by the next, and has weight 0 at a field's end. */
typedef struct filling {
    mvk_value *to;
    const int8_t *end; ///< of the input
    __m128i zero;      ///< the zero point
} filling;

INLINE void put(filling *f, const int8_t *from, int n)
{
    int i = 0;
    for (; i + 16 <= n; i += 16)
        mvk_put16(f->to + i, _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
    if (i < n) {
        __m128i x;
        if (f->end - (from + i) >= 16) {
            x = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        } else {
            int8_t bytes[16] = {0};
            memcpy(bytes, from + i, (size_t)(n - i));
            x = _mm_loadu_si128((const __m128i *)(const void *)bytes);
        }
        mvk_put16(f->to + i, x);
    }
    f->to += n;
}

INLINE void put_zeros(filling *f, int n)
{
    for (int i = 0; i < n; i += 16)
        mvk_put16(f->to + i, f->zero);
    f->to += n;
}

/* One row of the kernel, which is in the picture, from column x0 on. */
static void put_line(filling *f, const mvk_conv *c, const int8_t *line, int x0)
{
    for (int kx = 0; kx < c->kernel_w; kx++) {
        const int x = x0 + kx * c->dilation_w;
        if (x >= 0 && x < c->in_w)
            put(f, line + (ptrdiff_t)x * c->in_c, c->in_c);
        else
            put_zeros(f, c->in_c);
    }
}

/* The field of one output pixel of a row that begins at input row y0. */
INLINE void put_field(filling *f, const mvk_conv *c, const int8_t *picture, int y0, int x0)
{
    const ptrdiff_t pitch = (ptrdiff_t)c->in_w * c->in_c;
    const int n = c->kernel_w * c->in_c;
    const bool inside = c->dilation_w == 1 && x0 >= 0 && x0 + c->kernel_w <= c->in_w;
    for (int ky = 0, y = y0; ky < c->kernel_h; ky++, y += c->dilation_h) {
        if (y < 0 || y >= c->in_h)
            put_zeros(f, n);
        else if (inside)
            put(f, picture + y * pitch + (ptrdiff_t)x0 * c->in_c, n);
        else
            put_line(f, c, picture + y * pitch, x0);
    }
}

/* The same where all of it is in the picture, rows of at most 16 values, and where 16 can
 * be read of each. */
INLINE void put_small_field(mvk_value *to, const int8_t *from, ptrdiff_t pitch, int rows, int n)
{
    for (int ky = 0; ky < rows; ky++, from += pitch, to += n)
        mvk_put16(to, _mm_loadu_si128((const __m128i *)(const void *)from));
}

static bool rows_are_small(const mvk_conv *c, const int8_t *picture, int y0, const int8_t *end)
{
    const int last = y0 + c->kernel_h - 1;
    return c->dilation_h == 1 && c->dilation_w == 1 && c->kernel_w * c->in_c <= 16 && y0 >= 0 &&
           last < c->in_h && end - picture >= (ptrdiff_t)(last + 1) * c->in_w * c->in_c + 16;
}

/** True where a pixel's field is the pixel itself. */
static inline bool mvk_is_pointwise(const mvk_conv *c)
{
    return c->kernel_h == 1 && c->kernel_w == 1 && c->stride_h == 1 && c->stride_w == 1 &&
           c->pad_top == 0 && c->pad_left == 0 && c->in_h == c->out_h && c->in_w == c->out_w;
}

/** The fields of pixels first … first+n-1 of batch · out_h · out_w, `width` values apart. */
static void mvk_fill_tile(const mvk_conv *c, const int8_t *in, ptrdiff_t first, int n,
                          bool pointwise, mvk_value *tile, size_t width)
{
    const size_t pitch = (size_t)c->in_w * (size_t)c->in_c;
    filling f = {.to = tile, .zero = _mm_set1_epi8((char)c->in_zero)};
    f.end = in + (size_t)c->batch * (size_t)c->in_h * pitch;
    if (pointwise && width == (size_t)c->in_c) {
        put(&f, in + (size_t)first * width, n * c->in_c);
        return;
    }
    if (pointwise) {
        for (int i = 0; i < n; i++) {
            f.to = tile + (size_t)i * width;
            put(&f, in + (size_t)(first + i) * (size_t)c->in_c, c->in_c);
        }
        return;
    }
    int row = (int)(first / c->out_w), column = (int)(first % c->out_w);
    for (int i = 0; i < n; row++, column = 0) {
        const int8_t *picture = in + (size_t)(row / c->out_h) * (size_t)c->in_h * pitch;
        const int y0 = row % c->out_h * c->stride_h - c->pad_top;
        const bool small = rows_are_small(c, picture, y0, f.end);
        for (; i < n && column < c->out_w; i++, column++) {
            const int x0 = column * c->stride_w - c->pad_left;
            const ptrdiff_t at = y0 * (ptrdiff_t)pitch + (ptrdiff_t)x0 * c->in_c;
            f.to = tile + (size_t)i * width;
            if (small && x0 >= 0 && x0 + c->kernel_w <= c->in_w && c->kernel_h == 3)
                put_small_field(f.to, picture + at, (ptrdiff_t)pitch, 3, c->kernel_w * c->in_c);
            else
                put_field(&f, c, picture, y0, x0);
        }
    }
}

#endif

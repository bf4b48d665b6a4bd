/* From int32 accumulators to int8, exactly as mvk_rescale does:
 *     s = (x·m + 2^30) >> 31, halves up, then y = s / 2^e, halves away from zero.
 *
 * In integers that takes products of 64 bits and a shift that differs from channel to channel,
 * which these vectors do not have. In numbers with a point it is y = round(x · a ± d), with
 * a = m / 2^(31+e) and d = 2^-(e+1) with the sign of x: in double exactly so, in float, which
 * takes half as long, nearly. What of it gives the same for all sums that there can be is found
 * out for each channel when weights are packed (scaling.c).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_WASM_REQUANT_H
#define MVK_WASM_REQUANT_H

#include "kernels/kernels.h"

#include <wasm_simd128.h>

/* Made part of callers that pass constants: loops over them vanish. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))
/* A function to itself: loops keep their registers. */
#define NOINLINE static __attribute__((noinline))
#define UNROLL _Pragma("clang loop unroll(full)")
/* Keeps clang from moving what computes x: sums put in another order need more registers than
 * there are; a shift or a widened factor, spread over a vector before a loop, is no operand of
 * the instruction that was meant any more. */
#define KEEP(x) __asm__("" : "+r"(x))

/** What a channel's sums begin with, and what they are within. */
typedef struct mvk_channel {
    mvk_scale scale;
    int32_t bias;      ///< the zero point of the input is in it
    int64_t low, high;
} mvk_channel;

/** Of the n weights of a channel, `step` apart. */
mvk_channel mvk_channel_of(const int8_t *w, int n, size_t step, int32_t in_zero, int32_t bias,
                           mvk_scale scale);

/** How eight channels are scaled. */
typedef enum mvk_way {
    MVK_SINGLY,          ///< one value at a time
    MVK_DOUBLE,
    MVK_DOUBLE_POSITIVE, ///< sums below zero are clamped anyway: right for the others
    MVK_FLOAT,
    MVK_FLOAT_POSITIVE,
} mvk_way;

typedef struct mvk_param8 {
    _Alignas(16) int32_t bias[8];
    double wide_a[8], wide_d[8];
    float a[8], d[8];
    mvk_scale scale[8];
    int32_t way, unused[3];
} mvk_param8;

/** n <= 8 channels, of zero point and limits of the output. Those past n do not matter. */
void mvk_param8_set(mvk_param8 *p, const mvk_channel *channel, int n, int32_t out_zero,
                    int32_t act_min, int32_t act_max);

/** Zero point and limits, the same for all channels. */
typedef struct mvk_finish {
    v128_t zero, low, high; ///< int16, int8, int8
} mvk_finish;

static inline mvk_finish mvk_finish_init(int32_t zero, int32_t low, int32_t high)
{
    return (mvk_finish){wasm_i16x8_splat((int16_t)zero), wasm_i8x16_splat((int8_t)low),
                        wasm_i8x16_splat((int8_t)high)};
}

/* 1.5 · 2^23: a float of a magnitude under 2^22 added to it has its integer, halves to even,
 * in the lowest bits. In double it is 1.5 · 2^52, whose lower word is 0. */
#define MVK_MAGIC 12582912.0f
#define MVK_MAGIC_BITS 0x4b400000
#define MVK_WIDE_MAGIC 0x1.8p52

/* What makes a half round up, in double: in d where d is always added. */
#define MVK_UP 0x1p-45

ALWAYS_INLINE v128_t mvk_scale_float(v128_t x, v128_t a, v128_t d, const bool positive)
{
    v128_t f = wasm_f32x4_convert_i32x4(x);

    if (!positive)
        d = wasm_v128_or(d, wasm_v128_and(f, wasm_i32x4_splat(INT32_MIN)));
    f = wasm_f32x4_add(wasm_f32x4_mul(f, a), d);
    f = wasm_f32x4_add(f, wasm_f32x4_splat(MVK_MAGIC));
    return wasm_i32x4_sub(f, wasm_i32x4_splat(MVK_MAGIC_BITS));
}

/* Two values, in the lower words of each half. */
ALWAYS_INLINE v128_t mvk_scale_double2(v128_t x, v128_t a, v128_t d, const bool positive)
{
    v128_t f = wasm_f64x2_convert_low_i32x4(x);

    if (!positive)
        d = wasm_v128_or(d, wasm_v128_and(f, wasm_i64x2_splat(INT64_MIN)));
    f = wasm_f64x2_add(wasm_f64x2_mul(f, a), d);
    if (!positive)
        f = wasm_f64x2_add(f, wasm_f64x2_splat(MVK_UP));
    return wasm_f64x2_add(f, wasm_f64x2_splat(MVK_WIDE_MAGIC));
}

ALWAYS_INLINE v128_t mvk_scale_double(v128_t x, const double *a, const double *d,
                                      const bool positive)
{
    v128_t high = wasm_i64x2_shuffle(x, x, 1, 1);

    x = mvk_scale_double2(x, wasm_v128_load(a), wasm_v128_load(d), positive);
    high = mvk_scale_double2(high, wasm_v128_load(a + 2), wasm_v128_load(d + 2), positive);
    return wasm_i32x4_shuffle(x, high, 0, 2, 4, 6);
}

v128_t mvk_scale_singly(v128_t x, const mvk_scale scale[4]);

/** n pixels' eight accumulators, two vectors each, to one of int16 each, saturated. */
ALWAYS_INLINE void mvk_scale8(v128_t (*x)[2], v128_t *y, const int n, const mvk_param8 *p)
{
#define EACH(scale)                                                                          \
    UNROLL for (int r = 0; r < n; r++)                                                       \
    {                                                                                        \
        UNROLL for (int i = 0; i < 2; i++) x[r][i] = scale;                                  \
        y[r] = wasm_i16x8_narrow_i32x4(x[r][0], x[r][1]);                                    \
    }
    const v128_t a[2] = {wasm_v128_load(p->a), wasm_v128_load(p->a + 4)};
    const v128_t d[2] = {wasm_v128_load(p->d), wasm_v128_load(p->d + 4)};

    switch (p->way) {
    case MVK_FLOAT: EACH(mvk_scale_float(x[r][i], a[i], d[i], false)) break;
    case MVK_FLOAT_POSITIVE: EACH(mvk_scale_float(x[r][i], a[i], d[i], true)) break;
    case MVK_DOUBLE:
        EACH(mvk_scale_double(x[r][i], p->wide_a + 4 * i, p->wide_d + 4 * i, false)) break;
    case MVK_DOUBLE_POSITIVE:
        EACH(mvk_scale_double(x[r][i], p->wide_a + 4 * i, p->wide_d + 4 * i, true)) break;
    default: EACH(mvk_scale_singly(x[r][i], p->scale + 4 * i)) break;
    }
#undef EACH
}

/** Sixteen scaled values as int8. */
ALWAYS_INLINE v128_t mvk_finish16(v128_t y0, v128_t y1, const mvk_finish *f)
{
    y0 = wasm_i16x8_add_sat(y0, f->zero);
    y1 = wasm_i16x8_add_sat(y1, f->zero);
    return wasm_i8x16_min(wasm_i8x16_max(wasm_i8x16_narrow_i16x8(y0, y1), f->low), f->high);
}

ALWAYS_INLINE v128_t mvk_load8_s16(const int8_t *p)
{
    return wasm_i16x8_load8x8(p);
}

#endif

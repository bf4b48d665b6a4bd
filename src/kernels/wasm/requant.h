/* From int32 accumulators to int8, exactly as mvk_rescale does:
 *     s = (x·m + 2^30) >> 31, halves up, then y = s / 2^e, halves away from zero.
 *
 * In integers that takes products of 64 bits and a shift that differs from channel to channel,
 * which these vectors do not have. In float it is y = round(x · a ± d), with a ≈ m / 2^(31+e)
 * and d ≈ 2^-(e+1) with the sign of x. When weights are packed it is proved for each channel
 * that both give the same for all sums there can be (scaling.c); eight channels of which one is
 * not proved are scaled one value at a time. SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_WASM_REQUANT_H
#define MVK_WASM_REQUANT_H

#include "kernels/kernels.h"

#include <wasm_simd128.h>

/* Made part of callers that pass constants: loops over them vanish. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))
/* A function to itself: loops keep their registers. */
#define NOINLINE static __attribute__((noinline))
#define UNROLL _Pragma("clang loop unroll(full)")

/** What a channel's sums begin with, and what they are within. */
typedef struct mvk_channel {
    mvk_scale scale;
    int32_t bias;      ///< the zero point of the input is in it
    int64_t low, high;
} mvk_channel;

/** Of the n weights of a channel, `step` apart. */
mvk_channel mvk_channel_of(const int8_t *w, int n, size_t step, int32_t in_zero, int32_t bias,
                           mvk_scale scale);

typedef enum mvk_way {
    MVK_SINGLY,
    MVK_FLOAT,
    MVK_FLOAT_POSITIVE, ///< sums below zero are clamped anyway: right for the others
} mvk_way;

/** Eight channels. */
typedef struct mvk_param8 {
    _Alignas(16) int32_t bias[8];
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
 * in the lowest bits. */
#define MVK_MAGIC 12582912.0f
#define MVK_MAGIC_BITS 0x4b400000

ALWAYS_INLINE v128_t mvk_scale_float(v128_t x, v128_t a, v128_t d, const mvk_way way)
{
    v128_t f = wasm_f32x4_convert_i32x4(x);

    if (way != MVK_FLOAT_POSITIVE)
        d = wasm_v128_or(d, wasm_v128_and(f, wasm_i32x4_splat(INT32_MIN)));
    f = wasm_f32x4_add(wasm_f32x4_mul(f, a), d);
    f = wasm_f32x4_add(f, wasm_f32x4_splat(MVK_MAGIC));
    return wasm_i32x4_sub(f, wasm_i32x4_splat(MVK_MAGIC_BITS));
}

v128_t mvk_scale_singly(v128_t x, const mvk_scale scale[4]);

/** Eight accumulators in two vectors, scaled: int16, saturated. `way` is a constant. */
ALWAYS_INLINE v128_t mvk_scale8(v128_t x0, v128_t x1, const mvk_param8 *p, const mvk_way way)
{
    if (way == MVK_SINGLY) {
        x0 = mvk_scale_singly(x0, p->scale);
        x1 = mvk_scale_singly(x1, p->scale + 4);
    } else {
        x0 = mvk_scale_float(x0, wasm_v128_load(p->a), wasm_v128_load(p->d), way);
        x1 = mvk_scale_float(x1, wasm_v128_load(p->a + 4), wasm_v128_load(p->d + 4), way);
    }
    return wasm_i16x8_narrow_i32x4(x0, x1);
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

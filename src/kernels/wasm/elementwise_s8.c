/* Table look-up, float to int8 and back, int8 average pool.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

/* ---- table look-up ---------------------------------------------------------------- */

/* A swizzle knows 16 entries; sixteen of them take as long as sixteen loads. So this is eight
 * values a turn, put together in one word. */
void mvk_lookup_s8_simd128(const int8_t table[256], const int8_t *in, int8_t *out, size_t n)
{
    const uint8_t *t = (const uint8_t *)table;
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        uint64_t x, y = 0;

        __builtin_memcpy(&x, in + i, 8);
        UNROLL for (int k = 0; k < 64; k += 8)
            y |= (uint64_t)t[x >> k & 255] << k;
        __builtin_memcpy(out + i, &y, 8);
    }
    for (; i < n; i++)
        out[i] = table[(uint8_t)in[i]];
}

/* ---- float to int8 and back ----------------------------------------------------------- */

/* As mvk_quantize_s8: the order of operands sends NaN to the low end. */
static inline v128_t quantize4(const float *in, v128_t scale, v128_t zero)
{
    v128_t q = wasm_f32x4_div(wasm_v128_load(in), scale);
    v128_t half = wasm_f32x4_splat(0x1.fffffep-2f), sign = wasm_i32x4_splat(INT32_MIN);

    q = wasm_f32x4_pmax(wasm_f32x4_splat(-1024), q);
    q = wasm_f32x4_pmin(wasm_f32x4_splat(1024), q);
    q = wasm_f32x4_add(q, wasm_v128_or(half, wasm_v128_and(q, sign)));
    return wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(q), zero);
}

void mvk_quantize_s8_simd128(float scale, int32_t zero, const float *in, int8_t *out, size_t n)
{
    const v128_t s = wasm_f32x4_splat(scale), z = wasm_i32x4_splat(zero);
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        v128_t y = wasm_i16x8_narrow_i32x4(quantize4(in + i, s, z), quantize4(in + i + 4, s, z));

        wasm_v128_store64_lane(out + i, wasm_i8x16_narrow_i16x8(y, y), 0);
    }
    mvk_quantize_s8(scale, zero, in + i, out + i, n - i);
}

/* Four values in double, where nothing is rounded but the last step, as in
 * mvk_dequantize_s8. */
static inline v128_t dequantize4(v128_t q, v128_t scale, v128_t offset)
{
    v128_t a = wasm_f64x2_convert_low_i32x4(q);
    v128_t b = wasm_f64x2_convert_low_i32x4(wasm_i64x2_shuffle(q, q, 1, 1));

    a = wasm_f32x4_demote_f64x2_zero(wasm_f64x2_add(wasm_f64x2_mul(a, scale), offset));
    b = wasm_f32x4_demote_f64x2_zero(wasm_f64x2_add(wasm_f64x2_mul(b, scale), offset));
    return wasm_i64x2_shuffle(a, b, 0, 2);
}

void mvk_dequantize_s8_simd128(float scale, int32_t zero, const int8_t *in, float *out, size_t n)
{
    const v128_t s = wasm_f64x2_splat((double)scale);
    const v128_t offset = wasm_f64x2_splat((double)(float)(-(double)zero * (double)scale));
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        v128_t wide = mvk_load8_s16(in + i);

        wasm_v128_store(out + i, dequantize4(wasm_i32x4_extend_low_i16x8(wide), s, offset));
        wasm_v128_store(out + i + 4, dequantize4(wasm_i32x4_extend_high_i16x8(wide), s, offset));
    }
    for (; i < n; i++)
        out[i] = scale * (float)(in[i] - zero);
}

/* ---- average pool ----------------------------------------------------------------------- */

/* Up to so many taps, sums fit int16, and (sum ± n/2) / n in float, cut, is exact: the
 * quotient is under 2^8, so its float is nearer than 1/n to it. */
enum { MAX_TAPS = 255 };

typedef struct area {
    const int8_t *in;
    int rows, columns;
    ptrdiff_t row_step, step; ///< bytes
    v128_t half, n, low, high;
} area;

static inline v128_t divide4(v128_t sum, const area *a)
{
    return wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_div(wasm_f32x4_convert_i32x4(sum), a->n));
}

/* Eight channels' mean, halves away from zero, in the lower half. */
static inline v128_t average8(const area *a, int c)
{
    v128_t sum = wasm_i16x8_splat(0), sign;

    for (int y = 0; y < a->rows; y++)
        for (int x = 0; x < a->columns; x++)
            sum = wasm_i16x8_add(sum, mvk_load8_s16(a->in + y * a->row_step + x * a->step + c));
    sign = wasm_i16x8_shr(sum, 15);
    v128_t half = wasm_i16x8_sub(wasm_v128_xor(a->half, sign), sign); /* with the sum's sign */
    v128_t low = wasm_i32x4_add(wasm_i32x4_extend_low_i16x8(sum), wasm_i32x4_extend_low_i16x8(half));
    v128_t high = wasm_i32x4_add(wasm_i32x4_extend_high_i16x8(sum),
                                 wasm_i32x4_extend_high_i16x8(half));
    v128_t q = wasm_i16x8_narrow_i32x4(divide4(low, a), divide4(high, a));
    q = wasm_i8x16_narrow_i16x8(q, q);
    return wasm_i8x16_min(wasm_i8x16_max(q, a->low), a->high);
}

static void clip(int origin, int filter, int size, int *begin, int *count)
{
    int end = origin + filter < size ? origin + filter : size;

    *begin = origin > 0 ? origin : 0;
    *count = end > *begin ? end - *begin : 0;
}

static void average_pixel(const mvk_pool *pool, const int8_t *in, int oy, int ox, int8_t *out)
{
    int y, x, c = 0, n;
    area a = {.step = pool->channels, .row_step = (ptrdiff_t)pool->in_w * pool->channels};

    clip(oy * pool->stride_h - pool->pad_top, pool->filter_h, pool->in_h, &y, &a.rows);
    clip(ox * pool->stride_w - pool->pad_left, pool->filter_w, pool->in_w, &x, &a.columns);
    n = a.rows * a.columns;
    a.in = in + y * a.row_step + x * a.step;
    a.half = wasm_i16x8_splat((int16_t)(n / 2));
    a.n = wasm_f32x4_splat(n ? (float)n : 1);
    a.low = wasm_i8x16_splat((int8_t)pool->act_min);
    a.high = wasm_i8x16_splat((int8_t)pool->act_max);
    for (; c + 8 <= pool->channels; c += 8)
        wasm_v128_store64_lane(out + c, average8(&a, c), 0);
    if (c < pool->channels) /* together with some that were done before */
        wasm_v128_store64_lane(out + pool->channels - 8, average8(&a, pool->channels - 8), 0);
}

void mvk_average_pool_s8_simd128(const mvk_pool *pool, const int8_t *in, int8_t *out)
{
    ptrdiff_t picture = (ptrdiff_t)pool->in_h * pool->in_w * pool->channels;

    if (pool->channels < 8 || (int64_t)pool->filter_h * pool->filter_w > MAX_TAPS) {
        mvk_average_pool_s8(pool, in, out);
        return;
    }
    for (int b = 0; b < pool->batch; b++, in += picture)
        for (int y = 0; y < pool->out_h; y++)
            for (int x = 0; x < pool->out_w; x++, out += pool->channels)
                average_pixel(pool, in, y, x, out);
}

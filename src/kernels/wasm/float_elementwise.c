/* Float kernels, one value at a time, that compilers do not make vectors of by themselves:
 * LOGISTIC, HARD_SWISH and dynamic rounding. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

#include <math.h>
#include <string.h>

/* ---- LOGISTIC ------------------------------------------------------------------------- */

ALWAYS_INLINE v128_t multiply_add(v128_t a, v128_t b, float c)
{
    return wasm_f32x4_add(wasm_f32x4_mul(a, b), wasm_f32x4_splat(c));
}

/* e^x for x in −87.3 … 0, NaN for NaN: 2^n · e^r, |r| <= ln 2 / 2, and of e^r the Taylor
 * series, whose next term is under 2^-27 of it. */
static inline v128_t exponential(v128_t x)
{
    v128_t n = wasm_f32x4_nearest(wasm_f32x4_mul(x, wasm_f32x4_splat(1.44269504f)));
    /* ln 2 in two parts, the first of few enough bits to be exact times n. */
    v128_t r = wasm_f32x4_sub(x, wasm_f32x4_mul(n, wasm_f32x4_splat(0.693145752f)));
    v128_t y = wasm_f32x4_splat(1.0f / 5040), power;

    r = wasm_f32x4_sub(r, wasm_f32x4_mul(n, wasm_f32x4_splat(1.42860677e-6f)));
    y = multiply_add(y, r, 1.0f / 720);
    y = multiply_add(y, r, 1.0f / 120);
    y = multiply_add(y, r, 1.0f / 24);
    y = multiply_add(y, r, 1.0f / 6);
    y = multiply_add(y, r, 0.5f);
    y = multiply_add(y, r, 1);
    y = multiply_add(y, r, 1);
    power = wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127));
    return wasm_f32x4_mul(y, wasm_i32x4_shl(power, 23));
}

/* With e = e^-|x|: 1 / (1 + e) for x > 0, else e / (1 + e). */
static inline v128_t logistic4(v128_t x)
{
    const v128_t one = wasm_f32x4_splat(1), lowest = wasm_f32x4_splat(-87.3f);
    v128_t down = wasm_f32x4_neg(wasm_f32x4_abs(x));
    v128_t e = exponential(wasm_f32x4_pmax(down, lowest)); /* NaN stays */

    /* What is under e^-87.3 is under the least normal float. NaN compares false. */
    e = wasm_v128_andnot(e, wasm_f32x4_lt(down, lowest));
    v128_t top = wasm_v128_bitselect(one, e, wasm_f32x4_gt(x, wasm_f32x4_splat(0)));
    return wasm_f32x4_div(top, wasm_f32x4_add(one, e));
}

static void logistic(const float *in, float *out, size_t n)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        wasm_v128_store(out + i, logistic4(wasm_v128_load(in + i)));
    if (i < n) {
        float last[4] = {0};

        memcpy(last, in + i, (n - i) * sizeof *last);
        wasm_v128_store(last, logistic4(wasm_v128_load(last)));
        memcpy(out + i, last, (n - i) * sizeof *last);
    }
}

/* ---- HARD_SWISH ------------------------------------------------------------------------- */

/* As in unary.c: what is no number stays. */
static inline v128_t hard_swish4(v128_t x)
{
    const v128_t six = wasm_f32x4_splat(6);
    v128_t gate = wasm_f32x4_add(x, wasm_f32x4_splat(3));

    gate = wasm_f32x4_pmin(wasm_f32x4_pmax(gate, wasm_f32x4_splat(0)), six);
    return wasm_f32x4_div(wasm_f32x4_mul(x, gate), six);
}

static void hard_swish(const float *in, float *out, size_t n)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        wasm_v128_store(out + i, hard_swish4(wasm_v128_load(in + i)));
    mvk_unary_f32(MVK_HARD_SWISH, 0, in + i, out + i, n - i);
}

void mvk_unary_f32_simd128(mvk_unary_op op, float alpha, const float *in, float *out, size_t n)
{
    if (op == MVK_LOGISTIC)
        logistic(in, out, n);
    else if (op == MVK_HARD_SWISH)
        hard_swish(in, out, n);
    else
        mvk_unary_f32(op, alpha, in, out, n);
}

/* ---- dynamic rounding -------------------------------------------------------------------- */

/* The least and the greatest of 0 and all values but NaN. */
static void range_of(const float *in, size_t n, float *min, float *max)
{
    v128_t low = wasm_f32x4_splat(0), high = low;
    float lows[4], highs[4];
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        v128_t x = wasm_v128_load(in + i);

        low = wasm_f32x4_pmin(low, x); /* x < low ? x : low */
        high = wasm_f32x4_pmax(high, x);
    }
    wasm_v128_store(lows, low);
    wasm_v128_store(highs, high);
    *min = *max = 0;
    for (int k = 0; k < 4; k++) {
        *min = lows[k] < *min ? lows[k] : *min;
        *max = highs[k] > *max ? highs[k] : *max;
    }
    for (; i < n; i++) {
        *min = in[i] < *min ? in[i] : *min;
        *max = in[i] > *max ? in[i] : *max;
    }
}

/* The level that stands for 0, as in mvk_dynamic_round; never −0. */
static float zero_of(double min, double max, double scale)
{
    double from_min = -128 - min / scale, from_max = 127 - max / scale;
    double zero = 128 + fabs(min / scale) < 127 + fabs(max / scale) ? from_min : from_max;

    return zero <= -128 ? -128 : zero >= 127 ? 127 : (float)(int)round(zero);
}

/* Adding the float below 1/2 and cutting is roundf where there are halves. NaN stays. */
static inline v128_t round4(v128_t x, float zero, float inverse, float scale)
{
    const v128_t z = wasm_f32x4_splat(zero), half = wasm_f32x4_splat(0x1.fffffep-2f);
    v128_t q = wasm_f32x4_add(z, wasm_f32x4_mul(x, wasm_f32x4_splat(inverse)));
    v128_t sign = wasm_v128_and(q, wasm_i32x4_splat(INT32_MIN));

    q = wasm_f32x4_trunc(wasm_f32x4_add(q, wasm_v128_or(half, sign)));
    q = wasm_f32x4_pmax(q, wasm_f32x4_splat(-128)); /* q < −128 ? −128 : q */
    q = wasm_f32x4_pmin(q, wasm_f32x4_splat(127));
    return wasm_f32x4_mul(wasm_f32x4_sub(q, z), wasm_f32x4_splat(scale));
}

void mvk_dynamic_round_simd128(const float *in, float *out, size_t n)
{
    float min, max, scale, zero, inverse, last[4] = {0};
    size_t i = 0;

    range_of(in, n, &min, &max);
    scale = (float)(((double)max - (double)min) / 255);
    if (!(scale > 0) || !isfinite(scale)) {
        memmove(out, in, n * sizeof *out);
        return;
    }
    zero = zero_of((double)min, (double)max, ((double)max - (double)min) / 255);
    inverse = 1.0f / scale;
    for (; i + 4 <= n; i += 4)
        wasm_v128_store(out + i, round4(wasm_v128_load(in + i), zero, inverse, scale));
    memcpy(last, in + i, (n - i) * sizeof *last);
    wasm_v128_store(last, round4(wasm_v128_load(last), zero, inverse, scale));
    memcpy(out + i, last, (n - i) * sizeof *last);
}

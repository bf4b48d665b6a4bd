/* Float ops of one value at a time: bit for bit what portable C gives, NaN and signs of
 * zero included, but for LOGISTIC (see float.h). Output may be the input itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/float.h"
#include "kernels/x86/float_lanes.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- two inputs -------------------------------------------------------------------- */

/* A broadcast as `outer` runs of `inner` values; steps are 0 or 1 within a run. */
typedef struct plane {
    ptrdiff_t outer, inner;
    ptrdiff_t outer_step[2];
    int step[2];
} plane;

/* True if axis `axis` continues what begins at `stride` and has `n` values. */
static bool continues(const mvk_broadcast *b, int axis, const ptrdiff_t stride[2], ptrdiff_t n)
{
    return b->stride[0][axis] == stride[0] * n && b->stride[1][axis] == stride[1] * n;
}

/* False if it takes more than two loops. */
static bool plane_of(const mvk_broadcast *b, plane *p)
{
    ptrdiff_t stride[2] = {0, 0};
    int axis = b->rank - 1, i;

    *p = (plane){.outer = 1, .inner = 1};
    for (; axis >= 0 && b->shape[axis] == 1; axis--)
        ;
    if (axis < 0)
        return true;
    for (i = 0; i < 2; i++) {
        stride[i] = b->stride[i][axis];
        if (stride[i] != 0 && stride[i] != 1)
            return false;
        p->step[i] = (int)stride[i];
    }
    for (; axis >= 0 && (b->shape[axis] == 1 || continues(b, axis, stride, p->inner)); axis--)
        p->inner *= b->shape[axis];
    if (axis >= 0)
        for (i = 0; i < 2; i++)
            stride[i] = p->outer_step[i] = b->stride[i][axis];
    for (; axis >= 0 && (b->shape[axis] == 1 || continues(b, axis, stride, p->outer)); axis--)
        p->outer *= b->shape[axis];
    return axis < 0;
}

ALWAYS_INLINE vec apply_binary(const mvk_binary_op op, vec x, vec y)
{
    switch (op) {
    case MVK_ADD: return vec_add(x, y);
    case MVK_SUB: return vec_sub(x, y);
    case MVK_MUL: return vec_mul(x, y);
    case MVK_DIV: return vec_div(x, y);
    case MVK_MAXIMUM: return vec_max(x, y);
    case MVK_MINIMUM: return vec_min(x, y);
    case MVK_SQUARED_DIFFERENCE: return vec_mul(vec_sub(x, y), vec_sub(x, y));
    }
    return x;
}

typedef struct limits {
    vec low, high;
} limits;

ALWAYS_INLINE void binary_run(const mvk_binary_op op, const limits *l, ptrdiff_t n,
                              const float *in0, const int step0, const float *in1, const int step1,
                              float *out)
{
    ptrdiff_t i = 0;

    if (n <= 0)
        return;
    vec x = vec_fill(*in0), y = vec_fill(*in1);

    for (; i + LANES <= n; i += LANES) {
        if (step0)
            x = vec_load(in0 + i);
        if (step1)
            y = vec_load(in1 + i);
        vec_store(out + i, vec_clamp(apply_binary(op, x, y), l->low, l->high));
    }
    if (i < n) {
        mask m = mask_first((int)(n - i));

        if (step0)
            x = vec_load_some(in0 + i, m);
        if (step1)
            y = vec_load_some(in1 + i, m);
        vec_store_some(out + i, m, vec_clamp(apply_binary(op, x, y), l->low, l->high));
    }
}

ALWAYS_INLINE void binary_plane(const mvk_binary_op op, const limits *l, const plane *p,
                                const float *in0, const float *in1, float *out)
{
    for (ptrdiff_t i = 0; i < p->outer; i++, out += p->inner) {
        if (p->step[0] && p->step[1])
            binary_run(op, l, p->inner, in0, 1, in1, 1, out);
        else if (p->step[0])
            binary_run(op, l, p->inner, in0, 1, in1, 0, out);
        else
            binary_run(op, l, p->inner, in0, 0, in1, p->step[1], out);
        in0 += p->outer_step[0];
        in1 += p->outer_step[1];
    }
}

void MVK_FLOAT(binary)(mvk_binary_op op, float act_min, float act_max, const mvk_broadcast *b,
                       const float *in0, const float *in1, float *out)
{
    limits l = {vec_fill(act_min), vec_fill(act_max)};
    plane p;

    if (!plane_of(b, &p)) {
        mvk_binary_f32(op, act_min, act_max, b, in0, in1, out);
        return;
    }
    switch (op) {
    case MVK_ADD: binary_plane(MVK_ADD, &l, &p, in0, in1, out); break;
    case MVK_SUB: binary_plane(MVK_SUB, &l, &p, in0, in1, out); break;
    case MVK_MUL: binary_plane(MVK_MUL, &l, &p, in0, in1, out); break;
    case MVK_DIV: binary_plane(MVK_DIV, &l, &p, in0, in1, out); break;
    default: mvk_binary_f32(op, act_min, act_max, b, in0, in1, out); break;
    }
}

/* ---- one input ----------------------------------------------------------------------- */

/* x · clamp(x + 3, 0, 6) / 6. The division, exactly: an approximate quotient, and a
 * correction by what is left over, which a fused multiply-add has exactly. That holds
 * where nothing underflows or overflows; other inputs are divided. */
ALWAYS_INLINE vec hard_swish(vec x)
{
    vec p = vec_mul(x, vec_clamp(vec_add(x, vec_fill(3)), vec_zero(), vec_fill(6)));

    if (__builtin_expect(vec_any_beyond(x, 0x1p-90f, 0x1p120f), 0))
        return vec_div(p, vec_fill(6));
    vec inverse = vec_fill(1.0f / 6), q = vec_mul(p, inverse);
    vec left = vec_fnma(q, vec_fill(6), p);

    /* The correction loses the sign of a zero. */
    return vec_sign_of(vec_fma(left, inverse, q), p);
}

/* e^x within 2 · 2^-23 of it: 2^n · e^r, |r| <= ln 2 / 2, by 8 terms of the series. */
ALWAYS_INLINE vec exponential(vec x)
{
    vec y = vec_clamp(x, vec_fill(-120), vec_fill(100)); /* beyond these, 0 and infinity */
    vec n = vec_round(vec_mul(y, vec_fill(0x1.715476p0f)));
    vec r = vec_fnma(n, vec_fill(0x1.62e4p-1f), y);
    vec p = vec_fill(1.0f / 5040);

    r = vec_fnma(n, vec_fill(0x1.7f7d1cp-20f), r);
    p = vec_fma(p, r, vec_fill(1.0f / 720));
    p = vec_fma(p, r, vec_fill(1.0f / 120));
    p = vec_fma(p, r, vec_fill(1.0f / 24));
    p = vec_fma(p, r, vec_fill(1.0f / 6));
    p = vec_fma(p, r, vec_fill(0.5f));
    p = vec_fma(p, r, vec_fill(1));
    p = vec_fma(p, r, vec_fill(1));
    return vec_scale(p, n);
}

ALWAYS_INLINE vec logistic(vec x)
{
    const vec one = vec_fill(1);

    return vec_div(one, vec_add(one, exponential(vec_sub(vec_zero(), x))));
}

ALWAYS_INLINE vec apply_unary(const mvk_unary_op op, vec x)
{
    switch (op) {
    case MVK_HARD_SWISH: return hard_swish(x);
    case MVK_LOGISTIC: return logistic(x);
    case MVK_RELU: return vec_max(vec_zero(), x);
    case MVK_RELU6: return vec_clamp(x, vec_zero(), vec_fill(6));
    case MVK_RELU_N1_TO_1: return vec_clamp(x, vec_fill(-1), vec_fill(1));
    default: return x;
    }
}

ALWAYS_INLINE void unary_run(const mvk_unary_op op, const float *in, float *out, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        vec_store(out + i, apply_unary(op, vec_load(in + i)));
    if (i < n) {
        mask m = mask_first((int)(n - i));

        vec_store_some(out + i, m, apply_unary(op, vec_load_some(in + i, m)));
    }
}

void MVK_FLOAT(unary)(mvk_unary_op op, float alpha, const float *in, float *out, size_t n)
{
    switch (op) {
    case MVK_HARD_SWISH: unary_run(MVK_HARD_SWISH, in, out, n); break;
    case MVK_LOGISTIC: unary_run(MVK_LOGISTIC, in, out, n); break;
    case MVK_RELU: unary_run(MVK_RELU, in, out, n); break;
    case MVK_RELU6: unary_run(MVK_RELU6, in, out, n); break;
    case MVK_RELU_N1_TO_1: unary_run(MVK_RELU_N1_TO_1, in, out, n); break;
    default: mvk_unary_f32(op, alpha, in, out, n); break;
    }
}

/* ---- dynamic rounding ------------------------------------------------------------------ */

/* The least and the greatest of 0 and all values; NaN does not count. */
static void extremes(const float *in, size_t n, float *min, float *max)
{
    vec low[4], high[4];
    size_t i = 0;

    UNROLL(4) for (int k = 0; k < 4; k++)
        low[k] = high[k] = vec_zero();
    for (; i + 4 * LANES <= n; i += 4 * LANES)
        UNROLL(4) for (int k = 0; k < 4; k++) {
            vec x = vec_load(in + i + (size_t)k * LANES);

            low[k] = vec_min(x, low[k]);
            high[k] = vec_max(x, high[k]);
        }
    for (; i < n; i += LANES) {
        vec x = vec_load_some(in + i, mask_first(n - i < LANES ? (int)(n - i) : LANES));

        low[0] = vec_min(x, low[0]);
        high[0] = vec_max(x, high[0]);
    }
    *min = vec_reduce_min(vec_min(vec_min(low[0], low[1]), vec_min(low[2], low[3])));
    *max = vec_reduce_max(vec_max(vec_max(high[0], high[1]), vec_max(high[2], high[3])));
}

/* As in kernels/quantize.c: of the levels that either end suggests for 0, the one with
 * less rounding error behind it. */
static float dynamic_zero(double min, double max, double scale)
{
    double from_min = -128 - min / scale, from_max = 127 - max / scale;
    double error_min = 128 + fabs(min / scale), error_max = 127 + fabs(max / scale);
    double zero = error_min < error_max ? from_min : from_max;

    return zero <= -128 ? -128 : zero >= 127 ? 127 : (float)round(zero);
}

/* roundf: halves away from zero. Adding the float below 1/2 and cutting is just that. */
ALWAYS_INLINE vec round_away(vec x)
{
    return vec_cut(vec_add(x, vec_sign_of(vec_fill(0x1.fffffep-2f), x)));
}

ALWAYS_INLINE vec level(vec x, vec zero, vec inverse, vec scale)
{
    vec q = round_away(vec_add(zero, vec_mul(x, inverse)));

    return vec_mul(vec_sub(vec_clamp(q, vec_fill(-128), vec_fill(127)), zero), scale);
}

void MVK_FLOAT(dynamic_round)(const float *in, float *out, size_t n)
{
    float min, max, scale;
    size_t i = 0;

    extremes(in, n, &min, &max);
    scale = (float)(((double)max - (double)min) / 255);
    if (!(scale > 0) || !isfinite(scale)) {
        memmove(out, in, n * sizeof *out);
        return;
    }
    const vec zero = vec_fill(dynamic_zero(min, max, ((double)max - (double)min) / 255));
    const vec inverse = vec_fill(1.0f / scale), s = vec_fill(scale);

    for (; i + LANES <= n; i += LANES)
        vec_store(out + i, level(vec_load(in + i), zero, inverse, s));
    if (i < n) {
        mask m = mask_first((int)(n - i));

        vec_store_some(out + i, m, level(vec_load_some(in + i, m), zero, inverse, s));
    }
}

/* What a channel's sums can be, and the proof that numbers with a point may scale them.
 *
 * Double: x·a and d are exact, and so is their sum, as long as results are near int8. Half way
 * between two results the integers round up; so does what is 2^-45 more, which is less than
 * what two products are apart.
 *
 * Float: both forms, in integers and in float, never fall when the sum grows. So they agree on
 * all sums if they agree on both sides of each place where the result steps up: at most 255 of
 * them lie between the limits of int8. Float has 24 bits, so it does not always: where the
 * ideal numbers fail, d is put in the middle of where it may be, and the proof tried again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"

#include "kernels/requantize.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_STEPS = 256, MIN_SHIFT = 1, MAX_SHIFT = 13, SUM_MAX = 1 << 30 };

mvk_channel mvk_channel_of(const int8_t *w, int n, size_t step, int32_t in_zero, int32_t bias,
                           mvk_scale scale)
{
    int32_t above = 0, below = 0;

    for (int i = 0; i < n; i++) {
        int32_t x = w[(size_t)i * step];

        above += x > 0 ? x : 0;
        below += x > 0 ? 0 : x;
    }
    int64_t least = -128 - in_zero, most = 127 - in_zero;
    return (mvk_channel){
        .scale = scale,
        .bias = (int32_t)((uint32_t)bias - (uint32_t)(above + below) * (uint32_t)in_zero),
        .low = bias + above * least + below * most,
        .high = bias + above * most + below * least,
    };
}

v128_t mvk_scale_singly(v128_t x, const mvk_scale scale[4])
{
    int32_t lane[4];

    wasm_v128_store(lane, x);
    for (int i = 0; i < 4; i++)
        lane[i] = mvk_scale_value(lane[i], scale[i]);
    return wasm_v128_load(lane);
}

/* ---- where results change ---- */

/* place[i] is the least sum whose result is first + i or more. */
typedef struct steps {
    int first, n;
    int32_t place[MAX_STEPS];
} steps;

/* mvk_rescale(x) >= k where x·m >= n(k) = (2k − 1)·2^(30+e) ∓ 2^30, minus for k > 0. With e in
 * 1 … 20, n(k) is a double, and its quotient is off by less than 2^-20: less that, it gives the
 * least x or the one before, as x·m, in integers, decides. */
static void find_steps(steps *s, mvk_scale scale, int first, int last)
{
    const double inverse = 1.0 / scale.multiplier;
    const int64_t m = scale.multiplier, unit = (int64_t)1 << (30 - scale.shift);

    s->first = first;
    s->n = last - first + 1;
    for (int i = 0; i < s->n; i++) {
        int k = first + i;
        int64_t n = (2 * (int64_t)k - 1) * unit + (k > 0 ? -(1 << 30) : 1 << 30);
        int64_t x = (int64_t)ceil((double)n * inverse - 0x1p-20);

        s->place[i] = (int32_t)(x * m < n ? x + 1 : x);
    }
}

/* ---- the proof ---- */

/* The middle of the d that suit every step with this a, if there are any: at the step to
 * k > 0, x·a + d >= k − 1/2 > (x − 1)·a + d; at others x·a − d and (x − 1)·a − d. */
static bool middle_d(const steps *s, double a, float *d)
{
    double least = 0, most = 1;

    for (int i = 0; i < s->n; i++) {
        int k = s->first + i;
        double at = k - 0.5 - s->place[i] * a, before = at + a;
        double low = k > 0 ? at : -before, high = k > 0 ? before : -at;

        least = low > least ? low : least;
        most = high < most ? high : most;
    }
    *d = (float)((least + most) / 2);
    return least < most;
}

/* Are results right on both sides of every step? Two steps at a time. */
static bool holds(const steps *s, float a, float d, bool positive)
{
    v128_t wrong = wasm_i32x4_splat(0), one = wasm_i32x4_make(0, 1, 0, 1);

    for (int i = 0; i < s->n; i += 2) {
        int j = i + 1 < s->n ? i + 1 : i;
        v128_t x = wasm_i32x4_make(s->place[i], s->place[i], s->place[j], s->place[j]);
        v128_t k = wasm_i32x4_make(s->first + i, s->first + i, s->first + j, s->first + j);
        v128_t y = mvk_scale_float(wasm_i32x4_sub(x, one), wasm_f32x4_splat(a),
                                   wasm_f32x4_splat(d), positive);

        wrong = wasm_v128_or(wrong, wasm_v128_xor(y, wasm_i32x4_sub(k, one)));
    }
    return !wasm_v128_any_true(wrong);
}

/* Below this, float's rounding of a product is too near to the distance of two products. */
#define LEAST_A 0x1p-10

/* Looks for a and d with which float gives mvk_rescale(x) for all x in low … high, as far as
 * results lie between first − 1 and last (beyond, both lie there too). positive: x < 0 does
 * not matter, d is added. False: there are none near the ideal ones. */
static bool prove(const mvk_channel *c, int first, int last, bool positive, float *a, float *d)
{
    const float ideal = (float)ldexp(c->scale.multiplier, c->scale.shift - 31);
    const double far = 1 << 21;
    steps s;

    if ((double)ideal < LEAST_A || (double)c->high * (double)ideal > far ||
        (double)c->low * (double)ideal < -far)
        return false;
    /* Of the steps beyond what there can be, the next one on either side matters. */
    int from = mvk_rescale((int32_t)c->low, c->scale), to = mvk_rescale((int32_t)c->high, c->scale);
    int begin = from < first ? first : from > last ? last : from;
    int end = to + 1 > last ? last : to + 1 < begin ? begin : to + 1;
    find_steps(&s, c->scale, begin, end);
    *a = ideal;
    *d = (float)ldexp(1, c->scale.shift - 1);
    if (holds(&s, *a, *d, positive))
        return true;
    for (int i = 0; i < 3; i++) {
        *a = i == 0 ? ideal : nextafterf(ideal, i == 1 ? 0 : 1);
        if (middle_d(&s, (double)*a, d) && holds(&s, *a, *d, positive))
            return true;
    }
    return false;
}

/* x·m / 2^(31+e) is a multiple of 2^-44, and within 2^8 where results are: 52 bits. */
static bool fits_double(const mvk_channel *c)
{
    return -c->scale.shift >= MIN_SHIFT && -c->scale.shift <= MAX_SHIFT && c->low > -SUM_MAX &&
           c->high < SUM_MAX;
}

void mvk_param8_set(mvk_param8 *p, const mvk_channel *channel, int n, int32_t out_zero,
                    int32_t act_min, int32_t act_max)
{
    const int first = act_min - out_zero + 1, last = act_max - out_zero;
    const bool positive = first > 0, clamped = first > last;
    bool wide = true, narrow = !clamped;

    memset(p, 0, sizeof *p);
    for (int i = 0; i < n; i++) {
        const mvk_channel *c = &channel[i];

        p->bias[i] = c->bias;
        p->scale[i] = c->scale;
        if (c->scale.multiplier == 0) /* zero whichever way it goes */
            continue;
        wide = wide && fits_double(c);
        p->wide_a[i] = ldexp(c->scale.multiplier, c->scale.shift - 31);
        p->wide_d[i] = ldexp(1, c->scale.shift - 1) + (positive ? MVK_UP : 0);
        narrow = narrow && wide && prove(c, first, last, positive, &p->a[i], &p->d[i]);
    }
    p->way = !wide ? MVK_SINGLY : (narrow ? MVK_FLOAT : MVK_DOUBLE) + positive;
}

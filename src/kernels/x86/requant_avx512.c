/* Packing of scales, and the proof that float may stand for integers: see the header.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx512.h"

#include <math.h>
#include <string.h>

bool mvk_scales_fit(const mvk_scale *scale, int n)
{
    for (int i = 0; i < n; i++)
        if (scale[i].shift > 0 || scale[i].shift < -31)
            return false;
    return true;
}

static void set_integers(mvk_param16 *p, int lane, mvk_scale scale)
{
    int e = -scale.shift;
    if (lane % 2)
        p->odd_m[lane - 1] = scale.multiplier;
    else
        p->even_m[lane] = scale.multiplier;
    p->shift[lane] = e;
    p->half[lane] = e ? (int32_t)(1u << (e - 1)) : 0;
    p->sign[lane] = e ? -1 : 0;
}

void mvk_param16_fill(mvk_param16 *p, mvk_scale scale)
{
    memset(p, 0, sizeof *p);
    for (int lane = 0; lane < 16; lane++)
        set_integers(p, lane, scale);
}

mvk_channel mvk_channel_of(const int8_t *weights, int n, int32_t in_zero, int32_t bias,
                           mvk_scale scale)
{
    int32_t sum = 0, positive = 0;
    for (int i = 0; i < n; i++) {
        sum += weights[i];
        positive += weights[i] > 0 ? weights[i] : 0;
    }
    int64_t least = -128 - in_zero, most = 127 - in_zero, negative = sum - positive;
    return (mvk_channel){
        .bias = (int32_t)((uint32_t)bias - (uint32_t)((in_zero + 128) * sum)),
        .scale = scale,
        .low = bias + positive * least + negative * most,
        .high = bias + positive * most + negative * least,
    };
}

/* ---- where results change ---- */

enum { MAX_STEPS = 256, MIN_SHIFT = 1, MAX_SHIFT = 20 };

/* place[i] is the least accumulator whose result is first + i or more. */
typedef struct steps {
    int first, n;
    int32_t place[MAX_STEPS + 16];
} steps;

/* mvk_rescale(x) >= k where x·m >= n(k) = (2k − 1)·2^(30+e) ∓ 2^30, minus for k > 0. A
 * quotient in double is at most one off, which products in integers tell. Between 1 and
 * 20, e keeps every number far inside 63 and 53 bits. */
static void find_steps(steps *s, mvk_scale scale, int first, int last)
{
    const int64_t m = scale.multiplier, one = (int64_t)1 << 30, e = -scale.shift;
    const double inverse = 1.0 / (double)m;
    s->first = first;
    s->n = last - first + 1;
    for (int i = 0; i < s->n; i++) {
        int64_t k = first + i, n = (2 * k - 1) * (one << e) + (k > 0 ? -one : one);
        int64_t x = (int64_t)((double)n * inverse);
        int64_t product = x * m;
        x += product < n ? 1 : product - m >= n ? -1 : 0;
        s->place[i] = (int32_t)x;
    }
}

/* Whole vectors, all of them true. */
static void fill_up(steps *s)
{
    for (int i = s->n; i < s->n + 16; i++)
        s->place[i] = s->place[s->n - 1];
}

/* Are results right on both sides of every step? */
static bool holds(const steps *s, float a, float d, bool positive)
{
    const __m512 va = _mm512_set1_ps(a), vd = _mm512_set1_ps(d);
    const __m512i one = _mm512_set1_epi32(1), last = _mm512_set1_epi32(s->first + s->n - 1);
    __m512i want = _mm512_add_epi32(
        _mm512_set1_epi32(s->first),
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    for (int i = 0; i < s->n; i += 16, want = _mm512_add_epi32(want, _mm512_set1_epi32(16))) {
        __m512i x = _mm512_loadu_si512(s->place + i), w = _mm512_min_epi32(want, last);
        __m512i before = _mm512_sub_epi32(x, one);
        __m512i at = positive ? mvk_float16(x, va, vd, 1) : mvk_float16(x, va, vd, 0);
        before = positive ? mvk_float16(before, va, vd, 1) : mvk_float16(before, va, vd, 0);
        if (_mm512_cmpneq_epi32_mask(at, w) |
            _mm512_cmpneq_epi32_mask(before, _mm512_sub_epi32(w, one)))
            return false;
    }
    return true;
}

/* Numbers next to the ideal ones, nearest first, until some hold. */
static bool find_floats(float *a, float *d, const steps *s, mvk_scale scale, bool positive)
{
    static const signed char near[] = {0, 1, -1, 2, -2, 3, -3, 4, -4};
    const double ideal = ldexp(scale.multiplier, scale.shift - 31);
    for (int i = 0; i < 3; i++)
        for (size_t k = 0; k < sizeof near; k++) {
            *a = (float)ideal;
            if (near[i])
                *a = nextafterf(*a, near[i] > 0 ? INFINITY : 0);
            *d = (float)(ldexp(1, scale.shift - 1) + ideal * near[k] / 1000);
            if (holds(s, *a, *d, positive))
                return true;
        }
    return false;
}

static bool prove(mvk_param16 *p, int lane, const mvk_channel *c, int first, int last,
                  bool positive)
{
    const int64_t safe = (int64_t)1 << 30;
    steps s;
    if (!c->scale.multiplier || first > last) /* always 0, or always clamped */
        return true;
    if (-c->scale.shift < MIN_SHIFT || -c->scale.shift > MAX_SHIFT || c->low < -safe ||
        c->high > safe)
        return false;
    /* Of the steps beyond what there can be, the next one on either side matters. */
    int from = mvk_rescale((int32_t)c->low, c->scale), to = mvk_rescale((int32_t)c->high, c->scale);
    int begin = from < first ? first : from > last ? last : from;
    int end = to + 1 > last ? last : to + 1 < begin ? begin : to + 1;
    find_steps(&s, c->scale, begin, end);
    fill_up(&s);
    return find_floats(&p->a[lane], &p->d[lane], &s, c->scale, positive);
}

void mvk_param16_set(mvk_param16 *p, const mvk_channel *channel, int n, int32_t out_zero,
                     int32_t act_min, int32_t act_max)
{
    int first = act_min - out_zero + 1, last = act_max - out_zero;
    bool positive = first > 0, floats = true;
    memset(p, 0, sizeof *p);
    for (int lane = 0; lane < 16 && lane < n; lane++) {
        p->bias[lane] = channel[lane].bias;
        set_integers(p, lane, channel[lane].scale);
        floats = floats && prove(p, lane, &channel[lane], first, last, positive);
    }
    p->way = (floats ? MVK_FLOAT : MVK_INTEGER) + (positive ? 1 : 0);
}

/* What a channel's sums can be, and the proof that float may scale them.
 *
 * Both forms, in integers and in float, never fall when the accumulator grows. So they agree
 * on all accumulators if they agree on both sides of each place where the result steps up:
 * at most 255 of them lie between the limits of int8. Float has 24 bits, so it does not
 * always: d is put in the middle of where it may be, and then both forms are compared at each
 * place. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"

#include <math.h>

bool mvk_scales_fit(const mvk_scale *scale, int n)
{
    for (int i = 0; i < n; i++)
        if (scale[i].shift > 0 || scale[i].shift < -31)
            return false;
    return true;
}

mvk_channel mvk_channel_of(const int8_t *w, int n, size_t step, int32_t in_zero, int32_t offset,
                           int32_t bias, mvk_scale scale)
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
        .bias = (int32_t)((uint32_t)bias - (uint32_t)((above + below) * (in_zero + offset))),
        .low = bias + above * least + below * most,
        .high = bias + above * most + below * least,
    };
}

/* ---- where results change ---- */

enum { MAX_STEPS = 256, MIN_SHIFT = 1, MAX_SHIFT = 20 };

/* place[i] is the least accumulator whose result is first + i or more. Behind the last,
 * copies of it make the last vector whole. */
typedef struct steps {
    int first, n;
    double ideal; ///< m / 2^(31+e)
    int32_t place[MAX_STEPS + 8];
} steps;

/* mvk_rescale(x) >= k where x·m >= n(k) = (2k − 1)·2^(30+e) ∓ 2^30, minus for k > 0.
 * With e in 1 … 20, n(k) is a double, and so is x·m − n(k) where x is next to the least. Its
 * quotient is off by less than 2^-23: less 2^-20, it gives the least x or the one before. */
static void find_steps(steps *s, mvk_scale scale, int first, int last)
{
    const double m = scale.multiplier, unit = ldexp(1, 30 - scale.shift);
    const __m256d vm = _mm256_set1_pd(m), inverse = _mm256_set1_pd(1 / m);
    const __m256d units = _mm256_set1_pd(unit), four = _mm256_set1_pd(4);
    const __m256d one = _mm256_set1_pd(1), zero = _mm256_setzero_pd(), bit = _mm256_set1_pd(0x1p-20);
    const __m256d above = _mm256_set1_pd(-unit - 0x1p30), below = _mm256_set1_pd(-unit + 0x1p30);
    __m256d k = _mm256_add_pd(_mm256_set1_pd(first), _mm256_setr_pd(0, 1, 2, 3));
    s->first = first;
    s->n = last - first + 1;
    s->ideal = ldexp(m, scale.shift - 31);
    for (int i = 0; i < s->n; i += 4, k = _mm256_add_pd(k, four)) {
        __m256d start = _mm256_blendv_pd(below, above, _mm256_cmp_pd(k, zero, _CMP_GT_OQ));
        __m256d n = _mm256_fmadd_pd(_mm256_add_pd(k, k), units, start);
        __m256d x = _mm256_ceil_pd(_mm256_fmsub_pd(n, inverse, bit));
        __m256d less = _mm256_cmp_pd(_mm256_fmsub_pd(x, vm, n), zero, _CMP_LT_OQ);
        x = _mm256_add_pd(x, _mm256_and_pd(less, one));
        _mm_storeu_si128((__m128i *)(void *)(s->place + i), _mm256_cvtpd_epi32(x));
    }
    for (int i = s->n; i < s->n + 7; i++)
        s->place[i] = s->place[s->n - 1];
}

/* ---- the proof ---- */

/* Results at place[i] and behind it: those of copies are the last one's. */
static __m256i results(const steps *s, int i)
{
    __m256i k = _mm256_add_epi32(_mm256_set1_epi32(s->first + i),
                                 _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    return _mm256_min_epi32(k, _mm256_set1_epi32(s->first + s->n - 1));
}

static __m256i places(const steps *s, int i)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)(s->place + i));
}

/* The middle of the d that suit every step with this a, if there are any: at the step to
 * k > 0, x·a + d >= k − 1/2 > (x − 1)·a + d; at others x·a − d and (x − 1)·a − d. */
static bool middle_d(const steps *s, double a, float *d)
{
    const __m256d va = _mm256_set1_pd(a), sign = _mm256_set1_pd(-0.0);
    __m256d least = _mm256_setzero_pd(), most = _mm256_set1_pd(1);
    double low[4], high[4];
    for (int i = 0; i < s->n; i += 4) {
        __m256d x = _mm256_cvtepi32_pd(_mm256_castsi256_si128(places(s, i)));
        __m256d k = _mm256_cvtepi32_pd(_mm256_castsi256_si128(results(s, i)));
        __m256d at = _mm256_fnmadd_pd(x, va, _mm256_sub_pd(k, _mm256_set1_pd(0.5)));
        __m256d before = _mm256_add_pd(at, va);
        __m256d below = _mm256_cmp_pd(k, _mm256_setzero_pd(), _CMP_LE_OQ);
        /* For k <= 0 the bounds change places and signs. */
        least = _mm256_max_pd(least, _mm256_blendv_pd(at, _mm256_xor_pd(before, sign), below));
        most = _mm256_min_pd(most, _mm256_blendv_pd(before, _mm256_xor_pd(at, sign), below));
    }
    _mm256_storeu_pd(low, least);
    _mm256_storeu_pd(high, most);
    for (int i = 1; i < 4; i++) {
        low[0] = fmax(low[0], low[i]);
        high[0] = fmin(high[0], high[i]);
    }
    *d = (float)((low[0] + high[0]) / 2);
    return low[0] < high[0];
}

/* Are results right on both sides of every step? */
static bool holds(const steps *s, float a, float d, bool positive)
{
    const __m256 va = _mm256_set1_ps(a), vd = _mm256_set1_ps(d);
    const __m256i minus_one = _mm256_set1_epi32(-1);
    for (int i = 0; i < s->n; i += 8) {
        __m256i at = places(s, i), k = results(s, i);
        __m256i before = _mm256_add_epi32(at, minus_one);
        at = positive ? mvk_float8(at, va, vd, 1) : mvk_float8(at, va, vd, 0);
        before = positive ? mvk_float8(before, va, vd, 1) : mvk_float8(before, va, vd, 0);
        __m256i right = _mm256_cmpeq_epi32(before, _mm256_add_epi32(k, minus_one));
        right = _mm256_and_si256(right, _mm256_cmpeq_epi32(at, k));
        if (_mm256_movemask_epi8(right) != -1)
            return false;
    }
    return true;
}

bool mvk_prove_float(const mvk_channel *c, int first, int last, bool positive, float *a, float *d)
{
    steps s;
    *a = *d = 0;
    if (!c->scale.multiplier || first > last) /* always 0, or always clamped */
        return true;
    if (-c->scale.shift < MIN_SHIFT || -c->scale.shift > MAX_SHIFT || c->low < -MVK_ACC_MAX ||
        c->high > MVK_ACC_MAX)
        return false;
    /* Of the steps beyond what there can be, the next one on either side matters. */
    int from = mvk_rescale((int32_t)c->low, c->scale), to = mvk_rescale((int32_t)c->high, c->scale);
    int begin = from < first ? first : from > last ? last : from;
    int end = to + 1 > last ? last : to + 1 < begin ? begin : to + 1;
    find_steps(&s, c->scale, begin, end);
    /* Most often the ideal numbers will do, and the next a is rarely better. */
    const float nearest = (float)s.ideal;
    *a = nearest;
    *d = (float)ldexp(1, c->scale.shift - 1);
    if (holds(&s, *a, *d, positive))
        return true;
    for (int i = 0; i < 3; i++) {
        *a = i == 0 ? nearest : nextafterf(nearest, i == 1 ? 0 : 1);
        if (middle_d(&s, *a, d) && holds(&s, *a, *d, positive))
            return true;
    }
    return false;
}

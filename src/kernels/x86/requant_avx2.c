/* Packing of scales for AVX2, and the proof that float may stand for integers.
 *
 * Both forms never fall when the accumulator grows. So they agree on all accumulators
 * if they agree on both sides of each place where the result steps up: at most 255 of
 * them lie between the limits of int8. Float has 24 bits, so it does not always: d is
 * put in the middle of where it may be, and then both forms are compared at each place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"

#include <math.h>

bool mvk_scales_fit8(const mvk_scale *scale, const int32_t *bias, int n)
{
    const int32_t most = MVK_ACC_MAX / 2;
    for (int i = 0; i < n; i++)
        if (scale[i].shift > 0 || scale[i].shift < -31 ||
            (bias && (bias[i] >= most || bias[i] <= -most)))
            return false;
    return true;
}

/* ---- where results change ---- */

enum { MAX_STEPS = 256, MIN_SHIFT = 1, MAX_SHIFT = 20 };

/* place[i] is the least accumulator whose result is first + i or more. Behind the last,
 * copies of it with its result make the last vector whole. */
typedef struct steps {
    int first, n;
    double ideal; ///< m / 2^(31+e)
    _Alignas(32) double place[MAX_STEPS + 8];
    double result[MAX_STEPS + 8];
} steps;

/* mvk_rescale(x) >= k where x·m >= n(k) = (2k − 1)·2^(30+e) ∓ 2^30, minus for k > 0.
 * With e in 1 … 20, n(k) is a double; of a fused x·m − n(k) the sign is right. */
static void find_steps(steps *s, mvk_scale scale, int first, int last)
{
    const double m = scale.multiplier, unit = ldexp(1, 30 - scale.shift);
    const __m256d vm = _mm256_set1_pd(m), inverse = _mm256_set1_pd(1 / m);
    const __m256d one = _mm256_set1_pd(1), zero = _mm256_setzero_pd();
    s->first = first;
    s->n = last - first + 1;
    s->ideal = ldexp(m, scale.shift - 31);
    for (int i = 0; i < s->n; i += 4) {
        __m256d k = _mm256_add_pd(_mm256_set1_pd(first + i), _mm256_setr_pd(0, 1, 2, 3));
        __m256d above = _mm256_cmp_pd(k, zero, _CMP_GT_OQ);
        __m256d round = _mm256_blendv_pd(_mm256_set1_pd(0x1p30), _mm256_set1_pd(-0x1p30), above);
        __m256d n = _mm256_fmsub_pd(_mm256_add_pd(k, k), _mm256_set1_pd(unit),
                                    _mm256_set1_pd(unit));
        n = _mm256_add_pd(n, round);
        __m256d x = _mm256_ceil_pd(_mm256_mul_pd(n, inverse)); /* or one off */
        __m256d low = _mm256_cmp_pd(_mm256_fmsub_pd(x, vm, n), zero, _CMP_LT_OQ);
        x = _mm256_add_pd(x, _mm256_and_pd(low, one));
        __m256d before = _mm256_sub_pd(x, one);
        __m256d high = _mm256_cmp_pd(_mm256_fmsub_pd(before, vm, n), zero, _CMP_GE_OQ);
        _mm256_store_pd(s->place + i, _mm256_sub_pd(x, _mm256_and_pd(high, one)));
        _mm256_store_pd(s->result + i, k);
    }
}

/* Cut to the steps that accumulators low … high can meet, and one on either side, which
 * tells how far the ends are from the next. */
static void cut_steps(steps *s, int64_t low, int64_t high)
{
    int begin = 0, end = s->n;
    while (begin + 1 < end && s->place[begin + 1] <= (double)low)
        begin++;
    while (end - 1 > begin && s->place[end - 2] > (double)high)
        end--;
    s->n = end - begin;
    memmove(s->place, s->place + begin, (size_t)s->n * sizeof *s->place);
    memmove(s->result, s->result + begin, (size_t)s->n * sizeof *s->result);
    for (int i = s->n; i < s->n + 7; i++) {
        s->place[i] = s->place[s->n - 1];
        s->result[i] = s->result[s->n - 1];
    }
}

/* ---- the proof ---- */

/* The middle of the d that suit every step with this a, if there are any: at the step to
 * k > 0, x·a + d >= k − 1/2 > (x − 1)·a + d; at others x·a − d and (x − 1)·a − d. */
static bool middle_d(const steps *s, double a, float *d)
{
    const __m256d va = _mm256_set1_pd(a), sign = _mm256_set1_pd(-0.0);
    __m256d least = _mm256_setzero_pd(), most = _mm256_set1_pd(1);
    double low[4], high[4];
    for (int i = 0; i < s->n; i += 4) {
        __m256d x = _mm256_load_pd(s->place + i), k = _mm256_loadu_pd(s->result + i);
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

static __m256i load_as_integers(const double *p)
{
    return _mm256_set_m128i(_mm256_cvtpd_epi32(_mm256_loadu_pd(p + 4)),
                            _mm256_cvtpd_epi32(_mm256_loadu_pd(p)));
}

/* Are results right on both sides of every step? */
static bool holds(const steps *s, float a, float d, bool positive)
{
    const __m256 va = _mm256_set1_ps(a), vd = _mm256_set1_ps(d);
    const __m256i minus_one = _mm256_set1_epi32(-1);
    for (int i = 0; i < s->n; i += 8) {
        __m256i at = load_as_integers(s->place + i), k = load_as_integers(s->result + i);
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

static bool prove(mvk_param8 *p, int lane, const mvk_channel8 *c, int first, int last,
                  bool positive)
{
    steps s;
    float a;
    if (!c->scale.multiplier || first > last) /* always 0, or always clamped */
        return true;
    if (-c->scale.shift < MIN_SHIFT || -c->scale.shift > MAX_SHIFT ||
        c->low < -MVK_ACC_MAX || c->high > MVK_ACC_MAX)
        return false;
    find_steps(&s, c->scale, first, last);
    cut_steps(&s, c->low, c->high);
    a = nextafterf((float)s.ideal, 0);
    for (int i = 0; i < 3; i++, a = nextafterf(a, 1))
        if (middle_d(&s, a, &p->d[lane]) && holds(&s, a, p->d[lane], positive)) {
            p->a[lane] = a;
            return true;
        }
    return false;
}

/* ---- packing ---- */

static void set_integers(mvk_param8 *p, int lane, mvk_scale scale, bool positive)
{
    int e = -scale.shift;
    uint32_t m2 = 2 * (uint32_t)scale.multiplier;
    if (lane % 2)
        p->odd_m[lane - 1] = m2;
    else
        p->even_m[lane] = m2;
    p->half[lane] = e ? (int32_t)(1u << (e - 1)) : 0;
    p->add[lane] = (positive ? p->half[lane] : 0) - scale.multiplier;
    p->sign[lane] = e ? 31 : 32;
    p->shift[lane] = e;
}

void mvk_param8_set(mvk_param8 *p, const mvk_channel8 *channel, int n, int32_t out_zero,
                    int32_t act_min, int32_t act_max, bool prove_floats)
{
    int first = act_min - out_zero + 1, last = act_max - out_zero;
    bool positive = first > 0, floats = prove_floats;
    memset(p, 0, sizeof *p);
    for (int lane = 0; lane < 8 && lane < n; lane++) {
        set_integers(p, lane, channel[lane].scale, positive);
        floats = floats && prove(p, lane, &channel[lane], first, last, positive);
    }
    p->way = (floats ? MVK_FLOAT8 : MVK_INTEGER8) + (positive ? 1 : 0);
    for (int lane = 0; lane < 8 && lane < n; lane++)
        p->bias[lane] = (int32_t)((uint32_t)channel[lane].bias + (floats ? 0 : 1u << 31));
}

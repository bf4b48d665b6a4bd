/* int8 ADD, SUB and MUL. ADD and SUB are w0 · x0 + w1 · x1 + c, and MUL is w · x0 · x1: in
 * float, that gives what fixed-point numbers give for most scales. Since there are only
 * 65,536 pairs of inputs, all are tried, once, when the model is loaded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx512.h"
#include "kernels/x86/x86.h"

#include <math.h>

/* ---- one step of 16 ---- */

typedef struct pair {
    mvk_binary_op op;
    int left_shift;
    __m512i zero[2], out_zero;
    mvk_scaler in[2], out;
    __m512 weight[2], offset, zero_f[2];
    mvk_finish512 finish;
} pair;

static mvk_scaler scaler_of(mvk_scale scale)
{
    mvk_param16 p;
    mvk_param16_fill(&p, scale);
    return mvk_scaler_load(&p);
}

static pair pair_of(const mvk_binary_s8 *p)
{
    pair j = {.op = p->op, .left_shift = p->left_shift};
    for (int i = 0; i < 2; i++) {
        j.zero[i] = _mm512_set1_epi32(p->zero[i]);
        j.zero_f[i] = _mm512_set1_ps((float)p->zero[i]);
        j.weight[i] = _mm512_set1_ps(p->weight[i]);
        if (p->op != MVK_MUL && !p->in_float)
            j.in[i] = scaler_of(p->in_scale[i]);
    }
    if (!p->in_float)
        j.out = scaler_of(p->out_scale);
    j.offset = _mm512_set1_ps(p->offset);
    j.out_zero = _mm512_set1_epi32(p->out_zero);
    j.finish = mvk_finish512_init(p->out_zero, p->act_min, p->act_max);
    return j;
}

INLINE __m512i on_common_scale(const pair *j, int which, __m512i x)
{
    x = _mm512_sub_epi32(x, j->zero[which]);
    return mvk_rescale16(_mm512_sll_epi32(x, _mm_cvtsi32_si128(j->left_shift)), &j->in[which], 0);
}

/* Of inputs without their zero points, on a common scale but for MUL. */
INLINE __m512i join(const pair *j, __m512i a, __m512i b)
{
    switch (j->op) {
    case MVK_MUL: return _mm512_mullo_epi32(a, b);
    case MVK_ADD: return _mm512_add_epi32(a, b);
    default: return _mm512_sub_epi32(a, b);
    }
}

/* Without the zero point. */
INLINE __m512i integers(const pair *j, __m512i a, __m512i b)
{
    if (j->op == MVK_MUL)
        return mvk_rescale16(join(j, _mm512_sub_epi32(a, j->zero[0]),
                                  _mm512_sub_epi32(b, j->zero[1])), &j->out, 0);
    return mvk_rescale16(join(j, on_common_scale(j, 0, a), on_common_scale(j, 1, b)), &j->out, 0);
}

INLINE __m512i sixteen(void)
{
    return _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

/* With the zero point. */
INLINE __m512i floats(const pair *j, __m512i a, __m512i b, const int product)
{
    __m512 x0 = _mm512_cvtepi32_ps(a), x1 = _mm512_cvtepi32_ps(b);
    if (!product)
        return _mm512_cvtps_epi32(
            _mm512_fmadd_ps(x0, j->weight[0], _mm512_fmadd_ps(x1, j->weight[1], j->offset)));
    __m512 x = _mm512_mul_ps(_mm512_sub_ps(x0, j->zero_f[0]), _mm512_sub_ps(x1, j->zero_f[1]));
    __m512 d = _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
        _mm512_castps_si512(j->offset), _mm512_castps_si512(x), _mm512_set1_epi32(INT32_MIN),
        0xf8));
    return _mm512_add_epi32(_mm512_cvtps_epi32(_mm512_fmadd_ps(x, j->weight[0], d)), j->out_zero);
}

/* ---- looking for a form in float ---- */

static bool can_do(const mvk_binary_s8 *p)
{
    bool fits = p->op == MVK_MUL || ((p->op == MVK_ADD || p->op == MVK_SUB) &&
                                     mvk_scales_fit(p->in_scale, 2));
    return fits && mvk_scales_fit(&p->out_scale, 1);
}

/* All results that fixed-point numbers give: [x0 + 128][x1 + 128]. */
static void all_results(const mvk_binary_s8 *p, int8_t *out)
{
    mvk_binary_s8 in_integers = *p;
    in_integers.in_float = false;
    const pair j = pair_of(&in_integers);
    __m512i b[16];
    for (int i = 0; i < 16; i++) {
        b[i] = _mm512_add_epi32(_mm512_set1_epi32(16 * i - 128), sixteen());
        b[i] = p->op == MVK_MUL ? _mm512_sub_epi32(b[i], j.zero[1]) : on_common_scale(&j, 1, b[i]);
    }
    for (int x = -128; x < 128; x++) {
        __m512i a = _mm512_set1_epi32(x);
        a = p->op == MVK_MUL ? _mm512_sub_epi32(a, j.zero[0]) : on_common_scale(&j, 0, a);
        for (int i = 0; i < 16; i++, out += 16) {
            __m512i y = mvk_rescale16(join(&j, a, b[i]), &j.out, 0);
            _mm_storeu_si128((__m128i *)(void *)out, mvk_finish16(y, &j.finish));
        }
    }
}

static bool same_everywhere(const mvk_binary_s8 *p, const int8_t *want)
{
    const pair j = pair_of(p);
    const int product = p->op == MVK_MUL;
    for (int x0 = -128; x0 < 128; x0++)
        for (int x1 = -128; x1 < 128; x1 += 16, want += 16) {
            __m512i a = _mm512_set1_epi32(x0);
            __m512i b = _mm512_add_epi32(_mm512_set1_epi32(x1), sixteen());
            __m512i y = product ? floats(&j, a, b, 1) : floats(&j, a, b, 0);
            __m128i got = mvk_finish16(_mm512_sub_epi32(y, j.out_zero), &j.finish);
            __m128i x = _mm_loadu_si128((const __m128i *)(const void *)want);
            if (_mm_cmpneq_epi8_mask(got, x))
                return false;
        }
    return true;
}

static double real(mvk_scale scale)
{
    return ldexp(scale.multiplier, scale.shift - 31);
}

static float next_to(double x, int i)
{
    float y = (float)x;
    return i == 0 ? y : nextafterf(y, i > 0 ? INFINITY : -INFINITY);
}

/* The ideal numbers, and some next to them. */
void mvk_prepare_binary_s8_avx512(mvk_binary_s8 *p)
{
    static const signed char near[] = {0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6};
    bool product = p->op == MVK_MUL;
    double common = ldexp(1, p->left_shift) * real(p->out_scale);
    double w0 = product ? real(p->out_scale) : common * real(p->in_scale[0]);
    double w1 = product ? 0 : common * real(p->in_scale[1]) * (p->op == MVK_SUB ? -1 : 1);
    int8_t want[65536];
    if (!can_do(p))
        return;
    all_results(p, want);
    p->in_float = true;
    for (size_t i = 0; i < sizeof near; i++)
        for (int k = 0; k < 9; k++) {
            p->weight[0] = next_to(w0, near[k % 3]);
            p->weight[1] = product ? 0 : next_to(w1, near[k / 3]);
            if (product)
                p->offset = (float)(ldexp(1, p->out_scale.shift - 1) + w0 * near[i] / 100);
            else
                p->offset =
                    (float)(p->out_zero - w0 * p->zero[0] - w1 * p->zero[1] + near[i] * 1e-6);
            if (same_everywhere(p, want))
                return;
            if (product && k == 2)
                break;
        }
    p->in_float = false;
}

/* ---- running ---- */

/* in[which] of one step: 16 values, or one for all. */
INLINE __m512i load_input(const int8_t *in, bool one, size_t i, __mmask16 mask)
{
    return one ? _mm512_set1_epi32(in[0])
               : _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(mask, in + i));
}

static void run_piece(const pair *j, bool in_float, const int8_t *in0, bool one0,
                      const int8_t *in1, bool one1, int8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        __m512i a = load_input(in0, one0, i, mask), b = load_input(in1, one1, i, mask);
        __m512i y = !in_float ? integers(j, a, b)
                    : j->op == MVK_MUL
                        ? _mm512_sub_epi32(floats(j, a, b, 1), j->out_zero)
                        : _mm512_sub_epi32(floats(j, a, b, 0), j->out_zero);
        _mm_mask_storeu_epi8(out + i, mask, mvk_finish16(y, &j->finish));
    }
}

/* 64 at a time of tensors of the same shape. */
INLINE size_t run_floats(const pair *j, const int8_t *in0, const int8_t *in1, int8_t *out,
                         size_t n, const int product)
{
    const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        __m512i y[4];
        UNROLL for (int k = 0; k < 4; k++) {
            const __m128i *p0 = (const __m128i *)(const void *)(in0 + i) + k;
            const __m128i *p1 = (const __m128i *)(const void *)(in1 + i) + k;
            y[k] = floats(j, _mm512_cvtepi8_epi32(_mm_loadu_si128(p0)),
                          _mm512_cvtepi8_epi32(_mm_loadu_si128(p1)), product);
        }
        __m512i q = _mm512_packs_epi16(_mm512_packs_epi32(y[0], y[1]),
                                       _mm512_packs_epi32(y[2], y[3]));
        q = _mm512_permutexvar_epi32(order, q);
        q = _mm512_min_epi8(_mm512_max_epi8(q, j->finish.low8), j->finish.high8);
        _mm512_storeu_si512(out + i, q);
    }
    return i;
}

/* How an input goes along the output. */
typedef enum along { ONE, ALL, CHANNELS, OTHER } along;

static along kind_of(const mvk_broadcast *b, int which)
{
    ptrdiff_t step = 1;
    bool one = true, all = true, channels = true, last = true;
    for (int i = b->rank - 1; i >= 0; i--) {
        if (b->shape[i] == 1)
            continue;
        one = one && b->stride[which][i] == 0;
        all = all && b->stride[which][i] == step;
        channels = channels && b->stride[which][i] == (last ? 1 : 0);
        step *= b->shape[i];
        last = false;
    }
    return one ? ONE : all ? ALL : channels ? CHANNELS : OTHER;
}

void mvk_binary_s8_avx512(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                          const int8_t *in1, int8_t *out)
{
    along k0 = kind_of(b, 0), k1 = kind_of(b, 1);
    if (!can_do(p) || k0 == OTHER || k1 == OTHER) {
        mvk_binary_s8_run(p, b, in0, in1, out);
        return;
    }
    const pair j = pair_of(p);
    size_t total = 1, run = 0;
    for (int i = 0; i < b->rank; i++) {
        total *= (size_t)b->shape[i];
        if (b->shape[i] != 1)
            run = (size_t)b->shape[i]; /* in the end: channels */
    }
    if (k0 != CHANNELS && k1 != CHANNELS)
        run = total;
    for (size_t i = 0; i < total; i += run) {
        const int8_t *from0 = in0 + (k0 == ALL ? i : 0), *from1 = in1 + (k1 == ALL ? i : 0);
        size_t done = 0;
        if (p->in_float && k0 != ONE && k1 != ONE)
            done = p->op == MVK_MUL ? run_floats(&j, from0, from1, out + i, run, 1)
                                    : run_floats(&j, from0, from1, out + i, run, 0);
        run_piece(&j, p->in_float, from0 + (k0 == ONE ? 0 : done), k0 == ONE,
                  from1 + (k1 == ONE ? 0 : done), k1 == ONE, out + i + done, run - done);
    }
}

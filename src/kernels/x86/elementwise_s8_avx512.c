/* int8 ADD, SUB and MUL, table look-up and quantization, 16 or 64 at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/x86.h"
#include "kernels/x86/requant_avx512.h"

/* ---- table look-up ---- */

static __m512i lookup64(const __m512i t[4], __m512i x)
{
    __m512i low = _mm512_permutex2var_epi8(t[0], x, t[1]);
    __m512i high = _mm512_permutex2var_epi8(t[2], x, t[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
}

void mvk_lookup_s8_avx512(const int8_t table[256], const int8_t *in, int8_t *out, size_t n)
{
    __m512i t[4];
    size_t i = 0;
    for (int k = 0; k < 4; k++)
        t[k] = _mm512_loadu_si512(table + 64 * k);
    for (; i + 64 <= n; i += 64)
        _mm512_storeu_si512(out + i, lookup64(t, _mm512_loadu_si512(in + i)));
    if (i < n) {
        __mmask64 mask = (1ull << (n - i)) - 1;
        __m512i x = _mm512_maskz_loadu_epi8(mask, in + i);
        _mm512_mask_storeu_epi8(out + i, mask, lookup64(t, x));
    }
}

/* ---- quantize ---- */

static __m128i quantize16(__m512 x, __m512 scale, __m512i zero)
{
    const __m512 limit = _mm512_set1_ps(1024), half = _mm512_set1_ps(0x1.fffffep-2f);
    const __m512 sign = _mm512_set1_ps(-0.0f);
    /* The order of operands sends NaN to the low end, as the portable kernel does. */
    __m512 q = _mm512_max_ps(_mm512_div_ps(x, scale), _mm512_sub_ps(_mm512_setzero_ps(), limit));
    q = _mm512_min_ps(q, limit);
    q = _mm512_add_ps(q, _mm512_or_ps(half, _mm512_and_ps(q, sign)));
    return _mm512_cvtsepi32_epi8(_mm512_add_epi32(_mm512_cvttps_epi32(q), zero));
}

void mvk_quantize_s8_avx512(float scale, int32_t zero, const float *in, int8_t *out, size_t n)
{
    __m512 s = _mm512_set1_ps(scale);
    __m512i z = _mm512_set1_epi32(zero);
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm_storeu_si128((__m128i *)(void *)(out + i), quantize16(_mm512_loadu_ps(in + i), s, z));
    if (i < n) {
        __mmask16 mask = (__mmask16)((1u << (n - i)) - 1);
        _mm_mask_storeu_epi8(out + i, mask, quantize16(_mm512_maskz_loadu_ps(mask, in + i), s, z));
    }
}

/* ---- ADD, SUB, MUL ---- */

typedef struct pair {
    mvk_binary_op op;
    __m512i zero[2];
    mvk_scaler in[2], out;
    int left_shift;
    mvk_finish512 finish;
} pair;

static mvk_scaler scaler_of(mvk_scale scale)
{
    mvk_param16 p;
    mvk_param16_fill(&p, scale);
    return mvk_scaler_load(&p);
}

static void pair_init(pair *j, const mvk_binary_s8 *p)
{
    j->op = p->op;
    j->left_shift = p->left_shift;
    for (int i = 0; i < 2; i++) {
        j->zero[i] = _mm512_set1_epi32(p->zero[i]);
        if (p->op != MVK_MUL)
            j->in[i] = scaler_of(p->in_scale[i]);
    }
    j->out = scaler_of(p->out_scale);
    j->finish = mvk_finish512_init(p->out_zero, p->act_min, p->act_max);
}

static inline __m512i widen(const pair *j, int which, __m128i x)
{
    return _mm512_sub_epi32(_mm512_cvtepi8_epi32(x), j->zero[which]);
}

static inline __m512i on_common_scale(const pair *j, int which, __m512i x)
{
    return mvk_rescale16(_mm512_sll_epi32(x, _mm_cvtsi32_si128(j->left_shift)), &j->in[which], 0);
}

/* in[which] of one step: 16 values, or one for all. */
static inline __m128i load_input(const int8_t *in, bool one, size_t i, __mmask16 mask)
{
    return one ? _mm_set1_epi8(in[0]) : _mm_maskz_loadu_epi8(mask, in + i);
}

static void run_piece(const pair *j, const int8_t *in0, bool one0, const int8_t *in1, bool one1,
                      int8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        __m512i a = widen(j, 0, load_input(in0, one0, i, mask));
        __m512i b = widen(j, 1, load_input(in1, one1, i, mask));
        __m512i y;
        if (j->op == MVK_MUL) {
            y = _mm512_mullo_epi32(a, b);
        } else {
            a = on_common_scale(j, 0, a);
            b = on_common_scale(j, 1, b);
            y = j->op == MVK_ADD ? _mm512_add_epi32(a, b) : _mm512_sub_epi32(a, b);
        }
        y = mvk_rescale16(y, &j->out, 0);
        _mm_mask_storeu_epi8(out + i, mask, mvk_finish16(y, &j->finish));
    }
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

static bool can_do(const mvk_binary_s8 *p)
{
    bool fits = p->op == MVK_MUL || ((p->op == MVK_ADD || p->op == MVK_SUB) &&
                                     mvk_scales_fit(p->in_scale, 2));
    return fits && mvk_scales_fit(&p->out_scale, 1);
}

void mvk_binary_s8_avx512(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                          const int8_t *in1, int8_t *out)
{
    along k0 = kind_of(b, 0), k1 = kind_of(b, 1);
    if (!can_do(p) || k0 == OTHER || k1 == OTHER) {
        mvk_binary_s8_run(p, b, in0, in1, out);
        return;
    }
    pair j;
    size_t total = 1, run = 0;
    for (int i = 0; i < b->rank; i++) {
        total *= (size_t)b->shape[i];
        if (b->shape[i] != 1)
            run = (size_t)b->shape[i]; /* in the end: channels */
    }
    pair_init(&j, p);
    if (k0 != CHANNELS && k1 != CHANNELS)
        run = total;
    for (size_t i = 0; i < total; i += run)
        run_piece(&j, in0 + (k0 == ALL ? i : 0), k0 == ONE, in1 + (k1 == ALL ? i : 0), k1 == ONE,
                  out + i, run);
}

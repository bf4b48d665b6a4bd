/* int8 table look-up and quantization, 16 or 64 at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/x86.h"

#include <immintrin.h>

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

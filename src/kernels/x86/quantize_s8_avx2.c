/* Quantization to int8 and back with AVX2. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"
#include "kernels/x86/x86.h"

static __m256i quantize8(__m256 x, __m256 scale)
{
    const __m256 limit = _mm256_set1_ps(1024), half = _mm256_set1_ps(0x1.fffffep-2f);
    const __m256 sign = _mm256_set1_ps(-0.0f);
    /* The order of operands sends NaN to the low end, as the portable kernel does. */
    __m256 q = _mm256_max_ps(_mm256_div_ps(x, scale), _mm256_sub_ps(_mm256_setzero_ps(), limit));
    q = _mm256_min_ps(q, limit);
    return _mm256_cvttps_epi32(_mm256_add_ps(q, _mm256_or_ps(half, _mm256_and_ps(q, sign))));
}

void mvk_quantize_s8_avx2(float scale, int32_t zero, const float *in, int8_t *out, size_t n)
{
    const __m256 s = _mm256_set1_ps(scale);
    const mvk_finish256 f = mvk_finish256_init(zero, -128, 127);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i y[4];
        UNROLL for (size_t k = 0; k < 4; k++)
            y[k] = quantize8(_mm256_loadu_ps(in + i + 8 * k), s);
        _mm256_storeu_si256((__m256i *)(void *)(out + i),
                            mvk_finish32(y[0], y[1], y[2], y[3], &f));
    }
    mvk_quantize_s8(scale, zero, in + i, out + i, n - i);
}

/* Groups of eight as the portable kernel computes them, by a fused multiply-add. */
void mvk_dequantize_s8_avx2(float scale, int32_t zero, const int8_t *in, float *out, size_t n)
{
    const __m256 s = _mm256_set1_ps(scale);
    const __m256 offset = _mm256_set1_ps((float)(-(double)zero * (double)scale));
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 q = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(mvk_load8(in + i, 8)));
        _mm256_storeu_ps(out + i, _mm256_fmadd_ps(q, s, offset));
    }
    mvk_dequantize_s8(scale, zero, in + i, out + i, n - i);
}

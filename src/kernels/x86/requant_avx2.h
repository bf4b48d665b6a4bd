/* From int32 accumulators to int8, eight channels at a time, exactly as mvk_rescale does:
 *     s = (x·m + 2^30) >> 31, halves up, then y = s / 2^e, halves away from zero.
 *
 * In integers: x + 2^31 is unsigned, and so is 2m, so the upper half of their product
 * (plus a half) is s + m; what is left is a shift of 32 bits, rounded. In float it is one
 * fused multiply-add, y = round(x · a ± d), with a ≈ m / 2^(31+e), d ≈ 2^-(e+1) with the
 * sign of x. Which vectors of channels may use it is proved when weights are packed:
 * see scaling.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_REQUANT_AVX2_H
#define MVK_X86_REQUANT_AVX2_H

#include "kernels/x86/scaling.h"

#include <immintrin.h>
#include <string.h>

/* Made part of callers that pass constants: loops over them vanish. */
#define INLINE static inline __attribute__((always_inline))
/* A function to itself: loops keep their registers. */
#define NOINLINE static __attribute__((noinline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/** How the accumulators of a vector are scaled. */
typedef enum mvk_way8 {
    MVK_INTEGER8,
    MVK_INTEGER8_POSITIVE, ///< those below zero are clamped anyway: right for the others
    MVK_FLOAT8,
    MVK_FLOAT8_POSITIVE,
} mvk_way8;

/** What eight accumulators need. */
typedef struct mvk_param8 {
    _Alignas(32) int32_t bias[8];    ///< to begin sums with; plus 2^31 for integers
    float a[8], d[8];
    uint32_t even_m[8], odd_m[8];    ///< 2m, in the lower half of each 64 bits
    int32_t add[8];                  ///< −m; in INTEGER8_POSITIVE plus half
    int32_t half[8], shift[8];       ///< 2^(e−1) or 0, and e
    int32_t sign[8];                 ///< 31; where e is 0, 32
    int32_t way;
} mvk_param8;

/** What the vectors can do: no shift to the left, none over 31 to the right, and biases
 * that leave room for sums of 2^29. bias may be NULL. */
bool mvk_scales_fit8(const mvk_scale *scale, const int32_t *bias, int n);
/** Eight channels, of which those past n do not matter. Results that differ only outside
 * act_min … act_max − out_zero are the same. Without `prove`, integers. */
void mvk_param8_set(mvk_param8 *p, const mvk_channel *channel, int n, int32_t out_zero,
                    int32_t act_min, int32_t act_max, bool prove);

INLINE __m256i mvk_load256(const void *p)
{
    return _mm256_load_si256(p);
}

/* x is biased by 2^31. */
INLINE __m256i mvk_integer8(__m256i x, const mvk_param8 *p, const int positive)
{
    const __m256i round = _mm256_set1_epi64x((int64_t)1 << 31);
    __m256i even = _mm256_mul_epu32(x, mvk_load256(p->even_m));
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), mvk_load256(p->odd_m));
    even = _mm256_srli_epi64(_mm256_add_epi64(even, round), 32);
    odd = _mm256_add_epi64(odd, round);
    __m256i s = _mm256_blend_epi32(even, odd, 0xaa);
    s = _mm256_add_epi32(s, mvk_load256(p->add));
    if (!positive) {
        s = _mm256_sub_epi32(s, _mm256_srlv_epi32(s, mvk_load256(p->sign)));
        s = _mm256_add_epi32(s, mvk_load256(p->half));
    }
    return _mm256_srav_epi32(s, mvk_load256(p->shift));
}

INLINE __m256i mvk_float8(__m256i x, __m256 a, __m256 d, const int positive)
{
    __m256 y = _mm256_cvtepi32_ps(x);
    if (!positive)
        d = _mm256_or_ps(d, _mm256_and_ps(y, _mm256_set1_ps(-0.0f)));
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(y, a, d));
}

/** n accumulators of the same channels, `step` apart, to results without zero point. */
INLINE void mvk_rescale8(__m256i *x, const int n, const int step, const mvk_param8 *p)
{
    const __m256 a = _mm256_load_ps(p->a), d = _mm256_load_ps(p->d);
    switch (p->way) {
    case MVK_FLOAT8:
        UNROLL for (int i = 0; i < n; i++)
            x[i * step] = mvk_float8(x[i * step], a, d, 0);
        break;
    case MVK_FLOAT8_POSITIVE:
        UNROLL for (int i = 0; i < n; i++)
            x[i * step] = mvk_float8(x[i * step], a, d, 1);
        break;
    case MVK_INTEGER8:
        UNROLL for (int i = 0; i < n; i++)
            x[i * step] = mvk_integer8(x[i * step], p, 0);
        break;
    default:
        UNROLL for (int i = 0; i < n; i++)
            x[i * step] = mvk_integer8(x[i * step], p, 1);
        break;
    }
}

/** Zero point and limits, the same for all channels. */
typedef struct mvk_finish256 {
    __m256i zero, low, high; ///< int16, int8, int8
} mvk_finish256;

INLINE mvk_finish256 mvk_finish256_init(int32_t zero, int32_t low, int32_t high)
{
    return (mvk_finish256){_mm256_set1_epi16((short)zero), _mm256_set1_epi8((char)low),
                           _mm256_set1_epi8((char)high)};
}

/** Four vectors of results to 32 int8, one behind the other. */
INLINE __m256i mvk_finish32(__m256i y0, __m256i y1, __m256i y2, __m256i y3,
                            const mvk_finish256 *f)
{
    __m256i a = _mm256_adds_epi16(_mm256_packs_epi32(y0, y1), f->zero);
    __m256i b = _mm256_adds_epi16(_mm256_packs_epi32(y2, y3), f->zero);
    __m256i q = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b),
                                            _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    return _mm256_min_epi8(_mm256_max_epi8(q, f->low), f->high);
}

/* ---- memory that may end anywhere ---- */

/** The first 8 of n bytes, zeros behind the last. */
INLINE __m128i mvk_load8(const int8_t *p, int n)
{
    int64_t x = 0;
    if (n >= 8)
        return _mm_loadl_epi64((const __m128i *)(const void *)p);
    memcpy(&x, p, (size_t)n);
    return _mm_cvtsi64_si128(x);
}

INLINE void mvk_store8(int8_t *p, __m128i x, int n)
{
    int64_t y = _mm_cvtsi128_si64(x);
    if (n >= 8)
        memcpy(p, &y, 8);
    else
        memcpy(p, &y, (size_t)n);
}

INLINE void mvk_store16(int8_t *p, __m128i x, int n)
{
    if (n >= 16) {
        _mm_storeu_si128((__m128i *)(void *)p, x);
        return;
    }
    mvk_store8(p, x, n);
    if (n > 8)
        mvk_store8(p + 8, _mm_unpackhi_epi64(x, x), n - 8);
}

#endif

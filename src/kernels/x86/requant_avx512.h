/* From int32 accumulators to int8, 16 channels at a time, exactly as mvk_rescale does:
 *     s = (x·m + 2^30) >> 31, then y = s / 2^e, halves away from zero.
 *
 * In integers that is two multiplications of eight lanes and some shifts. In float it is
 * one fused multiply-add: y = round(x · a ± d) with a ≈ m / 2^(31+e), d ≈ 2^-(e+1) (the
 * first rounding moves every half by so much), the sign x's own. Which vectors of channels
 * may use it is proved when weights are packed: see scaling.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_X86_REQUANT_AVX512_H
#define MV_KERNELS_X86_REQUANT_AVX512_H

#include "kernels/x86/scaling.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 24")
#endif

/** How the accumulators of a vector are scaled. */
typedef enum mvk_way {
    MVK_INTEGER,
    MVK_INTEGER_POSITIVE, ///< those below zero are clamped anyway: exact for the others
    MVK_FLOAT,
    MVK_FLOAT_POSITIVE,
} mvk_way;

/** What 16 accumulators need. */
typedef struct mvk_param16 {
    _Alignas(64) int32_t bias[16];
    float a[16], d[16];
    int32_t even_m[16], odd_m[16]; ///< in the lower half of each 64 bits
    int32_t shift[16], half[16];   ///< e, and 2^(e−1) or 0
    int32_t sign[16];              ///< −1 where e > 0
    int32_t way;
} mvk_param16;

/** All lanes alike, in integers, no bias. */
void mvk_param16_fill(mvk_param16 *p, mvk_scale scale);

/** 16 channels, of which those past n do not matter. Results that differ only outside
 * act_min … act_max − out_zero are the same. */
void mvk_param16_set(mvk_param16 *p, const mvk_channel *channel, int n, int32_t out_zero,
                     int32_t act_min, int32_t act_max);

/** Of 64 bytes, the first n. */
INLINE __mmask64 mvk_mask64(int n)
{
    return n >= 64 ? ~0ull : (1ull << n) - 1;
}

/** int8 with 128 added, as VPDPBUSD takes it. */
INLINE __m512i mvk_unsigned(__m512i x)
{
    return _mm512_xor_si512(x, _mm512_set1_epi8((char)0x80));
}

static inline __m512i mvk_load512(const void *p)
{
    return _mm512_load_si512(p);
}

/** Parameters of one vector in registers. */
typedef struct mvk_scaler {
    __m512i even_m, odd_m, shift, half, sign;
} mvk_scaler;

INLINE mvk_scaler mvk_scaler_load(const mvk_param16 *p)
{
    return (mvk_scaler){mvk_load512(p->even_m), mvk_load512(p->odd_m), mvk_load512(p->shift),
                        mvk_load512(p->half), mvk_load512(p->sign)};
}

INLINE __m512i mvk_rescale16(__m512i x, const mvk_scaler *p, const int positive)
{
    const __m512i round = _mm512_set1_epi64((int64_t)1 << 30);
    __m512i a = _mm512_mul_epi32(x, p->even_m);
    __m512i b = _mm512_mul_epi32(_mm512_srli_epi64(x, 32), p->odd_m);
    a = _mm512_srli_epi64(_mm512_add_epi64(a, round), 31);
    b = _mm512_slli_epi64(_mm512_add_epi64(b, round), 1);
    __m512i s = _mm512_mask_mov_epi32(a, 0xaaaa, b);
    __m512i half = p->half;
    if (!positive)
        half = _mm512_add_epi32(half, _mm512_and_si512(_mm512_srai_epi32(s, 31), p->sign));
    return _mm512_srav_epi32(_mm512_add_epi32(s, half), p->shift);
}

INLINE __m512i mvk_float16(__m512i x, __m512 a, __m512 d, const int positive)
{
    __m512 y = _mm512_cvtepi32_ps(x);
    if (!positive) /* d, with the sign of y */
        d = _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
            _mm512_castps_si512(d), _mm512_castps_si512(y), _mm512_set1_epi32(INT32_MIN), 0xf8));
    return _mm512_cvtps_epi32(_mm512_fmadd_ps(y, a, d));
}

/** n vectors of the same channels, `step` apart, from accumulators to results without
 * their zero point. */
INLINE void mvk_rescale_some(__m512i *x, const int n, const int step, const mvk_param16 *p)
{
    if (p->way >= MVK_FLOAT) {
        const __m512 a = _mm512_load_ps(p->a), d = _mm512_load_ps(p->d);
        if (p->way == MVK_FLOAT_POSITIVE) {
            UNROLL for (int i = 0; i < n; i++)
                x[i * step] = mvk_float16(x[i * step], a, d, 1);
        } else {
            UNROLL for (int i = 0; i < n; i++)
                x[i * step] = mvk_float16(x[i * step], a, d, 0);
        }
        return;
    }
    const mvk_scaler s = mvk_scaler_load(p);
    if (p->way == MVK_INTEGER_POSITIVE) {
        UNROLL for (int i = 0; i < n; i++)
            x[i * step] = mvk_rescale16(x[i * step], &s, 1);
    } else {
        UNROLL for (int i = 0; i < n; i++)
            x[i * step] = mvk_rescale16(x[i * step], &s, 0);
    }
}

/** Zero point and limits, the same for all channels. */
typedef struct mvk_finish512 {
    __m512i zero16, low8, high8; ///< for 64 results at once
    __m512i zero, low, high;     ///< for 16; the limits without the zero point
} mvk_finish512;

INLINE mvk_finish512 mvk_finish512_init(int32_t zero, int32_t low, int32_t high)
{
    return (mvk_finish512){_mm512_set1_epi16((short)zero), _mm512_set1_epi8((char)low),
                           _mm512_set1_epi8((char)high),   _mm512_set1_epi32(zero),
                           _mm512_set1_epi32(low - zero),  _mm512_set1_epi32(high - zero)};
}

/** Four vectors of results, whose lanes hold channels 16·L + 4·j + i (vector j, 128-bit
 * lane L, element i), to 64 int8 in their natural order. */
INLINE __m512i mvk_finish64(const __m512i y[4], const mvk_finish512 *f)
{
    __m512i a = _mm512_adds_epi16(_mm512_packs_epi32(y[0], y[1]), f->zero16);
    __m512i b = _mm512_adds_epi16(_mm512_packs_epi32(y[2], y[3]), f->zero16);
    __m512i q = _mm512_packs_epi16(a, b);
    return _mm512_min_epi8(_mm512_max_epi8(q, f->low8), f->high8);
}

/** One vector of results in natural order, to 16 int8. */
INLINE __m128i mvk_finish16(__m512i y, const mvk_finish512 *f)
{
    y = _mm512_min_epi32(_mm512_max_epi32(y, f->low), f->high);
    return _mm512_cvtepi32_epi8(_mm512_add_epi32(y, f->zero));
}

/** The channel of a vector's lane within its block of 64. */
static inline int mvk_lane64(int vector, int lane)
{
    return lane / 4 * 16 + vector * 4 + lane % 4;
}

#endif

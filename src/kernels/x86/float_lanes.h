/* Vectors of floats as wide as the set of instructions that this file is compiled for
 * has them: the float kernels of x86 are written once and compiled for each set.
 * Names of all that they share between files end in the set's name, MVK_FLOAT_SET.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_FLOAT_LANES_H
#define MVK_X86_FLOAT_LANES_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define MVK_JOIN_(a, b) a##_##b
#define MVK_JOIN(a, b) MVK_JOIN_(a, b)
#define MVK_FLOAT(name) MVK_JOIN(mvk_##name, MVK_FLOAT_SET)

/* Made part of callers that pass constants: loops over them vanish. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define PRAGMA(x) _Pragma(#x)
#define UNROLL(n) PRAGMA(GCC unroll n)

#if defined(__AVX512F__)

enum { LANES = 16 };
typedef __m512 vec;
typedef __mmask16 mask; ///< which lanes are meant

#define vec_zero() _mm512_setzero_ps()
#define vec_fill(x) _mm512_set1_ps(x)
#define vec_load(p) _mm512_loadu_ps(p)
#define vec_store(p, a) _mm512_storeu_ps(p, a)
#define vec_add(a, b) _mm512_add_ps(a, b)
#define vec_sub(a, b) _mm512_sub_ps(a, b)
#define vec_mul(a, b) _mm512_mul_ps(a, b)
#define vec_div(a, b) _mm512_div_ps(a, b)
#define vec_min(a, b) _mm512_min_ps(a, b) ///< a < b ? a : b
#define vec_max(a, b) _mm512_max_ps(a, b) ///< a > b ? a : b
#define vec_fma(a, b, c) _mm512_fmadd_ps(a, b, c)   ///< a · b + c
#define vec_fnma(a, b, c) _mm512_fnmadd_ps(a, b, c) ///< c − a · b
#define vec_round(a) _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define vec_cut(a) _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)
#define vec_reduce_min(a) _mm512_reduce_min_ps(a)
#define vec_reduce_max(a) _mm512_reduce_max_ps(a)

/** Lanes 0 … n-1; n in 0 … LANES. */
static inline mask mask_first(int n)
{
    return (mask)((1u << n) - 1);
}

/** What is not meant is not read, and 0. */
static inline vec vec_load_some(const float *p, mask m)
{
    return _mm512_maskz_loadu_ps(m, p);
}

static inline void vec_store_some(float *p, mask m, vec a)
{
    _mm512_mask_storeu_ps(p, m, a);
}

/** |a| with the sign of b. */
static inline vec vec_sign_of(vec a, vec b)
{
    const __m512i sign = _mm512_set1_epi32(INT32_MIN);

    /* b where `sign` has ones, else a. */
    return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
        sign, _mm512_castps_si512(b), _mm512_castps_si512(a), 0xca));
}

/** a · 2^n for whole n, rounded once. */
static inline vec vec_scale(vec a, vec n)
{
    return _mm512_scalef_ps(a, n);
}

/** True if a lane's magnitude is not in [low, high], which are positive. */
static inline int vec_any_beyond(vec a, float low, float high)
{
    const __m512i l = _mm512_castps_si512(_mm512_set1_ps(low));
    const __m512i range = _mm512_sub_epi32(_mm512_castps_si512(_mm512_set1_ps(high)), l);
    __m512i magnitude =
        _mm512_and_si512(_mm512_castps_si512(a), _mm512_set1_epi32(INT32_MAX));

    return _mm512_cmpgt_epu32_mask(_mm512_sub_epi32(magnitude, l), range) != 0;
}

#elif defined(__AVX2__) && defined(__FMA__)

enum { LANES = 8 };
typedef __m256 vec;
typedef __m256i mask;

#define vec_zero() _mm256_setzero_ps()
#define vec_fill(x) _mm256_set1_ps(x)
#define vec_load(p) _mm256_loadu_ps(p)
#define vec_store(p, a) _mm256_storeu_ps(p, a)
#define vec_add(a, b) _mm256_add_ps(a, b)
#define vec_sub(a, b) _mm256_sub_ps(a, b)
#define vec_mul(a, b) _mm256_mul_ps(a, b)
#define vec_div(a, b) _mm256_div_ps(a, b)
#define vec_min(a, b) _mm256_min_ps(a, b)
#define vec_max(a, b) _mm256_max_ps(a, b)
#define vec_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define vec_fnma(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define vec_round(a) _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define vec_cut(a) _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)

static inline mask mask_first(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vec vec_load_some(const float *p, mask m)
{
    return _mm256_maskload_ps(p, m);
}

static inline void vec_store_some(float *p, mask m, vec a)
{
    _mm256_maskstore_ps(p, m, a);
}

static inline vec vec_sign_of(vec a, vec b)
{
    const __m256 sign = _mm256_castsi256_ps(_mm256_set1_epi32(INT32_MIN));

    return _mm256_or_ps(_mm256_andnot_ps(sign, a), _mm256_and_ps(sign, b));
}

static inline __m256 power_of_2(__m256i n)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

/* In two steps: 2^n alone might not be a float. |n| < 250. */
static inline vec vec_scale(vec a, vec n)
{
    __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);

    a = _mm256_mul_ps(a, power_of_2(half));
    return _mm256_mul_ps(a, power_of_2(_mm256_sub_epi32(whole, half)));
}

static inline int vec_any_beyond(vec a, float low, float high)
{
    const __m256i l = _mm256_castps_si256(_mm256_set1_ps(low));
    const __m256i h = _mm256_castps_si256(_mm256_set1_ps(high));
    __m256i magnitude =
        _mm256_and_si256(_mm256_castps_si256(a), _mm256_set1_epi32(INT32_MAX));
    __m256i beyond = _mm256_or_si256(_mm256_cmpgt_epi32(l, magnitude),
                                     _mm256_cmpgt_epi32(magnitude, h));

    return !_mm256_testz_si256(beyond, beyond);
}

static inline float vec_reduce_min(vec a)
{
    __m128 b = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));

    b = _mm_min_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_min_ss(b, _mm_shuffle_ps(b, b, 1)));
}

static inline float vec_reduce_max(vec a)
{
    __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));

    b = _mm_max_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_max_ss(b, _mm_shuffle_ps(b, b, 1)));
}

#else
#error "the float kernels need AVX2 with FMA, or AVX-512"
#endif

/** x < low ? low : x > high ? high : x; NaN stays, as in the portable kernels. */
ALWAYS_INLINE vec vec_clamp(vec x, vec low, vec high)
{
    return vec_min(high, vec_max(low, x));
}

/* What a loop's last turn loads and stores: `m` matters only where not whole. */
ALWAYS_INLINE vec vec_load_last(const float *p, int whole, mask m)
{
    return whole ? vec_load(p) : vec_load_some(p, m);
}

ALWAYS_INLINE void vec_store_last(float *p, int whole, mask m, vec a)
{
    if (whole)
        vec_store(p, a);
    else
        vec_store_some(p, m, a);
}

#endif

/* From int32 accumulators to int8, 16 at a time, exactly as mvk_rescale does.
 *
 * mvk_rescale rounds twice: s = (x·m + 2^30) >> 31, halves up, then s / 2^e, halves
 * away from zero. For e >= 1 both are one shift of 64 bits:
 *     (x·m + 2^30 + 2^(30+e) − (x < 0 ? 2^31 : 0)) >> (31 + e)
 * since floor((floor(a / 2^31) + b) / 2^e) = floor((a + b·2^31) / 2^(31+e)), and
 * where x < 0 but s = 0 (x = −1, m = 2^30) the subtraction changes nothing. For e = 0
 * the first step is all. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_X86_REQUANT_AVX512_H
#define MV_KERNELS_X86_REQUANT_AVX512_H

#include "kernels/kernels.h"

#include <immintrin.h>

/** What 16 accumulators need; even and odd lanes apart, as they are multiplied. */
typedef struct mvk_param16 {
    _Alignas(64) int32_t bias[16];
    int32_t even_m[16], odd_m[16];       ///< in the lower half of each 64 bits
    int64_t even_add[8], odd_add[8];
    int64_t even_sign[8], odd_sign[8];   ///< 2^31, to be masked by x's own sign bit; or 0
    int64_t even_shift[8], odd_shift[8];
} mvk_param16;

/** No channel shifts left, none over 31 right: what the vectors can do. */
static inline bool mvk_scales_fit(const mvk_scale *scale, int n)
{
    for (int i = 0; i < n; i++)
        if (scale[i].shift > 0 || scale[i].shift < -31)
            return false;
    return true;
}

static inline void mvk_param16_set(mvk_param16 *p, int lane, int32_t bias, mvk_scale scale)
{
    int e = -scale.shift, half = lane / 2;
    int64_t add = ((int64_t)1 << 30) + (e ? (int64_t)1 << (30 + e) : 0);
    int64_t sign = e ? (int64_t)1 << 31 : 0;
    p->bias[lane] = bias;
    if (lane % 2) {
        p->odd_m[lane - 1] = scale.multiplier;
        p->odd_add[half] = add;
        p->odd_sign[half] = sign;
        p->odd_shift[half] = 31 + e;
    } else {
        p->even_m[lane] = scale.multiplier;
        p->even_add[half] = add;
        p->even_sign[half] = sign;
        p->even_shift[half] = 31 + e;
    }
}

static inline __m512i mvk_load512(const void *p)
{
    return _mm512_load_si512(p);
}

static inline __m512i mvk_rescale16(__m512i x, const mvk_param16 *p)
{
    __m512i odd = _mm512_srli_epi64(x, 32);
    __m512i a = _mm512_mul_epi32(x, mvk_load512(p->even_m));
    __m512i b = _mm512_mul_epi32(odd, mvk_load512(p->odd_m));
    a = _mm512_add_epi64(a, mvk_load512(p->even_add));
    b = _mm512_add_epi64(b, mvk_load512(p->odd_add));
    a = _mm512_sub_epi64(a, _mm512_and_si512(x, mvk_load512(p->even_sign)));
    b = _mm512_sub_epi64(b, _mm512_and_si512(odd, mvk_load512(p->odd_sign)));
    a = _mm512_srav_epi64(a, mvk_load512(p->even_shift));
    b = _mm512_srav_epi64(b, mvk_load512(p->odd_shift));
    return _mm512_mask_shuffle_epi32(a, 0xaaaa, b, _MM_PERM_CCAA);
}

/** Zero point and limits, the same for all channels. */
typedef struct mvk_finish512 {
    __m512i zero, low, high; ///< int32, int8, int8
} mvk_finish512;

static inline mvk_finish512 mvk_finish512_init(int32_t zero, int32_t low, int32_t high)
{
    return (mvk_finish512){_mm512_set1_epi32(zero), _mm512_set1_epi8((char)low),
                           _mm512_set1_epi8((char)high)};
}

/** Four accumulators, whose lanes hold channels 16·L + 4·j + i (vector j, 128-bit
 * lane L, element i), to 64 int8 in their natural order. */
static inline __m512i mvk_finish64(const __m512i acc[4], const mvk_param16 p[4],
                                   const mvk_finish512 *f)
{
    __m512i y[4];
    for (int j = 0; j < 4; j++)
        y[j] = _mm512_add_epi32(mvk_rescale16(acc[j], &p[j]), f->zero);
    __m512i q = _mm512_packs_epi16(_mm512_packs_epi32(y[0], y[1]),
                                   _mm512_packs_epi32(y[2], y[3]));
    return _mm512_min_epi8(_mm512_max_epi8(q, f->low), f->high);
}

/** One accumulator in natural order, to 16 int8. */
static inline __m128i mvk_finish16(__m512i acc, const mvk_param16 *p, const mvk_finish512 *f)
{
    __m512i y = _mm512_add_epi32(mvk_rescale16(acc, p), f->zero);
    __m128i q = _mm512_cvtsepi32_epi8(y);
    return _mm_min_epi8(_mm_max_epi8(q, _mm512_castsi512_si128(f->low)),
                        _mm512_castsi512_si128(f->high));
}

/** The channel of a vector's lane within its block of 64. */
static inline int mvk_lane64(int vector, int lane)
{
    return lane / 4 * 16 + vector * 4 + lane % 4;
}

#endif

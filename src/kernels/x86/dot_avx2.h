/* Dot products of int8, in eight lanes, for kernels that are written once for AVX2 and
 * for AVX-VNNI; MVK_S8_SET is the set's name, which ends the names that files share.
 *
 * A lane's 32 bits hold MVK_TAPS activations: four bytes made unsigned (+128) for
 * VPDPBUSD, or two int16 for VPMADDWD. (VPMADDUBSW would take bytes, but saturates.) What
 * is added to activations is taken back in the bias. SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_DOT_AVX2_H
#define MVK_X86_DOT_AVX2_H

#include "kernels/x86/requant_avx2.h"

#define MVK_JOIN_(a, b) a##_##b
#define MVK_JOIN(a, b) MVK_JOIN_(a, b)
#define MVK_S8(name) MVK_JOIN(mvk_##name, MVK_S8_SET)
#define MVK_TEXT_(a) #a
#define MVK_TEXT(a) MVK_TEXT_(a)

#if defined(MVK_S8_VNNI)

enum { MVK_TAPS = 4, MVK_OFFSET = 128 };
typedef uint8_t mvk_value;

/* x unsigned, w signed. */
INLINE __m256i mvk_dot(__m256i acc, __m256i x, __m256i w)
{
#if defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(acc, x, w);
#elif defined(__AVX512VNNI__) && defined(__AVX512VL__)
    return _mm256_dpbusd_epi32(acc, x, w);
#else
    /* For tests on processors that have neither. */
    __m256i even = _mm256_madd_epi16(_mm256_and_si256(x, _mm256_set1_epi16(0xff)),
                                     _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8));
    __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(x, 8), _mm256_srai_epi16(w, 8));
    return _mm256_add_epi32(acc, _mm256_add_epi32(even, odd));
#endif
}

/* Weights of eight lanes, int8 in memory. */
INLINE __m256i mvk_weights8(const int8_t *w)
{
    return mvk_load256(w);
}

/* 16 activations. */
INLINE void mvk_put16(mvk_value *to, __m128i x)
{
    _mm_storeu_si128((__m128i *)(void *)to, _mm_xor_si128(x, _mm_set1_epi8((char)0x80)));
}

/* Four taps of eight channels each. */
INLINE __m256i mvk_interleave(const __m128i tap[MVK_TAPS])
{
    __m128i a = _mm_unpacklo_epi8(tap[0], tap[1]), b = _mm_unpacklo_epi8(tap[2], tap[3]);
    __m256i x = _mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b));
    return _mm256_xor_si256(x, _mm256_set1_epi8((char)0x80));
}

#else

enum { MVK_TAPS = 2, MVK_OFFSET = 0 };
typedef int16_t mvk_value;

INLINE __m256i mvk_dot(__m256i acc, __m256i x, __m256i w)
{
    return _mm256_add_epi32(acc, _mm256_madd_epi16(x, w));
}

INLINE __m256i mvk_weights8(const int8_t *w)
{
    return _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(const void *)w));
}

INLINE void mvk_put16(mvk_value *to, __m128i x)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_cvtepi8_epi16(x));
}

INLINE __m256i mvk_interleave(const __m128i tap[MVK_TAPS])
{
    return _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(tap[0], tap[1]));
}

#endif

enum { MVK_WEIGHTS8 = 8 * MVK_TAPS }; ///< bytes of mvk_weights8

/* Weights of eight lanes as mvk_dot takes them are 32 bytes: tap `tap` of a lane. */
INLINE void mvk_pack_tap(char *weights, int lane, int tap, int8_t w)
{
    mvk_value value = (mvk_value)w;
    memcpy(weights + (size_t)(lane * MVK_TAPS + tap) * sizeof value, &value, sizeof value);
}

#endif

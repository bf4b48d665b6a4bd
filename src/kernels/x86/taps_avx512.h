/* What depthwise convolutions over space and time share: packed blocks of 64 channels
 * whose weights stand four taps a channel, as VPDPBUSD adds them up. Where 32 channels
 * or fewer are left for the last block, it holds them twice: for two places at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_X86_TAPS_AVX512_H
#define MV_KERNELS_X86_TAPS_AVX512_H

#include "kernels/x86/requant_avx512.h"

#include <string.h>

typedef struct mvk_taps {
    int groups;            ///< of four taps
    int blocks;            ///< of 64 channels
    int twice;             ///< channels that the last block holds twice; 0: none
    int channels;
    size_t weights, zeros; ///< where they begin, bytes; the parameters come first
} mvk_taps;

/** What the packing needs to know. tap(group, i): which tap is the i-th of a group; −1:
 * none. At most 64 taps. */
typedef struct mvk_taps_source {
    int groups, channels;
    int (*tap)(int taps, int group, int i);
    int taps;
    int32_t in_zero, out_zero, act_min, act_max;
    const int32_t *bias;
    const mvk_scale *scale;
} mvk_taps_source;

size_t mvk_taps_size(int groups, int channels);
/** w: [taps, channels]. */
void mvk_taps_pack(const mvk_taps_source *from, const int8_t *w, void *to);

/** A packed block, opened. */
typedef struct mvk_taps_job {
    mvk_taps t;
    const mvk_param16 *params; ///< 4 a block
    const int8_t *weights;     ///< 256 bytes a group
    const int8_t *zeros;       ///< the zero point of the input, for all channels
    mvk_finish512 finish;
} mvk_taps_job;

INLINE mvk_taps_job mvk_taps_open(const void *packed, int32_t zero, int32_t low, int32_t high)
{
    mvk_taps_job j = {.finish = mvk_finish512_init(zero, low, high)};
    memcpy(&j.t, packed, sizeof j.t);
    j.params = (const mvk_param16 *)((const char *)packed + 64);
    j.weights = (const int8_t *)packed + j.t.weights;
    j.zeros = (const int8_t *)packed + j.t.zeros;
    return j;
}

/** The channels of one block at one place, or at two. */
INLINE __m512i mvk_load_tap(const int8_t *p, __mmask64 mask)
{
    return mvk_unsigned(_mm512_maskz_loadu_epi8(mask, p));
}

INLINE __m512i mvk_load_twice(const int8_t *p, const int8_t *q, __mmask32 mask)
{
    __m256i low = _mm256_maskz_loadu_epi8(mask, p), high = _mm256_maskz_loadu_epi8(mask, q);
    return mvk_unsigned(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1));
}

/** Bytes of four taps, side by side for each channel; lanes as mvk_finish64 has them. */
INLINE void mvk_interleave(__m512i out[4], __m512i t0, __m512i t1, __m512i t2, __m512i t3)
{
    __m512i a = _mm512_unpacklo_epi8(t0, t1), b = _mm512_unpackhi_epi8(t0, t1);
    __m512i c = _mm512_unpacklo_epi8(t2, t3), d = _mm512_unpackhi_epi8(t2, t3);
    out[0] = _mm512_unpacklo_epi16(a, c);
    out[1] = _mm512_unpackhi_epi16(a, c);
    out[2] = _mm512_unpacklo_epi16(b, d);
    out[3] = _mm512_unpackhi_epi16(b, d);
}

/** Stores a block's n channels; those of a block held twice to both places (q may be p). */
INLINE void mvk_store_block(int8_t *p, int8_t *q, __m512i x, int n, bool twice)
{
    if (!twice) {
        _mm512_mask_storeu_epi8(p, mvk_mask64(n), x);
        return;
    }
    __mmask32 mask = (__mmask32)mvk_mask64(n);
    _mm256_mask_storeu_epi8(q, mask, _mm512_extracti64x4_epi64(x, 1));
    _mm256_mask_storeu_epi8(p, mask, _mm512_castsi512_si256(x));
}

#endif

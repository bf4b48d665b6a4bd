/* From int32 accumulators to int8, exactly as mvk_rescale does.
 *
 * mvk_rescale rounds twice: y = (x·m + 2^30) >> 31, halves up, then y / 2^e, halves away
 * from zero. The first is SQRDMULH to the bit: (2·x·m + 2^31) >> 32, which saturates only
 * for x = m = −2^31, and m >= 0. The second is SRSHL, which rounds halves up, of one less
 * where y < 0: floor((y − 1 + 2^(e−1)) / 2^e) for negative y is y / 2^e with halves down.
 * The one less never wraps: y > −2^31, since m < 2^31. For e = 0 nothing is taken off.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_ARM_REQUANT_H
#define MVK_ARM_REQUANT_H

#include "kernels/kernels.h"

#include <arm_neon.h>
#include <string.h>

/* Made part of callers that pass constants: loops over them vanish. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define PRAGMA(x) _Pragma(#x)
#define UNROLL(n) PRAGMA(GCC unroll n)

/** No scale shifts left: what the vectors can do. */
static inline bool mvk_scales_fit(const mvk_scale *scale, int n)
{
    for (int i = 0; i < n; i++)
        if (scale[i].shift > 0)
            return false;
    return true;
}

/** What mvk_rescale4 takes as `shift`: 0 … −31, as mvk_rescale has it. */
static inline int32_t mvk_right_shift(mvk_scale scale)
{
    return scale.shift < -31 ? -31 : scale.shift;
}

static inline int32x4_t mvk_rescale4(int32x4_t x, int32x4_t multiplier, int32x4_t shift)
{
    int32x4_t y = vqrdmulhq_s32(x, multiplier);

    y = vsraq_n_s32(y, vandq_s32(y, shift), 31); /* both negative: one less */
    return vrshlq_s32(y, shift);
}

/** Per channel, `channels` of each: accumulators begin at `bias`. */
typedef struct mvk_params {
    const int32_t *bias, *multiplier, *shift;
} mvk_params;

/** Zero point and limits, the same for all channels. */
typedef struct mvk_finish {
    int16x8_t zero;
    int8x16_t low, high;
} mvk_finish;

static inline mvk_finish mvk_finish_init(int32_t zero, int32_t low, int32_t high)
{
    return (mvk_finish){vdupq_n_s16((int16_t)zero), vdupq_n_s8((int8_t)low),
                        vdupq_n_s8((int8_t)high)};
}

/** Eight rescaled values, with the zero point, as int16. Saturating on the way loses
 * nothing: limits of int8 follow. */
static inline int16x8_t mvk_narrow8(int32x4_t a, int32x4_t b, const mvk_finish *f)
{
    return vqaddq_s16(vqmovn_high_s32(vqmovn_s32(a), b), f->zero);
}

static inline int8x16_t mvk_narrow16(int16x8_t a, int16x8_t b, const mvk_finish *f)
{
    int8x16_t q = vqmovn_high_s16(vqmovn_s16(a), b);

    return vminq_s8(vmaxq_s8(q, f->low), f->high);
}

/** The first n bytes, n <= 8. */
static inline void mvk_store_some(int8_t *to, int8x8_t q, int n)
{
    int8_t bytes[8];

    vst1_s8(bytes, q);
    memcpy(to, bytes, (size_t)n);
}

#endif

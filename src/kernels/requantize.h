/* Fixed-point scaling, for the kernels' own use: one value at a time, and rows of
 * int32 accumulators to int8. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_REQUANTIZE_H
#define MV_KERNELS_REQUANTIZE_H

#include "kernels/kernels.h"

static inline int32_t mvk_add_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t mvk_clamp(int32_t x, int32_t low, int32_t high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

/** round(x · m / 2^31), halves up; m >= 0. The textbook form divides a signed
 * 64-bit product, which SSE2 cannot do four at a time. Biasing x by 2^31 makes
 * the product unsigned and adds exactly m to the result. */
static inline int32_t mvk_mul_high(int32_t x, int32_t m)
{
    uint32_t biased = (uint32_t)x ^ 0x80000000u;
    uint64_t product = (uint64_t)biased * (uint32_t)m + (1u << 30);

    return (int32_t)((uint32_t)(product >> 31) - (uint32_t)m);
}

/** x / 2^bits, halves away from zero; bits in 0 … 31. */
static inline int32_t mvk_round_shift(int32_t x, int bits)
{
    int32_t mask = (int32_t)((1u << bits) - 1);
    int32_t threshold = (mask >> 1) + (x < 0);

    return (x >> bits) + ((x & mask) > threshold);
}

/** mvk_rescale, inline. A left shift wraps; one of 32 and more leaves nothing. */
static inline int32_t mvk_scale_value(int32_t x, mvk_scale scale)
{
    if (scale.shift <= 0)
        return mvk_round_shift(mvk_mul_high(x, scale.multiplier),
                               scale.shift < -31 ? 31 : -scale.shift);
    x = scale.shift < 32 ? (int32_t)((uint32_t)x << scale.shift) : 0;
    return mvk_mul_high(x, scale.multiplier);
}

#define MVK_LANES 32 ///< most channels that one mvk_requant serves

/** How a run of channels goes from accumulator to int8. */
typedef struct mvk_requant {
    int count;
    bool shifts_right;             ///< every shift < 0: the fast way
    int32_t out_zero, low, high;
    mvk_scale scale[MVK_LANES];
    int32_t bias[MVK_LANES];
    uint32_t multiplier[MVK_LANES];
    uint32_t offset[MVK_LANES];    ///< 2^31 − multiplier
    uint32_t divisor[MVK_LANES];   ///< 2^(32 + shift)
    int32_t add[MVK_LANES];        ///< out_zero − divisor / 2
} mvk_requant;

/** Channels first … first+count-1 of `conv`, count <= MVK_LANES. */
void mvk_requant_init(mvk_requant *r, const mvk_conv *conv, int first, int count);
/** out[i] = clamp(rescale(acc[i] + bias[i]) + out_zero), i < count. acc has room for
 * MVK_LANES values, of which those past count do not matter. */
void mvk_requant_row(const mvk_requant *r, const int32_t *acc, int8_t *out);

#endif

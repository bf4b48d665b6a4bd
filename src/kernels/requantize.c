/* Fixed-point scaling: TensorFlow Lite's double-rounding arithmetic.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <math.h>
#include <string.h>

mvk_scale mvk_scale_from_real(double real)
{
    mvk_scale scale = {0, 0};
    int exponent;
    int64_t fixed;

    if (!(real > 0) || isinf(real))
        return scale;
    fixed = (int64_t)round(frexp(real, &exponent) * 2147483648.0);
    if (fixed == (int64_t)1 << 31) {
        fixed /= 2;
        exponent++;
    }
    /* Below 2^-32 nothing is left of any int32. */
    if (exponent < -31)
        return scale;
    scale.multiplier = (int32_t)fixed;
    scale.shift = exponent;
    return scale;
}

int32_t mvk_rescale(int32_t x, mvk_scale scale)
{
    return mvk_scale_value(x, scale);
}

void mvk_requant_init(mvk_requant *r, const mvk_conv *conv, int first, int count)
{
    const int32_t *bias = conv->bias;
    int i;

    memset(r, 0, sizeof *r);
    r->count = count;
    r->shifts_right = true;
    r->out_zero = conv->out_zero;
    r->low = conv->act_min;
    r->high = conv->act_max;
    for (i = 0; i < count; i++) {
        mvk_scale scale = conv->scale[first + i];

        r->scale[i] = scale;
        r->bias[i] = bias ? bias[first + i] : 0;
        if (scale.multiplier == 0)
            scale.shift = -1; /* zero whichever way it goes */
        if (scale.shift >= 0 || scale.shift < -31) {
            r->shifts_right = false;
            continue;
        }
        r->multiplier[i] = (uint32_t)scale.multiplier;
        r->offset[i] = 0x80000000u - (uint32_t)scale.multiplier;
        r->divisor[i] = 1u << (32 + scale.shift);
        r->add[i] = r->out_zero - (int32_t)(r->divisor[i] / 2);
    }
}

/* Any shift, one value at a time. */
static void requant_slow(const mvk_requant *r, const int32_t *acc, int8_t *out)
{
    int i;

    for (i = 0; i < r->count; i++) {
        int64_t x = mvk_scale_value(mvk_add_wrap(acc[i], r->bias[i]), r->scale[i]);

        x += r->out_zero;
        x = x < r->low ? r->low : x;
        out[i] = (int8_t)(x > r->high ? r->high : x);
    }
}

/* Right shifts only. All is unsigned, so that both multiplications are 32 x 32 to
 * 64 bits (SSE2 has no other), and the shift, which differs from lane to lane (SSE2
 * has none such), is the second one: y >> e is the high half of y · 2^(32-e). A
 * half rounds away from zero: down where y < 0, hence one less before rounding up. */
static inline void requant_fast(const mvk_requant *restrict r, int first,
                                const int32_t *restrict acc, int8_t *restrict out, int count)
{
    uint32_t y[MVK_LANES];
    int i;

    acc += first;
    out += first;

    for (i = 0; i < count; i++) {
        uint32_t x = ((uint32_t)acc[i] + (uint32_t)r->bias[first + i]) ^ 0x80000000u;
        uint64_t product = (uint64_t)x * r->multiplier[first + i] + (1u << 30);

        y[i] = (uint32_t)(product >> 31) + r->offset[first + i]; /* biased by 2^31 */
    }
    for (i = 0; i < count; i++) {
        uint32_t z = y[i] + (y[i] >> 31) - 1;
        uint64_t product = (uint64_t)z * r->divisor[first + i] + (1u << 31);
        int32_t q = (int32_t)(uint32_t)(product >> 32) + r->add[first + i];

        out[i] = (int8_t)mvk_clamp(q, r->low, r->high);
    }
}

void mvk_requant_row(const mvk_requant *r, const int32_t *acc, int8_t *out)
{
    int8_t lanes[MVK_LANES];
    int i;

    if (!r->shifts_right) {
        requant_slow(r, acc, out);
        return;
    }
    if (r->count == MVK_LANES) {
        requant_fast(r, 0, acc, out, MVK_LANES);
        return;
    }
    for (i = 0; i < r->count; i += 8)
        requant_fast(r, i, acc, lanes, 8);
    memcpy(out, lanes, (size_t)r->count);
}

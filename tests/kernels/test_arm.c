/* The requantization of the Arm kernels against mvk_rescale, which it is built quite
 * differently from: ties, ends of the range, every shift.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include "kernels/arm/requant.h"

static void compare(const int32_t x[4], mvk_scale scale)
{
    int32_t got[4];

    vst1q_s32(got, mvk_rescale4(vld1q_s32(x), vdupq_n_s32(scale.multiplier),
                                vdupq_n_s32(mvk_right_shift(scale))));
    for (int i = 0; i < 4; i++)
        if (got[i] != mvk_rescale(x[i], scale))
            fail_msg("%d by %d, shift %d: %d, not %d", x[i], scale.multiplier, scale.shift, got[i],
                     mvk_rescale(x[i], scale));
}

/* A value near one whose product with `multiplier` is half way, or anything. */
static int32_t any_value(rng *r, int32_t multiplier, int shift)
{
    static const int32_t ends[] = {0, 1, -1, 2, -2, INT32_MAX, INT32_MIN, INT32_MIN + 1, 1 << 30,
                                   -(1 << 30)};
    double half = (rng_int(r, -300, 300) + 0.5) * 0x1p31 / multiplier * (double)(1ll << -shift);

    switch (rng_int(r, 0, 3)) {
    case 0: return ends[rng_int(r, 0, (int)(sizeof ends / sizeof *ends) - 1)];
    case 1: return (int32_t)rng_next(r);
    default: break;
    }
    half = half > INT32_MAX - 2.0 ? INT32_MAX - 2.0 : half;
    half = half < INT32_MIN + 2.0 ? INT32_MIN + 2.0 : half;
    return (int32_t)half + rng_int(r, -2, 2);
}

static void rescale(void **state)
{
    rng r = {1};

    (void)state;
    for (int i = 0; i < 2000000; i++) {
        mvk_scale scale = {(1 << 30) + (int32_t)(rng_next(&r) >> 2), -rng_int(&r, 0, 31)};
        int32_t x[4];

        if (rng_int(&r, 0, 9) == 0)
            scale.multiplier = rng_int(&r, 0, 1) ? 1 << 30 : INT32_MAX;
        for (int k = 0; k < 4; k++)
            x[k] = any_value(&r, scale.multiplier, scale.shift);
        compare(x, scale);
    }
}

static void rescale_nothing(void **state)
{
    const int32_t x[4] = {INT32_MAX, INT32_MIN, 1, -1};

    (void)state;
    compare(x, (mvk_scale){0, 0});
    compare(x, (mvk_scale){0, -7});
    compare(x, (mvk_scale){1 << 30, -100});
    compare(x, (mvk_scale){INT32_MAX, -32});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rescale),
        cmocka_unit_test(rescale_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

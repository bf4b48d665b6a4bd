/* Fixed-point scaling against its definition.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

static void scale_from_real(void **state)
{
    rng r = {1};
    mvk_scale s;
    int i;

    (void)state;
    s = mvk_scale_from_real(0);
    assert_int_equal(s.multiplier, 0);
    assert_int_equal(s.shift, 0);
    s = mvk_scale_from_real(1);
    assert_int_equal(s.multiplier, 1 << 30);
    assert_int_equal(s.shift, 1);
    s = mvk_scale_from_real(0.5);
    assert_int_equal(s.multiplier, 1 << 30);
    assert_int_equal(s.shift, 0);
    s = mvk_scale_from_real(nextafter(1, 0)); /* rounds up to 2^31: halved */
    assert_int_equal(s.multiplier, 1 << 30);
    assert_int_equal(s.shift, 1);
    s = mvk_scale_from_real(1e-12);
    assert_int_equal(s.multiplier, 0);
    s = mvk_scale_from_real(NAN);
    assert_int_equal(s.multiplier, 0);
    s = mvk_scale_from_real(INFINITY);
    assert_int_equal(s.multiplier, 0);
    for (i = 0; i < 1000; i++) {
        double real = exp2(rng_int(&r, -30, 20)) * (1 + rng_float(&r, 0, 1));

        s = mvk_scale_from_real(real);
        assert_true(s.multiplier >= 1 << 30);
        assert_true(fabs(ldexp(s.multiplier, s.shift - 31) - real) <= real * 0x1p-31);
    }
}

static void rescale(void **state)
{
    static const int32_t extremes[] = {INT32_MIN, INT32_MIN + 1, -(1 << 30) - 1, -(1 << 30), -3,
                                       -2, -1, 0, 1, 2, 3, (1 << 30) - 1, 1 << 30,
                                       INT32_MAX - 1, INT32_MAX};
    static const int32_t multipliers[] = {0, 1, 1 << 29, 1 << 30, (1 << 30) + 1, INT32_MAX};
    rng r = {2};
    int shift;
    size_t i, j;

    (void)state;
    for (shift = -31; shift <= 8; shift++)
        for (j = 0; j < sizeof multipliers / sizeof *multipliers; j++) {
            mvk_scale s = {multipliers[j], shift};

            for (i = 0; i < sizeof extremes / sizeof *extremes; i++)
                assert_int_equal(mvk_rescale(extremes[i], s), naive_rescale(extremes[i], s));
        }
    for (i = 0; i < 200000; i++) {
        mvk_scale s = {(int32_t)(rng_next(&r) & INT32_MAX), rng_int(&r, -31, 8)};
        int32_t x = (int32_t)rng_next(&r) >> rng_int(&r, 0, 31);

        assert_int_equal(mvk_rescale(x, s), naive_rescale(x, s));
    }
}

/* Whatever the shift, nothing undefined (the sanitizers watch). */
static void hostile_shifts(void **state)
{
    (void)state;
    assert_int_equal(mvk_rescale(1, (mvk_scale){1 << 30, 32}), 0);
    assert_int_equal(mvk_rescale(12345, (mvk_scale){1 << 30, 1000}), 0);
    assert_int_equal(mvk_rescale(12345, (mvk_scale){1 << 30, -1000}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scale_from_real),
        cmocka_unit_test(rescale),
        cmocka_unit_test(hostile_shifts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

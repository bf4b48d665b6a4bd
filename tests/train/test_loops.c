/* Activations in the loops of training: against double, at any size, and for what is no
 * number. SPDX-License-Identifier: Apache-2.0 */
#include "train/loops.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

enum { N = 3 * MVT_LANES + 5, CHANNELS = 7 };

static void activate(mvz_activation act, const float *x, float *y)
{
    float scale[CHANNELS + MVT_LANES], shift[CHANNELS + MVT_LANES] = {0};
    for (int i = 0; i < CHANNELS + MVT_LANES; i++)
        scale[i] = 1;
    mvt_loops_get()->load(y, x, &(mvt_affine){scale, shift, act}, N, CHANNELS);
}

static double exact(mvz_activation act, double x)
{
    return (act == MVZ_SWISH ? x : 1) / (1 + exp(-x));
}

static const mvz_activation with_exponentials[] = {MVZ_SIGMOID, MVZ_SWISH};

static void test_near(void **state)
{
    (void)state;
    float x[N], y[N];
    for (int k = 0; k < 2; k++)
        for (int from = -85; from < 85; from++) {
            for (int i = 0; i < N; i++)
                x[i] = (float)from + (float)i / N;
            activate(with_exponentials[k], x, y);
            for (int i = 0; i < N; i++) {
                double right = exact(with_exponentials[k], (double)x[i]);
                assert_true(fabs((double)y[i] - right) <= 1e-6 * fabs(right));
            }
        }
}

/* Far out it is at its limits, and no number remains none. */
static void test_limits(void **state)
{
    (void)state;
    float x[N], y[N];
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < N; i++)
            x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? 1e30f : -1000;
        activate(with_exponentials[k], x, y);
        for (int i = 0; i < N; i++)
            assert_true(i % 3 == 0   ? isnan(y[i])
                        : i % 3 == 1 ? y[i] == (k ? 1e30f : 1)
                                     : fabsf(y[i]) < 1e-30f);
        for (int i = 0; i < N; i++)
            x[i] = i % 2 ? INFINITY : -1e30f;
        activate(MVZ_SIGMOID, x, y);
        for (int i = 0; i < N; i++)
            assert_true(i % 2 ? y[i] == 1 : fabsf(y[i]) < 1e-30f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Activations: tables against real arithmetic, float ops against libm's doubles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

static double real_op(mvk_unary_op op, double alpha, double x)
{
    switch (op) {
    case MVK_RELU: return fmax(x, 0);
    case MVK_RELU6: return fmin(fmax(x, 0), 6);
    case MVK_RELU_N1_TO_1: return fmin(fmax(x, -1), 1);
    case MVK_HARD_SWISH: return x * fmin(fmax(x + 3, 0), 6) / 6;
    case MVK_LOGISTIC: return 1 / (1 + exp(-x));
    case MVK_TANH: return tanh(x);
    case MVK_RSQRT: return 1 / sqrt(x);
    case MVK_SQRT: return sqrt(x);
    case MVK_SQUARE: return x * x;
    case MVK_EXP: return exp(x);
    case MVK_ABS: return fabs(x);
    case MVK_NEG: return -x;
    case MVK_SIN: return sin(x);
    case MVK_COS: return cos(x);
    case MVK_LEAKY_RELU: return x > 0 ? x : x * alpha;
    }
    return 0;
}

/* Every table within one step of the truth. */
static void tables(void **state)
{
    rng r = {10};
    int i, q, op;

    (void)state;
    for (op = MVK_RELU; op <= MVK_LEAKY_RELU; op++)
        for (i = 0; i < 200; i++) {
            float in_scale = rng_float(&r, 0.004f, 0.1f), out_scale = rng_float(&r, 0.004f, 0.1f);
            float alpha = rng_float(&r, -1, 1);
            int32_t in_zero = rng_int(&r, -128, 127), out_zero = rng_int(&r, -128, 127);
            bool positive = op == MVK_SQRT || op == MVK_RSQRT;
            double slack = op == MVK_HARD_SWISH ? 1.6 : 1.01;
            int8_t table[256];

            if (op == MVK_LOGISTIC)
                out_scale = 1.0f / 256;
            if (!mvk_table_s8(table, (mvk_unary_op)op, alpha, in_scale, in_zero, out_scale,
                              out_zero)) {
                assert_int_equal(op, MVK_HARD_SWISH);
                continue;
            }
            for (q = -128; q < 128; q++) {
                double x = in_scale * (double)(q - in_zero);
                double want = real_op((mvk_unary_op)op, alpha, x) / out_scale + out_zero;

                if (positive && x <= 0)
                    continue;
                want = fmin(fmax(want, -128), 127);
                if (fabs(table[(uint8_t)q] - want) > slack)
                    fail_msg("op %d, x %g: %d, not %g", op, x, table[(uint8_t)q], want);
            }
        }
}

static void refused(void **state)
{
    int8_t table[256];

    (void)state;
    assert_false(mvk_table_s8(table, MVK_LOGISTIC, 0, 0.1f, 0, 0.1f, 0));
    assert_false(mvk_table_s8(table, MVK_RELU, 0, 0, 0, 0.1f, 0));
    assert_false(mvk_table_s8(table, MVK_RELU, 0, NAN, 0, 0.1f, 0));
    assert_false(mvk_table_s8(table, MVK_RELU, 0, INFINITY, 0, 0.1f, 0));
    assert_false(mvk_table_s8(table, MVK_HARD_SWISH, 0, 1000, 0, 0.001f, 0));
    /* Absurd, but defined. */
    assert_true(mvk_table_s8(table, MVK_EXP, 0, 1e30f, 0, 1e-30f, 0));
    assert_true(mvk_table_s8(table, MVK_RELU6, 0, 1e30f, 0, 1e-30f, 0));
    assert_true(mvk_table_s8(table, MVK_RSQRT, 0, 1e-30f, 0, 1e-9f, 0));
    assert_true(mvk_table_s8(table, MVK_HARD_SWISH, 0, 1e20f, 0, 1e30f, 0));
}

static void floats(void **state)
{
    float in[200], out[200];
    rng r = {11};
    int op, i;

    (void)state;
    for (op = MVK_RELU; op <= MVK_LEAKY_RELU; op++) {
        rng_fill_f32(&r, in, 200);
        for (i = 0; i < 200; i++)
            if (op == MVK_SQRT || op == MVK_RSQRT)
                in[i] = fabsf(in[i]) + 0.01f;
        mvk_unary_f32((mvk_unary_op)op, 0.3f, in, out, 200);
        for (i = 0; i < 200; i++) {
            double want = real_op((mvk_unary_op)op, 0.3f, in[i]);

            assert_true(fabs(out[i] - want) <= 1e-6 * fmax(fabs(want), 1));
        }
    }
}

static void lookup(void **state)
{
    int8_t table[256], in[256], out[256];
    int i;

    (void)state;
    for (i = 0; i < 256; i++) {
        in[i] = (int8_t)(i - 128);
        table[(uint8_t)in[i]] = (int8_t)(127 - i);
    }
    mvk_lookup_s8(table, in, out, 256);
    for (i = 0; i < 256; i++)
        assert_int_equal(out[i], 127 - i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),
        cmocka_unit_test(refused),
        cmocka_unit_test(floats),
        cmocka_unit_test(lookup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

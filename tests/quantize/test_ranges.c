/* Ranges, steps and weights, where the best ones are known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quantize/int8.h"
#include "quantize/weigh.h"
#include "support/ok.h"
#include "tflite/draft.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_steps(void **state)
{
    (void)state;
    mvq_steps s = mvq_steps_of((mvq_range){0, 1}); /* the image: its bytes less 128 */
    assert_true(s.scale == 1.0f / 255 && s.zero == -128);
    s = mvq_steps_of((mvq_range){-1, 1.5f});
    assert_true(fabsf(s.scale - 2.5f / 255) < 1e-8f && s.zero == -26);
    s = mvq_steps_of((mvq_range){-2, 0});
    assert_int_equal(s.zero, 127);
    s = mvq_steps_of((mvq_range){3, 4}); /* 0 has to be a step */
    assert_true(fabsf(s.scale - 4.0f / 255) < 1e-8f && s.zero == -128);
    s = mvq_steps_of((mvq_range){0, 0});
    assert_true(s.scale > 0);
}

static mvq_histogram histogram(float low, float high)
{
    return (mvq_histogram){.low = low, .high = high};
}

static void test_whole_range(void **state)
{
    (void)state;
    mvq_histogram h = histogram(-4, 4);
    for (int i = 0; i < MVQ_BINS; i++)
        h.bins[i] = 1;
    /* All alike: what is cut off costs more than finer steps gain. */
    mvq_range r = mvq_range_choose(&h, MVQ_AS_IT_IS, true);
    assert_true(r.low == -4 && r.high == 4);
    r = mvq_range_choose(&h, MVQ_HARD_SWISH, false);
    assert_true(r.low == -3 && r.high == 4);
    r = mvq_range_choose(&h, MVQ_AS_IT_IS, false);
    assert_true(r.low == -4 && r.high == 4);
}

/* Many values in 0 … 1 and one at 100: with n of them, cutting the range to 100 · k / 24 saves
 * about n · step² / 12. */
static void test_outlier(void **state)
{
    (void)state;
    mvq_histogram h = histogram(0, 100);
    for (int i = 0; i < MVQ_BINS / 100; i++)
        h.bins[i] = 1e9;
    h.bins[MVQ_BINS - 1] = 1;
    mvq_range r = mvq_range_choose(&h, MVQ_AS_IT_IS, true);
    assert_true(r.low == 0 && r.high < 5);
    h.bins[MVQ_BINS - 1] = 1e9; /* now it is no outlier */
    r = mvq_range_choose(&h, MVQ_AS_IT_IS, true);
    assert_true(r.high > 90);
}

static void test_nothing_seen(void **state)
{
    (void)state;
    mvq_histogram h = histogram(0, 0);
    mvq_range r = mvq_range_choose(&h, MVQ_AS_IT_IS, true);
    assert_true(r.low == 0 && r.high == 0);
}

/* ---- weights -------------------------------------------------------------------------- */

static void test_weights(void **state)
{
    (void)state;
    const float w[] = {1, -0.5f, 0.25f, 0, 0, 0, 1e-6f, 0, 0}, b[] = {0.1f, 0.2f, 1000};
    const mvq_weights how = {.weights = w, .bias = b, .n = 3, .each = 3, .channel = 3, .next = 1,
                             .input = 0.5f};
    int8_t q[9];
    float scales[3];
    int32_t bias[3];
    mvq_weights_make(&how, q, scales, bias);
    assert_true(scales[0] == 1.0f / 127);
    assert_int_equal(q[0], 127);
    assert_int_equal(q[1], -64); /* -63.5 to even */
    assert_int_equal(q[2], 32);
    assert_int_equal(bias[0], lrint(0.1f / (0.5 * (double)scales[0])));
    assert_int_equal(q[3] | q[4] | q[5], 0); /* no weights: any scale with which the bias is exact */
    assert_true(fabs(bias[1] * 0.5 * (double)scales[1] - 0.2) < 1e-6);
    assert_true(abs(bias[2]) <= 1 << 30); /* small weights, a large bias: it must fit */
    assert_true(fabs(bias[2] * 0.5 * (double)scales[2] - 1000) < 1e-3);
}

static void test_depthwise_weights(void **state)
{
    (void)state;
    const float w[] = {1, 10, -2, 20}, b[] = {0, 0}, plus[] = {0.5f, 0}; /* [2 taps][2 channels] */
    const mvq_weights how = {.weights = w, .bias = b, .plus = plus, .n = 2, .each = 2,
                             .channel = 1, .next = 2, .input = 1};
    int8_t q[4];
    float scales[2];
    int32_t bias[2];
    mvq_weights_make(&how, q, scales, bias);
    assert_int_equal(q[0], 64);
    assert_int_equal(q[2], -127);
    assert_int_equal(q[1], 64);
    assert_int_equal(q[3], 127);
    assert_true(fabs(bias[0] * (double)scales[0] - 0.5) < 0.01);
    assert_int_equal(bias[1], 0);
}

/* ---- what errors weigh ------------------------------------------------------------------ */

/* A 1 × 1 convolution of two channels into two: out 0 = 3 a + b, out 1 = b; out 0 varies nine times
 * as much as out 1. An error in a: 9 / 9 = 1; in b: 1 / 9 + 1. */
static void test_weigh(void **state)
{
    (void)state;
    const int32_t shape[] = {1, 1, 1, 2}, w_shape[] = {2, 1, 1, 2}, two = 2;
    const float w[] = {3, 1, 0, 1}, b[] = {0, 0};
    tfl_draft draft = {0};
    tfl_model model;
    mvq_rows variances, weights;
    int x = tfl_draft_tensor(&draft, "x", MOVINET_FLOAT32, 4, shape);
    int y = tfl_draft_tensor(&draft, "y", MOVINET_FLOAT32, 4, shape);
    int z = tfl_draft_tensor(&draft, "z", MOVINET_FLOAT32, 4, shape);
    tfl_draft_op(&draft, TFL_OP_HARD_SWISH, TFL_IDS(x), y, NULL);
    tfl_draft_op(&draft, TFL_OP_CONV_2D,
                 TFL_IDS(y, tfl_draft_constant(&draft, "w", MOVINET_FLOAT32, 4, w_shape, w),
                         tfl_draft_constant(&draft, "b", MOVINET_FLOAT32, 1, &two, b)),
                 z, NULL);
    OK(tfl_draft_end(&draft, "", 0, NULL, &model, err));
    OK(mvq_rows_open(&variances, &model, err));
    OK(mvq_rows_open(&weights, &model, err));
    variances.values[variances.at[z]] = 9;
    variances.values[variances.at[z] + 1] = 1;
    mvq_weigh(&model, &variances, &weights);
    for (int t = x; t <= y; t++) { /* through the activation, too */
        const double *of = weights.values + weights.at[t];
        assert_true(fabs(of[0] - 1) < 0.01 && fabs(of[1] - 10.0 / 9) < 0.01);
    }
    mvq_rows_free(&variances);
    mvq_rows_free(&weights);
    tfl_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),         cmocka_unit_test(test_whole_range),
        cmocka_unit_test(test_outlier),       cmocka_unit_test(test_nothing_seen),
        cmocka_unit_test(test_weights),       cmocka_unit_test(test_depthwise_weights),
        cmocka_unit_test(test_weigh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

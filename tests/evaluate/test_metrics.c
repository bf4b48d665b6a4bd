/* Metrics, against figures by hand. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double is, double expected)
{
    if (!(fabs(is - expected) < 1e-6))
        fail_msg("%.9f instead of %.9f", is, expected);
}

static void ranks(void **state)
{
    (void)state;
    const float scores[] = {0.1f, 0.4f, 0.4f, NAN, 0.05f};
    static const int expected[] = {2, 0, 1, 4, 3};
    for (int i = 0; i < 5; i++)
        assert_int_equal(mvx_rank(scores, 5, i), expected[i]);
    assert_int_equal(mvx_top(scores, 5), 1);
    const float first[] = {NAN, NAN, -1};
    assert_int_equal(mvx_top(first, 3), 2);
    assert_int_equal(mvx_rank(first, 3, 0), 1);
    assert_int_equal(mvx_rank(first, 3, 1), 2);
    assert_int_equal(mvx_top(first, 2), 0);
}

static void classes(void **state)
{
    (void)state;
    static const int truth[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, -1};
    static const int predicted[] = {0, 0, 0, 1, 1, 1, 0, 0, 1, 2};
    int counts[16] = {0};
    mvx_class k[4];
    mvx_confusion(truth, predicted, 10, 4, counts);
    static const int expected[] = {3, 1, 0, 0, 1, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 16; i++)
        assert_int_equal(counts[i], expected[i]);
    mvx_classes(counts, 4, k);
    assert_int_equal(k[0].support * 100 + k[0].predicted * 10 + k[0].right, 453);
    near(k[0].precision, 3 / 5.0);
    near(k[0].recall, 3 / 4.0);
    near(k[0].f1, 2 / 3.0);
    near(k[1].f1, 4 / 7.0);
    assert_true(isnan(k[2].precision));
    near(k[2].recall, 0);
    near(k[2].f1, 0);
    assert_true(isnan(k[3].recall) && isnan(k[3].f1));
    mvx_totals t = mvx_sum_up(k, 4);
    assert_int_equal(t.clips * 10 + t.right, 95);
    near(t.accuracy, 5 / 9.0);
    near(t.mean_recall, (3 / 4.0 + 2 / 3.0) / 3);
    near(t.mean_precision, (3 / 5.0 + 1 / 2.0) / 3);
    near(t.mean_f1, (2 / 3.0 + 4 / 7.0) / 3);
    t = mvx_sum_up(k, 0);
    assert_true(isnan(t.accuracy) && isnan(t.mean_f1));
}

static void calibration(void **state)
{
    (void)state;
    static const float confidence[] = {0.1f, 0.75f, 0.85f, 0.95f, 1.0f};
    static const bool right[] = {false, true, false, true, true};
    mvx_bin bins[10];
    /* |0.1-0| + |0.75-1| + |0.85-0| + |1.95-2|, of five */
    near(mvx_calibration(confidence, right, 5, 10, bins), (0.1 + 0.25 + 0.85 + 0.05) / 5);
    assert_int_equal(bins[9].clips, 2);
    near(bins[9].confidence, 0.975);
    near(bins[9].accuracy, 1);
    assert_int_equal(bins[1].clips, 1);
    assert_true(isnan(bins[5].accuracy));
    near(mvx_calibration(confidence, right, 5, 1, NULL), fabs(3.65 - 3) / 5);
    assert_true(isnan(mvx_calibration(confidence, right, 0, 10, NULL)));
}

static void average_precision(void **state)
{
    (void)state;
    static const float scores[] = {0.9f, 0.8f, 0.7f, 0.6f};
    near(mvx_average_precision(scores, (bool[]){true, false, true, false}, 4), (1 + 2 / 3.0) / 2);
    near(mvx_average_precision(scores, (bool[]){true, true, false, false}, 4), 1);
    near(mvx_average_precision(scores, (bool[]){false, false, false, true}, 4), 0.25);
    assert_true(isnan(mvx_average_precision(scores, (bool[]){false, false}, 2)));
    /* Equal scores: no order of theirs counts. */
    static const float equal[] = {0.5f, 0.5f, 0.5f, NAN};
    near(mvx_average_precision(equal, (bool[]){true, false, false, false}, 4), 1 / 3.0);
    near(mvx_average_precision(equal, (bool[]){false, false, true, false}, 4), 1 / 3.0);
    near(mvx_average_precision(equal, (bool[]){false, false, false, true}, 4), 1 / 4.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks),
        cmocka_unit_test(classes),
        cmocka_unit_test(calibration),
        cmocka_unit_test(average_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Smoothing, on sequences of scores. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static movinet_smoother *fresh(int n, double seconds)
{
    movinet_smoother *smoother;
    assert_int_equal(movinet_smoother_open(&smoother, n, seconds, NULL), MOVINET_OK);
    return smoother;
}

static double push(movinet_smoother *smoother, double time, float score)
{
    return (double)movinet_smoother_push(smoother, time, &score)[0];
}

static void a_step_comes_through_by_the_time_constant(void **state)
{
    (void)state;
    movinet_smoother *s = fresh(1, 2);
    assert_float_equal(push(s, 10, 0), 0, 0);
    double value = 0;
    for (int i = 1; i <= 10; i++)
        value = push(s, 10 + 0.2 * i, 1);
    assert_float_equal(value, 1 - exp(-1), 1e-6);
    for (int i = 11; i <= 30; i++)
        value = push(s, 10 + 0.2 * i, 1);
    assert_float_equal(value, 1 - exp(-3), 1e-6);
    movinet_smoother_close(s);
}

/* The same steady input, in whatever pieces of time, comes to the same. */
static void irregular_times_change_nothing(void **state)
{
    (void)state;
    static const double times[] = {0.001, 0.02, 0.5, 0.5, 0.51, 1.7, 3};
    movinet_smoother *s = fresh(1, 1.5);
    push(s, 0, 0.25f);
    for (int i = 0; i < 7; i++) {
        double want = 0.75 + (0.25 - 0.75) * exp(-times[i] / 1.5);
        assert_float_equal(push(s, times[i], 0.75f), want, 1e-6);
    }
    movinet_smoother_close(s);
}

static void very_short_steps_add_up(void **state)
{
    (void)state;
    movinet_smoother *s = fresh(1, 100);
    double value = push(s, 0, 0);
    for (int i = 1; i <= 1000000; i++)
        value = push(s, i * 1e-6, 1); /* each moves it by 1e-8 */
    assert_float_equal(value, 1 - exp(-0.01), 1e-6);
    movinet_smoother_close(s);
}

static void the_first_frame_and_no_smoothing_pass_through(void **state)
{
    (void)state;
    movinet_smoother *s = fresh(1, 5);
    assert_float_equal(push(s, -3, 0.7f), 0.7f, 0);
    movinet_smoother_reset(s);
    assert_float_equal(push(s, -2, 0.1f), 0.1f, 0);
    movinet_smoother_close(s);
    s = fresh(1, 0);
    for (int i = 0; i < 5; i++)
        assert_float_equal(push(s, 1, (float)i / 5), (float)i / 5, 0);
    movinet_smoother_close(s);
}

static void a_gap_forgets(void **state)
{
    (void)state;
    movinet_smoother *s = fresh(1, 1);
    push(s, 0, 1);
    assert_float_equal(push(s, 100, 0.5f), 0.5, 1e-6);
    assert_float_equal(push(s, 1e300, 0.25f), 0.25, 0);
    movinet_smoother_close(s);
}

static void time_running_backwards_begins_again(void **state)
{
    (void)state;
    movinet_smoother *s = fresh(1, 10);
    push(s, 5, 1);
    push(s, 6, 1);
    assert_float_equal(push(s, 0, 0.2f), 0.2f, 0);
    assert_float_equal(push(s, 10, 1), 1 - 0.8 * exp(-1), 1e-6);
    movinet_smoother_close(s);
}

static void bad_times_and_scores(void **state)
{
    (void)state;
    movinet_smoother *s = fresh(1, 1);
    assert_float_equal(push(s, NAN, 1), 0, 0); /* before anything */
    push(s, 0, 0.5f);
    assert_float_equal(push(s, NAN, 1), 0.5, 0);
    assert_float_equal(push(s, INFINITY, 1), 0.5, 0);
    assert_float_equal(push(s, -INFINITY, 1), 0.5, 0);
    /* What is no number counts as 0, and does not stay. */
    assert_float_equal(push(s, 1, NAN), 0.5 * exp(-1), 1e-6);
    assert_float_equal(push(s, 2, -INFINITY), 0.5 * exp(-2), 1e-6);
    assert_float_equal(push(s, 3, 1), 1 - exp(-1) * (1 - 0.5 * exp(-2)), 1e-6);
    movinet_smoother_close(s);
}

static void a_thousand_classes_apart(void **state)
{
    (void)state;
    enum { N = 1000 };
    static float a[N], b[N];
    for (int i = 0; i < N; i++) {
        a[i] = (float)i / N;
        b[i] = i % 3 ? 0 : 1;
    }
    movinet_smoother *s = fresh(N, 0.5);
    movinet_smoother_push(s, 0, a);
    const float *out = movinet_smoother_push(s, 0.5, b);
    for (int i = 0; i < N; i++)
        assert_float_equal(out[i], b[i] + (a[i] - b[i]) * (float)exp(-1), 1e-6);
    movinet_smoother_close(s);
}

static void bad_arguments(void **state)
{
    (void)state;
    movinet_error err;
    movinet_smoother *s = (void *)1;
    static const double bad[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(movinet_smoother_open(&s, 5, bad[i], &err), MOVINET_ERR_ARGUMENT);
        assert_null(s);
    }
    assert_int_equal(movinet_smoother_open(&s, 0, 1, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_smoother_open(&s, INT_MIN, 1, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_smoother_open(NULL, 5, 1, &err), MOVINET_ERR_ARGUMENT);
    movinet_smoother_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_comes_through_by_the_time_constant),
        cmocka_unit_test(irregular_times_change_nothing),
        cmocka_unit_test(very_short_steps_add_up),
        cmocka_unit_test(the_first_frame_and_no_smoothing_pass_through),
        cmocka_unit_test(a_gap_forgets),
        cmocka_unit_test(time_running_backwards_begins_again),
        cmocka_unit_test(bad_times_and_scores),
        cmocka_unit_test(a_thousand_classes_apart),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Frames by time stamp: pushed, held, and the clock that makes the stamps whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/clock.h"
#include "video/sampler.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Pushes a frame of this time, which must be allowed. */
static bool take(mvv_sampler *s, double time)
{
    bool taken = false;
    movinet_error err;
    assert_int_equal(mvv_sampler_take(s, time, &taken, &err), MOVINET_OK);
    return taken;
}

/* How many of n frames at `fps` are taken, beginning at `start`. */
static int count_taken(double rate, double fps, double start, int n)
{
    mvv_sampler s;
    int taken = 0;
    mvv_sampler_init(&s, rate);
    for (int i = 0; i < n; i++)
        taken += take(&s, start + i / fps);
    return taken;
}

static void rates_divide(void **state)
{
    (void)state;
    assert_int_equal(count_taken(5, 30, 0, 300), 50);
    assert_int_equal(count_taken(5, 25, 1234.5, 250), 50);
    assert_int_equal(count_taken(5, 5, 0, 50), 50);
    assert_int_equal(count_taken(5, 3, 0, 30), 30);   /* slow source: all of them */
    assert_int_equal(count_taken(5, 7, 0, 70), 50);
    assert_int_equal(count_taken(5, 30000 / 1001.0, 1e9, 300), 50);
}

static void every_sixth_of_thirty(void **state)
{
    (void)state;
    mvv_sampler s;
    mvv_sampler_init(&s, 5);
    for (int i = 0; i < 60; i++)
        assert_int_equal(take(&s, 100 + i / 30.0), i % 6 == 0);
}

static void jitter_loses_nothing(void **state)
{
    static const double jitter[] = {0, .012, -.015, .019, -.019, .004, -.011, -.002};
    (void)state;
    mvv_sampler s;
    mvv_sampler_init(&s, 5);
    for (int i = 0; i < 400; i++)
        assert_true(take(&s, i / 5.0 + (i ? jitter[i % 8] : 0)));
}

static void gap_takes_once_and_keeps_the_grid(void **state)
{
    (void)state;
    mvv_sampler s;
    mvv_sampler_init(&s, 5);
    assert_true(take(&s, 0));
    assert_true(take(&s, 3600.05)); /* late for 3600.0 */
    assert_false(take(&s, 3600.1));
    assert_false(take(&s, 3600.15));
    assert_true(take(&s, 3600.2)); /* the grid has not moved */
    assert_false(take(&s, 3600.3));
    assert_true(take(&s, 3600.4));
}

static void same_time_again_is_passed_over(void **state)
{
    (void)state;
    mvv_sampler s;
    mvv_sampler_init(&s, 5);
    assert_true(take(&s, 7));
    assert_false(take(&s, 7));
    assert_false(take(&s, 7));
    assert_true(take(&s, 7.2));
}

static void bad_times_change_nothing(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e13, 0.999};
    (void)state;
    mvv_sampler s;
    mvv_sampler_init(&s, 5);
    assert_true(take(&s, 1));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mvv_sampler before = s;
        bool taken = false;
        movinet_error err;
        assert_int_equal(mvv_sampler_take(&s, bad[i], &taken, &err), MOVINET_ERR_ARGUMENT);
        assert_non_null(strstr(err.message, "frame time"));
        assert_memory_equal(&s, &before, sizeof s);
    }
    assert_true(take(&s, 1.2));
}

static void hold_repeats_and_passes_over(void **state)
{
    static const double pts[] = {0, 0.05, 0.2004, 0.9, 1.4006};
    static const int expected[] = {0, 2, 2, 2, 2, 3, 3, 3, 4}; /* 1.4006 is too late for 1.4 */
    (void)state;
    mvv_hold h;
    int held = 0;
    mvv_hold_init(&h, 5, 0, 0);
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++, h.next++) {
        while (held < 4 && mvv_hold_shown(&h, pts[held + 1]))
            held++;
        assert_int_equal(held, expected[k]);
        assert_true(fabs(mvv_hold_time(&h) - (double)k * 0.2) < 1e-12);
    }
}

static void hold_ends(void **state)
{
    (void)state;
    mvv_hold h;
    int n = 0;
    mvv_hold_init(&h, 5, 2, 1);
    for (; !mvv_hold_done(&h); h.next++)
        n++;
    assert_int_equal(n, 5); /* 2.0 … 2.8 */
    assert_true(mvv_hold_before(&h, 3.1));
    assert_false(mvv_hold_before(&h, 3.0));
    mvv_hold_init(&h, 5, 2, 0);
    h.next = 1000000;
    assert_false(mvv_hold_done(&h));
}

/* ---- clock ---- */

static double tick(mvv_clock *c, int64_t pts)
{
    double shown;
    double time = mvv_clock_frame(c, pts, 0, &shown);
    assert_true(shown > 0);
    return time;
}

static void assert_time(double is, double should)
{
    if (fabs(is - should) > 1e-9)
        fail_msg("%.9f instead of %.9f", is, should);
}

static void clock_counts_from_the_first(void **state)
{
    (void)state;
    mvv_clock c;
    double shown;
    mvv_clock_init(&c, 0.001, 0.04, false);
    assert_time(mvv_clock_frame(&c, 1400, 40, &shown), 0);
    assert_time(shown, 0.04);
    assert_time(mvv_clock_frame(&c, 1500, 250, &shown), 0.1);
    assert_time(shown, 0.25);
    assert_int_equal(mvv_clock_pts(&c, 0.1), 1500);
}

static void clock_fills_in(void **state)
{
    (void)state;
    mvv_clock c;
    mvv_clock_init(&c, 0.001, 0.04, false);
    assert_time(tick(&c, MVV_NO_PTS), 0);
    assert_time(tick(&c, MVV_NO_PTS), 0.04);
    assert_time(tick(&c, 500), 0.08); /* the first stamp goes where it stands */
    assert_time(tick(&c, 600), 0.18);
    assert_time(tick(&c, MVV_NO_PTS), 0.22);
}

static void clock_goes_on_after_a_new_beginning(void **state)
{
    (void)state;
    mvv_clock c;
    mvv_clock_init(&c, 0.001, 0.04, true);
    for (int i = 0; i < 25; i++)
        assert_time(tick(&c, 1400 + 40 * i), 0.04 * i);
    for (int i = 0; i < 25; i++) /* the same again: another file follows */
        assert_time(tick(&c, 1400 + 40 * i), 0.04 * (25 + i));
    assert_time(tick(&c, 90000), 2.0); /* jumps ahead */
    assert_time(tick(&c, 90040), 2.04);
}

static void clock_stays_where_a_stamp_is_a_little_off(void **state)
{
    (void)state;
    mvv_clock c;
    mvv_clock_init(&c, 0.001, 0.04, true);
    assert_time(tick(&c, 0), 0);
    assert_time(tick(&c, 80), 0.08);
    assert_time(tick(&c, 40), 0.08);
    assert_time(tick(&c, 120), 0.12);
}

static void clock_believes_long_pauses_but_no_nonsense(void **state)
{
    (void)state;
    mvv_clock c;
    double shown;
    mvv_clock_init(&c, 0.001, 0.04, false);
    assert_time(tick(&c, 0), 0);
    assert_time(tick(&c, 600000), 600);
    assert_time(tick(&c, INT64_MAX), 600.04);
    assert_time(tick(&c, INT64_MIN + 1), 600.08);
    assert_time(mvv_clock_frame(&c, MVV_NO_PTS, INT64_MAX, &shown), 600.12);
    assert_time(shown, 0.04);
    mvv_clock_frame(&c, MVV_NO_PTS, -5, &shown);
    assert_time(shown, 0.04);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_divide),
        cmocka_unit_test(every_sixth_of_thirty),
        cmocka_unit_test(jitter_loses_nothing),
        cmocka_unit_test(gap_takes_once_and_keeps_the_grid),
        cmocka_unit_test(same_time_again_is_passed_over),
        cmocka_unit_test(bad_times_change_nothing),
        cmocka_unit_test(hold_repeats_and_passes_over),
        cmocka_unit_test(hold_ends),
        cmocka_unit_test(clock_counts_from_the_first),
        cmocka_unit_test(clock_fills_in),
        cmocka_unit_test(clock_goes_on_after_a_new_beginning),
        cmocka_unit_test(clock_stays_where_a_stamp_is_a_little_off),
        cmocka_unit_test(clock_believes_long_pauses_but_no_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rates, latencies and drops, on made-up times. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static movinet_meter *fresh(double expected)
{
    movinet_meter *meter;
    assert_int_equal(movinet_meter_open(&meter, expected, NULL), MOVINET_OK);
    return meter;
}

static movinet_meter_reading read_at(movinet_meter *meter, double now)
{
    movinet_meter_reading reading;
    movinet_meter_read(meter, now, &reading);
    return reading;
}

/* Frames at `rate` from `from` (not included) to `to`; returns the last one's time. */
static double frames(movinet_meter *meter, double from, double to, double rate)
{
    int n = (int)floor((to - from) * rate + 1e-6);
    for (int i = 1; i <= n; i++)
        movinet_meter_frame(meter, from + i / rate);
    return from + n / rate;
}

static void rates_are_measured(void **state)
{
    (void)state;
    static const double rates[] = {0.1, 1, 4.7, 5, 29.97, 60, 200, 999};
    for (int i = 0; i < 8; i++) {
        movinet_meter *meter = fresh(0);
        double last = frames(meter, 50, 50 + 40 / rates[i] + 4, rates[i]);
        assert_float_equal(read_at(meter, last).fps, rates[i], 1e-6 * rates[i]);
        /* The next one is not late yet. */
        assert_float_equal(read_at(meter, last + 0.9 / rates[i]).fps, rates[i], 1e-6 * rates[i]);
        movinet_meter_close(meter);
    }
}

static void irregular_frames_are_averaged(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    double last = 0;
    for (int i = 0; i < 100; i++) {
        last = 0.2 * i + (i * 7 % 5 - 2) * 0.03;
        movinet_meter_frame(meter, last);
        assert_false(read_at(meter, last).slow);
    }
    assert_float_equal(read_at(meter, last).fps, 5, 0.3);
    movinet_meter_close(meter);
}

static void the_rate_sinks_while_nothing_comes(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    assert_float_equal(read_at(meter, 0).fps, 0, 0);
    movinet_meter_frame(meter, 0.2);
    assert_float_equal(read_at(meter, 0.3).fps, 0, 0); /* one frame tells nothing */
    double last = frames(meter, 0.2, 10, 5), before = 5.001;
    for (int i = 0; i < 20; i++) {
        double fps = read_at(meter, last + i).fps;
        assert_true(fps < before);
        before = fps;
    }
    assert_true(before < 1 && before > 0);
    movinet_meter_close(meter);
}

static void slowness_needs_patience_both_ways(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    double t = frames(meter, 0, 10, 5);
    assert_false(read_at(meter, t).slow);
    /* A pause of a second and a half is forgiven. */
    assert_false(read_at(meter, t + 1.5).slow);
    t = frames(meter, t + 1.5, t + 10, 5);
    assert_false(read_at(meter, t).slow);
    /* 3 a second is not. */
    double slow_from = t;
    while (!read_at(meter, t).slow && t < slow_from + 20)
        t = frames(meter, t, t + 0.34, 3);
    assert_in_range((int)((t - slow_from) * 10), 20, 50);
    /* 4.3 is neither good nor bad. */
    t = frames(meter, t, t + 20, 4.3);
    assert_true(read_at(meter, t).slow);
    double good_from = t;
    while (read_at(meter, t).slow && t < good_from + 20)
        t = frames(meter, t, t + 0.21, 5);
    assert_in_range((int)((t - good_from) * 10), 20, 50);
    t = frames(meter, t, t + 20, 4.3);
    assert_false(read_at(meter, t).slow);
    movinet_meter_close(meter);
}

static void a_source_that_gives_nothing_is_slow(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    assert_false(read_at(meter, 100).slow);
    assert_false(read_at(meter, 101.9).slow);
    assert_true(read_at(meter, 102).slow);
    assert_false(read_at(meter, NAN).fps > 0);
    movinet_meter_close(meter);
}

static void time_running_backwards_begins_again(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    frames(meter, 100, 110, 5);
    double t = frames(meter, 0, 1, 5);
    movinet_meter_reading reading = read_at(meter, t);
    assert_float_equal(reading.fps, 5, 1e-6);
    assert_int_equal(reading.frames, 55);
    assert_false(reading.slow);
    movinet_meter_frame(meter, NAN);
    movinet_meter_frame(meter, INFINITY);
    assert_int_equal(read_at(meter, t).frames, 55);
    /* Frames at one and the same time give no rate, and no infinite one. */
    movinet_meter_reset(meter);
    for (int i = 0; i < 10; i++)
        movinet_meter_frame(meter, 7);
    assert_float_equal(read_at(meter, 7).fps, 0, 0);
    /* `now` behind what was already: the newest counts. */
    assert_float_equal(read_at(meter, 1).fps, 0, 0);
    movinet_meter_close(meter);
}

static void latencies(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    movinet_meter_reading r = read_at(meter, 0);
    assert_int_equal(r.latencies, 0);
    assert_float_equal(r.median + r.p95 + r.longest, 0, 0);
    movinet_meter_latency(meter, 0.5);
    r = read_at(meter, 0);
    assert_float_equal(r.median, 0.5, 0);
    assert_float_equal(r.p95, 0.5, 0);
    movinet_meter_reset(meter);
    for (int i = 0; i < 100; i++) /* 1 … 100 in a wild order */
        movinet_meter_latency(meter, (i * 37 % 100) + 1);
    r = read_at(meter, 0);
    assert_int_equal(r.latencies, 100);
    assert_float_equal(r.median, 50, 0);
    assert_float_equal(r.p95, 95, 0);
    assert_float_equal(r.longest, 100, 0);
    movinet_meter_latency(meter, NAN);
    movinet_meter_latency(meter, -1);
    movinet_meter_latency(meter, INFINITY);
    assert_int_equal(read_at(meter, 0).latencies, 100);
    movinet_meter_close(meter);
}

static void old_latencies_are_forgotten(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    for (int i = 0; i < 1000; i++)
        movinet_meter_latency(meter, 9 - i % 3);
    for (int i = 0; i < 255; i++)
        movinet_meter_latency(meter, 1);
    movinet_meter_reading r = read_at(meter, 0);
    assert_int_equal(r.latencies, 256);
    assert_float_equal(r.median, 1, 0);
    assert_true(r.longest > 1);
    movinet_meter_latency(meter, 2);
    assert_float_equal(read_at(meter, 0).longest, 2, 0);
    movinet_meter_close(meter);
}

static void drops_are_added_up(void **state)
{
    (void)state;
    movinet_meter *meter = fresh(5);
    movinet_meter_dropped(meter, 3);
    movinet_meter_dropped(meter, 0);
    movinet_meter_dropped(meter, -5);
    movinet_meter_dropped(meter, 4);
    assert_int_equal(read_at(meter, 0).dropped, 7);
    movinet_meter_dropped(meter, INT64_MAX);
    assert_true(read_at(meter, 0).dropped == INT64_MAX);
    movinet_meter_reset(meter);
    assert_int_equal(read_at(meter, 0).dropped, 0);
    movinet_meter_close(meter);
}

static void bad_arguments(void **state)
{
    (void)state;
    movinet_meter *meter = (void *)1;
    movinet_error err;
    assert_int_equal(movinet_meter_open(&meter, -1, &err), MOVINET_ERR_ARGUMENT);
    assert_null(meter);
    assert_int_equal(movinet_meter_open(&meter, NAN, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_meter_open(&meter, INFINITY, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_meter_open(NULL, 5, &err), MOVINET_ERR_ARGUMENT);
    movinet_meter_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_measured),
        cmocka_unit_test(irregular_frames_are_averaged),
        cmocka_unit_test(the_rate_sinks_while_nothing_comes),
        cmocka_unit_test(slowness_needs_patience_both_ways),
        cmocka_unit_test(a_source_that_gives_nothing_is_slow),
        cmocka_unit_test(time_running_backwards_begins_again),
        cmocka_unit_test(latencies),
        cmocka_unit_test(old_latencies_are_forgotten),
        cmocka_unit_test(drops_are_added_up),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

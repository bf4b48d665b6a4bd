/* The announcer, on sequences of scores. A run is written as the events that came of
 * it: "+1@0.6(0.2)" class 1 announced at 0.6 s, there since 0.2 s; "-1@2.0(1.4)" the
 * end, settled at 2.0 s, over since 1.4 s. Frames come 0.2 s apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_CLASSES = 3 };

static movinet_announcer *fresh(int n, movinet_announcer_options how)
{
    movinet_announcer *a;
    assert_int_equal(movinet_announcer_open(&a, n, &how, NULL), MOVINET_OK);
    return a;
}

typedef struct transcript {
    char text[1000];
    size_t used;
} transcript;

static void note(transcript *t, const movinet_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        const movinet_event *e = &events[i];
        bool begins = e->kind == MOVINET_EVENT_BEGIN;
        assert_true(e->begin <= e->end && e->end <= e->time);
        assert_true(e->begin <= e->peak_time && e->peak_time <= e->time);
        assert_true(e->peak >= e->score);
        if (begins)
            assert_float_equal(e->end, e->time, 0);
        t->used += (size_t)snprintf(t->text + t->used, sizeof t->text - t->used,
                                    "%s%c%d@%.1f(%.1f)", t->used ? " " : "", begins ? '+' : '-',
                                    e->index, e->time, begins ? e->begin : e->end);
    }
}

/* One class, one digit a frame, tenths of probability ('X' is 1, 'n' not a number, '.'
 * no frame); then the end. */
static const char *run_classes(movinet_announcer_options how, int n, const char *const *digits)
{
    static transcript t;
    const movinet_event *events;
    movinet_announcer *a = fresh(n, how);
    t = (transcript){.text = ""};
    for (int k = 0; digits[0][k]; k++) {
        float scores[MAX_CLASSES] = {0};
        for (int c = 0; c < n; c++) {
            char d = digits[c][k];
            scores[c] = d == 'X' ? 1 : d == 'n' ? NAN : (float)(d - '0') / 10;
        }
        if (digits[0][k] == '.')
            continue;
        int settled = movinet_announcer_push(a, 0.2 * k, scores, &events);
        note(&t, events, settled);
    }
    int ended = movinet_announcer_finish(a, &events);
    note(&t, events, ended);
    assert_int_equal(movinet_announcer_finish(a, NULL), 0);
    movinet_announcer_close(a);
    return t.text;
}

static const char *run(movinet_announcer_options how, const char *digits)
{
    return run_classes(how, 1, &digits);
}

static const movinet_announcer_options usual = {
    .threshold = 0.5, .release = 0.3, .hold = 0.4, .release_hold = 0.4};

static void a_class_must_hold(void **state)
{
    (void)state;
    assert_string_equal(run(usual, "00555"), "+0@0.8(0.4) -0@0.8(0.8)");
    assert_string_equal(run(usual, "0055055055"), "");
    assert_string_equal(run(usual, "0055455455545"), "+0@2.0(1.6) -0@2.4(2.4)");
    assert_string_equal(run(usual, "4444444444"), "");
}

static void between_the_thresholds_nothing_changes(void **state)
{
    (void)state;
    assert_string_equal(run(usual, "555343434343"), "+0@0.4(0.0) -0@2.2(2.2)");
    assert_string_equal(run(usual, "555223223223"), "+0@0.4(0.0) -0@2.2(2.2)");
    assert_string_equal(run(usual, "5552223"), "+0@0.4(0.0) -0@1.0(0.6)");
    /* At the end of the source, what has begun to fall was over when it began to. */
    assert_string_equal(run(usual, "555322"), "+0@0.4(0.0) -0@1.0(0.8)");
    assert_string_equal(run(usual, "55522255500000"),
                        "+0@0.4(0.0) -0@1.0(0.6) +0@1.6(1.2) -0@2.2(1.8)");
}

static void no_hold_follows_each_frame(void **state)
{
    (void)state;
    movinet_announcer_options how = {.threshold = 0.5};
    assert_string_equal(run(how, "0504"), "+0@0.2(0.2) -0@0.4(0.4)");
    assert_string_equal(run(how, "5352"), "+0@0.0(0.0) -0@0.2(0.2) +0@0.4(0.4) -0@0.6(0.6)");
}

static void release_is_two_thirds_unless_given(void **state)
{
    (void)state;
    movinet_announcer_options how = {.threshold = 0.6, .hold = 0.2};
    assert_string_equal(run(how, "664444433"), "+0@0.2(0.0) -0@1.6(1.4)");
    how.release = 0.6;
    assert_string_equal(run(how, "6655"), "+0@0.2(0.0) -0@0.6(0.4)");
    how.release_hold = 0.6;
    assert_string_equal(run(how, "66555655555"), "+0@0.2(0.0) -0@1.8(1.2)");
}

static void thresholds_of_zero_and_one(void **state)
{
    (void)state;
    movinet_announcer_options zero = {.threshold = 0, .hold = 0.2};
    assert_string_equal(run(zero, "0000"), "+0@0.2(0.0) -0@0.6(0.6)");
    assert_string_equal(run(zero, "00nn0"), "+0@0.2(0.0) -0@0.6(0.4)");
    movinet_announcer_options one = {.threshold = 1, .hold = 0.2};
    assert_string_equal(run(one, "9999X9XX77766"), "+0@1.4(1.2) -0@2.4(2.2)");
    /* Scores are floats: all tenths are reached by themselves. */
    for (int i = 1; i <= 9; i++) {
        const char digits[] = {(char)('0' + i), '\0'};
        movinet_announcer_options tenths = {.threshold = i / 10.0};
        assert_string_equal(run(tenths, digits), "+0@0.0(0.0) -0@0.0(0.0)");
    }
}

static void scores_that_are_not_numbers_are_below_all(void **state)
{
    (void)state;
    assert_string_equal(run(usual, "55n555"), "+0@1.0(0.6) -0@1.0(1.0)");
    assert_string_equal(run(usual, "555n55nnn"), "+0@0.4(0.0) -0@1.6(1.2)");
    assert_string_equal(run(usual, "nnnnn"), "");
    movinet_announcer *a = fresh(1, usual);
    for (int i = 0; i < 5; i++) {
        const float infinite = INFINITY;
        assert_int_equal(movinet_announcer_push(a, i, &infinite, NULL), 0);
    }
    movinet_announcer_close(a);
}

static void gaps_count_as_no_more_than_a_second(void **state)
{
    (void)state;
    movinet_announcer_options how = usual;
    how.hold = 2;
    /* Three seconds without a frame: 1 s, and 5 × 0.2 s. */
    assert_string_equal(run(how, "5..............55555"), "");
    assert_string_equal(run(how, "5..............555555"), "+0@4.0(0.0) -0@4.0(4.0)");
    how.gap = 3;
    assert_string_equal(run(how, "5..............5"), "+0@3.0(0.0) -0@3.0(3.0)");
    /* What is announced stays so over a gap. */
    assert_string_equal(run(usual, "555.......................5222"),
                        "+0@0.4(0.0) -0@5.8(5.4)");
}

static void several_classes_at_once(void **state)
{
    (void)state;
    const char *const digits[] = {"00555552220",
                                  "05555555555",
                                  "00000005550"};
    assert_string_equal(run_classes(usual, 3, digits),
                        "+1@0.6(0.2) +0@0.8(0.4) -0@1.8(1.4) +2@1.8(1.4) -1@2.0(2.0) -2@2.0(2.0)");
}

static void only_the_top_one(void **state)
{
    (void)state;
    movinet_announcer_options how = usual;
    how.only_top = true;
    const char *const crossing[] = {"66666666666555",
                                    "55555557777777"};
    assert_string_equal(run_classes(how, 2, crossing),
                        "+0@0.4(0.0) -0@1.8(1.8) +1@1.8(1.4) -1@2.6(2.6)");
    /* Two that take turns at the top: the first stays. */
    const char *const turns[] = {"66666666666", "57575757575"};
    assert_string_equal(run_classes(how, 2, turns), "+0@0.4(0.0) -0@2.0(2.0)");
    /* Above the announced one, but not above the threshold. */
    const char *const low[] = {"666333333", "044444444"};
    assert_string_equal(run_classes(how, 2, low), "+0@0.4(0.0) -0@1.6(1.6)");
    /* Equal ones: the lower class; equal is not above. */
    const char *const equal[] = {"66666666", "66666666"};
    assert_string_equal(run_classes(how, 2, equal), "+0@0.4(0.0) -0@1.4(1.4)");
    /* The one falls while the other counts. */
    const char *const falling[] = {"666222222", "000005555"};
    assert_string_equal(run_classes(how, 2, falling),
                        "+0@0.4(0.0) -0@1.0(0.6) +1@1.4(1.0) -1@1.6(1.6)");
    /* Taken over while it was falling: over since it fell. */
    how.release_hold = 9;
    assert_string_equal(run_classes(how, 2, falling),
                        "+0@0.4(0.0) -0@1.4(0.6) +1@1.4(1.0) -1@1.6(1.6)");
}

static void peaks(void **state)
{
    (void)state;
    static const float scores[] = {0.9f, 0.1f, 0.5f, 0.7f, 0.6f, 0.8f, 0.4f, 0.1f, 0.1f, 0.2f};
    const movinet_event *events;
    movinet_announcer *a = fresh(1, usual);
    int n = 0;
    for (int i = 0; i < 10; i++) {
        n = movinet_announcer_push(a, 0.2 * i, &scores[i], &events);
        assert_int_equal(n, i == 4 || i == 9);
        if (i == 4) {
            assert_float_equal(events[0].peak, 0.7f, 0);
            assert_float_equal(events[0].peak_time, 0.6, 1e-9);
            assert_float_equal(events[0].score, 0.6f, 0);
        }
    }
    assert_float_equal(events[0].peak, 0.8f, 0);
    assert_float_equal(events[0].peak_time, 1, 1e-9);
    assert_float_equal(events[0].score, 0.2f, 0);
    movinet_announcer_close(a);
}

static void time_running_backwards_ends_everything(void **state)
{
    (void)state;
    const float scores[2] = {0.9f, 0.9f};
    const movinet_event *events;
    movinet_announcer_options how = {.threshold = 0.5};
    movinet_announcer *a = fresh(2, how);
    assert_int_equal(movinet_announcer_push(a, 7, scores, NULL), 2);
    assert_int_equal(movinet_announcer_push(a, 8, scores, NULL), 0);
    assert_int_equal(movinet_announcer_push(a, NAN, scores, NULL), 0);
    assert_int_equal(movinet_announcer_push(a, INFINITY, scores, NULL), 0);
    assert_int_equal(movinet_announcer_push(a, 8, scores, NULL), 0);
    transcript t = {.text = ""};
    int count = movinet_announcer_push(a, 1, scores, &events);
    note(&t, events, count);
    assert_string_equal(t.text, "-0@8.0(8.0) -1@8.0(8.0) +0@1.0(1.0) +1@1.0(1.0)");
    movinet_announcer_close(a);
}

static void what_is_active_is_sorted(void **state)
{
    (void)state;
    const float first[4] = {0.6f, 0.9f, 0.2f, 0.7f};
    const float second[4] = {0.6f, 0.4f, 0.2f, 0.6f};
    movinet_event active[4];
    movinet_announcer_options how = {.threshold = 0.5};
    movinet_announcer *a = fresh(4, how);
    assert_int_equal(movinet_announcer_active(a, active, 4), 0);
    movinet_announcer_push(a, 1, first, NULL);
    assert_int_equal(movinet_announcer_active(a, active, 4), 3);
    assert_int_equal(active[0].index, 1);
    assert_int_equal(active[1].index, 3);
    assert_int_equal(active[2].index, 0);
    movinet_announcer_push(a, 2, second, NULL);
    assert_int_equal(movinet_announcer_active(a, active, 2), 2);
    assert_int_equal(active[0].index, 0);
    assert_int_equal(active[1].index, 3);
    assert_float_equal(active[1].peak, 0.7f, 0);
    assert_float_equal(active[1].begin, 1, 0);
    assert_float_equal(active[1].end, 2, 0);
    assert_int_equal(movinet_announcer_active(a, active, 0), 0);
    movinet_announcer_finish(a, NULL);
    assert_int_equal(movinet_announcer_active(a, active, 4), 0);
    movinet_announcer_close(a);
}

static void a_thousand_classes_begin_and_end_with_one_frame(void **state)
{
    (void)state;
    enum { N = 1000 };
    static float scores[N];
    const movinet_event *events;
    movinet_announcer *a = fresh(N, (movinet_announcer_options){.threshold = 0});
    assert_int_equal(movinet_announcer_push(a, 1, scores, &events), N);
    for (int i = 0; i < N; i++)
        assert_int_equal(events[i].index, i);
    assert_int_equal(movinet_announcer_push(a, 0, scores, &events), 2 * N);
    assert_int_equal(events[N - 1].kind, MOVINET_EVENT_END);
    assert_int_equal(events[N].kind, MOVINET_EVENT_BEGIN);
    movinet_announcer_close(a);
}

static void bad_arguments(void **state)
{
    (void)state;
    static const movinet_announcer_options bad[] = {
        {.threshold = -0.1}, {.threshold = 1.1}, {.threshold = NAN},
        {.threshold = 0.5, .release = 0.6}, {.threshold = 0.5, .release = -0.1},
        {.hold = -1}, {.hold = INFINITY}, {.release_hold = NAN}, {.gap = -1},
    };
    movinet_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        movinet_announcer *a = (void *)1;
        err.message[0] = '\0';
        assert_int_equal(movinet_announcer_open(&a, 5, &bad[i], &err), MOVINET_ERR_ARGUMENT);
        assert_null(a);
        assert_true(err.message[0] != '\0');
    }
    movinet_announcer *a;
    assert_int_equal(movinet_announcer_open(&a, 0, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_announcer_open(NULL, 1, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_announcer_open(&a, 1, NULL, &err), MOVINET_OK);
    movinet_announcer_close(a);
    movinet_announcer_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_must_hold),
        cmocka_unit_test(between_the_thresholds_nothing_changes),
        cmocka_unit_test(no_hold_follows_each_frame),
        cmocka_unit_test(release_is_two_thirds_unless_given),
        cmocka_unit_test(thresholds_of_zero_and_one),
        cmocka_unit_test(scores_that_are_not_numbers_are_below_all),
        cmocka_unit_test(gaps_count_as_no_more_than_a_second),
        cmocka_unit_test(several_classes_at_once),
        cmocka_unit_test(only_the_top_one),
        cmocka_unit_test(peaks),
        cmocka_unit_test(time_running_backwards_ends_everything),
        cmocka_unit_test(what_is_active_is_sorted),
        cmocka_unit_test(a_thousand_classes_begin_and_end_with_one_frame),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

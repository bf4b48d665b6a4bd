/* Clips: spans of time, known at once and frame by frame.
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *merged(movinet_span *spans, int n, double gap)
{
    static char text[500];
    size_t used = 0;
    n = movinet_spans_merge(spans, n, gap);
    text[0] = '\0';
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%g-%g ", spans[i].begin,
                                 spans[i].end);
    return text;
}

static void spans_are_sorted_and_merged(void **state)
{
    (void)state;
    assert_string_equal(merged((movinet_span[]){{5, 6}, {1, 2}, {3, 4}}, 3, 0), "1-2 3-4 5-6 ");
    assert_string_equal(merged((movinet_span[]){{5, 6}, {1, 2}, {3, 4}}, 3, 1), "1-6 ");
    assert_string_equal(merged((movinet_span[]){{2, 3}, {1, 2}, {0, 0.5}}, 3, 0), "0-0.5 1-3 ");
    assert_string_equal(merged((movinet_span[]){{0, 10}, {1, 2}, {3, 4}}, 3, 0), "0-10 ");
    assert_string_equal(merged((movinet_span[]){{3, 3}}, 1, 0), "3-3 ");
    assert_string_equal(merged(NULL, 0, 0), "");
}

static void bad_spans_are_dropped(void **state)
{
    (void)state;
    movinet_span spans[] = {{NAN, 1}, {1, NAN}, {2, 1}, {1, INFINITY}, {4, 5}, {-INFINITY, 0}};
    assert_string_equal(merged(spans, 6, NAN), "4-5 ");
    assert_string_equal(merged((movinet_span[]){{2, 1}}, 1, 0), "");
    assert_string_equal(merged((movinet_span[]){{1, 2}, {2.5, 3}}, 2, -7), "1-2 2.5-3 ");
}

/* A frame a second: '.' a frame, '!' one with a change, ' ' none. Writes what is closed,
 * and when. */
static const char *run(movinet_clips clips, const char *frames)
{
    static char text[500];
    size_t used = 0;
    movinet_span closed;
    text[0] = '\0';
    for (int t = 0; frames[t]; t++) {
        if (frames[t] == ' ')
            continue;
        if (movinet_clips_frame(&clips, t, frames[t] == '!', &closed))
            used += (size_t)snprintf(text + used, sizeof text - used, "%g-%g@%d ", closed.begin,
                                     closed.end, t);
    }
    if (movinet_clips_finish(&clips, &closed))
        snprintf(text + used, sizeof text - used, "%g-%g", closed.begin, closed.end);
    assert_false(clips.open);
    assert_false(movinet_clips_finish(&clips, &closed));
    return text;
}

static const movinet_clips usual = {.before = 2, .after = 3};

static void before_and_after_each_change(void **state)
{
    (void)state;
    assert_string_equal(run(usual, "....."), "");
    assert_string_equal(run(usual, ".....!......."), "3-8@11 ");
    assert_string_equal(run(usual, ".....!............!........"), "3-8@11 16-21@24 ");
    assert_string_equal(run((movinet_clips){0}, "...!..!"), "3-3@4 6-6");
}

static void overlapping_clips_are_one(void **state)
{
    (void)state;
    assert_string_equal(run(usual, ".....!.!.!.!......."), "3-14@17 ");
    /* 3 … 8 and 8 … 13 touch. */
    assert_string_equal(run(usual, ".....!....!......."), "3-13@16 ");
    /* 3 … 8 and 9 … 14 do not. */
    assert_string_equal(run(usual, ".....!.....!......."), "3-8@11 9-14@17 ");
}

static void a_source_ends_in_a_clip(void **state)
{
    (void)state;
    assert_string_equal(run(usual, "!"), "0-0");
    assert_string_equal(run(usual, ".!."), "0-2");
    assert_string_equal(run(usual, ".....!....."), "3-8"); /* not closed yet, but over */
}

static void gaps_close_clips(void **state)
{
    (void)state;
    assert_string_equal(run(usual, ".....!                   ."), "3-8@25 ");
    assert_string_equal(run(usual, ".....!                   !."), "3-8@25 23-26");
}

static void long_clips_are_cut(void **state)
{
    (void)state;
    movinet_clips clips = usual;
    clips.longest = 10;
    assert_string_equal(run(clips, ".....!..!..!..!..!..!..!........."),
                        "3-13@14 13-23@24 23-26@29 ");
    assert_string_equal(run(clips, ".....!..!..!..!."), "3-13@14 13-15");
    /* Just as long as allowed. */
    clips.longest = 5;
    assert_string_equal(run(clips, ".....!........"), "3-8@11 ");
}

static void frames_to_keep_are_told_in_time(void **state)
{
    (void)state;
    movinet_clips clips = usual;
    movinet_span closed;
    for (int t = 0; t < 5; t++) {
        assert_false(movinet_clips_frame(&clips, t, false, &closed));
        assert_false(clips.open);
    }
    movinet_clips_frame(&clips, 5, true, &closed);
    assert_true(clips.open);
    assert_float_equal(clips.span.begin, 3, 0);
    assert_float_equal(clips.span.end, 8, 0);
    movinet_clips_frame(&clips, 7, true, &closed);
    assert_float_equal(clips.span.begin, 3, 0);
    assert_float_equal(clips.span.end, 10, 0);
}

static void sources_that_begin_again(void **state)
{
    (void)state;
    movinet_clips clips = usual;
    movinet_span closed;
    movinet_clips_frame(&clips, 100, false, &closed);
    movinet_clips_frame(&clips, 101, true, &closed);
    assert_false(movinet_clips_frame(&clips, NAN, true, &closed));
    assert_false(movinet_clips_frame(&clips, 102, false, &closed));
    assert_true(movinet_clips_frame(&clips, 0, true, &closed));
    assert_float_equal(closed.begin, 100, 0); /* nothing was there before the first frame */
    assert_float_equal(closed.end, 102, 0);
    assert_true(clips.open);
    assert_float_equal(clips.span.begin, 0, 0);
    assert_float_equal(clips.span.end, 3, 0);
}

static void odd_settings(void **state)
{
    (void)state;
    assert_string_equal(run((movinet_clips){.before = NAN, .after = -4}, "..!..."), "2-2@3 ");
    assert_string_equal(run((movinet_clips){.after = INFINITY}, "..!..."), "2-5");
    assert_string_equal(run((movinet_clips){.before = INFINITY, .after = 1}, "..!..."), "0-3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_sorted_and_merged),
        cmocka_unit_test(bad_spans_are_dropped),
        cmocka_unit_test(before_and_after_each_change),
        cmocka_unit_test(overlapping_clips_are_one),
        cmocka_unit_test(a_source_ends_in_a_clip),
        cmocka_unit_test(gaps_close_clips),
        cmocka_unit_test(long_clips_are_cut),
        cmocka_unit_test(frames_to_keep_are_told_in_time),
        cmocka_unit_test(sources_that_begin_again),
        cmocka_unit_test(odd_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

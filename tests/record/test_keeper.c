/* Clips of what was seen before anybody asked for them. SPDX-License-Identifier: Apache-2.0 */
#include "record/recorded.h"

#include "support/ok.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/sanitized.h"

enum { RATE = 10 };

static movinet_keeper *open_keeper(double seconds, const movinet_keeper_options *options)
{
    movinet_keeper *k;
    media_need_ffmpeg();
    OK(movinet_keeper_open(&k, W, H, seconds, options, err));
    return k;
}

/* Frame i of a source that begins at 1000 s. */
static void push(movinet_keeper *k, int i)
{
    movinet_frame frame = frame_of(W, H, i, 1000 + i / (double)RATE);
    OK(movinet_keeper_push(k, &frame, err));
}

/* The clip has frames first … last, one a tenth of a second. */
static void check_clip(const char *path, int first, int last)
{
    const media_video *v = media_play(path, NULL);
    media_assert_frames(v, last - first + 1);
    for (int i = 0; i < v->n; i++) {
        check_picture(&v->frames[i], first + i);
        assert_true(fabs(v->frames[i].time - i / (double)RATE) < 2e-3);
    }
}

static void saves(void **state)
{
    (void)state;
    movinet_keeper *k = open_keeper(5, NULL);
    movinet_error why;
    assert_true(strlen(movinet_keeper_codec(k)) > 3);
    assert_int_equal(movinet_keeper_save(k, "none.mp4", 0, 1, &why), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(why.message, "none.mp4: no frame"));
    assert_int_equal(access("none.mp4", F_OK), -1);
    for (int i = 0; i < 100; i++)
        push(k, i);
    /* The last frame is there at once. Key frames are at 0, 10, 20 … */
    OK(movinet_keeper_save(k, "a.mp4", 1007.2, 1009.9, err));
    check_clip("a.mp4", 70, 99);
    OK(movinet_keeper_save(k, "b.mkv", 1007, 1008.1, err));
    check_clip("b.mkv", 70, 81);
    OK(movinet_keeper_save(k, "c.mov", 1006.95, 1007, err));
    check_clip("c.mov", 60, 70);
    /* What is forgotten is not there: five seconds, and up to one more. */
    OK(movinet_keeper_save(k, "d.mp4", 1000, 1004.5, err));
    check_clip("d.mp4", 40, 45);
    assert_int_equal(movinet_keeper_save(k, "e.mp4", 1000, 1003.9, NULL), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_keeper_save(k, "f.webm", 1007, 1008, &why), MOVINET_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.message, ".mkv"));
    assert_int_equal(movinet_keeper_save(k, "no/f.mp4", 1007, 1008, NULL), MOVINET_ERR_IO);
    assert_int_equal(movinet_keeper_save(k, "f.mp4", 1008, 1007, NULL), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_keeper_save(k, "f.mp4", NAN, 1007, NULL), MOVINET_ERR_ARGUMENT);
    assert_int_equal(access("f.mp4", F_OK), -1);
    push(k, 100); /* and it goes on */
    OK(movinet_keeper_save(k, "g.mp4", 1009.5, 1010, err));
    check_clip("g.mp4", 90, 100);
    movinet_keeper_close(k);
}

/* Far longer than what is remembered. */
static void open_clip(void **state)
{
    movinet_span written;
    (void)state;
    movinet_keeper *k = open_keeper(2, NULL);
    assert_int_equal(movinet_keeper_extend(k, 1, NULL), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_keeper_end(k, 1, NULL, NULL), MOVINET_ERR_ARGUMENT);
    for (int i = 0; i < 40; i++)
        push(k, i);
    OK(movinet_keeper_begin(k, "long.mp4", 1002.5, err));
    assert_true(movinet_keeper_is_open(k));
    assert_int_equal(movinet_keeper_begin(k, "two.mp4", 1002.5, NULL), MOVINET_ERR_ARGUMENT);
    OK(movinet_keeper_extend(k, 1005, err));
    for (int i = 40; i < 200; i++) {
        push(k, i);
        if (i == 55) /* half a second after the end: those between are still there */
            OK(movinet_keeper_extend(k, 1018, err));
        if (i == 100)
            OK(movinet_keeper_save(k, "between.mp4", 1009, 1010, err));
    }
    OK(movinet_keeper_end(k, 1018, &written, err));
    assert_false(movinet_keeper_is_open(k));
    assert_true(fabs(written.begin - 1002) < 1e-4 && fabs(written.end - 1018) < 1e-4);
    check_clip("long.mp4", 20, 180);
    check_clip("between.mp4", 90, 100);
    movinet_keeper_close(k);
}

/* As the header says it is to be used. */
static void with_clips(void **state)
{
    static const struct {
        int first, last;
    } expected[] = {{10, 60}, {90, 150}, {150, 199}}; /* key frames at or before the begin */
    movinet_clips clips = {.before = 1.5, .after = 2, .longest = 6};
    movinet_span closed;
    char path[20] = "";
    int n = 0;
    (void)state;
    movinet_keeper *k = open_keeper(3, NULL);
    for (int i = 0; i < 200; i++) {
        double time = 1000 + i / (double)RATE;
        /* A change at 2.5 and 4 s; then one after the other from 10.5 on. */
        bool changed = i == 25 || i == 40 || (i >= 105 && i % 10 == 5);
        if (movinet_clips_frame(&clips, time, changed, &closed))
            OK(movinet_keeper_end(k, closed.end, NULL, err));
        if (clips.open && !movinet_keeper_is_open(k)) {
            snprintf(path, sizeof path, "event%d.mp4", n++);
            OK(movinet_keeper_begin(k, path, clips.span.begin, err));
        }
        if (clips.open)
            OK(movinet_keeper_extend(k, clips.span.end, err));
        push(k, i);
    }
    assert_true(movinet_clips_finish(&clips, &closed));
    OK(movinet_keeper_end(k, closed.end, NULL, err));
    movinet_keeper_close(k);
    assert_int_equal(n, 3);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "event%d.mp4", i);
        check_clip(path, expected[i].first, expected[i].last);
    }
}

/* Closing finishes the open clip. */
static void closed_while_open(void **state)
{
    (void)state;
    movinet_keeper *k = open_keeper(5, NULL);
    OK(movinet_keeper_begin(k, "open.mp4", 999, err)); /* before any frame */
    OK(movinet_keeper_extend(k, 2000, err));
    for (int i = 0; i < 12; i++)
        push(k, i);
    movinet_keeper_close(k);
    check_clip("open.mp4", 0, 11);
    movinet_keeper_close(NULL);
}

static long resident(void)
{
    long size, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &pages), 2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void keep_noise(movinet_keeper *k, int from, int to)
{
    for (int i = from; i < to; i++) {
        movinet_frame frame = noise(i % 7);
        frame.time = i / 25.0;
        OK(movinet_keeper_push(k, &frame, err));
    }
}

/* Noise, 2 MB a second or so: bytes are what is met first. */
static void memory_is_bounded(void **state)
{
    const movinet_keeper_options small = {.bytes = 4 << 20, .frame_rate = 25};
    movinet_keeper *k;
    (void)state;
    media_need_ffmpeg();
    if (getenv("MOVINET_VALGRIND") || SANITIZED)
        skip(); /* they keep what is given back for a while */
    OK(movinet_keeper_open(&k, 256, 256, 60, &small, err));
    keep_noise(k, 0, 200);
    long before = resident();
    OK(movinet_keeper_begin(k, "noise.mp4", 7, err));
    OK(movinet_keeper_extend(k, 1000, err));
    keep_noise(k, 200, 600);
    long grown = resident() - before;
    OK(movinet_keeper_end(k, 24, NULL, err));
    struct stat info;
    assert_int_equal(stat("noise.mp4", &info), 0);
    assert_true(info.st_size > 8 << 20);
    if (grown > 6 << 20)
        fail_msg("%ld bytes more", grown);
    OK(movinet_keeper_save(k, "kept.mp4", 0, 1000, err));
    assert_int_equal(stat("kept.mp4", &info), 0);
    assert_true(info.st_size > 1 << 20 && info.st_size <= (4 << 20) + 65536);
    movinet_keeper_close(k);
}

/* Not even one second fits: what does is kept, from a key frame on. */
static void too_few_bytes(void **state)
{
    const movinet_keeper_options tiny = {.bytes = 200000, .frame_rate = 25};
    movinet_keeper *k;
    (void)state;
    media_need_ffmpeg();
    OK(movinet_keeper_open(&k, 256, 256, 60, &tiny, err));
    keep_noise(k, 0, 60);
    movinet_status status = movinet_keeper_save(k, "tiny.mp4", 0, 100, NULL);
    assert_true(status == MOVINET_OK || status == MOVINET_ERR_ARGUMENT);
    if (!status)
        assert_true(media_play("tiny.mp4", NULL)->n > 0);
    movinet_keeper_close(k);
}

/* The source was opened anew: its clock begins again. */
static void clock_set_back(void **state)
{
    (void)state;
    movinet_keeper *k = open_keeper(10, NULL);
    for (int i = 0; i < 25; i++)
        push(k, i);
    OK(movinet_keeper_begin(k, "before.mp4", 1001, err));
    OK(movinet_keeper_extend(k, 1010, err));
    for (int i = 0; i < 13; i++) {
        movinet_frame frame = frame_of(W, H, i, i / (double)RATE);
        OK(movinet_keeper_push(k, &frame, err));
    }
    assert_false(movinet_keeper_is_open(k));
    check_clip("before.mp4", 10, 24);
    OK(movinet_keeper_save(k, "after.mp4", -5, 1.1, err));
    check_clip("after.mp4", 0, 11);
    movinet_frame same = frame_of(W, H, 0, 1.2);
    assert_int_equal(movinet_keeper_push(k, &same, NULL), MOVINET_ERR_ARGUMENT);
    movinet_keeper_close(k);
}

static void full_disk(void **state)
{
    movinet_error why;
    (void)state;
    movinet_keeper *k = open_keeper(10, NULL);
    push(k, 0);
    assert_int_equal(symlink("/dev/full", "full.mp4"), 0);
    OK(movinet_keeper_begin(k, "full.mp4", 0, err));
    OK(movinet_keeper_extend(k, 2000, err));
    int failures = 0;
    for (int i = 1; i < 60; i++) {
        movinet_frame frame = frame_of(W, H, i, 1000 + i / (double)RATE);
        failures += movinet_keeper_push(k, &frame, &why) == MOVINET_ERR_IO;
    }
    assert_int_equal(failures, 1); /* the clip was given up; all frames are kept */
    assert_non_null(strstr(why.message, "full.mp4: cannot be written: no space left"));
    assert_false(movinet_keeper_is_open(k));
    OK(movinet_keeper_save(k, "rest.mp4", 1000, 1006, err));
    check_clip("rest.mp4", 0, 59);
    movinet_keeper_close(k);
}

static void bad_arguments(void **state)
{
    movinet_keeper *k;
    movinet_error why;
    const movinet_keeper_options odd = {.codec = "libvpx"}, slow = {.frame_rate = 0.5};
    (void)state;
    media_need_ffmpeg();
    assert_int_equal(movinet_keeper_open(&k, 0, H, 5, NULL, &why), MOVINET_ERR_ARGUMENT);
    assert_null(k);
    assert_int_equal(movinet_keeper_open(&k, W, H, 0, NULL, &why), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(why.message, "0 seconds"));
    assert_int_equal(movinet_keeper_open(&k, W, H, NAN, NULL, &why), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_keeper_open(&k, W, H, 5, &odd, &why), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(why.message, "libvpx"));
    assert_int_equal(movinet_keeper_open(&k, W, H, 5, &slow, &why), MOVINET_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saves),
        cmocka_unit_test(open_clip),
        cmocka_unit_test(with_clips),
        cmocka_unit_test(closed_while_open),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(too_few_bytes),
        cmocka_unit_test(clock_set_back),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* Raw frames from files and pipes, and the checks of every source's options.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/media.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { W = 5, H = 3, BYTES = W * H * 3 };

/* n frames, frame i all of byte i; and `more` bytes. */
static void write_raw(const char *name, int n, int more)
{
    uint8_t *bytes = malloc((size_t)n * BYTES + (size_t)more + 1);
    for (int i = 0; i < n; i++)
        memset(bytes + i * BYTES, i, BYTES);
    memset(bytes + n * BYTES, 0, (size_t)more);
    media_write(name, bytes, (size_t)n * BYTES + (size_t)more);
    free(bytes);
}

static const media_video *play(const char *name, double rate, double start, double duration)
{
    movinet_video_options o = {.sample_rate = rate, .start = start, .duration = duration,
                               .raw_width = W, .raw_height = H};
    return media_play(name, &o);
}

static void all_frames(void **state)
{
    (void)state;
    write_raw("a.rgb", 7, 0);
    const media_video *v = play("a.rgb", 0, 0, 0);
    media_assert_frames(v, 7);
    assert_int_equal(v->width, W);
    assert_int_equal(v->height, H);
    assert_true(v->frame_rate == 5);
    assert_true(fabs(v->duration - 1.4) < 1e-9);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(v->frames[i].middle[1], i);
        assert_true(fabs(v->frames[i].time - i / 5.0) < 1e-9);
    }
}

static void start_and_duration(void **state)
{
    (void)state;
    write_raw("a.rgb", 100, 0);
    const media_video *v = play("a.rgb", 10, 2.05, 1);
    media_assert_frames(v, 10);
    assert_int_equal(v->frames[0].middle[0], 20); /* on the screen from 2.0 to 2.1 */
    assert_true(fabs(v->frames[0].time - 2.05) < 1e-9);
    v = play("a.rgb", 10, 9.9, 0);
    media_assert_frames(v, 1);
    media_assert_error(play("a.rgb", 10, 10, 0), MOVINET_ERR_ARGUMENT,
                       "a.rgb: ends at 10.000 s, before the start at 10.000 s");
}

static void broken_end(void **state)
{
    (void)state;
    write_raw("a.rgb", 3, 7);
    const media_video *v = play("a.rgb", 0, 0, 0);
    media_assert_frames(v, 3);
    assert_int_equal(v->damaged, 1);
    write_raw("a.rgb", 0, 7);
    media_assert_error(play("a.rgb", 0, 0, 0), MOVINET_ERR_FORMAT, "no frame could be decoded");
    write_raw("a.rgb", 0, 0);
    media_assert_error(play("a.rgb", 0, 0, 0), MOVINET_ERR_FORMAT, "no frame could be decoded");
}

static void not_there(void **state)
{
    (void)state;
    media_assert_error(play("nowhere.rgb", 0, 0, 0), MOVINET_ERR_IO, "nowhere.rgb: ");
    media_assert_error(play(".", 0, 0, 0), MOVINET_ERR_IO, "folder");
}

/* Puts the reading end of a pipe in the place of standard input. */
static int pipe_to_stdin(int *writing)
{
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    *writing = ends[1];
    return kept;
}

static void from_a_pipe(void **state)
{
    uint8_t bytes[2 * BYTES];
    int writing, kept = pipe_to_stdin(&writing);
    (void)state;
    memset(bytes, 9, BYTES);
    memset(bytes + BYTES, 8, BYTES);
    assert_int_equal(write(writing, bytes, sizeof bytes), sizeof bytes);
    close(writing);
    const media_video *v = play("-", 0, 0, 0);
    dup2(kept, STDIN_FILENO);
    close(kept);
    media_assert_frames(v, 2);
    assert_int_equal(v->frames[0].middle[2], 9);
    assert_int_equal(v->frames[1].middle[2], 8);
}

static bool third_time(void *user)
{
    return ++*(int *)user >= 3;
}

static void a_silent_pipe_can_be_given_up(void **state)
{
    int asked = 0, writing, kept = pipe_to_stdin(&writing);
    (void)state;
    movinet_video_options o = {.raw_width = W, .raw_height = H, .interrupted = third_time,
                               .user = &asked};
    const media_video *v = media_play("-", &o);
    close(writing);
    dup2(kept, STDIN_FILENO);
    close(kept);
    media_assert_error(v, MOVINET_ERR_CANCELLED, "-: interrupted");
}

static void refuse(movinet_video_options o, const char *words)
{
    media_assert_error(media_play("a.rgb", &o), MOVINET_ERR_ARGUMENT, words);
}

static void bad_options(void **state)
{
    (void)state;
    refuse((movinet_video_options){.sample_rate = -1}, "sample rate");
    refuse((movinet_video_options){.sample_rate = 1e6}, "sample rate");
    refuse((movinet_video_options){.sample_rate = NAN}, "sample rate");
    refuse((movinet_video_options){.start = -0.1}, "start");
    refuse((movinet_video_options){.start = INFINITY}, "start");
    refuse((movinet_video_options){.duration = -1}, "duration");
    refuse((movinet_video_options){.duration = NAN}, "duration");
    refuse((movinet_video_options){.raw_width = 4}, "raw frames");
    refuse((movinet_video_options){.raw_height = 4}, "raw frames");
    refuse((movinet_video_options){.raw_width = -4, .raw_height = 4}, "raw frames");
    refuse((movinet_video_options){.raw_width = 4, .raw_height = 40000}, "raw frames");
    media_assert_error(media_play("", NULL), MOVINET_ERR_ARGUMENT, "source");
    media_assert_error(media_play(NULL, NULL), MOVINET_ERR_ARGUMENT, "source");
    assert_int_equal(movinet_video_open(NULL, "a", NULL, NULL), MOVINET_ERR_ARGUMENT);
    movinet_video_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_frames),
        cmocka_unit_test(start_and_duration),
        cmocka_unit_test(broken_end),
        cmocka_unit_test(not_there),
        cmocka_unit_test(from_a_pipe),
        cmocka_unit_test(a_silent_pipe_can_be_given_up),
        cmocka_unit_test(bad_options),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

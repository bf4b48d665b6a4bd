/* What becomes of files that are recorded: finished, killed, on a full disk, impossible.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record/recorded.h"

#include "support/ok.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what cannot be -------------------------------------------------------- */

static void assert_open_fails(const char *path, int width, int height,
                              const movinet_recorder_options *options, movinet_status status,
                              const char *words)
{
    movinet_recorder *r = (movinet_recorder *)1;
    movinet_error err = {0};
    assert_int_equal(movinet_recorder_open(&r, path, width, height, options, &err), status);
    assert_null(r);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void bad_arguments(void **state)
{
    const movinet_recorder_options fast = {.frame_rate = 1e6}, odd = {.frame_rate = NAN},
                                   hard = {.codec = "h264_vaapi"}, vp = {.codec = "libvpx"};
    (void)state;
    media_need_ffmpeg();
    assert_open_fails(NULL, W, H, NULL, MOVINET_ERR_ARGUMENT, "no name");
    assert_open_fails("", W, H, NULL, MOVINET_ERR_ARGUMENT, "no name");
    assert_open_fails("a.mp4", 0, H, NULL, MOVINET_ERR_ARGUMENT, "0×64");
    assert_open_fails("a.mp4", W, 100000, NULL, MOVINET_ERR_ARGUMENT, "100000");
    assert_open_fails("a.mp4", W, H, &fast, MOVINET_ERR_ARGUMENT, "frames a second");
    assert_open_fails("a.mp4", W, H, &odd, MOVINET_ERR_ARGUMENT, "frames a second");
    assert_open_fails("a.mp4", W, H, &hard, MOVINET_ERR_ARGUMENT, "h264_vaapi");
    assert_open_fails("a.mp4", W, H, &vp, MOVINET_ERR_ARGUMENT, "libvpx");
    assert_open_fails("a.flv", W, H, NULL, MOVINET_ERR_UNSUPPORTED, ".webm");
    assert_open_fails("a.d/mp4", W, H, NULL, MOVINET_ERR_UNSUPPORTED, "a.d/mp4");
    assert_open_fails("no/where.mp4", W, H, NULL, MOVINET_ERR_IO,
                      "no/where.mp4: cannot be written: no such file");
    assert_open_fails("http://x/a.mp4", W, H, NULL, MOVINET_ERR_IO, "http://x/a.mp4");
    assert_int_equal(access("a.flv", F_OK), -1);
    OK(movinet_recorder_close(NULL, err));
}

static void bad_frames(void **state)
{
    movinet_recorder *r;
    movinet_error why;
    (void)state;
    media_need_ffmpeg();
    OK(movinet_recorder_open(&r, "b.mp4", W, H, NULL, err));
    movinet_frame frame = frame_of(W, H, 0, 1);
    OK(movinet_recorder_push(r, &frame, err));
    assert_int_equal(movinet_recorder_push(r, &frame, &why), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(why.message, "b.mp4: frame time 1.000000: not later"));
    frame.time = NAN;
    assert_int_equal(movinet_recorder_push(r, &frame, NULL), MOVINET_ERR_ARGUMENT);
    frame.time = 2;
    frame.pixels = NULL;
    assert_int_equal(movinet_recorder_push(r, &frame, NULL), MOVINET_ERR_ARGUMENT);
    float floats[12] = {0};
    frame = (movinet_frame){
        .pixels = floats, .width = 2, .height = 2, .time = 2, .pixel = MOVINET_RGBF32};
    assert_int_equal(movinet_recorder_push(r, &frame, NULL), MOVINET_ERR_ARGUMENT);
    frame = frame_of(W, H, 1, 2); /* after all that, it goes on */
    OK(movinet_recorder_push(r, &frame, err));
    OK(movinet_recorder_close(r, err));
    media_assert_frames(media_play("b.mp4", NULL), 2);
}

static void no_frames(void **state)
{
    static const char *const paths[] = {"n.mp4", "n.mkv", "n.avi"};
    movinet_recorder *r;
    (void)state;
    media_need_ffmpeg();
    for (int i = 0; i < 3; i++) {
        OK(movinet_recorder_open(&r, paths[i], W, H, NULL, err));
        assert_int_equal(access(paths[i], F_OK), 0);
        OK(movinet_recorder_close(r, err));
        assert_int_equal(access(paths[i], F_OK), -1);
    }
}

/* ---- what becomes of the file ---------------------------------------------- */

/* Pushes until it fails, and closes; the file is said to be the reason, once. */
static void push_until_full(const char *path, const char *reason)
{
    movinet_recorder *r;
    movinet_error why = {0};
    movinet_status status = MOVINET_OK;
    int i = 0;
    OK(movinet_recorder_open(&r, path, 256, 256, NULL, err));
    for (; !status && i < 1000; i++) {
        movinet_frame frame = noise(i);
        status = movinet_recorder_push(r, &frame, &why);
    }
    assert_int_equal(status, MOVINET_ERR_IO);
    assert_int_equal(why.status, MOVINET_ERR_IO);
    assert_non_null(strstr(why.message, path));
    assert_non_null(strstr(why.message, reason));
    movinet_frame frame = noise(i);
    assert_int_equal(movinet_recorder_push(r, &frame, NULL), MOVINET_ERR_IO);
    OK(movinet_recorder_close(r, err));
}

/* Half way: what was written can be played. */
static void full_disk(void **state)
{
    static const char *const paths[] = {"full.mp4", "full.mkv", "full.avi"};
    struct rlimit before, low;
    (void)state;
    media_need_ffmpeg();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = (struct rlimit){3 << 20, before.rlim_max};
    for (int p = 0; p < 3; p++) {
        void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
        push_until_full(paths[p], "cannot be written: file too large");
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        signal(SIGXFSZ, old);
        const media_video *v = media_play(paths[p], NULL);
        assert_int_equal(v->open, 0);
        assert_true(v->n > 20);
    }
}

static void full_device(void **state)
{
    struct stat info;
    (void)state;
    media_need_ffmpeg();
    assert_int_equal(symlink("/dev/full", "device.mp4"), 0);
    push_until_full("device.mp4", "cannot be written: no space left");
    assert_int_equal(lstat("device.mp4", &info), 0);
}

/* Killed while it records: all but the last seconds can be played. */
static void killed(void **state)
{
    static const char *const paths[] = {"k.mp4", "k.mov", "k.mkv", "k.avi", "k.webm"};
    (void)state;
    media_need_ffmpeg();
    if (getenv("MOVINET_VALGRIND"))
        skip(); /* it would tell of all that the killed one did not give back */
    for (int p = 0; p < 5; p++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            movinet_recorder *r;
            if (movinet_recorder_open(&r, paths[p], W, H, NULL, NULL))
                _exit(1);
            for (int i = 0; i < 250; i++) { /* 10 seconds */
                movinet_frame frame = frame_of(W, H, i, i / 25.0);
                if (movinet_recorder_push(r, &frame, NULL))
                    _exit(1);
            }
            raise(SIGKILL);
        }
        waitpid(child, &status, 0);
        if (p == 4 && WIFEXITED(status))
            continue; /* no such encoder */
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        const media_video *v = media_play(paths[p], NULL);
        if (v->open || v->end != MOVINET_END)
            fail_msg("%s: %s", paths[p], v->err.message);
        assert_true(v->n >= 250 - 25 * 4);
        assert_true(v->frames[v->n - 1].time >= 6);
        for (int i = 0; i < v->n; i++)
            check_picture(&v->frames[i], i);
    }
}

/* The types of the boxes at the top of an mp4, "ftyp moov mdat". */
static const char *boxes(const char *path)
{
    static char text[1000];
    size_t size;
    uint8_t *bytes = media_read(path, &size);
    text[0] = '\0';
    for (size_t at = 0; at + 8 <= size && strlen(text) < 900;) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 |
                        (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        snprintf(text + strlen(text), 8, "%.4s ", (const char *)bytes + at + 4);
        at += length >= 8 ? length : size;
    }
    free(bytes);
    return text;
}

/* A finished mp4 has one index, in front, and nothing else is left in the folder. */
static void finished_is_plain(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_shell("mkdir plain");
    write_video("plain/a.mp4", W, H, 100, NULL);
    assert_non_null(strstr(boxes("plain/a.mp4"), "ftyp moov "));
    assert_null(strstr(boxes("plain/a.mp4"), "moof"));
    media_shell("test \"$(ls plain)\" = a.mp4");
    media_shell("chmod 640 plain/a.mp4");
    write_video("plain/a.mp4", W, H, 3, NULL); /* over the old one */
    media_assert_frames(media_play("plain/a.mp4", NULL), 3);
    media_shell("test \"$(stat -c %a plain/a.mp4)\" = 640");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_arguments),     cmocka_unit_test(bad_frames),
        cmocka_unit_test(no_frames),         cmocka_unit_test(full_disk),
        cmocka_unit_test(full_device),       cmocka_unit_test(killed),
        cmocka_unit_test(finished_is_plain),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* When pictures are seen: sampling of many kinds of files, starts, durations, slow and
 * uneven sources. SPDX-License-Identifier: Apache-2.0 */
#include "video/media.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_time(double is, double should)
{
    if (!(fabs(is - should) < 1e-6))
        fail_msg("%.6f s instead of %.6f s", is, should);
}

static void sampled_at_any_rate(void **state)
{
    static const double rates[] = {1, 5, 7.5, 25, 60};
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=4 -pix_fmt yuv420p a.mp4");
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const media_video *v = media_sample("a.mp4", rates[i], 0, 0);
        media_assert_frames(v, (int)(4 * rates[i]));
        for (int k = 0; k < v->n; k++)
            assert_time(v->frames[k].time, k / rates[i]);
    }
    const media_video *v = media_play("a.mp4", NULL);
    media_assert_frames(v, 100);
    assert_time(v->frames[99].time, 3.96);
    assert_true(fabs(v->frame_rate - 25) < 1e-6);
    assert_true(fabs(v->duration - 4) < 0.05);
}

/* Grey frame i has value 2 i + 40. */
#define COUNTING "format=gray,geq=lum='2*N+40'"

static void the_frame_on_the_screen(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=s=32x32:r=30000/1001:d=3 -vf " COUNTING " -c:v ffv1 a.mkv");
    const media_video *v = media_sample("a.mkv", 5, 0, 0);
    media_assert_frames(v, 16); /* 3.003 s */
    for (int k = 0; k < 15; k++) {
        int shown = 0; /* the last frame whose stamp, whole milliseconds, lies before */
        while (lrint((shown + 1) * 1001 / 30.0) <= k * 200)
            shown++;
        assert_int_equal(v->frames[k].middle[0], 2 * shown + 40);
    }
}

static void uneven_times(void **state)
{
    static const int expected[] = {0, 1, 1, 1, 2, 3, 3, 3, 3, 3, 4};
    (void)state;
    media_need_ffmpeg();
    /* frames at 0, 0.2, 0.8, 0.9, 2.0 s */
    media_make("-f lavfi -i color=s=32x32:r=10:d=0.5 -vf \"" COUNTING
               ",setpts='(2*eq(N,1)+8*eq(N,2)+9*eq(N,3)+20*eq(N,4))/10/TB'\" -vsync vfr "
               "-enc_time_base 1/1000 -c:v ffv1 a.mkv");
    const media_video *v = media_sample("a.mkv", 5, 0, 0);
    assert_int_equal(v->end, MOVINET_END);
    assert_true(v->n >= 11);
    for (int k = 0; k < 11; k++)
        assert_int_equal(v->frames[k].middle[0], 2 * expected[k] + 40);
}

static void slow_animation(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=s=32x32:r=1/2:d=6 -vf " COUNTING " a.gif");
    const media_video *v = media_sample("a.gif", 5, 0, 0);
    media_assert_frames(v, 30); /* three pictures, two seconds each */
    for (int k = 0; k < 30; k++)
        media_assert_colour(v->frames[k].middle, 40 + k / 10 * 2, 40 + k / 10 * 2,
                            40 + k / 10 * 2, 8);
    media_make("-f lavfi -i color=red:s=32x32:r=2:d=2 -f apng a.png");
    media_assert_frames(media_sample("a.png", 5, 0, 0), 10);
}

/* Everything from `start` on is what the whole gives from there. */
static void check_start(const char *name, double start)
{
    static uint32_t sums[MEDIA_MAX];
    const media_video *v = media_sample(name, 5, 0, 0);
    int first = (int)lrint(start * 5), n = v->n - first;
    if (v->open)
        fail_msg("%s", v->err.message);
    for (int k = 0; k < v->n; k++)
        sums[k] = v->frames[k].sum;
    v = media_sample(name, 5, start, 0);
    media_assert_frames(v, n);
    for (int k = 0; k < n; k++) {
        assert_time(v->frames[k].time, start + k / 5.0);
        if (v->frames[k].sum != sums[first + k])
            fail_msg("%s from %g s: frame %d is another", name, start, k);
    }
    v = media_sample(name, 5, start, 1);
    media_assert_frames(v, 5);
    assert_int_equal(v->frames[4].sum, sums[first + 4]);
}

static void starts_are_exact(void **state)
{
    static const char *const kinds[] = {
        "-c:v libx264 -bf 3 -g 50 a.mp4", "-c:v libx264 -bf 3 -g 300 a.mkv",
        "-c:v libx264 -bf 3 -g 40 a.ts", "-c:v mpeg4 -bf 2 -g 40 a.avi",
        "-c:v mpeg2video -bf 2 a.mpg", "-c:v mjpeg b.avi", "-c:v libx264 a.h264", "a.gif",
        "-c:v flv a.flv",
    };
    (void)state;
    media_need_ffmpeg();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "-f lavfi -i testsrc2=s=64x48:r=25:d=14 -pix_fmt yuv420p %s", kinds[i]);
        if (strstr(kinds[i], ".gif"))
            snprintf(arguments, sizeof arguments,
                     "-f lavfi -i testsrc2=s=64x48:r=25:d=14 %s", kinds[i]);
        media_make(arguments);
        const char *name = strrchr(kinds[i], ' ') ? strrchr(kinds[i], ' ') + 1 : kinds[i];
        check_start(name, 1.4);
        check_start(name, 8.6);
    }
}

static void every_frame_between(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=14 -pix_fmt yuv420p a.mp4");
    const media_video *v = media_sample("a.mp4", 0, 7.99, 0.5);
    media_assert_frames(v, 13);
    assert_time(v->frames[0].time, 8);
    assert_time(v->frames[12].time, 8.48);
}

static void start_after_the_end(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -pix_fmt yuv420p a.mp4");
    media_assert_error(media_sample("a.mp4", 5, 3, 0), MOVINET_ERR_ARGUMENT,
                       "a.mp4: ends at 2.000 s, before the start at 3.000 s");
    media_assert_error(media_sample("a.mp4", 5, 30, 0), MOVINET_ERR_ARGUMENT, "before the start");
    media_assert_error(media_sample("a.mp4", 0, 30, 0), MOVINET_ERR_ARGUMENT, "before the start");
}

static void image_sequences(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=s=32x32:r=25:d=2 -vf " COUNTING " img_%03d.png");
    const media_video *v = media_play("img_%03d.png", NULL);
    media_assert_frames(v, 50);
    assert_int_equal(v->frames[49].middle[0], 2 * 49 + 40);
    v = media_sample("img_%03d.png", 5, 0, 0); /* FFmpeg gives images 25 a second */
    media_assert_frames(v, 10);
    assert_int_equal(v->frames[9].middle[0], 2 * 45 + 40);
    v = media_sample("img_001.png", 5, 0, 0); /* one picture: one frame */
    media_assert_frames(v, 1);
    assert_int_equal(v->width, 32);
}

static void names_that_look_like_something_else(void **state)
{
    static const char *const names[] = {"a:b.mp4", "-x.mp4", "http:.mp4", "50%.mp4", "a b'c.mp4"};
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -pix_fmt yuv420p a.mp4");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(rename(i ? names[i - 1] : "a.mp4", names[i]), 0);
        media_assert_frames(media_sample(names[i], 5, 0, 0), 5);
    }
}

static void from_standard_input(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=8 -pix_fmt yuv420p a.mkv");
    for (int start = 0; start < 7; start += 6) { /* a pipe cannot seek: it decodes */
        int kept = dup(STDIN_FILENO);
        assert_non_null(freopen("a.mkv", "rb", stdin));
        FILE *pipe = popen("cat a.mkv", "r");
        assert_non_null(pipe);
        assert_int_equal(dup2(fileno(pipe), STDIN_FILENO), STDIN_FILENO);
        const media_video *v = media_sample("-", 5, start, 0);
        dup2(kept, STDIN_FILENO);
        close(kept);
        pclose(pipe);
        media_assert_frames(v, 40 - 5 * start);
    }
}

static void filter_graphs(void **state)
{
    (void)state;
    media_need_ffmpeg();
    const media_video *v = media_sample("lavfi:testsrc=s=64x48:r=30", 5, 0, 2);
    if (v->open == MOVINET_ERR_UNSUPPORTED)
        skip();
    media_assert_frames(v, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sampled_at_any_rate),
        cmocka_unit_test(the_frame_on_the_screen),
        cmocka_unit_test(uneven_times),
        cmocka_unit_test(slow_animation),
        cmocka_unit_test(starts_are_exact),
        cmocka_unit_test(every_frame_between),
        cmocka_unit_test(start_after_the_end),
        cmocka_unit_test(image_sequences),
        cmocka_unit_test(names_that_look_like_something_else),
        cmocka_unit_test(from_standard_input),
        cmocka_unit_test(filter_graphs),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

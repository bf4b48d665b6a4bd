/* Which pictures are unused, against looking at all of them; by itself and in files: the
 * wanted pictures have the same bits whether the others were decoded or not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "video/convert.h"
#include "video/decode.h"
#include "video/media.h"
#include "video/skip.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the decision ------------------------------------------------------------- */

/* Frames of 1 ms ticks, at these times, one after the other. Which are unused? */
static void check_unused(const int64_t *pts, int n, double rate)
{
    mvv_hold grid;
    mvv_clock clock;
    double shown;
    mvv_hold_init(&grid, rate, 0, 0);
    mvv_clock_init(&clock, 0.001, 0.04, false);
    mvv_clock_frame(&clock, pts[0], 0, &shown);
    for (int i = 1; i < n; i++) {
        mvv_skip skip = {.kind = MVV_SKIP_ANY};
        bool wanted = i == n - 1;
        for (int k = 0; !wanted && k <= pts[n - 1] * rate / 1000; k++) {
            double time = k / rate + MVV_TIME_SLACK;
            wanted = (double)pts[i] / 1000 <= time && (double)pts[i + 1] / 1000 > time;
        }
        for (int j = i; j < n && j < i + MVV_SKIP_SEEN; j++)
            mvv_skip_saw(&skip, pts[j]);
        if (mvv_skip_unused(&skip, &clock, &grid, pts[i]) == wanted)
            fail_msg("frame %d at %d ms, %g a second: wrongly taken as %s", i, (int)pts[i], rate,
                     wanted ? "unused" : "wanted");
        /* what is not seen cannot make it unused */
        mvv_skip_restart(&skip);
        mvv_skip_saw(&skip, pts[i]);
        assert_false(mvv_skip_unused(&skip, &clock, &grid, pts[i]));
    }
}

static void all_unused_and_only_they(void **state)
{
    static const double rates[] = {0.3, 1, 5, 7.5, 24, 30, 60, 1000};
    int64_t pts[120];
    uint32_t seed = 1;
    (void)state;
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        for (int fps = 10; fps <= 60; fps += 5) {
            for (int i = 0; i < 120; i++)
                pts[i] = i * 1000 / fps;
            check_unused(pts, 120, rates[r]);
        }
        for (int i = 1; i < 120; i++) {
            seed = seed * 1664525u + 1013904223u;
            pts[i] = pts[i - 1] + 1 + (seed >> 24);
        }
        check_unused(pts, 120, rates[r]);
    }
}

static void nonsense_is_not_unused(void **state)
{
    mvv_hold grid;
    mvv_clock clock;
    mvv_skip skip = {.kind = MVV_SKIP_ANY};
    double shown;
    (void)state;
    mvv_hold_init(&grid, 5, 0, 0);
    mvv_clock_init(&clock, 0.001, 0.04, false);
    mvv_skip_saw(&skip, 50);
    assert_false(mvv_skip_unused(&skip, &clock, &grid, 40)); /* no origin yet */
    mvv_clock_frame(&clock, 0, 0, &shown);
    assert_true(mvv_skip_unused(&skip, &clock, &grid, 40));
    assert_false(mvv_skip_unused(&skip, &clock, &grid, 50));
    assert_false(mvv_skip_unused(&skip, &clock, &grid, MVV_NO_PTS));
    assert_false(mvv_skip_unused(&skip, &clock, &grid, INT64_MAX));
    assert_false(mvv_skip_unused(&skip, &clock, &grid, -10)); /* before what was shown */
    mvv_skip_saw(&skip, INT64_MAX);
    assert_false(mvv_skip_unused(&skip, &clock, &grid, INT64_MAX - 1));
    assert_false(mvv_skip_unused(&skip, &clock, &grid, INT64_MIN + 1));
    mvv_skip_restart(&skip);
    assert_false(mvv_skip_unused(&skip, &clock, &grid, 40));
}

/* ---- files -------------------------------------------------------------------- */

enum { MOST = 1000 };

typedef struct picture {
    double time;
    uint32_t sum;
} picture;

static uint32_t sum_of(const AVFrame *f)
{
    static mvv_converter converter; /* the whole picture, through RGB */
    movinet_frame rgb = {0};
    movinet_error err;
    uint32_t sum = 0;
    if (mvv_convert(&converter, f, &rgb, &err))
        fail_msg("%s", err.message);
    const uint8_t *row = rgb.pixels;
    for (int y = 0; y < rgb.height; y++, row += rgb.stride)
        for (int k = 0; k < rgb.width * 3; k++)
            sum = sum * 31 + row[k];
    mvv_converter_free(&converter);
    return sum;
}

/* All that the decoder gives; grid NULL: everything. */
static int decode(const char *name, const mvv_hold *grid, picture *out)
{
    mvv_decoder d = {0};
    mvv_picture p = {.frame = av_frame_alloc()};
    movinet_video_options options = {0};
    movinet_error err;
    movinet_status status;
    int n = 0;
    if (mvv_decoder_open(&d, name, &options, &err))
        fail_msg("%s", err.message);
    if (grid)
        mvv_decoder_sample(&d, grid);
    while (!(status = mvv_decoder_next(&d, &p, &err))) {
        assert_true(n < MOST);
        out[n++] = (picture){p.time, sum_of(p.frame)};
    }
    assert_int_equal(status, MOVINET_END);
    assert_int_equal(d.damaged, 0);
    mvv_decoder_close(&d);
    av_frame_free(&p.frame);
    return n;
}

/* The picture on the screen. */
static const picture *shown_at(const picture *pictures, int n, const mvv_hold *at)
{
    const picture *is = &pictures[0];
    for (int i = 0; i < n && mvv_hold_shown(at, pictures[i].time); i++)
        is = &pictures[i];
    return is;
}

/* At most `most` of 100 pictures are decoded, and those on the screen are the same. */
static void check_file(const char *name, double rate, int most)
{
    static picture all[MOST], some[MOST];
    mvv_hold grid;
    mvv_hold_init(&grid, rate, 0, 0);
    int n_all = decode(name, NULL, all), n_some = decode(name, &grid, some);
    assert_true(n_all >= 100);
    if (n_some * 100 > most * n_all)
        fail_msg("%s at %g: %d of %d pictures decoded", name, rate, n_some, n_all);
    mvv_hold at = grid;
    for (; mvv_hold_before(&at, all[n_all - 1].time + 0.01); at.next++) {
        const picture *a = shown_at(all, n_all, &at), *b = shown_at(some, n_some, &at);
        if (a->time != b->time || a->sum != b->sum)
            fail_msg("%s: at %.3f s the picture of %.3f s (%08x) instead of %.3f s (%08x)", name,
                     mvv_hold_time(&at), b->time, b->sum, a->time, a->sum);
    }
    /* what is on the screen at the end stays so */
    assert_true(all[n_all - 1].time == some[n_some - 1].time);
    assert_true(all[n_all - 1].sum == some[n_some - 1].sum);
}

/* 4 s that move, 30 frames a second unless told. */
static void make(const char *filter, const char *arguments)
{
    char command[600];
    snprintf(command, sizeof command,
             "-f lavfi -i testsrc2=s=96x64:r=30:d=4 -vf %s -pix_fmt yuv420p %s", filter, arguments);
    media_make(command);
}

static void need_encoder(const char *name)
{
    char command[200];
    media_need_ffmpeg();
    snprintf(command, sizeof command, "ffmpeg -v quiet -h encoder=%s | grep -q '^Encoder'", name);
    if (system(command)) {
        print_message("this ffmpeg cannot encode with %s\n", name);
        skip();
    }
}

static void h264_with_b_frames(void **state)
{
    (void)state;
    need_encoder("libx264");
    make("null", "-c:v libx264 -bf 3 -x264-params b-adapt=0 a.mp4");
    check_file("a.mp4", 5, 67);
    check_file("a.mp4", 29, 100);
    make("null", "-c:v libx264 -bf 3 -x264-params b-adapt=0:b-pyramid=none a.mkv");
    check_file("a.mkv", 5, 45);
    make("null", "-c:v libx264 -bf 8 -x264-params b-adapt=0:open-gop=1:keyint=20 a.mp4");
    check_file("a.mp4", 5, 70);
    check_file("a.mp4", 2.5, 60);
}

static void h264_of_other_kinds(void **state)
{
    (void)state;
    need_encoder("libx264");
    make("null", "-c:v libx264 -bf 0 a.mp4"); /* every picture is built on */
    check_file("a.mp4", 5, 100);
    make("null", "-c:v libx264 -bf 3 -x264-params slices=4:b-adapt=0 a.flv");
    check_file("a.flv", 5, 70);
    make("null", "-c:v libx264 -bf 3 a.ts"); /* stamps may begin anew: all decoded */
    check_file("a.ts", 5, 100);
    make("null", "-c:v libx264 -bf 3 -x264-params interlaced=1 a.mp4");
    check_file("a.mp4", 5, 100);
    make("null", "-c:v libx264 -bf 3 -x264-params weightp=2:ref=6:b-adapt=2 a.mp4");
    check_file("a.mp4", 5, 90);
}

static void uneven_h264(void **state)
{
    (void)state;
    need_encoder("libx264");
    make("\"setpts='(N*33+mod(N*N*13,29)+500*gt(N,60))/1000/TB'\" -vsync vfr "
         "-enc_time_base 1/1000",
         "-c:v libx264 -bf 3 -x264-params b-adapt=0 a.mkv");
    check_file("a.mkv", 5, 75);
    check_file("a.mkv", 12.5, 90);
}

static void every_picture_alone(void **state)
{
    (void)state;
    need_encoder("mjpeg");
    make("null", "-c:v mjpeg a.mkv");
    check_file("a.mkv", 5, 25); /* 20 pictures of 120, and the first few */
    make("null", "-c:v mjpeg a.mov");
    check_file("a.mov", 5, 25);
    check_file("a.mov", 30, 100);
    check_file("a.mov", 60, 100);
}

static void hevc(void **state)
{
    (void)state;
    need_encoder("libx265");
    make("null", "-c:v libx265 -x265-params log-level=none:bframes=3:b-adapt=0 a.mp4");
    check_file("a.mp4", 5, 70);
    make("null", "-c:v libx265 -x265-params log-level=none:bframes=3:temporal-layers=1 a.mp4");
    check_file("a.mp4", 5, 100);
}

/* The public face: sampled with skipping, from anywhere, against all frames. */
static void as_all_frames_say(void **state)
{
    static uint32_t sums[MEDIA_MAX];
    static const double starts[] = {0, 0.7, 6.3, 9.1};
    (void)state;
    need_encoder("libx264");
    media_make("-f lavfi -i testsrc2=s=96x64:r=30:d=12 -pix_fmt yuv420p -c:v libx264 -bf 4 -g 70 "
               "-x264-params b-adapt=0 a.mp4");
    const media_video *v = media_play("a.mp4", NULL);
    media_assert_frames(v, 360);
    for (int i = 0; i < 360; i++)
        sums[i] = v->frames[i].sum;
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++) {
        v = media_sample("a.mp4", 5, starts[s], 2);
        media_assert_frames(v, 10);
        for (int i = 0; i < 10; i++)
            assert_int_equal(v->frames[i].sum, sums[(int)lrint(starts[s] * 30) + i * 6]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_unused_and_only_they),
        cmocka_unit_test(nonsense_is_not_unused),
        cmocka_unit_test(h264_with_b_frames),
        cmocka_unit_test(h264_of_other_kinds),
        cmocka_unit_test(uneven_h264),
        cmocka_unit_test(every_picture_alone),
        cmocka_unit_test(hevc),
        cmocka_unit_test(as_all_frames_say),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* Videos that are recorded, read again. SPDX-License-Identifier: Apache-2.0 */
#include "record/recorded.h"

#include "support/ok.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The frames of write_video, each where and when it should be, each in its colours. */
static void check_frames(const char *path, int width, int height, int n, double slack)
{
    const media_video *v = media_play(path, NULL);
    media_assert_frames(v, n);
    assert_int_equal(v->width, width);
    assert_int_equal(v->height, height);
    for (int i = 0; i < n; i++) {
        assert_true(fabs(v->frames[i].time - (time_of(i) - time_of(0))) < slack);
        check_picture(&v->frames[i], i);
    }
}

static bool has_encoder(const char *path, const char *codec)
{
    movinet_recorder *r;
    const movinet_recorder_options options = {.codec = codec};
    bool has = !movinet_recorder_open(&r, path, W, H, &options, NULL);
    if (has)
        OK(movinet_recorder_close(r, err));
    return has;
}

static void containers(void **state)
{
    static const struct {
        const char *path, *codec, *name;
        double slack; /* of times, seconds */
    } cases[] = {
        {"a.mp4", NULL, "libx264", 1e-4},     {"a.MOV", NULL, "libx264", 1e-4},
        {"a.mkv", NULL, "libx264", 6e-4},     {"a.mp4", "mpeg4", "mpeg4", 1e-4},
        {"a.mkv", "mpeg4", "mpeg4", 6e-4},    {"a.webm", "libvpx-vp9", "libvpx-vp9", 6e-4},
        {"a.webm", "libvpx", "libvpx", 6e-4}, {"a.mp4", "libopenh264", "libopenh264", 1e-4},
    };
    (void)state;
    media_need_ffmpeg();
    int done = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const movinet_recorder_options options = {.codec = cases[i].codec, .frame_rate = 25};
        movinet_recorder *r;
        if (!has_encoder(cases[i].path, cases[i].name))
            continue;
        OK(movinet_recorder_open(&r, cases[i].path, W, H, &options, err));
        assert_string_equal(movinet_recorder_codec(r), cases[i].name);
        OK(movinet_recorder_close(r, err));
        write_video(cases[i].path, W, H, 60, &options);
        check_frames(cases[i].path, W, H, 60, cases[i].slack);
        done++;
    }
    assert_true(done > 0);
}

/* One frame a tick; what comes twice in one is left out, and a gap stays a gap. */
static void avi(void **state)
{
    const movinet_recorder_options options = {.frame_rate = 25};
    movinet_recorder *r;
    (void)state;
    media_need_ffmpeg();
    static const double times[] = {5, 5.04, 5.05, 5.08, 5.2, 5.24};
    static const double seen[] = {0, 0.04, 0.08, 0.2, 0.24};
    OK(movinet_recorder_open(&r, "a.avi", W, H, &options, err));
    for (int i = 0; i < 6; i++) {
        movinet_frame frame = frame_of(W, H, i, times[i]);
        OK(movinet_recorder_push(r, &frame, err));
    }
    OK(movinet_recorder_close(r, err));
    const media_video *v = media_play("a.avi", NULL);
    media_assert_frames(v, 5);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(v->frames[i].time - seen[i]) < 1e-3);
}

static void odd_sizes(void **state)
{
    static const int sizes[][2] = {{97, 64}, {96, 65}, {97, 65}, {1, 1}, {3, 2}, {33, 241}};
    (void)state;
    media_need_ffmpeg();
    for (int i = 0; i < 6; i++) {
        int w = sizes[i][0], h = sizes[i][1];
        write_video("odd.mp4", w, h, 3, NULL);
        const media_video *v = media_play("odd.mp4", NULL);
        media_assert_frames(v, 3);
        assert_int_equal(v->width, w + w % 2);
        assert_int_equal(v->height, h + h % 2);
        if (w < 30)
            continue; /* all chroma there is lies between other colours */
        const uint8_t *rgb = frame_of(w, h, 2, 0).pixels;
        const uint8_t *last = rgb + (w * h - 1) * 3;
        media_assert_colour(v->frames[2].corners[0], rgb[0], rgb[1], rgb[2], 14);
        media_assert_colour(v->frames[2].corners[3], last[0], last[1], last[2], 14);
    }
}

/* ---- colours --------------------------------------------------------------- */

/* Mean of value - expected of each channel over the last frame of a file. */
static void mean_error(const char *path, const uint8_t *expected, double mean[3], double *worst)
{
    movinet_video *video;
    movinet_frame f;
    int n = 0;
    OK(movinet_video_open(&video, path, NULL, err));
    while (!movinet_video_next(video, &f, NULL) && n++ == 0) {
        *worst = mean[0] = mean[1] = mean[2] = 0;
        for (int y = 0; y < f.height; y++)
            for (int k = 0; k < f.width * 3; k++) {
                double d =
                    ((const uint8_t *)f.pixels)[y * f.stride + k] - expected[y * f.width * 3 + k];
                mean[k % 3] += d / (f.width * f.height);
                *worst = fmax(*worst, fabs(d));
            }
    }
    movinet_video_close(video);
}

/* Range, matrix, and where chroma lies: a wrong one shifts the mean of some colour. */
static void colours_stay(void **state)
{
    static const uint8_t colours[][3] = {{255, 255, 255}, {0, 0, 0},     {128, 128, 128},
                                         {255, 0, 0},     {0, 255, 0},   {0, 0, 255},
                                         {200, 60, 120},  {20, 180, 220}};
    static const char *const paths[] = {"c.mp4", "c.mkv", "c.avi", "c.webm"};
    uint8_t rgb[W * H * 3];
    (void)state;
    media_need_ffmpeg();
    for (int p = 0; p < 4; p++) {
        for (int codec = 0; codec < 2; codec++) {
            const movinet_recorder_options o = {.codec = p == 3 ? (codec ? "libvpx" : NULL)
                                                                : (codec ? "mpeg4" : NULL)};
            for (int c = 0; c < 8 && has_encoder(paths[p], o.codec); c++) {
                double mean[3], worst;
                movinet_recorder *r;
                for (int i = 0; i < W * H * 3; i++)
                    rgb[i] = colours[c][i % 3];
                const movinet_frame frame = {.pixels = rgb, .width = W, .height = H};
                OK(movinet_recorder_open(&r, paths[p], W, H, &o, err));
                OK(movinet_recorder_push(r, &frame, err));
                OK(movinet_recorder_close(r, err));
                mean_error(paths[p], rgb, mean, &worst);
                for (int k = 0; k < 3; k++)
                    if (fabs(mean[k]) > 3)
                        fail_msg("%s %s: channel %d of colour %d is off by %.1f", paths[p],
                                 o.codec ? o.codec : "best", k, c, mean[k]);
            }
        }
    }
}

/* A red disc on blue: were chroma shifted, one side would be redder than the other. */
static void chroma_is_in_place(void **state)
{
    uint8_t rgb[W * H * 3];
    double left = 0, right = 0, top = 0, bottom = 0;
    movinet_scaler *scaler;
    movinet_recorder *r;
    movinet_video *video;
    movinet_frame f;
    (void)state;
    media_need_ffmpeg();
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            bool inside = hypot(x - (W - 1) / 2.0, y - (H - 1) / 2.0) < 20;
            memcpy(rgb + (y * W + x) * 3, inside ? "\xff\x30\x30" : "\x30\x30\xff", 3);
        }
    const movinet_frame frame = {.pixels = rgb, .width = W, .height = H};
    OK(movinet_recorder_open(&r, "disc.mp4", W, H, NULL, err));
    OK(movinet_recorder_push(r, &frame, err));
    OK(movinet_recorder_close(r, err));
    /* libswscale lays chroma half a row lower, so not by way of it. */
    const movinet_video_options decoded = {.decoded = true};
    OK(movinet_video_open(&video, "disc.mp4", &decoded, err));
    OK(movinet_video_next(video, &f, err));
    OK(movinet_scaler_open(&scaler, err));
    OK(movinet_scaler_run(scaler, &f, W, H, rgb, err));
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const uint8_t *p = rgb + (y * W + x) * 3;
            double red = p[0] - p[2];
            *(x < W / 2 ? &left : &right) += red;
            *(y < H / 2 ? &top : &bottom) += red;
        }
    movinet_scaler_close(scaler);
    movinet_video_close(video);
    /* The disc is 40 pixels high and wide: a shift by one moves 80 pixels × 414. */
    assert_true(fabs(left - right) < 0.15 * 80 * 414);
    assert_true(fabs(top - bottom) < 0.15 * 80 * 414);
}

/* Decoded pictures go through as they are, marks and all, whatever they are marked as, and
 * what is drawn over them is where it should be. */
static void decoded_goes_through(void **state)
{
    static const struct {
        const char *marks; /* of -colorspace; NULL: none */
        const char *probed;
    } cases[] = {{NULL, "unknown"}, {"bt709", "bt709"}, {"smpte170m", "smpte170m"}};
    static uint32_t argb[W * H];
    const movinet_video_options how = {.decoded = true};
    (void)state;
    media_need_ffmpeg();
    for (int y = 40; y < 60; y++)
        for (int x = 8; x < 40; x++)
            argb[y * W + x] = 0xff20c040;
    for (int i = 0; i < 3; i++) {
        char command[300];
        movinet_video *video;
        movinet_recorder *r = NULL;
        movinet_frame f;
        snprintf(command, sizeof command,
                 "-f lavfi -i color=0x2864C8:s=96x64:d=1:r=10 -pix_fmt yuv420p -c:v libx264 "
                 "%s%s through.mp4",
                 cases[i].marks ? "-colorspace " : "", cases[i].marks ? cases[i].marks : "");
        media_make(command);
        OK(movinet_video_open(&video, "through.mp4", &how, err));
        while (!movinet_video_next(video, &f, NULL)) {
            const movinet_recorder_options o = {.like = &f};
            if (!r)
                OK(movinet_recorder_open(&r, "again.mp4", W, H, &o, err));
            OK(movinet_recorder_push_over(r, &f, argb, err));
        }
        OK(movinet_recorder_close(r, err));
        movinet_video_close(video);
        snprintf(command, sizeof command,
                 "test $(ffprobe -v error -show_entries stream=color_space -of "
                 "default=nk=1:nw=1 again.mp4) = %s",
                 cases[i].probed);
        media_shell(command);
        uint8_t before[3];
        memcpy(before, media_play("through.mp4", NULL)->frames[5].middle, 3);
        const media_video *v = media_play("again.mp4", NULL);
        media_assert_frames(v, 10);
        media_assert_colour(v->frames[5].middle, before[0], before[1], before[2], 3);
        media_make("-i again.mp4 -vf crop=24:12:12:44,scale=1:1:flags=area -frames:v 1 box.png");
        media_assert_colour(media_play("box.png", NULL)->frames[0].middle, 0x20, 0xc0, 0x40, 10);
    }
}

/* ---- frames of other sizes ------------------------------------------------- */

static void letterbox(void **state)
{
    movinet_recorder *r;
    (void)state;
    media_need_ffmpeg();
    const movinet_frame same = frame_of(W, H, 0, 0);
    const movinet_frame tall = {
        .pixels = frame_of(20, 80, 0, 1).pixels, .width = 20, .height = 80, .time = 1};
    OK(movinet_recorder_open(&r, "box.mkv", W, H, NULL, err));
    OK(movinet_recorder_push(r, &tall, err)); /* 16 × 64 in the middle */
    movinet_frame wide = frame_of(200, 50, 0, 2);
    OK(movinet_recorder_push(r, &wide, err)); /* 96 × 24 */
    wide.rotation = 90;
    wide.time = 3;
    OK(movinet_recorder_push(r, &wide, err)); /* 16 × 64 */
    wide = frame_of(200, 50, 0, 4);
    wide.pixel_aspect = 0.375; /* 75 × 50 as seen */
    OK(movinet_recorder_push(r, &wide, err));
    movinet_frame after = same;
    after.pixels = frame_of(W, H, 0, 0).pixels;
    after.time = 5;
    OK(movinet_recorder_push(r, &after, err));
    OK(movinet_recorder_close(r, err));
    const media_video *v = media_play("box.mkv", NULL);
    media_assert_frames(v, 5);
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 4; k++)
            media_assert_colour(v->frames[i].corners[k], 0, 0, 0, 6);
        if (v->frames[i].middle[1] < 60)
            fail_msg("nothing in the middle of frame %d", i);
    }
    media_assert_colour(v->frames[3].corners[0], 40, 200, 60, 12); /* the shape of the video */
    media_assert_colour(v->frames[4].corners[3], 189, 51, 60, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(containers),         cmocka_unit_test(avi),
        cmocka_unit_test(odd_sizes),          cmocka_unit_test(colours_stay),
        cmocka_unit_test(chroma_is_in_place), cmocka_unit_test(decoded_goes_through),
        cmocka_unit_test(letterbox),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* What sources' names mean, and the moving test picture. SPDX-License-Identifier: Apache-2.0 */
#include "video/media.h"

#include "core/file.h"
#include "video/pattern.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        movinet_source_kind kind;
    } want[] = {
        {"-", MOVINET_SOURCE_PIPE},
        {"a fifo", MOVINET_SOURCE_PIPE},
        {"camera", MOVINET_SOURCE_CAMERA},
        {"/dev/video0", MOVINET_SOURCE_CAMERA}, /* also where there is none */
        {"/dev/video63", MOVINET_SOURCE_CAMERA},
        {"/dev/v4l/by-id/usb-x", MOVINET_SOURCE_CAMERA},
        {"/dev/videos/a.mp4", MOVINET_SOURCE_FILE},
        {"screen", MOVINET_SOURCE_SCREEN},
        {"screen:1x1", MOVINET_SOURCE_SCREEN},
        {"screens", MOVINET_SOURCE_FILE},
        {"test", MOVINET_SOURCE_TEST},
        {"./test", MOVINET_SOURCE_FILE},
        {"test.mp4", MOVINET_SOURCE_FILE},
        {"lavfi:testsrc", MOVINET_SOURCE_GRAPH},
        {"rtsp://a/b", MOVINET_SOURCE_URL},
        {"HTTPS://a", MOVINET_SOURCE_URL},
        {"svn+ssh-2.0://a", MOVINET_SOURCE_URL},
        {"://a", MOVINET_SOURCE_FILE},
        {"1a://a", MOVINET_SOURCE_FILE},
        {"a b://c", MOVINET_SOURCE_FILE},
        {"http:/a", MOVINET_SOURCE_FILE},
        {"img_%03d.png", MOVINET_SOURCE_FILE},
        {"", MOVINET_SOURCE_FILE},
    };
    assert_int_equal(mkfifo("a fifo", 0600), 0);
    media_write("test", "", 0); /* the word wins */
    media_write("camera", "", 0);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        if (movinet_source_kind_of(want[i].name) != want[i].kind)
            fail_msg("%s: kind %d", want[i].name, movinet_source_kind_of(want[i].name));
}

/* A file that is there is one, whatever it is called. */
static void names_of_files(void **state)
{
    (void)state;
    assert_int_equal(mkdir("http:", 0700), 0);
    assert_int_equal(movinet_source_kind_of("http://a"), MOVINET_SOURCE_URL);
    media_write("http:/a", "", 0);
    assert_int_equal(movinet_source_kind_of("http://a"), MOVINET_SOURCE_FILE);
}

static void same_bytes_everywhere(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        double time;
        uint32_t crc;
    } want[] = {
        {640, 480, 37.43, 0x0f3ac546}, {64, 48, 3.2, 0xc344d39f}, {16, 16, 1, 0xac77d883}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        mvv_pattern *p = mvv_pattern_open(want[i].width, want[i].height);
        size_t bytes = (size_t)want[i].width * (size_t)want[i].height * 3;
        mvv_pattern_draw(p, 1e9); /* what was drawn before is gone */
        assert_int_equal(mv_crc32(0, mvv_pattern_draw(p, want[i].time), bytes), want[i].crc);
        mvv_pattern_close(p);
    }
}

static const media_video *play(const movinet_video_options *options)
{
    movinet_video_options o = *options;
    o.camera_width = o.camera_width ? o.camera_width : 64;
    o.camera_height = o.camera_height ? o.camera_height : 48;
    return media_play("test", &o);
}

static void ten_seconds(void **state)
{
    (void)state;
    const media_video *v = play(&(movinet_video_options){0});
    media_assert_frames(v, 300);
    assert_int_equal(v->width, 64);
    assert_int_equal(v->height, 48);
    assert_true(v->frame_rate == 30);
    assert_true(v->duration == 10);
    for (int i = 0; i < 300; i++) {
        assert_true(fabs(v->frames[i].time - i / 30.0) < 1e-9);
        assert_true(i == 0 || v->frames[i].sum != v->frames[i - 1].sum); /* it moves */
    }
}

static void rates_and_times(void **state)
{
    (void)state;
    const media_video *v = play(&(movinet_video_options){.sample_rate = 5, .start = 9});
    media_assert_frames(v, 5);
    assert_true(v->frames[4].time == 9.8);
    uint32_t last = v->frames[4].sum;
    v = play(&(movinet_video_options){.sample_rate = 5, .start = 9, .duration = 100});
    media_assert_frames(v, 500);
    assert_true(v->duration == 109);
    assert_int_equal(v->frames[4].sum, last);
    /* A slow one shows each picture more than once. */
    v = play(&(movinet_video_options){.sample_rate = 8, .camera_rate = 2, .duration = 2});
    media_assert_frames(v, 16);
    for (int i = 1; i < 16; i++)
        assert_int_equal(v->frames[i].sum == v->frames[i - 1].sum, i % 4 != 0);
    v = play(&(movinet_video_options){.camera_rate = 100, .start = 0.5, .duration = 1});
    media_assert_frames(v, 100);
    assert_true(v->frames[0].time == 0.5);
}

static void sizes(void **state)
{
    (void)state;
    movinet_video_options o = {.duration = 0.01};
    const media_video *v = media_play("test", &o);
    media_assert_frames(v, 1);
    assert_int_equal(v->width, 640);
    assert_int_equal(v->frames[0].height, 480);
    static const int fine[][2] = {{16, 16}, {16, 300}, {3000, 17}, {101, 67}};
    for (int i = 0; i < 4; i++) {
        o.camera_width = fine[i][0];
        o.camera_height = fine[i][1];
        media_assert_frames(media_play("test", &o), 1);
    }
}

static void without_end(void **state)
{
    (void)state;
    movinet_video_options o = {.live = true, .start = 100000, .camera_width = 16,
                               .camera_height = 16};
    movinet_video *video;
    movinet_frame frame;
    assert_int_equal(movinet_video_open(&video, "test", &o, NULL), MOVINET_OK);
    assert_true(movinet_video_get_info(video)->duration == 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(movinet_video_next(video, &frame, NULL), MOVINET_OK);
    movinet_video_close(video);
}

static bool yes(void *user)
{
    (void)user;
    return true;
}

static void what_cannot_be(void **state)
{
    (void)state;
    static const movinet_video_options wrong[] = {
        {.camera_width = 640},
        {.camera_width = 15, .camera_height = 100},
        {.camera_width = -1, .camera_height = 100},
        {.camera_width = 32768, .camera_height = 32768},
        {.camera_width = 32769, .camera_height = 100},
        {.camera_rate = -1},
        {.camera_rate = 1001},
        {.camera_rate = NAN},
        {.patience = -1},
        {.patience = INFINITY},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(media_play("test", &wrong[i])->open, MOVINET_ERR_ARGUMENT);
    media_assert_error(media_play("test", &(movinet_video_options){.start = 10}),
                       MOVINET_ERR_ARGUMENT, "test: ends at 10.000 s, before the start");
    media_assert_error(media_play("test", &(movinet_video_options){.interrupted = yes}),
                       MOVINET_ERR_CANCELLED, "interrupted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(same_bytes_everywhere),
        cmocka_unit_test(ten_seconds),
        cmocka_unit_test(rates_and_times),
        cmocka_unit_test(sizes),
        cmocka_unit_test(without_end),
        cmocka_unit_test(what_cannot_be),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* Pictures that are written, read again. SPDX-License-Identifier: Apache-2.0 */
#include "record/recorded.h"

#include "support/ok.h"

#include <string.h>

static void png_is_the_frame(void **state)
{
    movinet_video *video;
    movinet_frame f;
    (void)state;
    media_need_ffmpeg();
    static const int sizes[][2] = {{96, 64}, {97, 65}, {1, 1}, {5, 200}};
    for (int i = 0; i < 4; i++) {
        int w = sizes[i][0], h = sizes[i][1];
        const movinet_frame frame = frame_of(w, h, i, 0);
        OK(movinet_picture_write("p.PNG", &frame, err));
        OK(movinet_video_open(&video, "p.PNG", NULL, err));
        OK(movinet_video_next(video, &f, err));
        assert_int_equal(f.width, w);
        assert_int_equal(f.height, h);
        for (int y = 0; y < h; y++)
            assert_memory_equal((const uint8_t *)f.pixels + y * f.stride,
                                (const uint8_t *)frame.pixels + y * w * 3, (size_t)w * 3);
        movinet_video_close(video);
    }
}

static void pictures(void **state)
{
    movinet_error why;
    (void)state;
    media_need_ffmpeg();
    movinet_frame frame = frame_of(W, H, 5, 0);
    for (int i = 0; i < 2; i++) {
        const char *path = i ? "p.jpeg" : "p.jpg";
        OK(movinet_picture_write(path, &frame, err));
        const media_video *v = media_play(path, NULL);
        media_assert_frames(v, 1);
        media_assert_colour(v->frames[0].middle, 115, 125, 90, 3);
        media_assert_colour(v->frames[0].corners[3], 189, 51, 90, 5);
    }
    frame.rotation = 90; /* as it is seen */
    OK(movinet_picture_write("p.png", &frame, err));
    const media_video *v = media_play("p.png", NULL);
    assert_int_equal(v->width, H);
    media_assert_colour(v->frames[0].corners[1], 40, 200, 90, 0);
    assert_int_equal(movinet_picture_write("p.gif", &frame, &why), MOVINET_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.message, ".png"));
    assert_int_equal(movinet_picture_write("no/p.png", &frame, &why), MOVINET_ERR_IO);
    assert_non_null(strstr(why.message, "no/p.png"));
    assert_int_equal(movinet_picture_write("", &frame, &why), MOVINET_ERR_ARGUMENT);
    frame.pixels = NULL;
    assert_int_equal(movinet_picture_write("p.png", &frame, &why), MOVINET_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_is_the_frame),
        cmocka_unit_test(pictures),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* Pictures as decoded against the same pictures by way of libswscale and RGB: every kind
 * of planes, range and matrix, files turned and with other pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/floats.h"
#include "video/media.h"

#include <math.h>
#include <stdio.h>

enum { SIDE = 64, N = SIDE * SIDE * 3 };

/* Steps of a byte. */
typedef struct difference {
    double mean, largest;
} difference;

/* Both ways through one file. */
static difference compare(const char *name, movinet_preprocess mode)
{
    static float out[2][N];
    const movinet_video_options options[2] = {{.sample_rate = 5},
                                              {.sample_rate = 5, .decoded = true}};
    movinet_video *videos[2];
    mvv_preprocess *p;
    movinet_error err;
    movinet_frame frames[2];
    movinet_status status[2];
    difference d = {0};
    int n = 0;
    assert_int_equal(mvv_preprocess_open(&p, SIDE, SIDE, mode, &err), MOVINET_OK);
    for (int i = 0; i < 2; i++)
        if (movinet_video_open(&videos[i], name, &options[i], &err))
            fail_msg("%s", err.message);
    for (;; n++) {
        for (int i = 0; i < 2; i++)
            status[i] = movinet_video_next(videos[i], &frames[i], &err);
        assert_int_equal(status[0], status[1]);
        if (status[0])
            break;
        assert_int_equal(frames[0].pixel, MOVINET_RGB8);
        assert_int_equal(frames[1].pixel, MOVINET_DECODED);
        assert_true(frames[0].time == frames[1].time);
        for (int i = 0; i < 2; i++)
            if (preprocess_to_floats(p, &frames[i], SIDE, out[i], &err))
                fail_msg("%s", err.message);
        for (int k = 0; k < N; k++) {
            double off = fabs((double)out[0][k] - (double)out[1][k]) * 255;
            d.mean += off;
            d.largest = off > d.largest ? off : d.largest;
        }
    }
    assert_int_equal(status[0], MOVINET_END);
    assert_true(n > 0);
    d.mean /= (double)n * N;
    for (int i = 0; i < 2; i++)
        movinet_video_close(videos[i]);
    mvv_preprocess_close(p);
    return d;
}

static void check(const char *name, double mean, double largest)
{
    for (int mode = 1; mode <= 3; mode++) {
        difference d = compare(name, (movinet_preprocess)mode);
        if (d.mean > mean || d.largest > largest)
            fail_msg("%s, mode %d: %.3f off on average, %.1f at most", name, mode, d.mean,
                     d.largest);
    }
}

/* A soft picture in modest colours: nothing to clip, no edge of colour, where the two
 * ways differ by design. */
#define SOFT                                                                                       \
    "-f lavfi -i gradients=s=198x130:d=0.4:r=5:c0=0x305070:c1=0xA08060:c2=0x508030:nb_colors=3:"   \
    "seed=7:x0=0:y0=0:x1=198:y1=130 "

static void formats(void **state)
{
    static const char *const names[] = {
        "yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "yuva420p", "nv12",
        "nv21", "yuyv422", "uyvy422", "gray", "rgb24", "bgr24", "rgba", "bgra", "argb", "abgr",
        "bgr0", "gbrp", "yuv420p10le", "gray16le"};
    (void)state;
    media_need_ffmpeg();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char arguments[400], name[50];
        snprintf(name, sizeof name, "%s.nut", names[i]);
        snprintf(arguments, sizeof arguments, SOFT "-pix_fmt %s -c:v rawvideo %s", names[i], name);
        media_make(arguments);
        check(name, 0.7, 2.01);
    }
}

static void ranges_and_matrices(void **state)
{
    static const char *const marks[] = {
        "matrix_coefficients=1", "matrix_coefficients=9", "matrix_coefficients=7",
        "matrix_coefficients=4", "video_full_range_flag=1",
        "matrix_coefficients=1:video_full_range_flag=1"};
    (void)state;
    media_need_ffmpeg();
    media_make(SOFT "-pix_fmt yuv420p -c:v libx264 -qp 10 a.mp4");
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments, "-i a.mp4 -c copy -bsf:v h264_metadata=%s b.mp4",
                 marks[i]);
        media_make(arguments);
        check("b.mp4", 0.7, 2.01);
    }
    media_make(SOFT "-pix_fmt yuvj422p -c:v mjpeg -q:v 1 c.avi");
    check("c.avi", 0.7, 2.01);
}

static void turned_and_with_other_pixels(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make(SOFT "-vf setsar=16/11 -pix_fmt yuv420p -c:v libx264 -qp 10 a.mp4");
    check("a.mp4", 0.7, 2.01);
    for (int turn = 90; turn < 360; turn += 90) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "-i a.mp4 -c copy -bsf:v h264_metadata=rotate=%d:display_orientation=insert:"
                 "flip=horizontal b.mkv",
                 turn);
        media_make(arguments);
        check("b.mkv", 0.7, 2.01);
    }
}

static void odd_sizes(void **state)
{
    /* libswscale stretches the chroma of odd sizes to fit: that shows in the smallest */
    static const struct {
        int width, height;
        double mean, largest;
    } sizes[] = {{1, 1, 0.5, 1.01},     {3, 1, 20, 100},      {1, 7, 20, 100},
                 {101, 77, 0.7, 3.01}, {641, 5, 20, 100}, {255, 199, 0.7, 2.01}};
    (void)state;
    media_need_ffmpeg();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char arguments[400];
        snprintf(arguments, sizeof arguments, SOFT "-vf scale=%d:%d -pix_fmt yuv420p -c:v ffv1 a.mkv",
                 sizes[i].width, sizes[i].height);
        media_make(arguments);
        check("a.mkv", sizes[i].mean, sizes[i].largest);
    }
}

/* Hard edges and full colours: means stay near, single values need not. libswscale puts
 * chroma half a row lower, and cuts off what is no colour before it is averaged. */
static void hard_pictures(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=1920x1080:r=5:d=0.4 -pix_fmt yuv420p -c:v libx264 a.mp4");
    check("a.mp4", 0.4, 60);
    media_make("-f lavfi -i mandelbrot=s=640x480:r=5 -t 0.4 -pix_fmt yuv420p -c:v libx264 b.mp4");
    check("b.mp4", 3.5, 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats),
        cmocka_unit_test(ranges_and_matrices),
        cmocka_unit_test(turned_and_with_other_pixels),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(hard_pictures),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* What pictures look like: colours, ranges, turns, pixel aspects, sizes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/media.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One picture, every frame of the source. */
static const media_frame *first(const char *name)
{
    const media_video *v = media_play(name, NULL);
    if (v->open || v->end != MOVINET_END)
        fail_msg("%s: %s", name, v->err.message);
    assert_true(v->n > 0);
    return &v->frames[0];
}

static void colours(void **state)
{
    static const char *const formats[] = {"yuv420p", "yuv422p", "yuv444p", "yuv420p10", "gbrp",
                                          "bgra", "rgb24", "nv12", "yuvj420p", "yuvj444p"};
    (void)state;
    media_need_ffmpeg();
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "-f lavfi -i color=0x2864C8:s=32x32:d=0.1:r=10,format=rgb24,scale=33:21 "
                 "-pix_fmt %s -c:v %s a.nut",
                 formats[i], i >= 8 ? "mjpeg -q:v 1" : i % 2 ? "rawvideo" : "ffv1");
        media_make(arguments);
        const media_frame *f = first("a.nut");
        assert_int_equal(f->width, 33);
        assert_int_equal(f->height, 21);
        media_assert_colour(f->middle, 0x28, 0x64, 0xC8, 3);
    }
}

/* The same bytes, read as limited or as full range. */
static void ranges(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=gray:s=16x16:d=0.1:r=10 -vf "
               "format=yuv420p,geq=lum=200:cb=128:cr=128 -pix_fmt yuv420p -c:v libx264 "
               "-qp 1 -color_range tv tv.mp4");
    media_make("-i tv.mp4 -c copy -bsf:v h264_metadata=video_full_range_flag=1 pc.mp4");
    int limited = (int)lrint((200 - 16) * 255 / 219.0);
    media_assert_colour(first("tv.mp4")->middle, limited, limited, limited, 1);
    media_assert_colour(first("pc.mp4")->middle, 200, 200, 200, 1);
    /* white and black of limited range are all there is */
    media_make("-f lavfi -i color=white:s=16x16:d=0.1:r=10 -pix_fmt yuv420p -c:v ffv1 w.nut");
    media_assert_colour(first("w.nut")->middle, 255, 255, 255, 0);
    media_make("-f lavfi -i color=black:s=16x16:d=0.1:r=10 -pix_fmt yuv420p -c:v ffv1 w.nut");
    media_assert_colour(first("w.nut")->middle, 0, 0, 0, 0);
    /* grey pictures are full range */
    media_make("-f lavfi -i color=0x646464:s=16x16:d=0.1:r=10 -pix_fmt gray -c:v png -f image2 "
               "-frames:v 1 g.png");
    media_assert_colour(first("g.png")->middle, 100, 100, 100, 0);
}

/* The same YUV bytes under three marks. */
static void matrices(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=gray:s=16x16:d=0.1:r=10 -vf "
               "format=yuv420p,geq=lum=120:cb=100:cr=170 -pix_fmt yuv420p -c:v libx264 -qp 1 n.mp4");
    media_make("-i n.mp4 -c copy -bsf:v h264_metadata=matrix_coefficients=1 709.mp4");
    media_make("-i n.mp4 -c copy -bsf:v h264_metadata=matrix_coefficients=6 601.mp4");
    media_make("-i n.mp4 -c copy -bsf:v h264_metadata=matrix_coefficients=9 2020.mp4");
    double y = (120 - 16) * 255 / 219.0, cb = (100 - 128) * 255 / 224.0,
           cr = (170 - 128) * 255 / 224.0;
    media_assert_colour(first("601.mp4")->middle, (int)lrint(y + 1.402 * cr),
                        (int)lrint(y - 0.344136 * cb - 0.714136 * cr), (int)lrint(y + 1.772 * cb),
                        1);
    media_assert_colour(first("709.mp4")->middle, (int)lrint(y + 1.5748 * cr),
                        (int)lrint(y - 0.187324 * cb - 0.468124 * cr),
                        (int)lrint(y + 1.8556 * cb), 1);
    media_assert_colour(first("2020.mp4")->middle, (int)lrint(y + 1.4746 * cr),
                        (int)lrint(y - 0.164553 * cb - 0.571353 * cr),
                        (int)lrint(y + 1.8814 * cb), 1);
    uint8_t unmarked[3];
    memcpy(unmarked, first("n.mp4")->middle, 3);
    media_assert_colour(first("601.mp4")->middle, unmarked[0], unmarked[1], unmarked[2], 0);
}

/* Writes the matrix [a b; c d] into the track header. */
static void patch_matrix(const char *from, const char *to, const int m[4])
{
    size_t size;
    uint8_t *bytes = media_read(from, &size), *at = NULL;
    for (size_t i = 0; i + 80 < size && !at; i++)
        at = memcmp(bytes + i, "tkhd", 4) ? NULL : bytes + i + 4 + 40;
    assert_non_null(at);
    static const int places[4] = {0, 1, 3, 4};
    for (int i = 0; i < 4; i++) {
        uint32_t value = (uint32_t)m[i] << 16;
        for (int k = 0; k < 4; k++)
            at[places[i] * 4 + k] = (uint8_t)(value >> (24 - 8 * k));
    }
    media_write(to, bytes, size);
    free(bytes);
}

/* The place where the stored top left corner is seen: 0 top left, 1 top right,
 * 2 bottom left, 3 bottom right. */
static int seen_corner(int corner, int rotation, bool mirrored)
{
    static const int clockwise[4] = {1, 3, 0, 2};
    for (int turn = 0; turn < rotation; turn += 90)
        corner = clockwise[corner];
    return mirrored ? corner ^ 1 : corner;
}

static void turns(void **state)
{
    static const struct {
        int matrix[4], rotation;
        bool mirrored;
    } cases[] = {
        {{1, 0, 0, 1}, 0, false},   {{0, 1, -1, 0}, 90, false}, {{-1, 0, 0, -1}, 180, false},
        {{0, -1, 1, 0}, 270, false}, {{-1, 0, 0, 1}, 0, true},   {{1, 0, 0, -1}, 180, true},
        {{0, 1, 1, 0}, 90, true},   {{0, -1, -1, 0}, 270, true}, {{0, 0, 0, 0}, 0, false},
    };
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc=s=64x48:d=0.2:r=10 -pix_fmt yuv420p a.mp4");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int *m = cases[i].matrix;
        patch_matrix("a.mp4", "b.mp4", m);
        const media_video *v = media_play("b.mp4", NULL);
        media_assert_frames(v, 2);
        assert_int_equal(v->frames[0].rotation, cases[i].rotation);
        assert_int_equal(v->frames[0].mirrored, cases[i].mirrored);
        assert_int_equal(v->frames[0].width, 64); /* as stored */
        assert_int_equal(v->width, cases[i].rotation % 180 ? 48 : 64);
        assert_int_equal(v->height, cases[i].rotation % 180 ? 64 : 48);
        if (!m[0] && !m[1])
            continue;
        /* x' = a x + c y, y' = b x + d y of the corner (-1, -1) */
        int x = -m[0] - m[2], y = -m[1] - m[3];
        assert_int_equal(seen_corner(0, cases[i].rotation, cases[i].mirrored),
                         (x > 0) + 2 * (y > 0));
    }
}

static void turned_by_a_camera(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc=s=64x48:d=0.2:r=10 -pix_fmt yuv420p a.mp4");
    media_make("-i a.mp4 -c copy -bsf:v h264_metadata=rotate=270:"
               "display_orientation=insert b.mkv"); /* anticlockwise */
    const media_video *v = media_play("b.mkv", NULL);
    media_assert_frames(v, 2);
    assert_int_equal(v->frames[0].rotation, 90);
    assert_int_equal(v->frames[1].rotation, 90); /* said once, it holds */
}

static void aspects(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc=s=72x58:d=0.2:r=10 -vf setsar=16/11 -pix_fmt yuv420p a.mp4");
    const media_video *v = media_play("a.mp4", NULL);
    media_assert_frames(v, 2);
    assert_true(fabs(v->frames[0].aspect - 16 / 11.0) < 1e-9);
    assert_int_equal(v->width, 105);
    assert_int_equal(v->height, 58);
    media_make("-f lavfi -i testsrc=s=64x48:d=0.2:r=10 -vf setsar=1/2000 -c:v ffv1 b.nut");
    v = media_play("b.nut", NULL);
    media_assert_frames(v, 2);
    assert_true(v->frames[0].aspect == 1); /* nonsense is not believed */
    assert_int_equal(v->width, 64);
}

static void odd_sizes(void **state)
{
    static const int sizes[][2] = {{1, 1}, {3, 1}, {1, 7}, {101, 77}, {2, 2}, {641, 3}};
    (void)state;
    media_need_ffmpeg();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char arguments[200];
        snprintf(arguments, sizeof arguments,
                 "-f lavfi -i color=red:s=32x32:d=0.3:r=10,format=rgb24,scale=%d:%d,"
                 "format=yuv420p,geq=lum=81:cb=90:cr=240 -c:v ffv1 a.mkv",
                 sizes[i][0], sizes[i][1]);
        media_make(arguments);
        const media_video *v = media_play("a.mkv", NULL);
        media_assert_frames(v, 3);
        assert_int_equal(v->frames[2].width, sizes[i][0]);
        assert_int_equal(v->frames[2].height, sizes[i][1]);
        media_assert_colour(v->frames[2].corners[3], 255, 0, 0, 3);
    }
}

static void size_changes_midway(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=red:s=64x48:d=2:r=10 -pix_fmt yuv420p -c:v libx264 a.ts");
    media_make("-f lavfi -i color=blue:s=96x32:d=2:r=10 -pix_fmt yuv420p -c:v libx264 b.ts");
    media_shell("cat a.ts b.ts > ab.ts");
    const media_video *v = media_play("ab.ts", NULL);
    media_assert_frames(v, 40);
    for (int i = 0; i < 40; i++) {
        const media_frame *f = &v->frames[i];
        assert_int_equal(f->width, i < 20 ? 64 : 96);
        assert_int_equal(f->height, i < 20 ? 48 : 32);
        media_assert_colour(f->middle, i < 20 ? 255 : 0, 0, i < 20 ? 0 : 255, 3);
        assert_true(fabs(f->time - i * 0.1) < 0.002); /* the stamps begin anew */
    }
    v = media_sample("ab.ts", 5, 0, 0);
    media_assert_frames(v, 20);
    assert_int_equal(v->frames[9].width, 64);
    assert_int_equal(v->frames[10].width, 96);
}

static void clear_of_cover_pictures(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i color=red:s=200x200 -frames:v 1 cover.png");
    media_make("-f lavfi -i color=blue:s=32x32:d=1:r=10 -i cover.png -map 0 -map 1 -c:v:0 mpeg4 "
               "-c:v:1 png -disposition:v:1 attached_pic a.mp4");
    const media_video *v = media_play("a.mp4", NULL);
    media_assert_frames(v, 10);
    assert_int_equal(v->width, 32);
    media_make("-f lavfi -i sine=d=1 -i cover.png -map 0 -map 1 -c:v png "
               "-disposition:v:0 attached_pic b.mp3");
    media_assert_error(media_play("b.mp3", NULL), MOVINET_ERR_FORMAT, "b.mp3: no video stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours),
        cmocka_unit_test(ranges),
        cmocka_unit_test(matrices),
        cmocka_unit_test(turns),
        cmocka_unit_test(turned_by_a_camera),
        cmocka_unit_test(aspects),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(size_changes_midway),
        cmocka_unit_test(clear_of_cover_pictures),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

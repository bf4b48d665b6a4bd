/* Pictures of YUV that are copied, turned and drawn over. SPDX-License-Identifier: Apache-2.0 */
#include "picture/copy.h"
#include "picture/over.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 70 };

/* A picture of width × height in YUV 4:2:0, its rows apart by more than they need. */
typedef struct yuv {
    uint8_t bytes[3][MOST * MOST];
    uint8_t *planes[3];
    int strides[3];
    int width, height;
} yuv;

static uint32_t next(uint32_t *seed)
{
    return *seed = *seed * 1664525 + 1013904223;
}

static void fill(yuv *p, int width, int height, uint32_t seed)
{
    p->width = width;
    p->height = height;
    for (int i = 0; i < 3; i++) {
        p->planes[i] = p->bytes[i];
        p->strides[i] = i ? MOST / 2 : MOST;
        for (size_t k = 0; k < sizeof p->bytes[i]; k++)
            p->bytes[i][k] = (uint8_t)(next(&seed) >> 24);
    }
}

/* ---- drawing over ---------------------------------------------------------- */

/* Mostly nothing, some of all strengths. */
static void draw(uint32_t *argb, int n, uint32_t seed)
{
    for (int i = 0; i < n; i++) {
        uint32_t kind = next(&seed) >> 29, a = kind < 4 ? 0 : kind < 6 ? 255 : next(&seed) >> 24;
        argb[i] = a << 24;
        for (int k = 0; k < 3; k++)
            argb[i] |= (a ? (next(&seed) >> 8) % (a + 1) : 0) << 8 * k;
    }
}

static double channel(uint32_t p, int shift)
{
    return (p >> shift & 255) / 255.0;
}

/* What is drawn at a pixel, in YUV, premultiplied, and what it lets through. */
static void drawn(uint32_t p, mvv_matrix m, double out[4])
{
    double r = channel(p, 16), g = channel(p, 8), b = channel(p, 0), a = channel(p, 24);
    double y = m.kr * r + (1 - m.kr - m.kb) * g + m.kb * b;
    out[0] = 219 * y + 16 * a;
    out[1] = 224 * 0.5 * (b - y) / (1 - m.kb) + 128 * a;
    out[2] = 224 * 0.5 * (r - y) / (1 - m.kr) + 128 * a;
    out[3] = 1 - a;
}

static double expected(const yuv *before, const uint32_t *argb, mvv_matrix m, int i, int x, int y)
{
    double out[4], above = 0, keep = 0;
    int n = i ? 2 : 1;
    for (int dy = 0; dy < n; dy++)
        for (int dx = 0; dx < n; dx++) {
            int px = x * n + dx < before->width ? x * n + dx : before->width - 1;
            int py = y * n + dy < before->height ? y * n + dy : before->height - 1;
            drawn(argb[py * before->width + px], m, out);
            above += out[i] / (n * n);
            keep += out[3] / (n * n);
        }
    return above + before->bytes[i][y * before->strides[i] + x] * keep;
}

static void over_is_exact(void **state)
{
    static const mvv_matrix matrices[] = {{0.299, 0.114}, {0.2126, 0.0722}, {0.2627, 0.0593}};
    static const int sizes[][2] = {{64, 48}, {1, 1}, {33, 5}, {2, 37}, {65, 65}};
    static uint32_t argb[MOST * MOST];
    static yuv before, after;
    (void)state;
    for (uint32_t seed = 0; seed < 15; seed++) {
        int width = sizes[seed % 5][0], height = sizes[seed % 5][1];
        mvv_matrix m = matrices[seed / 5];
        fill(&before, width, height, seed);
        fill(&after, width, height, seed);
        draw(argb, width * height, seed + 7);
        mvv_put_over(argb, width, height, m, after.planes, after.strides);
        for (int i = 0; i < 3; i++)
            for (int y = 0; y < MOST / (i ? 2 : 1); y++)
                for (int x = 0; x < before.strides[i]; x++) {
                    int at = y * before.strides[i] + x, half = i > 0;
                    bool inside = x < (width + half) >> half && y < (height + half) >> half;
                    double is = after.bytes[i][at];
                    if (!inside)
                        assert_int_equal(after.bytes[i][at], before.bytes[i][at]);
                    else if (fabs(is - expected(&before, argb, m, i, x, y)) > 0.51)
                        fail_msg("plane %d, %d %d: %g", i, x, y, is);
                }
    }
}

static void nothing_changes_nothing(void **state)
{
    static uint32_t argb[MOST * MOST];
    static yuv before, after;
    (void)state;
    fill(&before, 65, 63, 1);
    fill(&after, 65, 63, 1);
    mvv_put_over(argb, 65, 63, (mvv_matrix){0.299, 0.114}, after.planes, after.strides);
    assert_memory_equal(before.bytes, after.bytes, sizeof before.bytes);
}

/* ---- copying --------------------------------------------------------------- */

static mvv_planes planes_of(const yuv *p)
{
    mvv_planes planes = {.width = p->width,
                         .height = p->height,
                         .n = 3,
                         .colour = MVV_COLOUR_YUV,
                         .kr = 0.299,
                         .kb = 0.114};
    for (int i = 0; i < 3; i++)
        planes.plane[i] = (mvv_plane){.bytes = p->planes[i],
                                      .stride = p->strides[i],
                                      .step = 1,
                                      .shift_x = i > 0,
                                      .shift_y = i > 0,
                                      .channel = {i, -1, -1, -1}};
    return planes;
}

/* One turn by 90 degrees after the other, then flipped. */
static uint8_t seen(const yuv *p, int i, int x, int y, int rotation, bool mirrored)
{
    int half = i > 0, w = (p->width + half) >> half, h = (p->height + half) >> half;
    int width = rotation % 180 ? h : w;
    if (mirrored)
        x = width - 1 - x;
    for (int turn = rotation; turn > 0; turn -= 90) {
        int before = x;
        x = y;
        y = width - 1 - before;
        width = width == w ? h : w;
    }
    return p->bytes[i][y * p->strides[i] + x];
}

static void copies_every_way_up(void **state)
{
    static const int sizes[][2] = {{64, 48}, {6, 34}, {35, 21}};
    static yuv from, to;
    (void)state;
    for (int k = 0; k < 24; k++) {
        fill(&from, sizes[k / 8][0], sizes[k / 8][1], 3);
        mvv_planes planes = planes_of(&from);
        const movinet_frame f = {.pixels = &planes,
                                 .width = from.width,
                                 .height = from.height,
                                 .pixel = MOVINET_DECODED,
                                 .rotation = k / 2 % 4 * 90,
                                 .mirrored = k % 2};
        int w = f.rotation % 180 ? f.height : f.width, h = f.rotation % 180 ? f.width : f.height;
        bool odd = k / 8 == 2;
        assert_int_equal(mvv_can_copy(&f, w, h), !odd || k % 8 == 0);
        assert_false(mvv_can_copy(&f, w + 1, h));
        if (odd && k % 8)
            continue;
        fill(&to, w, h, 99);
        mvv_copy(&f, to.planes, to.strides);
        for (int i = 0; i < 3; i++)
            for (int y = 0; y < (i ? (h + 1) / 2 : h); y++)
                for (int x = 0; x < (i ? (w + 1) / 2 : w); x++)
                    assert_int_equal(to.bytes[i][y * to.strides[i] + x],
                                     seen(&from, i, x, y, f.rotation, f.mirrored));
    }
}

static void other_kinds_are_not_copied(void **state)
{
    static yuv from;
    (void)state;
    fill(&from, 8, 8, 1);
    mvv_planes planes = planes_of(&from);
    movinet_frame f = {.pixels = &planes, .width = 8, .height = 8, .pixel = MOVINET_DECODED};
    assert_true(mvv_can_copy(&f, 8, 8));
    f.pixel_aspect = 2;
    assert_false(mvv_can_copy(&f, 8, 8));
    f.pixel_aspect = 1;
    planes.full_range = true;
    assert_false(mvv_can_copy(&f, 8, 8));
    planes = planes_of(&from);
    planes.plane[1].shift_y = planes.plane[2].shift_y = 0;
    assert_false(mvv_can_copy(&f, 8, 8));
    planes = planes_of(&from);
    planes.plane[1].step = 2;
    assert_false(mvv_can_copy(&f, 8, 8));
    planes = planes_of(&from);
    planes.plane[1].channel[0] = 2; /* blue and red the other way round */
    planes.plane[2].channel[0] = 1;
    assert_false(mvv_can_copy(&f, 8, 8));
    planes = planes_of(&from);
    planes.colour = MVV_COLOUR_RGB;
    assert_false(mvv_can_copy(&f, 8, 8));
    f.pixel = MOVINET_RGB8;
    assert_false(mvv_can_copy(&f, 8, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_is_exact),
        cmocka_unit_test(nothing_changes_nothing),
        cmocka_unit_test(copies_every_way_up),
        cmocka_unit_test(other_kinds_are_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

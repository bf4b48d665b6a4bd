/* Decoded planes to the network's input, against a plain double implementation: layouts,
 * odd sizes, ranges, matrices, modes, turns; the fast loop against portable C.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/column.h"
#include "picture/floats.h"
#include "picture/planes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t seed = 1;

static uint8_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint8_t)(seed >> 24);
}

/* ---- pictures --------------------------------------------------------------- */

typedef struct layout {
    const char *name;
    mvv_colour colour;
    int n;
    struct {
        int step, shift_x, shift_y, channel[4];
    } plane[3];
} layout;

static const layout layouts[] = {
    {"yuv420p", MVV_COLOUR_YUV, 3,
     {{1, 0, 0, {0, -1, -1, -1}}, {1, 1, 1, {1, -1, -1, -1}}, {1, 1, 1, {2, -1, -1, -1}}}},
    {"yuv422p", MVV_COLOUR_YUV, 3,
     {{1, 0, 0, {0, -1, -1, -1}}, {1, 1, 0, {1, -1, -1, -1}}, {1, 1, 0, {2, -1, -1, -1}}}},
    {"yuv410p", MVV_COLOUR_YUV, 3,
     {{1, 0, 0, {0, -1, -1, -1}}, {1, 2, 2, {1, -1, -1, -1}}, {1, 2, 2, {2, -1, -1, -1}}}},
    {"yuv444p", MVV_COLOUR_YUV, 3,
     {{1, 0, 0, {0, -1, -1, -1}}, {1, 0, 0, {1, -1, -1, -1}}, {1, 0, 0, {2, -1, -1, -1}}}},
    {"nv21", MVV_COLOUR_YUV, 2, {{1, 0, 0, {0, -1, -1, -1}}, {2, 1, 1, {2, 1, -1, -1}}}},
    {"uyvy", MVV_COLOUR_YUV, 2, {{2, 0, 0, {-1, 0, -1, -1}}, {4, 1, 0, {1, -1, 2, -1}}}},
    {"gray", MVV_COLOUR_GREY, 1, {{1, 0, 0, {0, -1, -1, -1}}}},
    {"bgr24", MVV_COLOUR_RGB, 1, {{3, 0, 0, {2, 1, 0, -1}}}},
    {"argb", MVV_COLOUR_RGB, 1, {{4, 0, 0, {-1, 0, 1, 2}}}},
};
enum { N_LAYOUTS = sizeof layouts / sizeof *layouts };

static int samples(int pixels, int shift)
{
    return (pixels + (1 << shift) - 1) >> shift;
}

/* Planes of random bytes, each in memory of just its size so that a sanitizer sees the
 * first byte beyond; the second one upside down in memory. */
static mvv_planes make_planes(const layout *l, int width, int height)
{
    mvv_planes p = {.width = width, .height = height, .n = l->n, .colour = l->colour,
                    .kr = 0.299, .kb = 0.114};
    for (int i = 0; i < l->n; i++) {
        mvv_plane *plane = &p.plane[i];
        plane->step = l->plane[i].step;
        plane->shift_x = l->plane[i].shift_x;
        plane->shift_y = l->plane[i].shift_y;
        memcpy(plane->channel, l->plane[i].channel, sizeof plane->channel);
        size_t row = (size_t)samples(width, plane->shift_x) * (size_t)plane->step;
        size_t rows = (size_t)samples(height, plane->shift_y);
        uint8_t *bytes = malloc(row * rows);
        assert_non_null(bytes);
        for (size_t k = 0; k < row * rows; k++)
            bytes[k] = next_random();
        plane->bytes = i == 1 ? bytes + row * (rows - 1) : bytes;
        plane->stride = i == 1 ? -(ptrdiff_t)row : (ptrdiff_t)row;
    }
    return p;
}

static void free_planes(mvv_planes *p)
{
    for (int i = 0; i < p->n; i++) {
        int rows = samples(p->height, p->plane[i].shift_y);
        free((void *)(uintptr_t)(i == 1 ? p->plane[i].bytes + p->plane[i].stride * (rows - 1)
                                        : p->plane[i].bytes));
    }
}

/* ---- the plain implementation --------------------------------------------- */

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* A channel around (x, y), pixels, with a filter rx, ry pixels wide either side. */
static double sample(const mvv_planes *p, int channel, double x, double y, double rx, double ry)
{
    double sum = 0, weights = 0;
    for (int i = 0; i < p->n; i++) {
        const mvv_plane *plane = &p->plane[i];
        int w = samples(p->width, plane->shift_x), h = samples(p->height, plane->shift_y);
        double sx = 1 << plane->shift_x, sy = 1 << plane->shift_y;
        for (int k = 0; k < 4; k++) {
            if (plane->channel[k] != channel)
                continue;
            for (int v = 0; v < h; v++) {
                double wy = triangle((v + 0.5 - y / sy) / fmax(ry / sy, 1));
                for (int u = 0; wy > 0 && u < w; u++) {
                    double weight = wy * triangle((u + 0.5 - x / sx) / fmax(rx / sx, 1));
                    sum += weight * plane->bytes[v * plane->stride + u * plane->step + k];
                    weights += weight;
                }
            }
        }
    }
    return weights > 0 ? sum / weights : 128;
}

static double clip(double value)
{
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

static void to_rgb(const mvv_planes *p, const double c[3], double rgb[3])
{
    double luma = p->full_range ? c[0] : (c[0] - 16) * 255 / 219;
    double scale = p->full_range ? 1 : 255.0 / 224;
    double u = (c[1] - 128) * scale, v = (c[2] - 128) * scale;
    double kr = p->kr, kb = p->kb, r, b;
    if (p->colour == MVV_COLOUR_RGB) {
        memcpy(rgb, c, 3 * sizeof *rgb);
        return;
    }
    if (p->colour == MVV_COLOUR_GREY)
        u = v = 0;
    r = luma + 2 * (1 - kr) * v;
    b = luma + 2 * (1 - kb) * u;
    rgb[0] = clip(r);
    rgb[1] = clip((luma - kr * r - kb * b) / (1 - kr - kb));
    rgb[2] = clip(b);
}

/* The centred part in pixels, of square ones. */
static void part(movinet_preprocess mode, int w, int h, int side, double *pw, double *ph)
{
    double square = w < h ? w : h;
    *pw = w;
    *ph = h;
    if (mode != MOVINET_PREPROCESS_SQUASH)
        *pw = *ph = mode == MOVINET_PREPROCESS_TRAIN ? square * side / 192 : square;
}

/* ---- comparing --------------------------------------------------------------- */

enum { SIDE = 12 };

static void run(const mvv_planes *planes, movinet_preprocess mode, int rotation, bool mirrored,
                float *out)
{
    mvv_preprocess *p;
    movinet_error err;
    movinet_frame f = {.pixels = planes, .width = planes->width, .height = planes->height,
                       .pixel = MOVINET_DECODED, .rotation = rotation, .mirrored = mirrored};
    assert_int_equal(mvv_preprocess_open(&p, SIDE, SIDE, mode, &err), MOVINET_OK);
    if (preprocess_to_floats(p, &f, SIDE, out, &err))
        fail_msg("%s", err.message);
    mvv_preprocess_close(p);
}

static void compare(const mvv_planes *p, movinet_preprocess mode, const char *name)
{
    float out[SIDE * SIDE * 3];
    double pw, ph;
    run(p, mode, 0, false, out);
    part(mode, p->width, p->height, SIDE, &pw, &ph);
    for (int k = 0; k < SIDE * SIDE; k++) {
        double x = (p->width - pw) / 2 + (k % SIDE + 0.5) * pw / SIDE;
        double y = (p->height - ph) / 2 + (k / SIDE + 0.5) * ph / SIDE;
        double c[3], rgb[3];
        for (int i = 0; i < 3; i++)
            c[i] = sample(p, i, x, y, pw / SIDE, ph / SIDE);
        to_rgb(p, c, rgb);
        for (int i = 0; i < 3; i++) {
            double is = out[3 * k + i] * 255.0;
            assert_true(fabs(is - round(is)) < 1e-3); /* always a byte */
            /* one rounding, and a little for the coefficients */
            if (fabs(is - rgb[i]) > 0.6)
                fail_msg("%s %d×%d mode %d: %.3f instead of %.3f", name, p->width, p->height,
                         (int)mode, is, rgb[i]);
        }
    }
}

static void near_the_plain_one(void **state)
{
    static const int sizes[][2] = {{1, 1}, {2, 3}, {9, 7}, {12, 12}, {40, 26}, {33, 70}, {131, 3},
                                   {3, 90}, {160, 90}};
    (void)state;
    for (int l = 0; l < N_LAYOUTS; l++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            int width = sizes[s][0];
            if (!strcmp(layouts[l].name, "uyvy"))
                width += width % 2;
            mvv_planes p = make_planes(&layouts[l], width, sizes[s][1]);
            for (int mode = 1; mode <= 3; mode++) {
                p.full_range = mode % 2 == 1;
                compare(&p, (movinet_preprocess)mode, layouts[l].name);
            }
            free_planes(&p);
        }
    }
}

static void matrices(void **state)
{
    static const double shares[][2] = {{0.2126, 0.0722}, {0.2627, 0.0593}, {0.30, 0.11},
                                       {0.212, 0.087}};
    (void)state;
    mvv_planes p = make_planes(&layouts[0], 37, 23);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        p.kr = shares[i][0];
        p.kb = shares[i][1];
        p.full_range = i % 2;
        compare(&p, MOVINET_PREPROCESS_SQUASH, "a matrix");
    }
    free_planes(&p);
}

/* All values of one colour at a time: the corners stay in range and are exact. */
static void extremes(void **state)
{
    static const struct {
        uint8_t y, u, v;
        bool full;
        int rgb[3];
    } cases[] = {
        {235, 128, 128, false, {255, 255, 255}}, {16, 128, 128, false, {0, 0, 0}},
        {255, 128, 128, true, {255, 255, 255}},  {0, 128, 128, true, {0, 0, 0}},
        {0, 0, 0, false, {0, 136, 0}},           {255, 255, 255, false, {255, 125, 255}},
        {200, 128, 128, true, {200, 200, 200}},  {76, 85, 255, true, {254, 0, 0}},
        {255, 0, 0, false, {74, 255, 20}},       {0, 255, 255, false, {184, 0, 238}},
    };
    float out[SIDE * SIDE * 3];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[3][64];
        memset(bytes[0], cases[i].y, 64);
        memset(bytes[1], cases[i].u, 64);
        memset(bytes[2], cases[i].v, 64);
        mvv_planes p = make_planes(&layouts[0], 8, 8);
        free_planes(&p);
        for (int c = 0; c < 3; c++) {
            p.plane[c].bytes = bytes[c];
            p.plane[c].stride = 8;
        }
        p.full_range = cases[i].full;
        run(&p, MOVINET_PREPROCESS_SQUASH, 0, false, out);
        for (int k = 0; k < SIDE * SIDE * 3; k++)
            assert_int_equal((int)lrintf(out[k] * 255), cases[i].rgb[k % 3]);
    }
}

/* Turned on the way out: the same values in other places. */
static void turns(void **state)
{
    float upright[SIDE * SIDE * 3], out[SIDE * SIDE * 3];
    (void)state;
    mvv_planes p = make_planes(&layouts[0], 31, 18);
    for (int mode = 1; mode <= 3; mode++) {
        run(&p, (movinet_preprocess)mode, 0, false, upright);
        for (int turn = 0; turn < 8; turn++) {
            run(&p, (movinet_preprocess)mode, turn % 4 * 90, turn >= 4, out);
            for (int k = 0; k < SIDE * SIDE; k++) {
                int x = k % SIDE, y = k / SIDE;
                for (int t = 0; t < turn % 4; t++) {
                    int old = x;
                    x = SIDE - 1 - y;
                    y = old;
                }
                if (turn >= 4)
                    x = SIDE - 1 - x;
                assert_memory_equal(out + (y * SIDE + x) * 3, upright + k * 3, 3 * sizeof *out);
            }
        }
    }
    free_planes(&p);
}

static void own_size_keeps_its_bytes(void **state)
{
    float out[SIDE * SIDE * 3];
    (void)state;
    mvv_planes p = make_planes(&layouts[7], SIDE, SIDE); /* bgr24 */
    run(&p, MOVINET_PREPROCESS_SQUASH, 0, false, out);
    for (int k = 0; k < SIDE * SIDE * 3; k++)
        assert_true(out[k] == (float)p.plane[0].bytes[k / 3 * 3 + 2 - k % 3] / 255.0f);
    free_planes(&p);
}

/* The bits are promised. */
static void known_bits(void **state)
{
    static const uint32_t expected[] = {0xDA8C9217, 0xB02D1351, 0x0082BCCF, 0x601DA65C, 0x66D88639,
                                        0xA2E17716, 0xBFF0D15C, 0xAF1C87EC, 0x5B899B42};
    float out[SIDE * SIDE * 3];
    (void)state;
    for (int l = 0; l < N_LAYOUTS; l++) {
        seed = (uint32_t)l + 1;
        mvv_planes p = make_planes(&layouts[l], 94, 61);
        uint32_t sum = 0;
        run(&p, MOVINET_PREPROCESS_CROP, 0, false, out);
        for (int k = 0; k < SIDE * SIDE * 3; k++)
            sum = sum * 31 + (uint32_t)lrintf(out[k] * 255);
        free_planes(&p);
        if (sum != expected[l])
            fail_msg("%s: 0x%08X instead of 0x%08X", layouts[l].name, sum, expected[l]);
    }
}

/* Sizes and kinds one after the other give what each gives alone. */
static void one_context_many_kinds(void **state)
{
    static const int sizes[][2] = {{30, 20}, {300, 2}, {6, 80}, {30, 20}, {2, 2}};
    float out[SIDE * SIDE * 3], alone[SIDE * SIDE * 3];
    mvv_preprocess *p;
    movinet_error err;
    (void)state;
    assert_int_equal(mvv_preprocess_open(&p, SIDE, SIDE, MOVINET_PREPROCESS_TRAIN, &err), 0);
    for (int i = 0; i < 3 * N_LAYOUTS; i++) {
        mvv_planes planes =
            make_planes(&layouts[i * 5 % N_LAYOUTS], sizes[i % 5][0], sizes[i % 5][1]);
        movinet_frame f = {.pixels = &planes, .width = planes.width, .height = planes.height,
                           .pixel = MOVINET_DECODED};
        assert_int_equal(preprocess_to_floats(p, &f, SIDE, out, &err), MOVINET_OK);
        run(&planes, MOVINET_PREPROCESS_TRAIN, 0, false, alone);
        assert_memory_equal(out, alone, sizeof out);
        f.width++;
        assert_int_equal(preprocess_to_floats(p, &f, SIDE, out, &err), MOVINET_ERR_ARGUMENT);
        free_planes(&planes);
    }
    mvv_preprocess_close(p);
}

static void largest_sides(void **state)
{
    float out[SIDE * SIDE * 3];
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        mvv_planes p = make_planes(&layouts[0], wide ? MVV_SIDE_LIMIT : 1,
                                   wide ? 1 : MVV_SIDE_LIMIT);
        for (int mode = 1; mode <= 3; mode++)
            run(&p, (movinet_preprocess)mode, 90, false, out);
        free_planes(&p);
    }
}

static void columns_as_in_c(void **state)
{
    enum { MOST = 150, GUARD = 16 };
    int16_t fast[MOST + GUARD], plain[MOST + GUARD];
    mvv_axis axis = {0};
    (void)state;
    for (int rows = 1; rows < 60; rows += 1 + rows / 4) {
        assert_true(mvv_axis_set(&axis, rows, mvv_stretch_of(rows, 1), 3));
        for (size_t n = 1; n <= MOST; n++) {
            uint8_t *bytes = malloc((size_t)rows * n);
            assert_non_null(bytes);
            for (size_t k = 0; k < (size_t)rows * n; k++)
                bytes[k] = n % 3 ? next_random() : 255;
            for (int i = 0; i < 3; i++) {
                const uint8_t *from = bytes + (size_t)axis.taps[i].first * n;
                memset(fast, 0x5A, sizeof fast);
                memset(plain, 0x5A, sizeof plain);
                mvv_column(&axis.taps[i], from, (ptrdiff_t)n, n, fast);
                mvv_column_c(&axis.taps[i], from, (ptrdiff_t)n, n, plain);
                assert_memory_equal(fast, plain, sizeof fast);
            }
            free(bytes);
        }
    }
    mvv_axis_free(&axis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_the_plain_one),
        cmocka_unit_test(matrices),
        cmocka_unit_test(extremes),
        cmocka_unit_test(turns),
        cmocka_unit_test(own_size_keeps_its_bytes),
        cmocka_unit_test(known_bits),
        cmocka_unit_test(one_context_many_kinds),
        cmocka_unit_test(largest_sides),
        cmocka_unit_test(columns_as_in_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

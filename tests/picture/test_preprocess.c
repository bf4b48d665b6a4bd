/* Preprocess against a plain double implementation: sizes, modes, turns, strides.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/floats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GUARD = 64, GUARD_BYTE = 0xA5 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static uint8_t *random_bytes(size_t n, uint32_t seed)
{
    uint8_t *bytes = malloc(n);
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)next_random(&seed);
    return bytes;
}

/* ---- the plain implementation: upright RGB bytes, square or other pixels ---- */

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* Value of one output sample: a sum over the whole picture. */
static double sample(const uint8_t *in, int w, int h, int channel, double x, double y, double rx,
                     double ry)
{
    double sum = 0, weights = 0;
    for (int j = 0; j < h; j++) {
        double wy = triangle((j + 0.5 - y) / (ry > 1 ? ry : 1));
        for (int i = 0; wy > 0 && i < w; i++) {
            double weight = wy * triangle((i + 0.5 - x) / (rx > 1 ? rx : 1));
            sum += weight * in[((size_t)j * (size_t)w + (size_t)i) * 3 + (size_t)channel];
            weights += weight;
        }
    }
    return sum / weights;
}

/* The centred part, in pixels. */
static void part(movinet_preprocess mode, int w, int h, double aspect, int side, double *pw,
                 double *ph)
{
    double shown = w * aspect, square = shown < h ? shown : h;
    *pw = w;
    *ph = h;
    if (mode == MOVINET_PREPROCESS_TRAIN && side <= 192)
        square *= side / 192.0;
    else if (mode == MOVINET_PREPROCESS_TRAIN && side >= 224 && side <= 256)
        square *= side / 256.0;
    if (mode == MOVINET_PREPROCESS_CROP || mode == MOVINET_PREPROCESS_TRAIN) {
        *pw = square / aspect;
        *ph = square;
    }
}

/* Largest distance, in steps of a byte, between `out` and the plain result. */
static double distance(const uint8_t *in, int w, int h, double aspect, movinet_preprocess mode,
                       int side, const float *out)
{
    double pw, ph, largest = 0;
    part(mode, w, h, aspect, side, &pw, &ph);
    for (int k = 0; k < side * side * 3; k++) {
        double x = (w - pw) / 2 + (k / 3 % side + 0.5) * pw / side;
        double y = (h - ph) / 2 + (k / 3 / side + 0.5) * ph / side;
        double d = fabs(sample(in, w, h, k % 3, x, y, pw / side, ph / side) - out[k] * 255.0);
        largest = d > largest ? d : largest;
    }
    return largest;
}

/* ---- helpers ---- */

/* Runs once, with guard bytes around the output. Returns [side][side][3]. */
static float *run(const movinet_frame *frame, movinet_preprocess mode, int width, int height)
{
    size_t bytes = (size_t)width * (size_t)height * 3 * sizeof(float);
    uint8_t *block = malloc(bytes + 2 * GUARD);
    float *out = malloc(bytes);
    mvv_preprocess *p;
    movinet_error err;
    assert_true(block && out);
    memset(block, GUARD_BYTE, bytes + 2 * GUARD);
    assert_int_equal(mvv_preprocess_open(&p, width, height, mode, &err), MOVINET_OK);
    if (preprocess_to_floats(p, frame, width, (float *)(void *)(block + GUARD), &err))
        fail_msg("%s", err.message);
    mvv_preprocess_close(p);
    for (int i = 0; i < GUARD; i++) {
        assert_int_equal(block[i], GUARD_BYTE);
        assert_int_equal(block[GUARD + bytes + (size_t)i], GUARD_BYTE);
    }
    memcpy(out, block + GUARD, bytes);
    free(block);
    return out;
}

static void assert_same_floats(const float *a, const float *b, size_t n)
{
    assert_memory_equal(a, b, n * sizeof *a);
}

/* ---- tests ---- */

static void near_the_plain_one(void **state)
{
    static const int sizes[][2] = {{1, 1}, {2, 3}, {9, 7}, {17, 16}, {40, 25}, {33, 70}, {101, 3}};
    static const double aspects[] = {0, 1, 16.0 / 11, 0.75};
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int w = sizes[s][0], h = sizes[s][1];
        uint8_t *in = random_bytes((size_t)w * (size_t)h * 3, (uint32_t)s);
        for (int mode = 1; mode <= 3; mode++) {
            for (int a = 0; a < 4; a++) {
                movinet_frame f = {.pixels = in, .width = w, .height = h,
                                   .pixel_aspect = aspects[a]};
                double aspect = aspects[a] > 0 ? aspects[a] : 1;
                float *out = run(&f, (movinet_preprocess)mode, 16, 16);
                /* two roundings to bytes */
                assert_true(distance(in, w, h, aspect, (movinet_preprocess)mode, 16, out) < 1.01);
                free(out);
            }
        }
        free(in);
    }
}

static void train_at_its_real_sizes(void **state)
{
    static const int sides[] = {172, 192, 224, 256, 320};
    (void)state;
    uint8_t *in = random_bytes(64 * 48 * 3, 5);
    movinet_frame f = {.pixels = in, .width = 64, .height = 48};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        float *out = run(&f, MOVINET_PREPROCESS_TRAIN, sides[i], sides[i]);
        double d = distance(in, 64, 48, 1, MOVINET_PREPROCESS_TRAIN, sides[i], out);
        if (d >= 1.01)
            fail_msg("side %d: off by %g", sides[i], d);
        free(out);
    }
    free(in);
}

static void every_result_is_a_byte(void **state)
{
    (void)state;
    uint8_t *in = random_bytes(53 * 31 * 3, 77);
    movinet_frame f = {.pixels = in, .width = 53, .height = 31};
    float *out = run(&f, MOVINET_PREPROCESS_SQUASH, 24, 24);
    for (int k = 0; k < 24 * 24 * 3; k++) {
        float byte = roundf(out[k] * 255.0f);
        assert_true(out[k] == byte / 255.0f);
    }
    free(out);
    free(in);
}

static void own_size_keeps_its_bytes(void **state)
{
    (void)state;
    uint8_t *in = random_bytes(172 * 172 * 3, 3);
    movinet_frame f = {.pixels = in, .width = 172, .height = 172, .pixel_aspect = 1.5};
    float *out = run(&f, MOVINET_PREPROCESS_DEFAULT, 172, 172);
    for (int k = 0; k < 172 * 172 * 3; k++)
        assert_true(out[k] == (float)in[k] / 255.0f);
    free(out);
    free(in);
}

static void one_colour_stays(void **state)
{
    static const int sizes[][2] = {{1, 1}, {3, 1}, {1000, 2}, {7, 999}, {171, 173}};
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t n = (size_t)sizes[s][0] * (size_t)sizes[s][1] * 3;
        uint8_t *in = malloc(n);
        for (size_t i = 0; i < n; i++)
            in[i] = (uint8_t)(255 - i % 3 * 77);
        movinet_frame f = {.pixels = in, .width = sizes[s][0], .height = sizes[s][1]};
        for (int mode = 1; mode <= 3; mode++) {
            float *out = run(&f, (movinet_preprocess)mode, 20, 20);
            for (int k = 0; k < 20 * 20 * 3; k++)
                assert_true(out[k] == (float)(255 - k % 3 * 77) / 255.0f);
            free(out);
        }
        free(in);
    }
}

/* The bits are promised. */
static void known_bits(void **state)
{
    static const uint8_t in[4 * 3] = {0, 10, 255, 100, 20, 0, 200, 30, 255, 40, 40, 0};
    (void)state;
    /* 4 × 1 to 2 × 1: weights 3 3 1 over 7, and 1 3 3 over 7 */
    static const uint8_t expected[2 * 3] = {71, 17, 146, 117, 33, 109};
    movinet_frame f = {.pixels = in, .width = 4, .height = 1};
    float *out = run(&f, MOVINET_PREPROCESS_SQUASH, 2, 1);
    for (int k = 0; k < 6; k++)
        assert_int_equal((int)lrintf(out[k] * 255), expected[k]);
    free(out);
}

/* Stores an upright picture so that `rotation` and `mirrored` make it upright again. */
static uint8_t *stored(const uint8_t *upright, int w, int h, int rotation, bool mirrored)
{
    uint8_t *out = malloc((size_t)w * (size_t)h * 3);
    int stored_w = rotation % 180 ? h : w, stored_h = rotation % 180 ? w : h;
    for (int y = 0; y < stored_h; y++) {
        for (int x = 0; x < stored_w; x++) {
            int ux = x, uy = y; /* where a turn clockwise brings it */
            if (rotation == 90) {
                ux = w - 1 - y;
                uy = x;
            } else if (rotation == 180) {
                ux = w - 1 - x;
                uy = h - 1 - y;
            } else if (rotation == 270) {
                ux = y;
                uy = h - 1 - x;
            }
            if (mirrored)
                ux = w - 1 - ux;
            memcpy(out + (y * stored_w + x) * 3, upright + (uy * w + ux) * 3, 3);
        }
    }
    return out;
}

static void turned_is_as_upright(void **state)
{
    enum { W = 37, H = 23 };
    (void)state;
    uint8_t *upright = random_bytes(W * H * 3, 99);
    for (int mode = 1; mode <= 3; mode++) {
        /* 4/2 and its inverse are exact, so the upright twin has the same parts */
        movinet_frame f = {.pixels = upright, .width = W, .height = H, .pixel_aspect = 2};
        float *expected = run(&f, (movinet_preprocess)mode, 16, 16);
        for (int turn = 0; turn < 8; turn++) {
            int rotation = turn % 4 * 90;
            uint8_t *pixels = stored(upright, W, H, rotation, turn >= 4);
            movinet_frame g = {.pixels = pixels,
                               .width = rotation % 180 ? H : W,
                               .height = rotation % 180 ? W : H,
                               .pixel_aspect = rotation % 180 ? 0.5 : 2,
                               .rotation = rotation,
                               .mirrored = turn >= 4};
            float *out = run(&g, (movinet_preprocess)mode, 16, 16);
            assert_same_floats(out, expected, 16 * 16 * 3);
            free(out);
            free(pixels);
        }
        free(expected);
    }
    free(upright);
}

static void strides_are_walked(void **state)
{
    enum { W = 19, H = 11, STRIDE = W * 3 + 7 };
    (void)state;
    uint8_t *in = random_bytes(W * H * 3, 4);
    uint8_t wide[STRIDE * H];
    memset(wide, 0xEE, sizeof wide);
    for (int y = 0; y < H; y++)
        memcpy(wide + y * STRIDE, in + y * W * 3, W * 3);
    movinet_frame f = {.pixels = in, .width = W, .height = H};
    movinet_frame g = {.pixels = wide, .width = W, .height = H, .stride = STRIDE};
    float *a = run(&f, MOVINET_PREPROCESS_SQUASH, 8, 8);
    float *b = run(&g, MOVINET_PREPROCESS_SQUASH, 8, 8);
    assert_same_floats(a, b, 8 * 8 * 3);
    free(b);
    /* bottom row first: pixels is the top row, the stride goes back */
    uint8_t flipped[W * H * 3];
    for (int y = 0; y < H; y++)
        memcpy(flipped + (H - 1 - y) * W * 3, in + y * W * 3, W * 3);
    g = (movinet_frame){.pixels = flipped + (H - 1) * W * 3, .width = W, .height = H,
                        .stride = -W * 3};
    b = run(&g, MOVINET_PREPROCESS_SQUASH, 8, 8);
    assert_same_floats(a, b, 8 * 8 * 3);
    free(a);
    free(b);
    free(in);
}

static void floats_are_near_bytes(void **state)
{
    enum { W = 45, H = 30 };
    (void)state;
    uint8_t *in = random_bytes(W * H * 3, 12);
    float *floats = malloc(W * H * 3 * sizeof *floats);
    for (int k = 0; k < W * H * 3; k++)
        floats[k] = (float)in[k] / 255.0f;
    for (int turn = 0; turn < 8; turn++) {
        movinet_frame f = {.pixels = in, .width = W, .height = H, .rotation = turn % 4 * 90,
                           .mirrored = turn >= 4};
        movinet_frame g = f;
        g.pixels = floats;
        g.pixel = MOVINET_RGBF32;
        float *a = run(&f, MOVINET_PREPROCESS_CROP, 16, 16);
        float *b = run(&g, MOVINET_PREPROCESS_CROP, 16, 16);
        for (int k = 0; k < 16 * 16 * 3; k++)
            assert_true(fabsf(a[k] - b[k]) < 1.01f / 255);
        free(a);
        free(b);
    }
    movinet_frame f = {.pixels = floats, .width = W, .height = H, .pixel = MOVINET_RGBF32};
    float *out = run(&f, MOVINET_PREPROCESS_SQUASH, W, H);
    assert_same_floats(out, floats, W * H * 3);
    free(out);
    free(floats);
    free(in);
}

static void one_context_many_sizes(void **state)
{
    static const int sizes[][2] = {{30, 20}, {300, 2}, {5, 80}, {30, 20}, {30, 20}, {1, 1}};
    (void)state;
    mvv_preprocess *p;
    movinet_error err;
    float out[12 * 12 * 3];
    assert_int_equal(mvv_preprocess_open(&p, 12, 12, MOVINET_PREPROCESS_CROP, &err), MOVINET_OK);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint8_t *in = random_bytes((size_t)(sizes[s][0] * sizes[s][1] * 3), (uint32_t)s);
        movinet_frame f = {.pixels = in, .width = sizes[s][0], .height = sizes[s][1]};
        assert_int_equal(preprocess_to_floats(p, &f, 12, out, &err), MOVINET_OK);
        float *fresh = run(&f, MOVINET_PREPROCESS_CROP, 12, 12);
        assert_same_floats(out, fresh, 12 * 12 * 3);
        free(fresh);
        free(in);
    }
    mvv_preprocess_close(p);
}

static void largest_sides(void **state)
{
    (void)state;
    uint8_t *in = random_bytes(MVV_SIDE_LIMIT * 3, 8);
    movinet_frame f = {.pixels = in, .width = MVV_SIDE_LIMIT, .height = 1};
    for (int mode = 1; mode <= 3; mode++)
        free(run(&f, (movinet_preprocess)mode, 3, 3));
    f.rotation = 90;
    f.pixel_aspect = MVV_ASPECT_LIMIT;
    for (int mode = 1; mode <= 3; mode++)
        free(run(&f, (movinet_preprocess)mode, 3, 3));
    free(in);
}

static void refuse(const char *word, movinet_frame frame)
{
    mvv_preprocess *p;
    movinet_error err;
    float out[4 * 4 * 3];
    assert_int_equal(mvv_preprocess_open(&p, 4, 4, 0, &err), MOVINET_OK);
    assert_int_equal(preprocess_to_floats(p, &frame, 4, out, &err), MOVINET_ERR_ARGUMENT);
    if (!strstr(err.message, word))
        fail_msg("\"%s\" says nothing of %s", err.message, word);
    mvv_preprocess_close(p);
}

static void bad_frames_are_refused(void **state)
{
    static float pixels[8 * 8 * 3 + 1];
    const movinet_frame good = {.pixels = pixels, .width = 8, .height = 8};
    movinet_frame f;
    (void)state;
#define REFUSE(word, field, value) (f = good, f.field = (value), refuse(word, f))
    REFUSE("pixels", pixels, NULL);
    REFUSE("sides", width, 0);
    REFUSE("sides", width, -8);
    REFUSE("sides", height, MVV_SIDE_LIMIT + 1);
    REFUSE("stride", stride, 23);
    REFUSE("stride", stride, -23);
    REFUSE("stride", stride, PTRDIFF_MAX);
    REFUSE("stride", stride, PTRDIFF_MIN);
    REFUSE("rotation", rotation, 45);
    REFUSE("rotation", rotation, -90);
    REFUSE("rotation", rotation, 360);
    REFUSE("pixel type", pixel, (movinet_pixel)2);
    REFUSE("aspect", pixel_aspect, NAN);
    REFUSE("aspect", pixel_aspect, INFINITY);
    REFUSE("aspect", pixel_aspect, -1);
    REFUSE("aspect", pixel_aspect, 1e-3);
#undef REFUSE
    f = good;
    f.pixel = MOVINET_RGBF32;
    f.stride = 8 * 12 + 2;
    refuse("multiples", f);
    f.stride = 0;
    f.pixels = (const uint8_t *)pixels + 1;
    refuse("multiples", f);
    f.pixels = pixels;
    pixels[5] = NAN;
    refuse("values", f);
    pixels[5] = 255;
    refuse("values", f);
}

static void bad_outputs_are_refused(void **state)
{
    (void)state;
    mvv_preprocess *p;
    movinet_error err;
    assert_int_equal(mvv_preprocess_open(&p, 0, 4, 0, &err), MOVINET_ERR_ARGUMENT);
    assert_null(p);
    assert_int_equal(mvv_preprocess_open(&p, 4, 40000, 0, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(mvv_preprocess_open(&p, 4, 4, (movinet_preprocess)4, &err),
                     MOVINET_ERR_ARGUMENT);
    assert_int_equal(mvv_preprocess_open(&p, 4, 4, (movinet_preprocess)-1, NULL),
                     MOVINET_ERR_ARGUMENT);
    mvv_preprocess_close(NULL);
}

static void names(void **state)
{
    (void)state;
    for (int mode = 1; mode <= 3; mode++) {
        movinet_preprocess back = MOVINET_PREPROCESS_DEFAULT;
        const char *name = movinet_preprocess_name((movinet_preprocess)mode);
        assert_non_null(name);
        assert_true(movinet_preprocess_from_name(name, &back));
        assert_int_equal(back, mode);
    }
    movinet_preprocess out = MOVINET_PREPROCESS_TRAIN;
    assert_null(movinet_preprocess_name(MOVINET_PREPROCESS_DEFAULT));
    assert_null(movinet_preprocess_name((movinet_preprocess)4));
    assert_null(movinet_preprocess_name((movinet_preprocess)-1));
    assert_false(movinet_preprocess_from_name("stretch", &out));
    assert_false(movinet_preprocess_from_name("", &out));
    assert_false(movinet_preprocess_from_name(NULL, &out));
    assert_int_equal(out, MOVINET_PREPROCESS_TRAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_the_plain_one),
        cmocka_unit_test(train_at_its_real_sizes),
        cmocka_unit_test(every_result_is_a_byte),
        cmocka_unit_test(own_size_keeps_its_bytes),
        cmocka_unit_test(one_colour_stays),
        cmocka_unit_test(known_bits),
        cmocka_unit_test(turned_is_as_upright),
        cmocka_unit_test(strides_are_walked),
        cmocka_unit_test(floats_are_near_bytes),
        cmocka_unit_test(one_context_many_sizes),
        cmocka_unit_test(largest_sides),
        cmocka_unit_test(bad_frames_are_refused),
        cmocka_unit_test(bad_outputs_are_refused),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Scene cuts: in scenes painted here, and in real clips of ../shared (skipped without).
 * SPDX-License-Identifier: Apache-2.0 */
#include "classify/cut.h"
#include "core/memory.h"
#include "picture/planes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 172, BYTES = SIDE * SIDE * 3, WORLD = 3 * SIDE, DISCS = 250 };

/* A world of discs, larger than the picture, so that a camera can be moved in it. */
static void paint(uint8_t *out, unsigned scene, int left, int top)
{
    uint32_t random = scene * 2654435761u + 12345;
    for (int i = 0; i < SIDE * SIDE; i++)
        memset(out + 3 * i, (int)(60 + scene % 5 * 20), 3);
    for (int k = 0; k < DISCS; k++) {
        int v[6];
        for (int i = 0; i < 6; i++) {
            random = random * 1664525u + 1013904223u;
            v[i] = (int)(random >> 8);
        }
        int x = v[0] % WORLD - left, y = v[1] % WORLD - top, r = 6 + v[2] % 30;
        for (int j = y - r; j <= y + r; j++)
            for (int i = x - r; i <= x + r; i++)
                if (i >= 0 && j >= 0 && i < SIDE && j < SIDE &&
                    (i - x) * (i - x) + (j - y) * (j - y) <= r * r)
                    for (int c = 0; c < 3; c++)
                        out[3 * (j * SIDE + i) + c] = (uint8_t)(v[3 + c] % 200 + 20);
    }
}

static void light(uint8_t *pixels, int percent, int plus)
{
    for (int i = 0; i < BYTES; i++) {
        int v = pixels[i] * percent / 100 + plus;
        pixels[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

static movinet_cut *fresh(void)
{
    movinet_cut *cut;
    assert_int_equal(movinet_cut_open(&cut, NULL), MOVINET_OK);
    return cut;
}

static bool push(movinet_cut *cut, const uint8_t *pixels)
{
    movinet_frame frame = {.pixels = pixels, .width = SIDE, .height = SIDE};
    bool is_cut;
    assert_int_equal(movinet_cut_push(cut, &frame, &is_cut, NULL), MOVINET_OK);
    return is_cut;
}

static uint8_t pixels[BYTES];

static bool push_scene(movinet_cut *cut, unsigned scene, int left, int top)
{
    paint(pixels, scene, left, top);
    return push(cut, pixels);
}

static void each_new_scene_is_a_cut_once(void **state)
{
    (void)state;
    movinet_cut *cut = fresh();
    for (unsigned scene = 0; scene < 40; scene++)
        for (int i = 0; i < 3; i++)
            assert_int_equal(push_scene(cut, scene, 100, 100), scene > 0 && i == 0);
    movinet_cut_reset(cut);
    assert_false(push_scene(cut, 99, 100, 100));
    assert_true(push_scene(cut, 98, 100, 100));
    movinet_cut_close(cut);
}

static void moving_the_camera_is_no_cut(void **state)
{
    (void)state;
    for (unsigned scene = 0; scene < 8; scene++) {
        movinet_cut *cut = fresh();
        for (int i = 0; i < 14; i++) /* 24 of 172 pixels a frame: all of it in 1.4 s at 5 fps */
            assert_false(push_scene(cut, scene, 24 * i, 100 + 5 * i));
        assert_true(push_scene(cut, scene + 100, 100, 100));
        movinet_cut_close(cut);
    }
}

static void light_is_no_cut(void **state)
{
    (void)state;
    static const struct {
        int percent, plus;
    } lights[] = {{100, 40}, {170, 0}, {30, 0}, {60, -10}, {0, 255}, {0, 0}, {150, 60}, {200, 0}};
    for (unsigned scene = 0; scene < 8; scene++) {
        movinet_cut *cut = fresh();
        for (size_t i = 0; i < 3 * sizeof lights / sizeof *lights; i++) {
            paint(pixels, scene, 100, 100);
            if (i % 3 == 1)
                light(pixels, lights[i / 3].percent, lights[i / 3].plus);
            assert_false(push(cut, pixels));
        }
        movinet_cut_close(cut);
    }
}

static void black_between_scenes_does_not_hide_the_cut(void **state)
{
    (void)state;
    static const uint8_t black[BYTES];
    movinet_cut *cut = fresh();
    assert_false(push(cut, black));
    assert_false(push_scene(cut, 1, 0, 0)); /* the first with something to see */
    for (int i = 0; i < 50; i++)
        assert_false(push(cut, black));
    assert_false(push_scene(cut, 1, 0, 0));
    assert_false(push(cut, black));
    assert_true(push_scene(cut, 2, 0, 0));
    movinet_cut_close(cut);
}

/* The same answers for floats, for rows with gaps, upside down, and other sizes. */
static void frames_of_any_kind(void **state)
{
    (void)state;
    enum { STRIDE = SIDE * 3 + 20 };
    static float floats[BYTES];
    static uint8_t gaps[STRIDE * SIDE];
    mvk_sketch plain, other;
    paint(pixels, 5, 100, 100);
    mvk_draw(&plain, &(movinet_frame){.pixels = pixels, .width = SIDE, .height = SIDE});
    for (int i = 0; i < BYTES; i++)
        floats[i] = (float)pixels[i] / 255;
    mvk_draw(&other, &(movinet_frame){.pixels = floats, .width = SIDE, .height = SIDE,
                                      .pixel = MOVINET_RGBF32});
    assert_memory_equal(&plain, &other, sizeof plain);
    for (int y = 0; y < SIDE; y++)
        memcpy(gaps + y * STRIDE, pixels + y * SIDE * 3, SIDE * 3);
    mvk_draw(&other, &(movinet_frame){.pixels = gaps, .width = SIDE, .height = SIDE,
                                      .stride = STRIDE});
    assert_memory_equal(&plain, &other, sizeof plain);
    for (int y = 0; y < SIDE; y++)
        memcpy(gaps + (SIDE - 1 - y) * STRIDE, pixels + y * SIDE * 3, SIDE * 3);
    mvk_draw(&other, &(movinet_frame){.pixels = gaps + (SIDE - 1) * STRIDE, .width = SIDE,
                                      .height = SIDE, .stride = -STRIDE});
    assert_memory_equal(&plain, &other, sizeof plain);
}

static void tiny_and_odd_frames(void **state)
{
    (void)state;
    static const float odd[12] = {NAN, INFINITY, -INFINITY, -1, 2, 1e30f, 0.5f};
    movinet_cut *cut = fresh();
    bool is_cut;
    for (int w = 1; w <= 30; w++) {
        for (int h = 1; h <= 30; h++) {
            uint8_t *exact = malloc((size_t)(w * h * 3)); /* so that ASan sees past its end */
            assert_non_null(exact);
            memset(exact, w * h, (size_t)(w * h * 3));
            movinet_frame frame = {.pixels = exact, .width = w, .height = h};
            assert_int_equal(movinet_cut_push(cut, &frame, &is_cut, NULL), MOVINET_OK);
            assert_false(is_cut); /* one colour: nothing to see */
            free(exact);
        }
    }
    movinet_frame frame = {.pixels = odd, .width = 2, .height = 2, .pixel = MOVINET_RGBF32};
    assert_int_equal(movinet_cut_push(cut, &frame, &is_cut, NULL), MOVINET_OK);
    movinet_cut_close(cut);
}

static void bad_frames(void **state)
{
    (void)state;
    static const movinet_frame bad[] = {
        {.pixels = NULL, .width = 8, .height = 8},   {.pixels = pixels, .width = 0, .height = 8},
        {.pixels = pixels, .width = 8, .height = -1},
        {.pixels = pixels, .width = 40000, .height = 1},
        {.pixels = pixels, .width = 8, .height = 8, .stride = 23},
        {.pixels = pixels, .width = 8, .height = 8, .stride = -23},
        {.pixels = pixels, .width = 8, .height = 8, .stride = 24, .pixel = MOVINET_RGBF32},
    };
    movinet_cut *cut = fresh();
    movinet_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(movinet_cut_push(cut, &bad[i], NULL, &err), MOVINET_ERR_ARGUMENT);
    movinet_frame decoded = {.pixels = pixels, .width = 8, .height = 8, .pixel = 7};
    assert_int_equal(movinet_cut_push(cut, &decoded, NULL, &err), MOVINET_ERR_UNSUPPORTED);
    mvv_planes planes = {.width = 8, .height = 9};
    decoded = (movinet_frame){.pixels = &planes, .width = 8, .height = 8,
                              .pixel = MOVINET_DECODED};
    assert_int_equal(movinet_cut_push(cut, &decoded, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_cut_push(cut, NULL, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_cut_push(NULL, &decoded, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_cut_open(NULL, &err), MOVINET_ERR_ARGUMENT);
    movinet_cut_close(cut);
    movinet_cut_close(NULL);
}

/* The same picture as decoders give it; turning or mirroring it is no cut. */
static bool push_decoded(movinet_cut *cut, const uint8_t *rgb, size_t number)
{
    bool is_cut = false;
    const mvv_planes planes = {
        .width = SIDE, .height = SIDE, .n = 1,
        .plane = {{.bytes = rgb, .stride = SIDE * 3, .step = 3, .channel = {0, 1, 2, -1}}}};
    const movinet_frame frame = {.pixels = &planes, .width = SIDE, .height = SIDE,
                                 .pixel = MOVINET_DECODED, .rotation = number % 3 ? 0 : 90,
                                 .mirrored = number % 5 == 0};
    assert_int_equal(movinet_cut_push(cut, &frame, &is_cut, NULL), MOVINET_OK);
    return is_cut;
}

/* The numbers of the frames that are cuts; those were looked at. */
static void check_clip(const char *name, const char *want)
{
    char path[4096], found[200] = "";
    const char *root = getenv("MOVINET_SHARED");
    uint8_t *bytes;
    size_t size, used = 0;
    snprintf(path, sizeof path, "%s/golden/%s", root ? root : MOVINET_SOURCE_ROOT "/../shared",
             name);
    if (mv_read_file(path, (size_t)1 << 30, &bytes, &size, NULL)) {
        print_message("%s is not here: skipped\n", path);
        skip();
    }
    movinet_cut *cut = fresh(), *other = fresh();
    for (size_t i = 0; i < size / BYTES; i++) {
        bool is_cut = push(cut, bytes + i * BYTES);
        assert_int_equal(push_decoded(other, bytes + i * BYTES, i), is_cut);
        if (is_cut)
            used += (size_t)snprintf(found + used, sizeof found - used, "%zu ", i);
    }
    movinet_cut_close(cut);
    movinet_cut_close(other);
    free(bytes);
    assert_string_equal(found, want);
}

/* Two cuts, and played more than twice; from the end to the beginning the place is the same. */
static void carving_ice(void **state)
{
    (void)state;
    check_clip("carving_ice_pi_50x172x172.rgb", "9 19 31 41 ");
}

/* At 48, damaged video gives way to the picture. */
static void arm_wrestling(void **state)
{
    (void)state;
    check_clip("arm_wrestling_50x172x172.rgb", "48 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_new_scene_is_a_cut_once),
        cmocka_unit_test(moving_the_camera_is_no_cut),
        cmocka_unit_test(light_is_no_cut),
        cmocka_unit_test(black_between_scenes_does_not_hide_the_cut),
        cmocka_unit_test(frames_of_any_kind),
        cmocka_unit_test(tiny_and_odd_frames),
        cmocka_unit_test(bad_frames),
        cmocka_unit_test(carving_ice),
        cmocka_unit_test(arm_wrestling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

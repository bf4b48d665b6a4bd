/* Looks at clips. SPDX-License-Identifier: Apache-2.0 */
#include "data/augment.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { W = 37, H = 29, N = 6 };
static uint8_t pixels[N][H][W][3];
static const mvd_clip clip = {N, H, W, 10, &pixels[0][0][0][0], NULL, 0};

/* Red goes along x, green along y, blue tells the frame. */
static int setup(void **state)
{
    (void)state;
    for (int t = 0; t < N; t++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                pixels[t][y][x][0] = (uint8_t)(x * 7);
                pixels[t][y][x][1] = (uint8_t)(y * 8);
                pixels[t][y][x][2] = (uint8_t)(t * 40);
            }
    return 0;
}

static mvd_look plain_look(void)
{
    const mvd_augment none = mvd_augment_none();
    return mvd_look_draw(&none, true, N, 1, 0, 1, 2, 3);
}

static void make(const mvd_look *look, int width, int height, uint8_t *out)
{
    movinet_error err;
    assert_int_equal(mvd_look_make(look, &clip, width, height, out, &err), MOVINET_OK);
}

/* No change: the same bytes, in its own size. */
static void nothing_changes(void **state)
{
    (void)state;
    static uint8_t out[N][H][W][3];
    mvd_look look = plain_look();
    assert_int_equal(look.frames, N);
    make(&look, W, H, &out[0][0][0][0]);
    assert_memory_equal(out, pixels, sizeof pixels);
    look.flip = true;
    make(&look, W, H, &out[0][0][0][0]);
    for (int t = 0; t < N; t++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                assert_memory_equal(out[t][y][x], pixels[t][y][W - 1 - x], 3);
}

/* A ramp stays a ramp: each value tells where it comes from. */
static void cuts_are_where_they_should(void **state)
{
    (void)state;
    enum { SIDE = 24 };
    static uint8_t out[N][SIDE][SIDE][3];
    for (int flip = 0; flip < 2; flip++) {
        mvd_look look = plain_look();
        look.x = 0.2;
        look.width = 0.6;
        look.y = 0.35;
        look.height = 0.55;
        look.flip = flip;
        make(&look, SIDE, SIDE, &out[0][0][0][0]);
        for (int t = 0; t < N; t++)
            for (int y = 0; y < SIDE; y++)
                for (int x = 0; x < SIDE; x++) {
                    double right = flip ? SIDE - 1 - x : x;
                    double at_x = 0.2 * W + (right + 0.5) * 0.6 * W / SIDE - 0.5;
                    double at_y = 0.35 * H + (y + 0.5) * 0.55 * H / SIDE - 0.5;
                    assert_true(fabs(out[t][y][x][0] - at_x * 7) < 0.6);
                    assert_true(fabs(out[t][y][x][1] - at_y * 8) < 0.6);
                    assert_int_equal(out[t][y][x][2], t * 40);
                }
    }
    /* Nothing beyond the edge is read, and a picture of one pixel is one colour. */
    uint8_t dot[3] = {1, 2, 3}, large[2][5][3];
    const mvd_clip tiny = {1, 1, 1, 5, dot, NULL, 0};
    mvd_look look = plain_look();
    look.frames = 1;
    movinet_error err;
    assert_int_equal(mvd_look_make(&look, &tiny, 5, 2, &large[0][0][0], &err), MOVINET_OK);
    for (int i = 0; i < 10; i++)
        assert_memory_equal(large[i / 5][i % 5], dot, 3);
}

static void colours(void **state)
{
    (void)state;
    static uint8_t out[N][H][W][3];
    double mean = 0;
    for (size_t i = 0; i < sizeof pixels; i++)
        mean += (&pixels[0][0][0][0])[i];
    mean /= sizeof pixels;
    static const double factors[][3] = {{1.2, 1, 1},    {1, 0.7, 1},     {1, 1, 0.5},
                                        {1, 1, 1.5},    {0.8, 1.3, 1.2}, {1.9, 1.9, 0.1},
                                        {0.1, 0.1, 1.9}};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        mvd_look look = plain_look();
        look.brightness = factors[i][0];
        look.contrast = factors[i][1];
        look.saturation = factors[i][2];
        make(&look, W, H, &out[0][0][0][0]);
        for (int p = 0; p < N * H * W; p++) {
            const uint8_t *in = &pixels[0][0][0][0] + p * 3, *is = &out[0][0][0][0] + p * 3;
            double grey = 0.299 * in[0] + 0.587 * in[1] + 0.114 * in[2];
            for (int k = 0; k < 3; k++) {
                double v = look.saturation * in[k] + (1 - look.saturation) * grey;
                v = look.brightness * (look.contrast * v + (1 - look.contrast) * mean);
                v = v < 0 ? 0 : v > 255 ? 255 : v;
                assert_true(fabs(is[k] - v) < 0.7);
            }
        }
    }
}

/* Many draws: each within its bounds, on both sides of the middle, and reaching far. */
static void draws_are_spread(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    const mvd_augment how = mvd_augment_usual();
    double area_low = 1, area_high = 0, area_sum = 0, wide = 0, left = 0, bright = 0, fast = 0;
    int flips = 0, speeds = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        mvd_look look = mvd_look_draw(&how, true, 100, 2, 10, 5, i / 100, i % 100);
        double area = look.width * look.height;
        assert_true(area > 0.45 && look.width <= 1 && look.height <= 1);
        assert_true(look.x >= 0 && look.x + look.width <= 1 + 1e-12);
        assert_true(look.y >= 0 && look.y + look.height <= 1 + 1e-12);
        assert_true(fabs(look.brightness - 1) <= 0.2 && fabs(look.contrast - 1) <= 0.2 &&
                    fabs(look.saturation - 1) <= 0.2);
        assert_true(look.step >= 2 / 1.2501 && look.step <= 2 * 1.2501);
        assert_true(look.first >= 0 && look.first + look.step * 9 <= 99 + 1e-9);
        area_low = fmin(area_low, area);
        area_high = fmax(area_high, area);
        area_sum += area;
        wide += look.width > look.height;
        left += look.width < 1 ? look.x < (1 - look.width) / 2 : 0.5;
        bright += look.brightness > 1;
        fast += look.step > 2;
        flips += look.flip;
        speeds += look.first > 40;
    }
    assert_true(area_low < 0.51 && area_high > 0.98);
    assert_true(area_sum / DRAWS > 0.68 && area_sum / DRAWS < 0.76);
    const double halves[] = {wide, left, bright, fast, flips, speeds};
    for (int i = 0; i < 6; i++) /* 0.5, over seven standard deviations */
        assert_true(fabs(halves[i] / DRAWS - 0.5) < 0.025);
}

static void draws_hang_on_their_place_alone(void **state)
{
    (void)state;
    const mvd_augment how = mvd_augment_usual();
    mvd_look first = mvd_look_draw(&how, true, 20, 2, 0, 1, 2, 3);
    mvd_look again = mvd_look_draw(&how, true, 20, 2, 0, 1, 2, 3);
    assert_memory_equal(&first, &again, sizeof first);
    static const uint64_t others[][3] = {{2, 2, 3}, {1, 3, 3}, {1, 2, 4}, {3, 2, 1}, {2, 1, 3}};
    for (int i = 0; i < 5; i++) {
        mvd_look other =
            mvd_look_draw(&how, true, 20, 2, 0, others[i][0], others[i][1], others[i][2]);
        assert_true(other.x != first.x && other.brightness != first.brightness);
    }
    /* What is switched off does not change the rest. */
    mvd_augment calm = how;
    calm.flip = false;
    calm.saturation = 0;
    mvd_look less = mvd_look_draw(&calm, true, 20, 2, 0, 1, 2, 3);
    assert_true(less.x == first.x && less.step == first.step && less.contrast == first.contrast);
    assert_true(!less.flip && less.saturation == 1);
    for (uint64_t i = 0; i < 50; i++)
        assert_false(mvd_look_draw(&how, false, 20, 2, 0, 1, 2, i).flip);
}

static void time_fits(void **state)
{
    (void)state;
    static const int lengths[] = {1, 2, 3, 4, 9, 10, 11, 50, 299, 300};
    const mvd_augment usual = mvd_augment_usual(), none = mvd_augment_none();
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int steps = 1; steps <= 3; steps++)
            for (int limit = 0; limit <= 20; limit += 5)
                for (uint64_t draw = 0; draw < 40; draw++) {
                    int n = lengths[i];
                    mvd_look look =
                        mvd_look_draw(draw ? &usual : &none, true, n, steps, limit, 9, draw, i);
                    int whole = (n + steps - 1) / steps;
                    assert_int_equal(look.frames, limit && whole > limit ? limit : whole);
                    for (int k = 0; k < look.frames; k++) {
                        int at = mvd_look_frame(&look, k, n);
                        assert_true(at >= 0 && at < n);
                        if (k)
                            assert_true(at >= mvd_look_frame(&look, k - 1, n));
                        if (!draw) /* its own speed, from the middle */
                            assert_int_equal(at, mvd_look_frame(&look, 0, n) + k * steps);
                    }
                    if (!draw)
                        assert_int_equal(mvd_look_frame(&look, 0, n),
                                         (n - (look.frames - 1) * steps) / 2);
                }
}

static void sides(void **state)
{
    (void)state;
    static const char *const with[] = {"pan left", "Right turn",        "roll_clockwise",
                                       "LEFT",     "counter-clockwise", "swipe (right)",
                                       "leftward"};
    static const char *const without[] = {"",      "upright", "bright light", "cleft",
                                          "fight", "zoom in", "lefty",        "theft"};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        assert_true(mvd_label_has_side(with[i]));
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        assert_false(mvd_label_has_side(without[i]));
}

static void wrong_bounds(void **state)
{
    (void)state;
    movinet_error err;
    mvd_augment how = mvd_augment_usual();
    assert_int_equal(mvd_augment_check(&how, &err), MOVINET_OK);
    how.area = 0;
    assert_int_equal(mvd_augment_check(&how, &err), MOVINET_ERR_ARGUMENT);
    how = mvd_augment_usual();
    how.aspect = NAN;
    assert_int_equal(mvd_augment_check(&how, &err), MOVINET_ERR_ARGUMENT);
    how = mvd_augment_usual();
    how.speed = 0.5;
    assert_int_equal(mvd_augment_check(&how, &err), MOVINET_ERR_ARGUMENT);
    how = mvd_augment_usual();
    how.contrast = 1;
    assert_int_equal(mvd_augment_check(&how, &err), MOVINET_ERR_ARGUMENT);
}

static void bytes_become_floats(void **state)
{
    (void)state;
    uint8_t bytes[256];
    float values[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    mvd_floats(bytes, values, 256);
    for (int i = 0; i < 256; i++)
        assert_true(values[i] == (float)i / 255.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changes),
        cmocka_unit_test(cuts_are_where_they_should),
        cmocka_unit_test(colours),
        cmocka_unit_test(draws_are_spread),
        cmocka_unit_test(draws_hang_on_their_place_alone),
        cmocka_unit_test(time_fits),
        cmocka_unit_test(sides),
        cmocka_unit_test(wrong_bounds),
        cmocka_unit_test(bytes_become_floats),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

/* Pictures as they are seen. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/ok.h"

enum { W = 7, H = 5 };

static void paint(uint8_t pixels[W * H * 3])
{
    for (int i = 0; i < W * H * 3; i++)
        pixels[i] = (uint8_t)(i * 73 + 11);
}

/* Where pixel (x, y) as seen was stored, worked out one turn of 90 degrees at a time. */
static const uint8_t *stored(const uint8_t *pixels, const movinet_frame *f, int x, int y)
{
    int w = f->rotation % 180 ? H : W, h = f->rotation % 180 ? W : H;
    if (f->mirrored)
        x = w - 1 - x;
    for (int turn = f->rotation; turn > 0; turn -= 90) {
        int before = x; /* clockwise: what is on top was on the left */
        x = y;
        y = w - 1 - before;
        int t = w;
        w = h;
        h = t;
    }
    return pixels + (y * W + x) * 3;
}

static void every_way_up(void **state)
{
    (void)state;
    uint8_t pixels[W * H * 3], out[W * H * 3];
    movinet_scaler *scaler;
    paint(pixels);
    OK(movinet_scaler_open(&scaler, err));
    for (int i = 0; i < 8; i++) {
        const movinet_frame f = {.pixels = pixels, .width = W, .height = H,
                                 .rotation = i / 2 * 90, .mirrored = i % 2};
        int w, h;
        OK(movinet_frame_size(&f, &w, &h, err));
        assert_int_equal(w, f.rotation % 180 ? H : W);
        assert_int_equal(h, f.rotation % 180 ? W : H);
        OK(movinet_scaler_run(scaler, &f, w, h, out, err));
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                assert_memory_equal(out + (y * w + x) * 3, stored(pixels, &f, x, y), 3);
    }
    movinet_scaler_close(scaler);
}

static void sizes(void **state)
{
    (void)state;
    uint8_t pixels[W * H * 3] = {0};
    movinet_frame f = {.pixels = pixels, .width = W, .height = H, .pixel_aspect = 2};
    int w, h;
    OK(movinet_frame_size(&f, &w, &h, err));
    assert_int_equal(w, 14);
    assert_int_equal(h, 5);
    f.rotation = 270;
    f.pixel_aspect = 0.5;
    OK(movinet_frame_size(&f, &w, &h, err));
    assert_int_equal(w, 5);
    assert_int_equal(h, 4); /* 3.5 */
    f.pixel_aspect = 0.01;
    OK(movinet_frame_size(&f, &w, &h, err));
    assert_int_equal(h, 1);
    f.rotation = 45;
    assert_int_equal(movinet_frame_size(&f, &w, &h, NULL), MOVINET_ERR_ARGUMENT);
}

/* One colour, whatever size comes and goes; guard bytes behind. */
static void squashed(void **state)
{
    (void)state;
    static const int to[][2] = {{3, 9}, {20, 2}, {1, 1}, {3, 9}};
    uint8_t pixels[W * H * 3], out[20 * 20 * 3];
    const movinet_frame f = {.pixels = pixels, .width = W, .height = H, .pixel_aspect = 1.5};
    movinet_scaler *scaler;
    OK(movinet_scaler_open(&scaler, err));
    for (int i = 0; i < W * H * 3; i++)
        pixels[i] = (uint8_t)(i % 3 * 100 + 7);
    for (size_t k = 0; k < sizeof to / sizeof *to; k++) {
        int n = to[k][0] * to[k][1] * 3;
        memset(out, 99, sizeof out);
        OK(movinet_scaler_run(scaler, &f, to[k][0], to[k][1], out, err));
        for (int i = 0; i < n; i++)
            assert_int_equal(out[i], i % 3 * 100 + 7);
        assert_int_equal(out[n], 99);
    }
    assert_int_equal(movinet_scaler_run(scaler, &f, 0, 5, out, NULL), MOVINET_ERR_ARGUMENT);
    const movinet_frame floats = {.pixels = pixels, .width = 1, .height = 1,
                                  .pixel = MOVINET_RGBF32};
    assert_int_equal(movinet_scaler_run(scaler, &floats, 1, 1, out, NULL),
                     MOVINET_ERR_UNSUPPORTED);
    const movinet_frame none = {.width = 3, .height = 3};
    assert_int_equal(movinet_scaler_run(scaler, &none, 3, 3, out, NULL), MOVINET_ERR_ARGUMENT);
    movinet_scaler_close(scaler);
    movinet_scaler_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_up),
        cmocka_unit_test(sizes),
        cmocka_unit_test(squashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

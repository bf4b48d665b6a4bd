/* One picture over another, and boxes. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"
#include "show/blend.h"
#include "show/boxes.h"

/* As the definition says it. */
static uint8_t naive(uint32_t pixel, int channel, uint8_t below)
{
    double above = pixel >> (16 - 8 * channel) & 255, alpha = (pixel >> 24) / 255.0;
    return (uint8_t)fmin(above + floor(below * (1 - alpha) + 0.5), 255);
}

static void check_row(const uint32_t *argb, int n, mv_random *random)
{
    uint8_t *rgb = test_malloc((size_t)n * 3 + 2), *was = test_malloc((size_t)n * 3 + 2);
    for (int i = 0; i < n * 3 + 2; i++)
        rgb[i] = was[i] = (uint8_t)mv_random_below(random, 256);
    mvs_blend_row(rgb + 1, argb, n);
    assert_int_equal(rgb[0], was[0]);
    assert_int_equal(rgb[n * 3 + 1], was[n * 3 + 1]);
    for (int i = 0; i < n * 3; i++)
        if (rgb[i + 1] != naive(argb[i / 3], i % 3, was[i + 1]))
            fail_msg("pixel %d of %d: %08x over %d gives %d", i / 3, n, argb[i / 3], was[i + 1],
                     rgb[i + 1]);
    test_free(rgb);
    test_free(was);
}

static uint32_t premultiplied(mv_random *random)
{
    uint32_t alpha = mv_random_below(random, 256), pixel = alpha << 24;
    for (int shift = 0; shift < 24; shift += 8)
        pixel |= mv_random_below(random, alpha + 1) << shift;
    return pixel;
}

static void rows_of_any_runs(void **state)
{
    (void)state;
    mv_random random = {1};
    uint32_t argb[200];
    for (int round = 0; round < 300; round++) {
        int n = 1 + (int)mv_random_below(&random, 200);
        uint32_t longest = 1 + mv_random_below(&random, 60), pixel = 0;
        for (int i = 0, left = 0; i < n; i++, left--) {
            if (left <= 0) {
                pixel = mv_random_below(&random, 4) ? premultiplied(&random) : 0;
                left = 1 + (int)mv_random_below(&random, longest);
            }
            argb[i] = pixel;
        }
        check_row(argb, n, &random);
    }
}

/* Every alpha over every value, alone and in blocks. */
static void every_pair(void **state)
{
    (void)state;
    for (uint32_t alpha = 0; alpha < 256; alpha++) {
        uint32_t argb[256];
        uint8_t rgb[768];
        for (int i = 0; i < 256; i++) {
            argb[i] = alpha << 24 | alpha << 16 | alpha / 2 << 8;
            memset(rgb + i * 3, i, 3);
        }
        mvs_blend_row(rgb, argb, 256);
        for (int i = 0; i < 256; i++) {
            uint8_t one[3] = {(uint8_t)i, (uint8_t)i, (uint8_t)i};
            mvs_blend_row(one, argb, 1);
            for (int k = 0; k < 3; k++) {
                assert_int_equal(rgb[i * 3 + k], naive(argb[0], k, (uint8_t)i));
                assert_int_equal(one[k], naive(argb[0], k, (uint8_t)i));
            }
        }
    }
}

/* No pixel twice, none forgotten. */
static void boxes_apart(void **state)
{
    (void)state;
    enum { W = 40, H = 30 };
    mv_random random = {2};
    for (int round = 0; round < 500; round++) {
        mvs_boxes boxes = {0}, apart;
        uint8_t wanted[H][W] = {{0}}, got[H][W] = {{0}};
        for (int n = (int)mv_random_below(&random, MVS_BOXES + 1); n > 0; n--) {
            mvs_box b = {(int)mv_random_below(&random, W + 10) - 5,
                         (int)mv_random_below(&random, H + 10) - 5,
                         (int)mv_random_below(&random, 20), (int)mv_random_below(&random, 15)};
            mvs_boxes_add(&boxes, b, W, H);
            for (int y = mvs_max(b.y, 0); y < mvs_min(b.y + b.height, H); y++)
                for (int x = mvs_max(b.x, 0); x < mvs_min(b.x + b.width, W); x++)
                    wanted[y][x] = 1;
        }
        mvs_boxes_apart(&boxes, &apart);
        for (int i = 0; i < apart.n; i++)
            for (int y = 0; y < apart.at[i].height; y++)
                for (int x = 0; x < apart.at[i].width; x++)
                    got[apart.at[i].y + y][apart.at[i].x + x]++;
        assert_memory_equal(got, wanted, sizeof got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_any_runs),
        cmocka_unit_test(every_pair),
        cmocka_unit_test(boxes_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Decoded planes, copied and made RGB, against the naive way. SPDX-License-Identifier: Apache-2.0 */
#include "picture/unpack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { W_MAX = 600, H_MAX = 9, ROOM = W_MAX * 4 * H_MAX };

/* What a picture is made of: for each channel its plane, offset, step and shifts. */
typedef struct kind {
    mvv_colour colour;
    int n;
    struct {
        int step, shift_x, shift_y, channel[MVV_STEP_MAX];
        bool shares; ///< the bytes of the plane before
    } plane[MVV_PLANES_MAX];
    bool full_range;
} kind;

static const kind kinds[] = {
    {MVV_COLOUR_YUV, 3, {{1, 0, 0, {0, -1, -1, -1}, 0}, {1, 1, 1, {1, -1, -1, -1}, 0},
                         {1, 1, 1, {2, -1, -1, -1}, 0}}, false}, /* yuv420p */
    {MVV_COLOUR_YUV, 3, {{1, 0, 0, {0, -1, -1, -1}, 0}, {1, 0, 0, {1, -1, -1, -1}, 0},
                         {1, 0, 0, {2, -1, -1, -1}, 0}}, true}, /* yuvj444p */
    {MVV_COLOUR_YUV, 3, {{1, 0, 0, {0, -1, -1, -1}, 0}, {1, 2, 0, {1, -1, -1, -1}, 0},
                         {1, 2, 0, {2, -1, -1, -1}, 0}}, false}, /* yuv411p */
    {MVV_COLOUR_YUV, 2, {{1, 0, 0, {0, -1, -1, -1}, 0}, {2, 1, 1, {1, 2, -1, -1}, 0}}, false},
    {MVV_COLOUR_YUV, 2, {{2, 0, 0, {0, -1, -1, -1}, 0}, {4, 1, 0, {-1, 1, -1, 2}, 1}}, false},
    {MVV_COLOUR_GREY, 1, {{1, 0, 0, {0, -1, -1, -1}, 0}}, true},
    {MVV_COLOUR_RGB, 1, {{4, 0, 0, {2, 1, 0, -1}, 0}}, true}, /* bgr0 */
    {MVV_COLOUR_RGB, 1, {{3, 0, 0, {0, 1, 2, -1}, 0}}, true},
};

static uint8_t bytes[MVV_PLANES_MAX][ROOM];

static mvv_planes make(const kind *k, int width, int height)
{
    mvv_planes p = {.width = width, .height = height, .n = k->n, .colour = k->colour,
                    .full_range = k->full_range, .kr = 0.299, .kb = 0.114};
    for (int i = 0; i < k->n; i++) {
        mvv_plane *to = &p.plane[i];
        *to = (mvv_plane){.bytes = bytes[k->plane[i].shares ? i - 1 : i], .stride = W_MAX * 4,
                          .step = k->plane[i].step, .shift_x = k->plane[i].shift_x,
                          .shift_y = k->plane[i].shift_y};
        memcpy(to->channel, k->plane[i].channel, sizeof to->channel);
    }
    return p;
}

static int value(const mvv_planes *p, int channel, int x, int y)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < MVV_STEP_MAX; k++)
            if (p->plane[i].channel[k] == channel)
                return p->plane[i].bytes[(y >> p->plane[i].shift_y) * p->plane[i].stride +
                                         (x >> p->plane[i].shift_x) * p->plane[i].step + k];
    return 0;
}

/* By the book, in floating point. */
static void pixel(const mvv_planes *p, int x, int y, double rgb[3])
{
    double a = value(p, 0, x, y), u = value(p, 1, x, y) - 128, v = value(p, 2, x, y) - 128;
    if (p->colour == MVV_COLOUR_RGB) {
        for (int c = 0; c < 3; c++)
            rgb[c] = value(p, c, x, y);
        return;
    }
    double kg = 1 - p->kr - p->kb, scale = p->full_range ? 1 : 255.0 / 224;
    a = p->full_range ? a : (a - 16) * 255 / 219;
    if (p->colour == MVV_COLOUR_GREY)
        u = v = 0;
    rgb[0] = a + 2 * (1 - p->kr) * v * scale;
    rgb[1] = a - 2 * scale * ((1 - p->kb) * p->kb * u + (1 - p->kr) * p->kr * v) / kg;
    rgb[2] = a + 2 * (1 - p->kb) * u * scale;
}

static void check(const mvv_planes *p, int k)
{
    static uint8_t rgb[W_MAX * H_MAX * 3 + 1];
    size_t size = (size_t)p->width * (size_t)p->height * 3;
    rgb[size] = 77;
    mvv_planes_to_rgb(p, rgb);
    assert_int_equal(rgb[size], 77);
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            double want[3];
            pixel(p, x, y, want);
            for (int c = 0; c < 3; c++) {
                double got = rgb[(y * p->width + x) * 3 + c];
                double right = fmin(fmax(want[c], 0), 255);
                if (fabs(got - right) > (p->colour == MVV_COLOUR_RGB ? 0 : 1))
                    fail_msg("kind %d, %d×%d at %d %d: %g for %g", k, p->width, p->height, x, y,
                             got, right);
            }
        }
}

static void as_the_book_says(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {2, 2}, {255, 3}, {256, 2}, {257, 5}, {600, 9}, {7, 9}};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i / ROOM][i % ROOM] = (uint8_t)(i * 2654435761u >> 13);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            int width = sizes[i][0];
            if (kinds[k].plane[1].shares)
                width += width % 2; /* packed pairs are whole */
            const mvv_planes p = make(&kinds[k], width, sizes[i][1]);
            check(&p, (int)k);
            /* And so says a copy, whose bytes have no gaps, when the first are gone. */
            mvv_planes copy;
            size_t size = mvv_planes_size(&p);
            uint8_t *room = malloc(size);
            assert_true(size > 0 && size <= (size_t)width * (size_t)p.height * 4 + 2000);
            mvv_planes_copy(&p, room, &copy);
            for (int c = 0; c < 3; c++)
                assert_int_equal(value(&copy, c, width - 1, p.height - 1),
                                 value(&p, c, width - 1, p.height - 1));
            check(&copy, (int)k);
            free(room);
        }
}

/* Rows may come from the bottom up. */
static void upside_down(void **state)
{
    (void)state;
    mvv_planes p = make(&kinds[7], 5, 4), copy;
    uint8_t room[5 * 4 * 3];
    p.plane[0].bytes += 3 * p.plane[0].stride;
    p.plane[0].stride = -p.plane[0].stride;
    assert_int_equal(mvv_planes_size(&p), sizeof room);
    mvv_planes_copy(&p, room, &copy);
    check(&copy, 7);
    assert_memory_equal(room, bytes[0] + 3 * W_MAX * 4, 15);
}

static void too_large(void **state)
{
    (void)state;
    mvv_planes p = make(&kinds[6], 0x7fffff00, 0x7fffff00);
    p.plane[p.n++] = (mvv_plane){.bytes = bytes[1], .step = 4, .channel = {-1, -1, -1, -1}};
    assert_true(mvv_planes_size(&p) == 0); /* nearly 2^65 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_book_says),
        cmocka_unit_test(upside_down),
        cmocka_unit_test(too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

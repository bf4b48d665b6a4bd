/* Handing over the newest picture; pauses between tries. SPDX-License-Identifier: Apache-2.0 */
#include "live/capture.h"

#include "movinet/movinet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/ok.h"

static void put(mvl_latest *l, int width, int height, uint8_t value, double time)
{
    size_t size = (size_t)width * (size_t)height * 3;
    uint8_t *pixels = malloc(size);
    memset(pixels, value, size);
    movinet_frame frame = {.pixels = pixels, .width = width, .height = height, .time = time};
    assert_int_equal(mvl_latest_put(l, &frame, time, NULL), MOVINET_OK);
    free(pixels); /* it was copied */
}

static int value_of(const mvl_picture *p)
{
    const uint8_t *pixels = p->frame.pixels;
    for (int i = 0; i < p->frame.width * p->frame.height * 3; i++)
        assert_int_equal(pixels[i], pixels[0]);
    return pixels[0];
}

static void newest_wins(void **state)
{
    (void)state;
    mvl_latest l;
    mvl_latest_init(&l);
    assert_null(mvl_latest_take(&l, 0, 0));
    put(&l, 4, 2, 1, 0);
    put(&l, 4, 2, 2, 1);
    const mvl_picture *p = mvl_latest_take(&l, 0, 0);
    assert_int_equal(p->number, 2);
    assert_int_equal(value_of(p), 2);
    assert_true(p->frame.time == 1);
    mvl_latest_give(&l, p);
    assert_null(mvl_latest_take(&l, 2, 0)); /* seen already */
    mvl_latest_free(&l);
}

/* What readers hold stays as it is, however many pictures come. */
static void readers_keep_theirs(void **state)
{
    (void)state;
    mvl_latest l;
    mvl_latest_init(&l);
    put(&l, 4, 2, 1, 0);
    const mvl_picture *a = mvl_latest_take(&l, 0, 0);
    put(&l, 8, 8, 2, 1);
    const mvl_picture *b = mvl_latest_take(&l, 1, 0);
    put(&l, 5, 5, 3, 2);
    const mvl_picture *third = mvl_latest_take(&l, 2, 0);
    for (int i = 4; i < 40; i++)
        put(&l, 1 + i % 9, 3, (uint8_t)i, i);
    assert_int_equal(value_of(a), 1);
    assert_int_equal(value_of(b), 2);
    assert_int_equal(b->frame.width, 8);
    assert_int_equal(value_of(third), 3);
    mvl_latest_give(&l, third);
    mvl_latest_give(&l, a);
    mvl_latest_give(&l, b);
    const mvl_picture *c = mvl_latest_take(&l, 2, 0);
    assert_int_equal(value_of(c), 39);
    mvl_latest_give(&l, c);
    mvl_latest_free(&l);
}

static void gaps_between_rows_are_left_out(void **state)
{
    (void)state;
    static const uint8_t pixels[2][8] = {{1, 2, 3, 9, 9, 9, 9, 9}, {4, 5, 6, 9, 9, 9, 9, 9}};
    movinet_frame frame = {.pixels = pixels, .width = 1, .height = 2, .stride = 8};
    mvl_latest l;
    mvl_latest_init(&l);
    assert_int_equal(mvl_latest_put(&l, &frame, 0, NULL), MOVINET_OK);
    const mvl_picture *p = mvl_latest_take(&l, 0, 0);
    assert_memory_equal(p->frame.pixels, ((uint8_t[]){1, 2, 3, 4, 5, 6}), 6);
    mvl_latest_give(&l, p);
    mvl_latest_free(&l);
}

/* As decoders give it: it is copied, and becomes RGB where somebody asks for that. */
static void decoded_pictures(void **state)
{
    (void)state;
    uint8_t luma[3][8] = {{16, 235, 16, 235}, {235, 16, 235, 16}, {81, 145, 41, 235}};
    uint8_t chroma[2][2][2] = {{{128, 128}, {90, 240}}, {{128, 128}, {240, 110}}};
    mvv_planes planes = {.width = 4, .height = 3, .n = 3, .colour = MVV_COLOUR_YUV, .kr = 0.299,
                         .kb = 0.114};
    const uint8_t *bytes[] = {luma[0], chroma[0][0], chroma[1][0]};
    for (int i = 0; i < 3; i++)
        planes.plane[i] = (mvv_plane){.bytes = bytes[i], .stride = i ? 2 : 8, .step = 1,
                                      .shift_x = i > 0, .shift_y = i > 0,
                                      .channel = {i, -1, -1, -1}};
    movinet_frame frame = {.pixels = &planes, .width = 4, .height = 3, .pixel = MOVINET_DECODED,
                           .rotation = 90};
    uint8_t rgb[3 * 4 * 3]; /* upright: 3 wide, 4 high */
    movinet_scaler *scaler;
    mvl_latest l;
    mvl_latest_init(&l);
    assert_int_equal(mvl_latest_put(&l, &frame, 0, NULL), MOVINET_OK);
    memset(luma, 99, sizeof luma);
    memset(chroma, 99, sizeof chroma);
    memset(&planes, 99, sizeof planes);
    const mvl_picture *p = mvl_latest_take(&l, 0, 0);
    assert_int_equal(p->frame.pixel, MOVINET_DECODED);
    assert_int_equal(p->frame.rotation, 90);
    OK(movinet_scaler_open(&scaler, err));
    OK(movinet_scaler_run(scaler, &p->frame, 3, 4, rgb, err));
    /* The picture's first row is the last column, from the top: black, white, black. */
    for (int x = 0; x < 3; x++)
        assert_in_range(rgb[x * 9 + 6], x == 1 ? 250 : 0, x == 1 ? 255 : 5);
    movinet_scaler_close(scaler);
    mvl_latest_give(&l, p);
    mvl_latest_free(&l);
}

static void *wake(void *l)
{
    mvl_latest_wake(l);
    return NULL;
}

static void waiting_can_be_ended(void **state)
{
    (void)state;
    mvl_latest l;
    pthread_t thread;
    mvl_latest_init(&l);
    assert_int_equal(pthread_create(&thread, NULL, wake, &l), 0);
    assert_null(mvl_latest_take(&l, 0, 1e9)); /* or this test never ends */
    pthread_join(thread, NULL);
    assert_true(mvl_latest_is_over(&l));
    put(&l, 1, 1, 7, 0); /* what came last is still to be had */
    const mvl_picture *p = mvl_latest_take(&l, 0, 1e9);
    assert_int_equal(value_of(p), 7);
    mvl_latest_give(&l, p);
    mvl_latest_free(&l);
}

static void pauses_grow(void **state)
{
    (void)state;
    static const double want[] = {0.5, 1, 2, 4, 8, 16, 30, 30};
    for (int i = 0; i < 8; i++)
        assert_true(mvl_retry_pause(i + 1) == want[i]);
    assert_true(mvl_retry_pause(1000000) == 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_wins),
        cmocka_unit_test(readers_keep_theirs),
        cmocka_unit_test(gaps_between_rows_are_left_out),
        cmocka_unit_test(decoded_pictures),
        cmocka_unit_test(waiting_can_be_ended),
        cmocka_unit_test(pauses_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

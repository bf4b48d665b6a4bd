/* A source as it happens: pictures held, threads and models changed on the way.
 * SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/ok.h"

enum { SIDE = 32 };
#define PATIENCE 60.0 /* seconds; nothing here takes one */

static movinet_model *network(int n_classes)
{
    char path[] = "/tmp/movinet-live-XXXXXX";
    const movinet_new_options how = {.n_classes = n_classes, .size = SIDE, .seed = 3};
    movinet_model *model;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    OK(movinet_new(path, "T0", &how, err));
    OK(movinet_model_open(&model, path, NULL, err));
    unlink(path);
    return model;
}

static void paint(uint8_t *rgb, int n)
{
    for (int i = 0; i < SIDE * SIDE * 3; i++)
        rgb[i] = (uint8_t)(i * (n + 3) + n * 40);
}

/* Another number of threads in the middle changes no bit of any answer. */
static void threads_change_nothing(void **state)
{
    (void)state;
    movinet_model *model = network(5);
    const movinet_live_options how = {.smooth = 0.5};
    uint8_t rgb[SIDE * SIDE * 3];
    movinet_frame frame = {.pixels = rgb, .width = SIDE, .height = SIDE};
    const movinet_event *events;
    mvl_answerer *a, *b;
    int n;
    OK(mvl_answerer_open(&a, model, &how, err));
    OK(mvl_answerer_open(&b, model, &how, err));
    for (int i = 0; i < 9; i++) {
        if (i % 3 == 2)
            OK(mvl_answerer_threads(b, 1 + i % 2, err));
        paint(rgb, i);
        frame.time = i * 0.2;
        OK(mvl_answerer_push(a, &frame, &events, &n, err));
        OK(mvl_answerer_push(b, &frame, &events, &n, err));
        assert_memory_equal(a->scores, b->scores, 5 * sizeof *a->scores);
    }
    assert_int_equal(movinet_stream_frames(b->stream), 9);
    mvl_answerer_close(a);
    mvl_answerer_close(b);
    movinet_model_close(model);
}

#define SOURCE "lavfi:testsrc=size=64x48:rate=25"

static void need_videos(void)
{
    movinet_video *video;
    if (movinet_video_open(&video, SOURCE, NULL, NULL) == MOVINET_ERR_UNSUPPORTED)
        skip();
    movinet_video_close(video);
}

static double sum(const float *scores, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += (double)scores[i];
    return s;
}

static void another_model(void **state)
{
    (void)state;
    need_videos();
    movinet_model *first = network(5), *second = network(9);
    const movinet_live_options how = {0}, wrong = {.sample_rate = -1};
    movinet_live *live;
    movinet_live_state s;
    movinet_event event;
    float scores[9] = {0};
    OK(movinet_live_open(&live, first, SOURCE, &how, err));
    assert_true(movinet_live_wait(live, 0, PATIENCE, &s, scores));
    assert_true(fabs(sum(scores, 5) - 1) < 1e-4);
    assert_int_equal(movinet_live_set_model(live, second, &wrong, NULL), MOVINET_ERR_ARGUMENT);
    OK(movinet_live_set_model(live, second, &how, err));
    assert_int_equal(movinet_live_events(live, &event, 1), 0);
    movinet_model_close(first); /* nobody asks it any more */
    movinet_live_wait(live, 0, 0, &s, scores);
    assert_true(movinet_live_wait(live, s.answers, PATIENCE, &s, scores));
    assert_true(fabs(sum(scores, 9) - 1) < 1e-4);
    OK(movinet_live_set_threads(live, 2, err));
    assert_true(movinet_live_wait(live, s.answers, PATIENCE, &s, scores));
    movinet_live_close(live);
    movinet_model_close(second);
}

static void pictures_are_held(void **state)
{
    (void)state;
    need_videos();
    movinet_model *model = network(2);
    movinet_live *live;
    movinet_live_held a, b;
    OK(movinet_live_open(&live, model, SOURCE, NULL, err));
    assert_true(movinet_live_take(live, 0, PATIENCE, &a));
    assert_int_equal(a.frame.width, 64);
    assert_int_equal(a.frame.height, 48);
    assert_false(a.frame.mirrored);
    uint8_t copy[64 * 48 * 3], later[64 * 48 * 3];
    movinet_scaler *scaler;
    OK(movinet_scaler_open(&scaler, err));
    OK(movinet_scaler_run(scaler, &a.frame, 64, 48, copy, err));
    movinet_live_mirror(live, true);
    assert_true(movinet_live_take(live, a.number + 8, PATIENCE, &b));
    assert_true(b.frame.mirrored);
    assert_true(b.number > a.number + 8);
    OK(movinet_scaler_run(scaler, &a.frame, 64, 48, later, err));
    assert_memory_equal(copy, later, sizeof copy);
    movinet_scaler_close(scaler);
    movinet_live_give(live, &a);
    movinet_live_give(live, &b);
    movinet_live_close(live);
    movinet_model_close(model);
}

static void what_cannot_be(void **state)
{
    (void)state;
    movinet_model *model = network(2);
    const movinet_live_options wrong[] = {
        {.sample_rate = NAN}, {.sample_rate = -1}, {.speed = -1}, {.speed = INFINITY},
        {.smooth = -1}, {.announce = {.threshold = 2}}};
    movinet_live *live;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(movinet_live_open(&live, model, "x", &wrong[i], NULL),
                         MOVINET_ERR_ARGUMENT);
        assert_null(live);
    }
    assert_int_equal(movinet_live_open(&live, model, "", NULL, NULL), MOVINET_ERR_ARGUMENT);
    movinet_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(another_model),
        cmocka_unit_test(pictures_are_held),
        cmocka_unit_test(what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

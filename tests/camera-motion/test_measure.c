/* The measure finds moves that are known. SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { W = 120, H = 90, FRAMES = 4 };

/* Frames of one texture; by a step `by` on one axis from each to the next. */
static cm_clip film(int axis, double by)
{
    cm_clip clip = {FRAMES, W, H, 5, malloc(FRAMES * W * H * 3)};
    cm_scene *scene = calloc(1, sizeof *scene);
    cm_camera camera = {.focal = 3, .aspect = (double)H / W};
    mv_random r = {17};
    assert_non_null(clip.pixels);
    assert_non_null(scene);
    cm_layer *l = cm_add_layer(scene, 256);
    assert_non_null(l);
    l->whole = true;
    l->depth = 1;
    l->span = 1.8;
    assert_true(cm_texture(&l->canvas, &r, CM_LEAVES));
    cm_canvas_settle(&l->canvas);
    camera.path.seconds = FRAMES / clip.rate;
    camera.path.rate[axis] = by * clip.rate;
    assert_true(cm_render(scene, &camera, &clip, NULL, NULL));
    cm_scene_close(scene);
    free(scene);
    return clip;
}

static void finds(int axis, double by, double within)
{
    cm_clip clip = film(axis, by);
    cm_step steps[FRAMES - 1];
    assert_true(cm_measure_clip(&clip, steps));
    for (int i = 0; i < FRAMES - 1; i++) {
        for (int a = 0; a < CM_AXES; a++)
            assert_float_equal(steps[i].axes[a], a == axis ? by : 0, within);
        assert_true(steps[i].fit > 0.7);
    }
    cm_clip_close(&clip);
}

static void finds_each_axis(void **state)
{
    (void)state;
    finds(CM_PAN, 0, 0.0005);
    finds(CM_PAN, 0.004, 0.001);
    finds(CM_PAN, -0.1, 0.006);
    finds(CM_TILT, 0.05, 0.004);
    finds(CM_ZOOM, 0.08, 0.004);
    finds(CM_ZOOM, -0.08, 0.004);
    finds(CM_ROLL, 0.1, 0.004);
    finds(CM_ROLL, -0.1, 0.004);
}

/* A plain picture says nothing; no number is made up. */
static void plain_stands_still(void **state)
{
    (void)state;
    uint8_t *grey = malloc(W * H * 3);
    cm_step step;
    assert_non_null(grey);
    memset(grey, 128, W * H * 3);
    assert_true(cm_measure(grey, grey, W, H, &step));
    for (int a = 0; a < CM_AXES; a++)
        assert_float_equal(step.axes[a], 0, 1e-9);
    assert_true(cm_measure(grey, grey, 12, 12, &step));
    assert_false(cm_measure(grey, grey, 5, 5, &step) && step.fit > 0);
    free(grey);
}

static void guesses(void **state)
{
    (void)state;
    const struct {
        cm_summary s;
        cm_class is;
    } cases[] = {
        {{{0, 0, 0, 0}, 0.001}, CM_STILL},        {{{-0.02, 0, 0, 0}, 0.004}, CM_PAN_LEFT},
        {{{0.02, 0.01, 0, 0}, 0}, CM_PAN_RIGHT},  {{{0, 0.02, 0, 0}, 0}, CM_TILT_UP},
        {{{0, -0.02, 0, 0}, 0}, CM_TILT_DOWN},    {{{0, 0, 0.02, 0}, 0}, CM_ZOOM_IN},
        {{{0, 0, -0.02, 0}, 0}, CM_ZOOM_OUT},     {{{0, 0, 0, 0.02}, 0}, CM_ROLL_CLOCKWISE},
        {{{0, 0, 0, -0.02}, 0}, CM_ROLL_COUNTER}, {{{0.005, 0, 0, 0}, 0.05}, CM_SHAKE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cm_guess(&cases[i].s), cases[i].is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_axis),
        cmocka_unit_test(plain_stands_still),
        cmocka_unit_test(guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

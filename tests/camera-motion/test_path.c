/* Paths are what their classes say. SPDX-License-Identifier: Apache-2.0 */
#include "camera.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS 2.4
#define ASPECT 0.75
enum { EACH = 50, STEPS = 12 };

/* Steps of 0.2 s, and their means. */
typedef struct gone {
    double mean[CM_AXES], rms[CM_AXES];
} gone;

static gone follow(const cm_path *p)
{
    gone g = {{0}, {0}};
    for (int i = 0; i < STEPS; i++) {
        double from[CM_AXES], to[CM_AXES];
        cm_path_at(p, i * 0.2, from);
        cm_path_at(p, (i + 1) * 0.2, to);
        for (int a = 0; a < CM_AXES; a++) {
            double d = to[a] - from[a];
            assert_true(isfinite(d));
            g.mean[a] += d / STEPS;
            g.rms[a] += d * d / STEPS;
        }
    }
    for (int a = 0; a < CM_AXES; a++)
        g.rms[a] = sqrt(g.rms[a]);
    return g;
}

static cm_path path_of(int label, uint64_t seed)
{
    mv_random r = {seed};
    cm_path p;
    cm_path_draw(&p, &r, (cm_class)label, SECONDS, ASPECT);
    return p;
}

/* The move of the class is as fast as the class allows, and twice as far as all others. */
static void moves_dominate(void **state)
{
    (void)state;
    for (int label = CM_PAN_LEFT; label <= CM_ROLL_COUNTER; label++) {
        cm_range range = cm_class_range((cm_class)label);
        for (uint64_t seed = 0; seed < EACH; seed++) {
            cm_path p = path_of(label, seed);
            gone g = follow(&p);
            double own = g.mean[range.axis] * range.sign * 5, others = 0;
            assert_true(own > 0.9 * range.slowest && own < 1.1 * range.fastest);
            for (int a = 0; a < CM_AXES; a++)
                if (a != (int)range.axis)
                    others += fabs(g.mean[a]) * cm_reach((cm_axis)a, ASPECT);
            assert_true(others * 2 < own / 5 * cm_reach(range.axis, ASPECT));
        }
    }
}

static void still_stands(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < EACH; seed++) {
        cm_path p = path_of(CM_STILL, seed);
        gone g = follow(&p);
        for (int a = 0; a < CM_AXES; a++)
            assert_true(g.rms[a] * cm_reach((cm_axis)a, ASPECT) < 0.003);
    }
}

static void shake_stays_where_it_is(void **state)
{
    (void)state;
    cm_range range = cm_class_range(CM_SHAKE);
    for (uint64_t seed = 0; seed < EACH; seed++) {
        cm_path p = path_of(CM_SHAKE, seed);
        gone g = follow(&p);
        double about = hypot(g.rms[CM_PAN], g.rms[CM_TILT] * cm_reach(CM_TILT, ASPECT));
        assert_true(about > 0.9 * range.slowest && about < 1.2 * range.fastest);
        for (int a = 0; a < CM_AXES; a++)
            assert_true(fabs(g.mean[a]) * cm_reach((cm_axis)a, ASPECT) < 0.45 * about);
    }
}

/* ---- what the picture does ------------------------------------------------------------- */

/* Where a point of the world that is in the middle, or above it, goes in the picture when one
 * axis alone moves by 0.1. */
static void see(int axis, double dolly, double x, double y, double *u, double *v)
{
    cm_camera c = {.focal = 1.5, .dolly = dolly, .aspect = ASPECT};
    cm_map map, back;
    c.path.label = CM_STILL;
    c.path.seconds = 2;
    c.path.rate[axis] = 0.1;
    assert_true(cm_camera_map(&c, 2, 1, &map)); /* a second behind the middle */
    assert_true(cm_map_turn_round(&map, &back));
    cm_map_point(&back, x, y, u, v);
}

/* Named by the camera: the picture's content goes the other way. */
static void content_goes_the_other_way(void **state)
{
    (void)state;
    for (int dolly = 0; dolly <= 1; dolly++) {
        double u, v;
        see(CM_PAN, dolly, 0, 0, &u, &v); /* to the right */
        assert_float_equal(u, -0.1, 0.002);
        assert_float_equal(v, 0, 1e-9);
        see(CM_TILT, dolly, 0, 0, &u, &v); /* up, a tenth of the height */
        assert_float_equal(u, 0, 1e-9);
        assert_float_equal(v, 0.1 * ASPECT, 0.002);
        see(CM_ZOOM, dolly, 0.2, -0.1, &u, &v); /* in */
        assert_float_equal(u, 0.2 * exp(0.1), 1e-6);
        assert_float_equal(v, -0.1 * exp(0.1), 1e-6);
        see(CM_ROLL, dolly, 0, -0.2, &u, &v); /* clockwise: what is above goes left */
        assert_float_equal(u, -0.2 * sin(0.1), 1e-6);
        assert_float_equal(v, -0.2 * cos(0.1), 1e-6);
    }
}

static void wobble_has_no_trend(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < EACH; seed++) {
        mv_random r = {seed};
        cm_wobble w;
        cm_wobble_draw(&w, &r, SECONDS, 10, 0.02);
        double sum = 0, slope = 0;
        for (int i = 0; i <= 240; i++) {
            double x = cm_wobble_at(&w, i * 0.01);
            sum += x / 241;
            slope += x * (i - 120) / 120 / 241;
        }
        assert_true(fabs(sum) < 0.01 && fabs(slope) < 0.01);
        assert_true(isfinite(cm_wobble_at(&w, -5)) && isfinite(cm_wobble_at(&w, 100)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_dominate),          cmocka_unit_test(still_stands),
        cmocka_unit_test(shake_stays_where_it_is), cmocka_unit_test(content_goes_the_other_way),
        cmocka_unit_test(wobble_has_no_trend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

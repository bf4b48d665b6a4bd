/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <string.h>

#define STEP 0.2 /* seconds between the frames that a network sees */

/* ---- wobble ------------------------------------------------------------------------ */

static double quadratic_step(const cm_wobble *w, double seconds)
{
    double sum = 0;
    int n = 0;
    for (double t = 0; t + STEP <= seconds + 1e-9; t += STEP, n++) {
        double d = cm_wobble_at(w, t + STEP) - cm_wobble_at(w, t);
        sum += d * d;
    }
    return n ? sqrt(sum / n) : 0;
}

/* Takes a straight line off: the best one through all knots up to the end of the clip. */
static void level(cm_wobble *w, int n)
{
    double mean = 0, slope = 0, squares = 0, middle = (n - 1) / 2.0;
    for (int i = 0; i < n; i++)
        mean += w->at[i] / n;
    for (int i = 0; i < n; i++) {
        slope += (i - middle) * (w->at[i] - mean);
        squares += (i - middle) * (i - middle);
    }
    for (int i = 0; i < CM_KNOTS; i++)
        w->at[i] -= mean + slope / squares * (i - middle);
}

void cm_wobble_draw(cm_wobble *w, mv_random *r, double seconds, double hertz, double step)
{
    memset(w, 0, sizeof *w);
    if (step <= 0)
        return;
    int n = (int)(seconds * hertz) + 2;
    if (n > CM_KNOTS - 3)
        n = CM_KNOTS - 3;
    w->spacing = seconds / (n - 1);
    for (int i = 0; i < CM_KNOTS; i++)
        w->at[i] = mv_random_normal(r);
    level(w, n);
    double is = quadratic_step(w, seconds);
    for (int i = 0; i < CM_KNOTS; i++)
        w->at[i] *= is > 0 ? step / is : 0;
}

double cm_wobble_at(const cm_wobble *w, double time)
{
    if (w->spacing <= 0)
        return 0;
    double x = cm_clamp(time / w->spacing, 0, CM_KNOTS - 3);
    int i = (int)x;
    double u = x - i;
    /* Catmull and Rom's cubic; before the first knot stands the first. */
    double a = w->at[i ? i - 1 : 0], b = w->at[i], c = w->at[i + 1], d = w->at[i + 2];
    return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
}

/* ---- the move ---------------------------------------------------------------------- */

static void draw_profile(cm_path *p, mv_random *r)
{
    p->profile = (cm_profile)cm_pick(r, 5);
    p->phase = cm_between(r, 0, CM_TURN);
    switch (p->profile) {
    case CM_STEADY: p->bend = 0; break;
    case CM_EASED: p->bend = cm_between(r, 0.3, 0.9); break;
    case CM_GAINED: p->bend = cm_sign(r) * cm_between(r, 0.2, 0.8); break;
    case CM_UNEVEN: p->bend = cm_between(r, 0.2, 0.7); break;
    case CM_DELAYED: p->bend = cm_between(r, 0.05, 0.3); break;
    }
}

/* How much of the move is done when share u of the clip's time is over. */
static double done(const cm_path *p, double u)
{
    switch (p->profile) {
    case CM_EASED: return u - p->bend * sin(CM_TURN * u) / CM_TURN;
    case CM_GAINED: return u + p->bend * (u * u - u);
    case CM_UNEVEN:
        return u - p->bend * (cos(2 * CM_TURN * u + p->phase) - cos(p->phase)) / (2 * CM_TURN);
    case CM_DELAYED: return u < p->bend ? 0 : (u - p->bend) / (1 - p->bend);
    default: return u;
    }
}

/* Hardly anything: a tripod on a floor that people walk on. */
static void draw_still(cm_path *p, mv_random *r, double aspect)
{
    double step = cm_chance(r, 0.4) ? 0 : cm_between(r, 0, 0.0015);
    double drift = cm_chance(r, 0.6) ? 0 : cm_between(r, 0, 0.006);
    for (int a = 0; a < CM_AXES; a++) {
        double reach = cm_reach((cm_axis)a, aspect), share = cm_between(r, 0, 0.7);
        p->rate[a] = cm_sign(r) * drift * share / reach;
        cm_wobble_draw(&p->wobble[a], r, p->seconds, cm_between(r, 2, 12), step * share / reach);
    }
}

static void draw_shake(cm_path *p, mv_random *r, double aspect)
{
    double lean = cm_between(r, 0.2, 1), hertz = cm_between(r, 4, 14);
    double share[CM_AXES] = {lean, sqrt(1 - lean * lean), 0, 0};
    if (cm_chance(r, 0.5)) {
        share[CM_PAN] = share[CM_TILT];
        share[CM_TILT] = lean;
    }
    share[CM_ROLL] = cm_chance(r, 0.3) ? 0 : cm_between(r, 0.1, 0.7);
    share[CM_ZOOM] = cm_chance(r, 0.6) ? 0 : cm_between(r, 0, 0.3);
    for (int a = 0; a < CM_AXES; a++) {
        double reach = cm_reach((cm_axis)a, aspect);
        p->rate[a] = cm_sign(r) * cm_between(r, 0, 0.1) * p->speed * share[a] / reach;
        cm_wobble_draw(&p->wobble[a], r, p->seconds, hertz * cm_between(r, 0.8, 1.2),
                       p->speed * share[a] / reach);
    }
}

/* The move of the class, a little of the others, and mostly a hand that holds the camera. */
static void draw_move(cm_path *p, mv_random *r, double aspect)
{
    cm_range range = cm_class_range(p->label);
    double pixels = p->speed * cm_reach(range.axis, aspect); /* widths a second */
    bool mixed = !cm_chance(r, 0.35);
    double hand = cm_chance(r, 0.4) ? 0 : cm_between(r, 0, 0.3) * pixels * STEP;
    double hertz = cm_between(r, 2, 10);
    if (hand > 0.008)
        hand = 0.008;
    for (int a = 0; a < CM_AXES; a++) {
        double reach = cm_reach((cm_axis)a, aspect);
        if (mixed)
            p->rate[a] = cm_sign(r) * cm_between(r, 0, 0.12) * pixels / reach;
        cm_wobble_draw(&p->wobble[a], r, p->seconds, hertz, hand * cm_between(r, 0, 0.7) / reach);
    }
    p->rate[range.axis] = range.sign * p->speed;
}

void cm_path_draw(cm_path *p, mv_random *r, cm_class label, double seconds, double aspect)
{
    cm_range range = cm_class_range(label);
    memset(p, 0, sizeof *p);
    p->label = label;
    p->seconds = seconds;
    draw_profile(p, r);
    p->speed = range.fastest > 0 ? cm_between_log(r, range.slowest, range.fastest) : 0;
    if (label == CM_STILL)
        draw_still(p, r, aspect);
    else if (label == CM_SHAKE)
        draw_shake(p, r, aspect);
    else
        draw_move(p, r, aspect);
}

void cm_path_at(const cm_path *p, double time, double axes[CM_AXES])
{
    double u = (done(p, time / p->seconds) - done(p, 0.5)) * p->seconds;
    for (int a = 0; a < CM_AXES; a++)
        axes[a] = p->rate[a] * u + cm_wobble_at(&p->wobble[a], time);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "camera.h"

#include <string.h>

#define WIDEST_TURN 1.1 /* radians over the whole clip: planes end not far beyond */

void cm_camera_draw(cm_camera *c, mv_random *r, cm_class label, double seconds, double aspect)
{
    memset(c, 0, sizeof *c);
    cm_path_draw(&c->path, r, label, seconds, aspect);
    c->aspect = aspect;
    double turn = (fabs(c->path.rate[CM_PAN]) + aspect * fabs(c->path.rate[CM_TILT])) * seconds;
    double least = turn / WIDEST_TURN;
    c->focal = cm_between_log(r, 0.8, 4);
    if (c->focal < least)
        c->focal = least * cm_between(r, 1, 1.5);
    c->dolly = cm_chance(r, 0.5) ? 0 : cm_between(r, 0, 1);
    c->x = cm_chance(r, 0.5) ? 0 : cm_between(r, -0.15, 0.15);
    c->y = cm_chance(r, 0.5) ? 0 : aspect * cm_between(r, -0.15, 0.15);
    c->exposure = cm_chance(r, 0.3) ? 0.002 : cm_between(r, 0.002, 0.035);
}

cm_map cm_map_times(const cm_map *a, const cm_map *b)
{
    cm_map out;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            out.m[i][k] =
                a->m[i][0] * b->m[0][k] + a->m[i][1] * b->m[1][k] + a->m[i][2] * b->m[2][k];
    return out;
}

bool cm_map_turn_round(const cm_map *a, cm_map *out)
{
    double det = 0;
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            int i1 = (i + 1) % 3, i2 = (i + 2) % 3, k1 = (k + 1) % 3, k2 = (k + 2) % 3;
            out->m[k][i] = a->m[i1][k1] * a->m[i2][k2] - a->m[i1][k2] * a->m[i2][k1];
        }
    }
    for (int k = 0; k < 3; k++)
        det += a->m[0][k] * out->m[k][0];
    for (int i = 0; i < 9 && det != 0; i++)
        out->m[i / 3][i % 3] /= det;
    return det != 0;
}

void cm_map_point(const cm_map *a, double x, double y, double *u, double *v)
{
    double w = a->m[2][0] * x + a->m[2][1] * y + a->m[2][2];
    w = w > 1e-6 ? w : 1e-6;
    *u = (a->m[0][0] * x + a->m[0][1] * y + a->m[0][2]) / w;
    *v = (a->m[1][0] * x + a->m[1][1] * y + a->m[1][2]) / w;
}

/* Directions: x to the right, y down, z ahead. A pixel's direction is turned by roll, then by
 * tilt, then by pan. */
static cm_map direction(const cm_camera *c, const double axes[CM_AXES])
{
    double stay = 1 - c->dolly, focal = c->focal * exp(axes[CM_ZOOM] * stay);
    double pan = axes[CM_PAN] * stay / c->focal, tilt = axes[CM_TILT] * c->aspect * stay / c->focal;
    double roll = axes[CM_ROLL];
    const cm_map pixel = {{{1, 0, -c->x}, {0, 1, -c->y}, {0, 0, focal}}};
    const cm_map rolled = {{{cos(roll), -sin(roll), 0}, {sin(roll), cos(roll), 0}, {0, 0, 1}}};
    const cm_map tilted = {{{1, 0, 0}, {0, cos(tilt), -sin(tilt)}, {0, sin(tilt), cos(tilt)}}};
    const cm_map panned = {{{cos(pan), 0, sin(pan)}, {0, 1, 0}, {-sin(pan), 0, cos(pan)}}};
    cm_map d = cm_map_times(&rolled, &pixel);
    d = cm_map_times(&tilted, &d);
    return cm_map_times(&panned, &d);
}

bool cm_camera_map(const cm_camera *c, double time, double depth, cm_map *out)
{
    double axes[CM_AXES];
    cm_path_at(&c->path, time, axes);
    cm_map d = direction(c, axes);
    /* Where the camera stands; a step aside of 1 / focal moves what is at depth 1 by a width. */
    double x = axes[CM_PAN] * c->dolly / c->focal;
    double y = -axes[CM_TILT] * c->aspect * c->dolly / c->focal;
    double z = 1 - exp(-axes[CM_ZOOM] * c->dolly), left = depth - z;
    double scale = c->focal / depth;
    if (left < 0.12 * depth)
        return false;
    const cm_map plane = {{{left * scale, 0, x * scale}, {0, left * scale, y * scale}, {0, 0, 1}}};
    *out = cm_map_times(&plane, &d);
    return true;
}

/* Places that have an above and a below. SPDX-License-Identifier: Apache-2.0 */
#include "textures.h"

#include <stdlib.h>
#include <string.h>

/* ---- land -------------------------------------------------------------------------- */

static void put_sky(cm_canvas *c, mv_random *r, const float *field, int horizon)
{
    cm_colour high = {(float)cm_between(r, 20, 150), (float)cm_between(r, 60, 190),
                      (float)cm_between(r, 120, 255)};
    cm_colour low = {(float)cm_between(r, 150, 255), (float)cm_between(r, 140, 240),
                     (float)cm_between(r, 140, 255)};
    cm_colour cloud = cm_chance(r, 0.7) ? (cm_colour){250, 250, 250} : (cm_colour){90, 90, 100};
    float from = (float)cm_between(r, 0.35, 0.65), soft = (float)cm_between(r, 0.08, 0.3);
    for (int y = 0; y < horizon; y++) {
        for (int x = 0; x < c->side; x++) {
            float a = (field[y * c->side + x] - from) / soft;
            cm_colour sky = cm_mix(high, low, (float)y / (float)horizon);
            cm_put(cm_texel(c, x, y), cm_mix(sky, cloud, a < 0 ? 0 : a > 1 ? 1 : a));
        }
    }
}

/* The ground, whose structure is finer the nearer the horizon it is. */
static void put_ground(cm_canvas *c, mv_random *r, const float *field, int horizon,
                       const cm_palette *p)
{
    cm_colour ramp[256];
    double fine = cm_between(r, 0.5, 3);
    cm_palette_ramp(p, r, ramp);
    for (int y = horizon; y < c->side; y++) {
        double near = (double)(y - horizon + 4) / (c->side - horizon + 4);
        int row = (int)(c->side * (1 - 1 / (1 + fine * near)) * 2) % c->side;
        for (int x = 0; x < c->side; x++) {
            int column = (int)((x - c->side / 2.0) / (0.35 + near) + 4 * c->side) % c->side;
            cm_put(cm_texel(c, x, y), ramp[(int)(field[row * c->side + column] * 255)]);
        }
    }
}

static void put_hills(cm_canvas *c, mv_random *r, const float *field, int horizon, cm_colour colour,
                      double height)
{
    int from = cm_pick(r, c->side), other = cm_pick(r, c->side);
    for (int x = 0; x < c->side; x++) {
        double up = field[from * c->side + x] * height;
        for (int y = horizon - (int)up; y < horizon + 6 && y < c->side; y++) {
            float light = 0.7f + 0.6f * field[((y * 3 + other) % c->side) * c->side + x];
            if (y >= 0)
                cm_put(cm_texel(c, x, y), cm_lit(colour, light));
        }
    }
}

static void put_tree(cm_canvas *c, mv_random *r, double x, double y, double height, cm_colour green)
{
    cm_paint trunk = cm_paint_draw(r, (cm_colour){70, 50, 35}, x, y, height);
    cm_line(c, x, y, x, y - height * 0.6, 1 + height * 0.08, &trunk);
    for (int i = 5 + cm_pick(r, 8); i > 0; i--) {
        double size = height * cm_between(r, 0.12, 0.3);
        cm_colour shade = cm_lit(green, (float)cm_between(r, 0.5, 1.3));
        cm_paint leaf = cm_paint_draw(r, shade, x, y - height, size);
        cm_fill_ellipse(c, x + height * cm_between(r, -0.3, 0.3),
                        y - height * cm_between(r, 0.5, 1), size, size * 0.8, &leaf);
    }
}

/* Below the horizon stands what is above it, darker and rippled. */
static void put_water(cm_canvas *c, mv_random *r, int horizon)
{
    float dark = (float)cm_between(r, 0.5, 0.9);
    int ripple = 1 + cm_pick(r, 5);
    for (int y = horizon; y < c->side; y++) {
        int above = 2 * horizon - y, shift = cm_pick(r, ripple);
        for (int x = 0; x < c->side && above >= 0; x++) {
            const uint8_t *t = cm_texel(c, x + shift < c->side ? x + shift : x, above);
            cm_put(cm_texel(c, x, y), (cm_colour){t[0] * dark, t[1] * dark, t[2] * dark + 12});
        }
    }
}

bool cm_texture_land(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    int side = c->side, horizon = (int)(side * cm_between(r, 0.35, 0.65));
    float *field = malloc((size_t)side * (size_t)side * sizeof *field);
    if (!field || !cm_noise(field, side, r, 4 + cm_pick(r, 5), 6, 0.6, cm_between(r, 1, 3))) {
        free(field);
        return false;
    }
    put_sky(c, r, field, horizon);
    put_ground(c, r, field, horizon, p);
    for (int i = cm_pick(r, 4), n = i; i > 0; i--)
        put_hills(c, r, field, horizon + 2 * (n - i), p->colour[i],
                  side * cm_between(r, 0.04, 0.3) * i / n);
    for (int i = cm_pick(r, 40); i > 0; i--) {
        double near = cm_between_log(r, 0.05, 1), foot = horizon + near * (side - horizon) * 0.5;
        put_tree(c, r, cm_between(r, 0, side), foot, side * 0.35 * near,
                 p->colour[1 + cm_pick(r, 3)]);
    }
    if (cm_chance(r, 0.25))
        put_water(c, r, horizon);
    free(field);
    return true;
}

/* ---- rooms and houses ---------------------------------------------------------------- */

static void put_box(cm_canvas *c, mv_random *r, double x, double y, double w, double h,
                    cm_colour colour)
{
    cm_shape s = cm_box(x, y, x + w, y + h);
    cm_paint paint = cm_paint_draw(r, colour, x + w / 2, y + h / 2, w + h);
    cm_fill(c, &s, &paint);
}

static void put_framed(cm_canvas *c, mv_random *r, const cm_palette *p, double x, double y,
                       double w, double h)
{
    double rim = 1 + w * cm_between(r, 0.02, 0.1);
    put_box(c, r, x, y, w, h, cm_palette_any(p, r));
    put_box(c, r, x + rim, y + rim, w - 2 * rim, h - 2 * rim, cm_palette_any(p, r));
    for (int i = cm_pick(r, 8); i > 0; i--)
        put_box(c, r, x + rim + w * cm_between(r, 0, 0.6), y + rim + h * cm_between(r, 0, 0.6),
                w * cm_between(r, 0.05, 0.25), h * cm_between(r, 0.05, 0.25), cm_palette_any(p, r));
}

static void put_shelf(cm_canvas *c, mv_random *r, const cm_palette *p, double x, double y, double w,
                      double h)
{
    int boards = 2 + cm_pick(r, 4);
    put_box(c, r, x, y, w, h, cm_lit(cm_palette_any(p, r), 0.5f));
    for (int b = 0; b < boards; b++) {
        double bottom = y + h * (b + 1) / boards - 2, high = h / boards - 4;
        for (double at = x + 2; at < x + w - 4;) {
            double book = cm_between(r, 2, 2 + w * 0.08), tall = high * cm_between(r, 0.5, 0.95);
            if (cm_chance(r, 0.85) && at + book < x + w)
                put_box(c, r, at, bottom - tall, book, tall, cm_palette_any(p, r));
            at += book + 0.5;
        }
    }
}

void cm_texture_room(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    double side = c->side, floor = side * cm_between(r, 0.55, 0.8);
    double ceiling = side * cm_between(r, 0.02, 0.15), unit = side * cm_between(r, 0.08, 0.18);
    put_box(c, r, 0, 0, side, floor, p->colour[CM_COLOURS - 1 - cm_pick(r, 4)]);
    put_box(c, r, 0, 0, side, ceiling, p->colour[CM_COLOURS - 1]);
    put_box(c, r, 0, floor, side, side - floor, p->colour[cm_pick(r, 4)]);
    put_box(c, r, 0, floor - 5, side, 5, p->colour[cm_pick(r, CM_COLOURS)]);
    cm_paint joint = cm_paint_of(p->colour[0]);
    bool boards = cm_chance(r, 0.6);
    for (int i = -30; i <= 30 && boards; i++) /* boards that run away from us */
        cm_line(c, side / 2 + i * unit * 0.4, floor, side / 2 + i * unit * 1.1, side, 1, &joint);
    for (double x = 0; x < side; x += unit * cm_between(r, 0.9, 2)) {
        double w = unit * cm_between(r, 0.5, 1.3), h = unit * cm_between(r, 0.5, 1.6);
        int kind = cm_pick(r, 4);
        if (kind == 0)
            put_shelf(c, r, p, x, floor - h * 1.5, w, h * 1.5);
        else if (kind == 1)
            put_framed(c, r, p, x, cm_between(r, ceiling, floor - h), w, h);
        else
            put_box(c, r, x, floor - h * 0.6 + cm_between(r, 0, unit * 0.6), w * 1.4, h * 0.8,
                    cm_palette_any(p, r));
        if (kind == 2)
            put_framed(c, r, p, x, ceiling + unit * 0.3, w, h * 0.9);
    }
}

void cm_texture_city(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    double side = c->side;
    cm_paint sky = cm_paint_draw(r, p->colour[CM_COLOURS - 1], side / 2, side / 2, side);
    cm_fill_all(c, &sky);
    for (int row = 0; row < 3; row++) {
        for (double x = -20; x < side;) {
            double w = side * cm_between(r, 0.05, 0.2);
            double top = side * cm_between(r, 0.05 + 0.2 * row, 0.45 + 0.2 * row);
            double wide = cm_between(r, 0.1, 0.3) * w, high = wide * cm_between(r, 0.6, 2);
            cm_colour wall = cm_palette_any(p, r), glass = cm_palette_any(p, r);
            put_box(c, r, x, top, w, side - top, wall);
            for (double v = top + high * 0.5; v < side; v += high * 1.7)
                for (double u = x + wide * 0.4; u + wide < x + w; u += wide * 1.5)
                    put_box(c, r, u, v, wide, high, cm_lit(glass, (float)cm_between(r, 0.5, 1.5)));
            x += w + (cm_chance(r, 0.2) ? side * 0.06 : 0);
        }
    }
    double street = side * cm_between(r, 0.85, 0.95);
    put_box(c, r, 0, street, side, side - street, p->colour[1]);
    for (int i = cm_pick(r, 30); i > 0; i--)
        put_box(c, r, cm_between(r, 0, side), street - side * cm_between(r, 0, 0.05), side * 0.05,
                side * 0.03, cm_palette_any(p, r));
}

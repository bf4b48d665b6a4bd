/* Surfaces that are drawn shape by shape. SPDX-License-Identifier: Apache-2.0 */
#include "textures.h"

/* Shapes whose sizes are as those of things in photographs: a tenth of the size is a
 * hundred times as frequent. What comes later hides what came before. */
void cm_texture_leaves(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    double smallest = cm_between_log(r, 2.5, 8), largest = c->side * cm_between(r, 0.1, 0.3);
    double a = 1 / (smallest * smallest), b = 1 / (largest * largest);
    int kind = cm_pick(r, 4), n = (int)(1.2 * c->side * c->side / (smallest * smallest * 9));
    cm_paint all = cm_paint_of(cm_palette_any(p, r));
    cm_fill_all(c, &all);
    for (int i = n > 2500 ? 2500 : n; i > 0; i--) {
        double size = 1 / sqrt(b + (a - b) * mv_random_unit(r));
        double x = cm_between(r, 0, c->side), y = cm_between(r, 0, c->side);
        cm_paint paint = cm_paint_draw(r, cm_palette_any(p, r), x, y, size);
        cm_shape s;
        if (kind == 0 || (kind == 3 && cm_chance(r, 0.5))) {
            cm_fill_ellipse(c, x, y, size, size * cm_between(r, 0.4, 1), &paint);
            continue;
        }
        s = kind == 1 ? cm_turned_box(x, y, 2 * size, size * cm_between(r, 0.3, 2),
                                      cm_chance(r, 0.5) ? 0 : cm_between(r, 0, CM_TURN))
                      : cm_blob(r, x, y, size, 3 + cm_pick(r, 9), cm_between(r, 0, 0.7));
        cm_fill(c, &s, &paint);
    }
}

/* ---- stripes ----------------------------------------------------------------------- */

/* One tile and the next, in a grid that may be turned; every one of its own shade. */
static void put_tiles(cm_canvas *c, mv_random *r, const cm_palette *p, double width, double height,
                      double shift, double joint, double angle)
{
    double far = c->side * 0.75, middle = c->side / 2.0;
    double uneven = cm_between(r, 0.12, 0.5);
    cm_colour two[2] = {cm_palette_any(p, r), cm_palette_any(p, r)};
    for (int j = 0; - far + j * height < far; j++) {
        for (int i = 0; - far + (i - 1) * width < far; i++) {
            double u = -far + (i - 0.5 + (j & 1) * shift) * width, v = -far + (j + 0.5) * height;
            double x = middle + u * cos(angle) - v * sin(angle);
            double y = middle + u * sin(angle) + v * cos(angle);
            double light = 1 + uneven * cm_between(r, -1, 1);
            cm_paint paint = cm_paint_draw(
                r, cm_lit(two[(i + (shift > 0 ? 0 : j)) & 1], (float)light), x, y, width);
            cm_shape s = cm_turned_box(x, y, width - joint, height - joint, angle);
            cm_fill(c, &s, &paint);
        }
    }
}

void cm_texture_stripes(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    /* Wide ones only: what repeats faster than it moves cannot be followed. */
    double width = cm_between_log(r, c->side / 16.0, c->side / 5.0), height = width;
    double angle = cm_chance(r, 0.4) ? 0 : cm_between(r, 0, CM_TURN), shift = 0;
    int kind = cm_pick(r, 3);
    if (kind == 0) { /* planks */
        height *= cm_between(r, 0.1, 0.4);
        width *= cm_between(r, 2, 5);
        shift = cm_between(r, 0.2, 0.7);
    } else if (kind == 1) { /* bricks */
        height *= cm_between(r, 0.3, 0.6);
        shift = 0.5;
    }
    cm_paint joint = cm_paint_of(cm_palette_any(p, r));
    cm_fill_all(c, &joint);
    put_tiles(c, r, p, width, height, shift, cm_chance(r, 0.7) ? cm_between(r, 1, 4) : 0, angle);
    /* Dirt, by which one tile is known from another. */
    for (int i = 15 + cm_pick(r, 60); i > 0; i--) {
        double x = cm_between(r, 0, c->side), y = cm_between(r, 0, c->side);
        double size = cm_between_log(r, 1.5, c->side / 14.0);
        cm_paint paint = cm_paint_draw(r, cm_palette_any(p, r), x, y, size);
        cm_shape s = cm_blob(r, x, y, size, 5 + cm_pick(r, 6), 0.6);
        cm_fill(c, &s, &paint);
    }
}

/* ---- text -------------------------------------------------------------------------- */

void cm_write(cm_canvas *c, mv_random *r, double x0, double y0, double x1, double y1, double height,
              const cm_paint *ink)
{
    double pen = height * 0.16 < 1 ? 1 : height * 0.16;
    for (double y = y0; y + height <= y1; y += height * 1.6) {
        double end = x1 - (x1 - x0) * (cm_chance(r, 0.3) ? mv_random_unit(r) * 0.6 : 0.05);
        for (double x = x0; x < end; x += height * 0.7) {
            if (cm_chance(r, 0.18))
                continue; /* between words */
            for (int stroke = 2 + cm_pick(r, 2); stroke > 0; stroke--)
                cm_line(c, x + height * 0.5 * mv_random_unit(r), y + height * mv_random_unit(r),
                        x + height * 0.5 * mv_random_unit(r), y + height * mv_random_unit(r), pen,
                        ink);
        }
    }
}

void cm_texture_text(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    bool dark = cm_chance(r, 0.3);
    cm_colour paper = p->colour[dark ? 0 : CM_COLOURS - 1],
              black = p->colour[dark ? CM_COLOURS - 1 : 0];
    cm_paint all = cm_paint_draw(r, paper, c->side / 2.0, c->side / 2.0, c->side);
    cm_fill_all(c, &all);
    double block = c->side / (double)(2 + cm_pick(r, 4));
    for (double y = block * 0.05; y < c->side; y += block) {
        for (double x = block * 0.05; x < c->side; x += block) {
            double w = block * cm_between(r, 0.6, 0.95), h = block * cm_between(r, 0.6, 0.95);
            cm_paint ink = cm_paint_of(cm_chance(r, 0.8) ? black : cm_palette_any(p, r));
            if (cm_chance(r, 0.25)) {
                cm_paint picture = cm_paint_draw(r, cm_palette_any(p, r), x, y, block);
                cm_shape s = cm_box(x, y, x + w, y + h);
                cm_fill(c, &s, &picture);
                for (int i = 3 + cm_pick(r, 8); i > 0; i--) {
                    picture = cm_paint_draw(r, cm_palette_any(p, r), x, y, block);
                    cm_fill_ellipse(c, x + w * cm_between(r, 0.2, 0.8),
                                    y + h * cm_between(r, 0.2, 0.8), w * cm_between(r, 0.03, 0.2),
                                    h * cm_between(r, 0.03, 0.2), &picture);
                }
            } else {
                cm_write(c, r, x, y, x + w, y + h, cm_between_log(r, 5, block / 3), &ink);
            }
        }
    }
}

/* ---- strokes and lights ------------------------------------------------------------ */

void cm_texture_strokes(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    cm_paint all = cm_paint_draw(r, cm_palette_any(p, r), c->side / 2.0, c->side / 2.0, c->side);
    cm_fill_all(c, &all);
    double lean = cm_between(r, 0, CM_TURN), spread = cm_between(r, 0.1, 2);
    double length = cm_between_log(r, c->side / 50.0, c->side / 6.0);
    for (int i = 500 + cm_pick(r, 1500); i > 0; i--) {
        double x = cm_between(r, 0, c->side), y = cm_between(r, 0, c->side);
        double angle = lean + spread * cm_between(r, -1, 1), l = length * cm_between(r, 0.4, 1.6);
        cm_paint paint = cm_paint_of(cm_palette_any(p, r));
        cm_line(c, x, y, x + l * cos(angle), y + l * sin(angle), cm_between_log(r, 1, 5), &paint);
    }
}

void cm_texture_discs(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    cm_paint all =
        cm_paint_draw(r, p->colour[cm_pick(r, 3)], c->side / 2.0, c->side / 2.0, c->side);
    double largest = cm_between_log(r, c->side / 24.0, c->side / 7.0);
    bool balls = cm_chance(r, 0.5);
    cm_fill_all(c, &all);
    for (int i = 150 + cm_pick(r, 450); i > 0; i--) {
        double x = cm_between(r, 0, c->side), y = cm_between(r, 0, c->side);
        double size = largest * cm_between(r, 0.25, 1);
        cm_colour colour = cm_palette_any(p, r);
        /* From the rim inwards, ever lighter. */
        int rings = balls ? 6 : 2;
        for (int k = 0; k < rings; k++) {
            double share = 1 - (double)k / rings;
            cm_paint paint = cm_paint_of(cm_lit(colour, (float)(1.25 - 0.6 * share)));
            cm_fill_ellipse(c, x - size * 0.3 * (1 - share) * balls,
                            y - size * 0.3 * (1 - share) * balls, size * share, size * share,
                            &paint);
        }
    }
}

/* What stands or moves before the background. SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <string.h>

enum { THING_SIDE = 128, LIMB_SIDE = 32 };

/* ---- outlines ---------------------------------------------------------------------- */

/* Paints the canvas and leaves of it what lies within the outlines. */
static bool cut_out(cm_canvas *c, mv_random *r, cm_set set, const cm_shape *outlines, int n)
{
    cm_canvas mask;
    cm_paint any = cm_paint_of((cm_colour){0, 0, 0});
    if (!cm_canvas_open(&mask, c->side))
        return false;
    for (int i = 0; i < n; i++)
        cm_fill(&mask, &outlines[i], &any);
    bool fine = cm_texture(c, r, cm_family_draw(r, set));
    for (size_t i = 3; i < (size_t)c->side * (size_t)c->side * 4; i += 4)
        c->level[0][i] = mask.level[0][i];
    cm_canvas_close(&mask);
    return fine;
}

static cm_shape any_outline(mv_random *r, double side)
{
    double middle = side / 2;
    switch (cm_pick(r, 4)) {
    case 0: return cm_box(side * 0.08, side * cm_between(r, 0.1, 0.4), side * 0.92, side * 0.9);
    case 1: return cm_blob(r, middle, middle, side * 0.47, 16, 0); /* round */
    case 2: return cm_blob(r, middle, middle, side * 0.47, 3 + cm_pick(r, 4), 0.3);
    default:
        return cm_blob(r, middle, middle, side * 0.47, 8 + cm_pick(r, 8), cm_between(r, 0.2, 0.6));
    }
}

/* ---- what stands still ------------------------------------------------------------- */

bool cm_add_near(cm_scene *s, mv_random *r, cm_set set)
{
    cm_shape outlines[6];
    cm_layer *l = cm_add_layer(s, THING_SIDE * 2);
    if (!l)
        return false;
    double side = l->canvas.side;
    int n = 1 + cm_pick(r, 6);
    bool posts = cm_chance(r, 0.4);
    for (int i = 0; i < n; i++) {
        double x = side * mv_random_unit(r), y = side * mv_random_unit(r);
        outlines[i] = posts ? cm_turned_box(x, side / 2, side * cm_between(r, 0.01, 0.1), side * 3,
                                            cm_between(r, -0.1, 0.1))
                            : cm_blob(r, x, y, side * cm_between(r, 0.05, 0.25), 5 + cm_pick(r, 10),
                                      cm_between(r, 0.1, 0.6));
    }
    l->depth = cm_between(r, 0.4, 0.98);
    l->span = cm_between(r, 0.8, 3);
    l->whole = cm_chance(r, 0.5);
    l->x = cm_between(r, -0.8, 0.8);
    l->y = cm_between(r, -0.5, 0.5);
    return cut_out(&l->canvas, r, set, outlines, n);
}

/* ---- what moves -------------------------------------------------------------------- */

/* How a thing moves: on its way, to and fro, nearer or away, round, or about. */
static void set_going(cm_layer *l, mv_random *r, double seconds, double aspect)
{
    int kind = cm_pick(r, 6);
    double speed = cm_between_log(r, 0.05, 1), direction = cm_between(r, 0, CM_TURN);
    l->moves = true;
    l->x = cm_between(r, -0.4, 0.4);
    l->y = aspect * cm_between(r, -0.4, 0.4);
    if (kind <= 1) {
        bool level = cm_chance(r, 0.6); /* most go along the ground */
        l->vx = level ? cm_sign(r) * speed : speed * cos(direction);
        l->vy = level ? 0 : speed * sin(direction);
    }
    if (kind == 2)
        l->grow = cm_sign(r) * cm_between(r, 0.05, 0.6);
    if (kind == 3)
        l->spin = cm_sign(r) * cm_between(r, 0.2, 5);
    if (kind >= 2) {
        double step = cm_between_log(r, 0.003, 0.08), hertz = cm_between(r, 1.5, 10);
        for (int a = 0; a < 2; a++)
            cm_wobble_draw(&l->sway[a], r, seconds, hertz, step * mv_random_unit(r));
    }
    if (kind == 5)
        cm_wobble_draw(&l->sway[2], r, seconds, cm_between(r, 1.5, 8), cm_between(r, 0.02, 0.4));
}

bool cm_add_thing(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect, double size)
{
    cm_layer *l = cm_add_layer(s, THING_SIDE);
    if (!l)
        return false;
    cm_shape outline = any_outline(r, THING_SIDE);
    set_going(l, r, seconds, aspect);
    l->depth = cm_between(r, 0.4, 0.99);
    l->span = size;
    return cut_out(&l->canvas, r, set, &outline, 1);
}

/* ---- somebody ---------------------------------------------------------------------- */

/* A part of a body: where its joint is from the body's middle and which way it hangs, in
 * parts of the body's height. */
typedef struct limb {
    double x, y, length, width, hangs, swings;
} limb;

static const limb body[] = {
    {0, -0.05, 0.36, 0.2, 0, 0.08},       /* trunk, from the neck */
    {0, -0.02, -0.17, 0.13, 0, 0.15},     /* head, upwards */
    {-0.09, -0.02, 0.36, 0.075, 0.25, 1}, /* arms */
    {0.09, -0.02, 0.36, 0.075, -0.25, 1}, {-0.05, 0.26, 0.44, 0.1, 0.08, 0.6}, /* legs */
    {0.05, 0.26, 0.44, 0.1, -0.08, 0.6},
};
enum { LIMBS = sizeof body / sizeof *body };

/* A long box with round ends, which fills the canvas from top to bottom. */
static void paint_limb(cm_canvas *c, mv_random *r, cm_colour colour, double slim)
{
    double half = c->side / 2.0, rx = half * slim;
    cm_paint paint = cm_paint_draw(r, colour, half, half, half);
    cm_shape middle = cm_box(half - rx, rx, half + rx, c->side - rx);
    cm_fill_ellipse(c, half, rx, rx, rx, &paint);
    cm_fill_ellipse(c, half, c->side - rx, rx, rx, &paint);
    cm_fill(c, &middle, &paint);
}

static bool add_limb(cm_scene *s, mv_random *r, const cm_layer *going, const limb *part,
                     double size, cm_colour colour, double vigour)
{
    cm_layer *l = cm_add_layer(s, LIMB_SIDE);
    if (!l)
        return false;
    cm_canvas canvas = l->canvas;
    *l = *going;
    l->canvas = canvas;
    paint_limb(&l->canvas, r, colour, part->width / fabs(part->length));
    l->span = fabs(part->length) * size;
    l->px = 0;
    l->py = -part->length * size / 2; /* the joint is at one end */
    l->x += part->x * size;
    l->y += (part->y - 0.2) * size + part->length * size / 2;
    l->angle = part->hangs + cm_between(r, -0.3, 0.3) * part->swings;
    l->swing = vigour * part->swings * cm_between(r, 0.5, 1.2);
    l->swing_rate *= cm_between(r, 0.9, 1.1);
    l->swing_phase = cm_between(r, 0, CM_TURN);
    return true;
}

bool cm_add_person(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect,
                   double size)
{
    cm_layer going;
    cm_palette clothes;
    cm_colour skin = {(float)cm_between(r, 90, 240), 0, 0};
    memset(&going, 0, sizeof going);
    (void)set; /* the clothes are plain */
    skin.g = skin.r * (float)cm_between(r, 0.65, 0.8);
    skin.b = skin.r * (float)cm_between(r, 0.45, 0.65);
    cm_palette_draw(&clothes, r);
    set_going(&going, r, seconds, aspect);
    going.spin = going.grow = 0; /* limbs would come apart */
    memset(&going.sway[2], 0, sizeof going.sway[2]);
    going.depth = cm_between(r, 0.4, 0.99);
    going.swing_rate = cm_between(r, 2, 16);
    double vigour = cm_chance(r, 0.3) ? 0.1 : cm_between(r, 0.2, 1.2);
    cm_colour shirt = cm_palette_any(&clothes, r), trousers = cm_palette_any(&clothes, r);
    bool fine = true;
    for (int i = 0; i < LIMBS && fine; i++)
        fine = add_limb(s, r, &going, &body[i], size * 1.4,
                        i == 1 || (i > 1 && i < 4 && vigour > 0.7) ? skin
                        : i < 4                                    ? shirt
                                                                   : trousers,
                        vigour);
    return fine;
}

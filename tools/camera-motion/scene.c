/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdlib.h>
#include <string.h>

enum { GROUND_SIDE = 512 };

cm_layer *cm_add_layer(cm_scene *s, int side)
{
    if (s->n == CM_MOST_LAYERS)
        return NULL;
    cm_layer *l = &s->layers[s->n];
    memset(l, 0, sizeof *l);
    if (!cm_canvas_open(&l->canvas, side))
        return NULL;
    s->n++;
    return l;
}

void cm_scene_close(cm_scene *s)
{
    for (int i = 0; i < s->n; i++)
        cm_canvas_close(&s->layers[i].canvas);
    s->n = 0;
}

static bool add_background(cm_scene *s, mv_random *r, cm_set set)
{
    cm_layer *l = cm_add_layer(s, GROUND_SIDE);
    if (!l)
        return false;
    l->whole = true;
    l->depth = 1;
    l->span = cm_between(r, 1.6, 4);
    l->x = cm_between(r, -0.3, 0.3);
    l->y = cm_between(r, -0.3, 0.3);
    l->angle = cm_chance(r, 0.8) ? 0 : cm_between(r, -0.3, 0.3);
    if (cm_chance(r, 0.06)) {
        l->ripple = cm_between(r, 0.001, 0.006);
        l->swing_rate = cm_between(r, 1, 6);
    }
    return cm_texture(&l->canvas, r, cm_family_draw(r, set));
}

/* Part of the picture moves within itself: water, a flag, a screen. */
static bool add_rippling(cm_scene *s, mv_random *r, cm_set set)
{
    cm_layer *l = cm_add_layer(s, 128);
    if (!l)
        return false;
    l->depth = cm_between(r, 0.6, 0.99);
    l->span = cm_between(r, 0.2, 0.5);
    l->moves = true;
    l->x = cm_between(r, -0.5, 0.5);
    l->y = cm_between(r, -0.3, 0.3);
    l->ripple = cm_between(r, 0.01, 0.04);
    l->swing_rate = cm_between(r, 3, 15);
    return cm_texture(&l->canvas, r, cm_family_draw(r, set));
}

static bool add_things(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect)
{
    static const double chances[] = {0.2, 0.25, 0.25, 0.2, 0.1};
    double lot = mv_random_unit(r);
    int n = 0;
    while (n < 4 && lot > chances[n])
        lot -= chances[n++];
    bool large = cm_chance(r, 0.35), fine = true;
    for (int i = 0; i < n && fine; i++) {
        double size = large && i == 0 ? cm_between(r, 0.45, 0.9) : cm_between_log(r, 0.06, 0.4);
        fine = cm_chance(r, 0.45) ? cm_add_person(s, r, set, seconds, aspect, size)
                                  : cm_add_thing(s, r, set, seconds, aspect, size);
    }
    return fine;
}

static int farthest_first(const void *a, const void *b)
{
    double x = ((const cm_layer *)a)->depth, y = ((const cm_layer *)b)->depth;
    return x > y ? -1 : x < y;
}

bool cm_scene_draw(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect)
{
    memset(s, 0, sizeof *s);
    bool fine = add_background(s, r, set);
    for (int i = cm_chance(r, 0.5) ? 0 : 1 + cm_pick(r, 5); i > 0 && fine; i--)
        fine = cm_add_near(s, r, set);
    if (fine && cm_chance(r, 0.08))
        fine = add_rippling(s, r, set);
    fine = fine && add_things(s, r, set, seconds, aspect);
    if (!fine)
        return false;
    qsort(s->layers, (size_t)s->n, sizeof *s->layers, farthest_first);
    for (int i = 0; i < s->n; i++)
        cm_canvas_settle(&s->layers[i].canvas);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "textures.h"

#include <stdlib.h>

cm_family cm_family_draw(mv_random *r, cm_set set)
{
    int first = set == CM_FOR_TEST ? CM_TRAINED_FAMILIES : 0;
    int n = set == CM_FOR_TEST ? CM_FAMILIES - CM_TRAINED_FAMILIES : CM_TRAINED_FAMILIES;
    return (cm_family)(first + cm_pick(r, n));
}

bool cm_texture(cm_canvas *c, mv_random *r, cm_family family)
{
    cm_palette p;
    cm_palette_draw(&p, r);
    switch (family) {
    case CM_NOISE: return cm_texture_noise(c, r, &p);
    case CM_PLAIN: return cm_texture_plain(c, r, &p);
    case CM_MARBLE: return cm_texture_marble(c, r, &p);
    case CM_CELLS: return cm_texture_cells(c, r, &p);
    case CM_LAND: return cm_texture_land(c, r, &p);
    case CM_LEAVES: cm_texture_leaves(c, r, &p); break;
    case CM_STRIPES: cm_texture_stripes(c, r, &p); break;
    case CM_TEXT: cm_texture_text(c, r, &p); break;
    case CM_STROKES: cm_texture_strokes(c, r, &p); break;
    case CM_DISCS: cm_texture_discs(c, r, &p); break;
    case CM_ROOM: cm_texture_room(c, r, &p); break;
    case CM_CITY: cm_texture_city(c, r, &p); break;
    }
    return true;
}

/* ---- of noise ---------------------------------------------------------------------------- */

static float *room_for(const cm_canvas *c)
{
    return malloc((size_t)c->side * (size_t)c->side * sizeof(float));
}

bool cm_texture_noise(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    cm_colour ramp[256];
    size_t n = (size_t)c->side * (size_t)c->side;
    float *field = room_for(c);
    bool fine = field && cm_noise(field, c->side, r, 3 + cm_pick(r, 8), 3 + cm_pick(r, 5),
                                  cm_between(r, 0.4, 0.8),
                                  cm_chance(r, 0.3) ? cm_between_log(r, 0.3, 3) : 1);
    cm_palette_ramp(p, r, ramp);
    for (size_t i = 0; i < n && fine; i++)
        cm_put(c->level[0] + i * 4, ramp[(int)(field[i] * 255)]);
    free(field);
    return fine;
}

/* A wall or a sky: light that falls off, hardly any structure, some marks. */
bool cm_texture_plain(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    size_t n = (size_t)c->side * (size_t)c->side;
    float *field = room_for(c);
    bool fine = field && cm_noise(field, c->side, r, 2 + cm_pick(r, 3), 6, 0.6, 1);
    cm_colour base = cm_palette_any(p, r);
    float depth = (float)cm_between(r, 0.08, 0.3);
    for (size_t i = 0; i < n && fine; i++)
        cm_put(c->level[0] + i * 4, cm_lit(base, 1 + depth * (field[i] - 0.5f)));
    for (int i = 8 + cm_pick(r, 50); i > 0; i--) {
        double x = cm_between(r, 0, c->side), y = cm_between(r, 0, c->side);
        double size = cm_between_log(r, 2, c->side / 12.0);
        cm_colour colour = cm_mix(base, cm_palette_any(p, r), (float)cm_between(r, 0.2, 1));
        cm_paint paint = cm_paint_draw(r, colour, x, y, size);
        cm_shape s = cm_blob(r, x, y, size, 4 + cm_pick(r, 6), 0.5);
        if (cm_chance(r, 0.5))
            cm_fill(c, &s, &paint);
        else
            cm_line(c, x, y, x + size * cm_between(r, -4, 4), y + size * cm_between(r, -4, 4),
                    cm_between(r, 1, 3), &paint);
    }
    free(field);
    return fine;
}

/* Waves or rings, bent by noise. */
bool cm_texture_marble(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    cm_colour ramp[256];
    int side = c->side;
    float *field = room_for(c);
    bool fine = field && cm_noise(field, side, r, 2 + cm_pick(r, 3), 6, 0.55, 1);
    bool rings = cm_chance(r, 0.4);
    double waves = cm_between(r, 2, 14), bend = cm_between(r, 1, 6);
    double angle = cm_between(r, 0, CM_TURN), dx = cos(angle), dy = sin(angle);
    double cx = cm_between(r, -0.3, 1.3), cy = cm_between(r, -0.3, 1.3);
    cm_palette_ramp(p, r, ramp);
    for (int y = 0; y < side && fine; y++) {
        for (int x = 0; x < side; x++) {
            double u = (double)x / side - cx, v = (double)y / side - cy;
            double along = rings ? sqrt(u * u + v * v) : u * dx + v * dy;
            double w = sin(CM_TURN * waves * along + bend * field[y * side + x]);
            cm_put(cm_texel(c, x, y),
                   ramp[(int)(255 * (0.5 + 0.5 * w) * (0.6 + 0.4 * field[y * side + x]))]);
        }
    }
    free(field);
    return fine;
}

/* ---- cells ------------------------------------------------------------------------------------
 */

typedef struct seed {
    float x, y;
    cm_colour colour;
} seed;

enum { MOST_CELLS = 40 };

/* The nearest two seeds among those of the nine squares around. */
static void put_cell(cm_canvas *c, const seed *seeds, int cells, int x, int y, float border,
                     cm_colour joint)
{
    float u = (float)x * (float)cells / (float)c->side,
          v = (float)y * (float)cells / (float)c->side;
    float best = 1e9f, next = 1e9f;
    const seed *nearest = seeds;
    for (int j = (int)v - 1; j <= (int)v + 1; j++) {
        for (int i = (int)u - 1; i <= (int)u + 1; i++) {
            if (i < 0 || j < 0 || i >= cells || j >= cells)
                continue;
            const seed *s = &seeds[j * cells + i];
            float d = (s->x - u) * (s->x - u) + (s->y - v) * (s->y - v);
            if (d < best) {
                next = best;
                best = d;
                nearest = s;
            } else if (d < next) {
                next = d;
            }
        }
    }
    bool edge = sqrtf(next) - sqrtf(best) < border;
    cm_put(cm_texel(c, x, y), edge ? joint : cm_lit(nearest->colour, 1.1f - 0.4f * best));
}

bool cm_texture_cells(cm_canvas *c, mv_random *r, const cm_palette *p)
{
    int cells = (int)cm_between_log(r, 7, MOST_CELLS);
    seed *seeds = malloc((size_t)(cells * cells) * sizeof *seeds);
    float border = cm_chance(r, 0.6) ? (float)cm_between(r, 0.03, 0.2) : 0;
    cm_colour joint = cm_palette_any(p, r);
    for (int i = 0; i < cells * cells && seeds; i++) {
        seeds[i].x = (float)(i % cells + mv_random_unit(r));
        seeds[i].y = (float)(i / cells + mv_random_unit(r));
        seeds[i].colour = cm_palette_any(p, r);
    }
    for (int y = 0; y < c->side && seeds; y++)
        for (int x = 0; x < c->side; x++)
            put_cell(c, seeds, cells, x, y, border, joint);
    bool fine = seeds != NULL;
    free(seeds);
    return fine;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

bool cm_canvas_open(cm_canvas *c, int side)
{
    size_t total = 0;
    c->side = side;
    for (int i = 0; i < CM_LEVELS; i++)
        total += (size_t)(side >> i) * (size_t)(side >> i) * 4;
    c->memory = calloc(1, total);
    uint8_t *at = c->memory;
    for (int i = 0; i < CM_LEVELS && at; i++) {
        c->level[i] = at;
        at += (size_t)(side >> i) * (size_t)(side >> i) * 4;
    }
    return c->memory != NULL;
}

void cm_canvas_close(cm_canvas *c)
{
    free(c->memory);
    memset(c, 0, sizeof *c);
}

static void halve(const uint8_t *in, uint8_t *out, int side)
{
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
            const uint8_t *a = in + ((size_t)y * 4 * (size_t)side + (size_t)x * 2) * 4;
            const uint8_t *b = a + (size_t)side * 8;
            for (int k = 0; k < 4; k++)
                *out++ = (uint8_t)((a[k] + a[k + 4] + b[k] + b[k + 4] + 2) / 4);
        }
    }
}

void cm_canvas_shrink(cm_canvas *c)
{
    for (int i = 1; i < CM_LEVELS; i++)
        halve(c->level[i - 1], c->level[i], c->side >> i);
}

/* Edges have no steps: each texel is the mean of itself and three neighbours. */
static void soften(cm_canvas *c)
{
    size_t row = (size_t)c->side * 4;
    for (int y = 0; y + 1 < c->side; y++) {
        uint8_t *t = cm_texel(c, 0, y);
        for (size_t i = 0; i + 4 < row; i++)
            t[i] = (uint8_t)((t[i] + t[i + 4] + t[i + row] + t[i + row + 4] + 2) / 4);
    }
}

void cm_canvas_settle(cm_canvas *c)
{
    size_t n = (size_t)c->side * (size_t)c->side;
    for (size_t i = 0; i < n; i++) {
        uint8_t *t = c->level[0] + i * 4;
        for (int k = 0; k < 3 && t[3] < 255; k++)
            t[k] = (uint8_t)(t[k] * t[3] / 255);
    }
    soften(c);
    cm_canvas_shrink(c);
}

/* ---- colours ---------------------------------------------------------------------------- */

static cm_colour hue(double turn, double saturation, double value)
{
    double part[3];
    for (int k = 0; k < 3; k++) {
        double h = turn + k / 3.0;
        h = fabs((h - floor(h)) * 6 - 3) - 1;
        part[k] = 255 * value * (1 - saturation + saturation * cm_clamp(h, 0, 1));
    }
    return (cm_colour){(float)part[0], (float)part[1], (float)part[2]};
}

void cm_palette_draw(cm_palette *p, mv_random *r)
{
    double turn = mv_random_unit(r), spread = cm_between(r, 0.02, 0.5);
    double saturation = cm_chance(r, 0.2) ? 0.02 : 0.05 + 0.6 * pow(mv_random_unit(r), 1.7);
    double dark = cm_between(r, 0, 0.35), light = cm_between(r, 0.55, 1);
    for (int i = 0; i < CM_COLOURS; i++) {
        double value = dark + (light - dark) * (i + mv_random_unit(r)) / CM_COLOURS;
        p->colour[i] =
            hue(turn + spread * cm_between(r, -1, 1), saturation * cm_between(r, 0.3, 1), value);
    }
}

cm_colour cm_palette_any(const cm_palette *p, mv_random *r)
{
    return p->colour[cm_pick(r, CM_COLOURS)];
}

void cm_palette_ramp(const cm_palette *p, mv_random *r, cm_colour out[256])
{
    int bands = cm_chance(r, 0.25) ? 3 + cm_pick(r, 6) : 256;
    bool shuffled = cm_chance(r, 0.3);
    int order[CM_COLOURS];
    for (int i = 0; i < CM_COLOURS; i++)
        order[i] = shuffled ? cm_pick(r, CM_COLOURS) : i;
    for (int i = 0; i < 256; i++) {
        double x = (double)(i * bands / 256) / (bands - 1) * (CM_COLOURS - 1);
        int k = (int)cm_clamp(x, 0, CM_COLOURS - 2);
        out[i] = cm_mix(p->colour[order[k]], p->colour[order[k + 1]], (float)cm_clamp(x - k, 0, 1));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

cm_paint cm_paint_of(cm_colour c)
{
    return (cm_paint){.from = c, .to = c};
}

cm_paint cm_paint_draw(mv_random *r, cm_colour c, double x, double y, double radius)
{
    double angle = cm_between(r, 0, CM_TURN), depth = cm_between(r, 0, 0.45);
    cm_paint p = {.from = cm_lit(c, (float)(1 - depth)), .to = cm_lit(c, (float)(1 + depth * 0.5))};
    p.dx = (float)(cos(angle) / (2 * radius));
    p.dy = (float)(sin(angle) / (2 * radius));
    p.at = (float)(0.5 - p.dx * x - p.dy * y);
    p.grain = cm_chance(r, 0.5) ? 0 : (float)cm_between_log(r, 1, 25);
    p.seed = mv_random_bits(r);
    return p;
}

/* Texels x0 … x1-1 of a row. */
static void run(cm_canvas *c, int y, int x0, int x1, const cm_paint *p)
{
    mv_random r = cm_fork(p->seed, (uint64_t)y);
    if (x0 < 0)
        x0 = 0;
    if (x1 > c->side)
        x1 = c->side;
    uint8_t *t = x0 < x1 ? cm_texel(c, x0, y) : NULL;
    for (int x = x0; x < x1; x++, t += 4) {
        float share = p->dx * (float)x + p->dy * (float)y + p->at;
        cm_colour at = cm_mix(p->from, p->to, share < 0 ? 0 : share > 1 ? 1 : share);
        if (p->grain > 0) {
            /* The sum of four bytes is near enough to normal. */
            uint64_t bits = mv_random_bits(&r);
            float sum =
                (float)((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24 & 255));
            float d = (sum - 510) / 148 * p->grain;
            at = (cm_colour){at.r + d, at.g + d, at.b + d};
        }
        cm_put(t, at);
    }
}

static int from_row(double y)
{
    return (int)cm_clamp(ceil(y - 0.5), 0, 1 << 20);
}

void cm_fill(cm_canvas *c, const cm_shape *s, const cm_paint *p)
{
    double low = s->y[0], high = s->y[0];
    for (int i = 1; i < s->n; i++) {
        low = s->y[i] < low ? s->y[i] : low;
        high = s->y[i] > high ? s->y[i] : high;
    }
    for (int y = from_row(low); y < from_row(high) && y < c->side; y++) {
        double cross[CM_MOST_CORNERS], middle = y + 0.5;
        int n = 0;
        for (int i = 0, j = s->n - 1; i < s->n; j = i++) {
            if ((s->y[i] <= middle) == (s->y[j] <= middle))
                continue;
            double x = s->x[i] + (middle - s->y[i]) / (s->y[j] - s->y[i]) * (s->x[j] - s->x[i]);
            int k = n++;
            for (; k > 0 && cross[k - 1] > x; k--)
                cross[k] = cross[k - 1];
            cross[k] = x;
        }
        for (int i = 0; i + 1 < n; i += 2)
            run(c, y, from_row(cross[i]), from_row(cross[i + 1]), p);
    }
}

void cm_fill_ellipse(cm_canvas *c, double x, double y, double rx, double ry, const cm_paint *p)
{
    for (int row = from_row(y - ry); row < from_row(y + ry) && row < c->side; row++) {
        double d = (row + 0.5 - y) / ry, half = d * d < 1 ? rx * sqrt(1 - d * d) : 0;
        run(c, row, from_row(x - half), from_row(x + half), p);
    }
}

cm_shape cm_box(double x0, double y0, double x1, double y1)
{
    return (cm_shape){4, {x0, x1, x1, x0}, {y0, y0, y1, y1}};
}

cm_shape cm_turned_box(double x, double y, double width, double height, double angle)
{
    double ux = cos(angle) * width / 2, uy = sin(angle) * width / 2;
    double vx = -sin(angle) * height / 2, vy = cos(angle) * height / 2;
    return (cm_shape){4,
                      {x - ux - vx, x + ux - vx, x + ux + vx, x - ux + vx},
                      {y - uy - vy, y + uy - vy, y + uy + vy, y - uy + vy}};
}

cm_shape cm_blob(mv_random *r, double x, double y, double radius, int corners, double uneven)
{
    cm_shape s = {.n = corners};
    double turn = cm_between(r, 0, CM_TURN), flat = cm_between(r, 0.4, 1);
    for (int i = 0; i < corners; i++) {
        double angle = turn + CM_TURN * (i + uneven * cm_between(r, -0.4, 0.4)) / corners;
        double far = radius * (1 - uneven * mv_random_unit(r));
        s.x[i] = x + far * cos(angle);
        s.y[i] = y + far * sin(angle) * flat;
    }
    return s;
}

void cm_line(cm_canvas *c, double x0, double y0, double x1, double y1, double width,
             const cm_paint *p)
{
    double dx = x1 - x0, dy = y1 - y0;
    cm_shape s = cm_turned_box((x0 + x1) / 2, (y0 + y1) / 2, sqrt(dx * dx + dy * dy) + width, width,
                               atan2(dy, dx));
    cm_fill(c, &s, p);
}

void cm_fill_all(cm_canvas *c, const cm_paint *p)
{
    for (int y = 0; y < c->side; y++)
        run(c, y, 0, c->side, p);
}

/* Depthwise convolutions over space, frame by frame. SPDX-License-Identifier: Apache-2.0 */
#include "train/window.h"

#include <string.h>

typedef struct job {
    const mvt_pass *p;
    mvt_unit *u;
    mvt_window win;
    int parts;
    const mvt_real *tiles; ///< [taps] tiles of weights
} job;

static int pad(int in, int out, int kernel, int stride)
{
    int all = (out - 1) * stride + kernel - in;
    return all < 0 ? 0 : all / 2;
}

mvt_window mvt_window_of(const mvz_conv *c)
{
    int rows = (c->out_h - 1) * c->stride + c->kh, columns = (c->out_w - 1) * c->stride + c->kw;
    return (mvt_window){.top = pad(c->in_h, c->out_h, c->kh, c->stride),
                        .left = pad(c->in_w, c->out_w, c->kw, c->stride),
                        .stride = c->stride,
                        .rows = rows,
                        .columns = (columns + c->stride - 1) / c->stride,
                        .border = (c->kh - 1) / c->stride,
                        .c = c->in};
}

static int taps_of(const mvz_conv *c)
{
    return c->kh * c->kw;
}

/* ---- forward ---------------------------------------------------------------------- */

/* y of one input frame, into its window. row: of one input row's numbers. */
static void load_window(const job *j, int frame, mvt_real *to, mvt_real *row)
{
    const mvz_conv *c = j->u->conv;
    const mvt_window *w = &j->win;
    size_t n = (size_t)c->in;
    memset(to, 0, mvt_window_size(w) * sizeof *to);
    for (int y = 0; y < c->in_h; y++) {
        size_t at = ((size_t)frame * (size_t)c->in_h + (size_t)y) * (size_t)c->in_w;
        if (w->stride == 1) {
            mvt_load_to(j->p->m, j->u->in, at, (size_t)c->in_w,
                        to + mvt_window_at(w, y + w->top, 0, w->left));
            continue;
        }
        mvt_load_to(j->p->m, j->u->in, at, (size_t)c->in_w, row);
        for (int x = 0; x < c->in_w; x++)
            memcpy(to + mvt_window_at(w, y + w->top, (x + w->left) % w->stride,
                                      (x + w->left) / w->stride),
                   row + (size_t)x * n, n * sizeof *row);
    }
}

static void forward_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    const mvz_conv *c = j->u->conv;
    const mvt_window *w = &j->win;
    size_t n = (size_t)c->out_w * (size_t)c->out, tile = mvt_tile(c->out);
    mvt_taps taps = {.n = taps_of(c)};
    load_window(j, frame, scratch, scratch + mvt_window_size(w));
    for (int t = 0; t < taps.n; t++)
        taps.weights[t] = (mvt_real *)j->tiles + (size_t)t * tile;
    for (int y = 0; y < c->out_h; y++) {
        for (int t = 0; t < taps.n; t++)
            taps.in[t] = scratch + mvt_window_at(w, y * c->stride + t / c->kw,
                                                 t % c->kw % c->stride, t % c->kw / c->stride);
        size_t row = (size_t)frame * (size_t)c->out_h + (size_t)y;
        j->p->m->loops->taps(j->u->out.z + row * n, &taps, n, c->out);
    }
    size_t hw = (size_t)c->out_h * (size_t)c->out_w;
    if (mvt_counts(j->p, j->u))
        mvt_count(j->p, &j->u->out, (size_t)frame * hw, hw, 0, 1, frame);
}

void mvt_spatial_forward(const mvt_pass *p, mvt_unit *u)
{
    job j = {.p = p, .u = u, .win = mvt_window_of(u->conv), .tiles = mvt_make_tiles(p, u->conv)};
    mvt_run(p->m, forward_frame, &j, u->out.frames);
    mvt_normalise(p, u, u->out.frames);
}

/* ---- backward ----------------------------------------------------------------------- */

/* dz of one frame, with zeros around it. */
static void load_grad(const job *j, int frame, mvt_real *to, mvt_real *row)
{
    const mvz_conv *c = j->u->conv;
    size_t n = (size_t)c->out_w * (size_t)c->out;
    memset(to, 0, mvt_window_out_size(&j->win) * sizeof *to);
    for (int y = 0; y < c->out_h; y++) {
        size_t at = ((size_t)frame * (size_t)c->out_h + (size_t)y) * (size_t)c->out_w;
        const mvt_real *dz = mvt_load_grad(j->p->m, &j->u->out, at, (size_t)c->out_w, row);
        memcpy(to + mvt_window_out_at(&j->win, y, 0), dz, n * sizeof *to);
    }
}

static void weights_of_frame(const job *j, const mvt_real *x, const mvt_real *dz, mvt_real *sums)
{
    const mvz_conv *c = j->u->conv;
    const mvt_window *w = &j->win;
    mvt_taps taps = {.n = taps_of(c)};
    for (int t = 0; t < taps.n; t++)
        taps.weights[t] = sums + (size_t)t * mvt_tile(c->out);
    for (int y = 0; y < c->out_h; y++) {
        for (int t = 0; t < taps.n; t++)
            taps.in[t] = x + mvt_window_at(w, y * c->stride + t / c->kw, t % c->kw % c->stride,
                                           t % c->kw / c->stride);
        j->p->m->loops->taps_weights(&taps, dz + mvt_window_out_at(w, y, 0),
                                     (size_t)c->out_w * (size_t)c->out, c->out);
    }
}

/* The gradient of one plane of input row y (counted with zeros): each of its pixels was
 * read by the taps of its parity. */
static void plane_grad(const job *j, const mvt_real *dz, int y, int plane, mvt_real *to)
{
    const mvz_conv *c = j->u->conv;
    const mvt_window *w = &j->win;
    int s = c->stride;
    mvt_taps taps = {0};
    for (int t = 0; t < taps_of(c); t++) {
        int ky = t / c->kw, kx = t % c->kw;
        if (ky % s != y % s || kx % s != plane)
            continue;
        taps.in[taps.n] = dz + mvt_window_out_at(w, y / s - ky / s, -(kx / s));
        taps.weights[taps.n++] = (mvt_real *)j->tiles + (size_t)t * mvt_tile(c->out);
    }
    j->p->m->loops->taps(to, &taps, (size_t)w->columns * (size_t)c->in, c->in);
}

static void input_of_frame(const job *j, int frame, const mvt_real *dz, mvt_real *planes)
{
    const mvz_conv *c = j->u->conv;
    const mvt_window *w = &j->win;
    size_t n = (size_t)c->in, plane = (size_t)w->columns * n;
    for (int y = 0; y < c->in_h; y++) {
        size_t row = (size_t)frame * (size_t)c->in_h + (size_t)y;
        mvt_real *to = j->u->in->d + row * (size_t)c->in_w * n;
        for (int s = 0; s < w->stride; s++)
            plane_grad(j, dz, y + w->top, s, planes + (size_t)s * plane);
        if (w->stride == 1)
            memcpy(to, planes + (size_t)w->left * n, (size_t)c->in_w * n * sizeof *to);
        for (int x = 0; x < c->in_w && w->stride > 1; x++)
            memcpy(to + (size_t)x * n,
                   planes + (size_t)((x + w->left) % w->stride) * plane +
                       (size_t)((x + w->left) / w->stride) * n,
                   n * sizeof *to);
    }
    size_t hw = (size_t)c->in_h * (size_t)c->in_w;
    mvt_finish(j->p->m, j->u->in, (size_t)frame * hw, hw, mvt_sums_of(j->p, c->in, frame));
}

static void backward_part(void *user, int part, mvt_real *scratch)
{
    const job *j = user;
    const mvz_conv *c = j->u->conv;
    mvt_real *sums = mvt_part_tiles(j->p, c, part);
    mvt_real *dz = scratch + mvt_window_size(&j->win);
    mvt_real *planes = dz + mvt_window_out_size(&j->win);
    int first = (int)((int64_t)j->u->out.frames * part / j->parts);
    int last = (int)((int64_t)j->u->out.frames * (part + 1) / j->parts);
    for (int i = first; i < last; i++) {
        load_window(j, i, scratch, planes);
        load_grad(j, i, dz, planes);
        weights_of_frame(j, scratch, dz, sums);
        if (j->u->in->d)
            input_of_frame(j, i, dz, planes);
    }
}

void mvt_spatial_backward(const mvt_pass *p, mvt_unit *u)
{
    const mvz_conv *c = u->conv;
    int frames = u->out.frames;
    job j = {.p = p, .u = u, .win = mvt_window_of(c), .tiles = mvt_make_tiles(p, c),
             .parts = frames < MVT_PARTS ? frames : MVT_PARTS};
    mvt_run(p->m, backward_part, &j, j.parts);
    mvt_add_tiles(p, c, j.parts);
    if (u->in->d)
        mvt_settle(p, u->in, frames);
}

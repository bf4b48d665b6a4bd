/* SPDX-License-Identifier: Apache-2.0 */
#include "train/layer.h"

#include <string.h>

mvt_tensor *mvt_layer_last(mvt_layer *l)
{
    return l->temporal.conv ? &l->temporal.out : &l->spatial.out;
}

/* ---- forward --------------------------------------------------------------------- */

typedef struct job {
    const mvt_pass *p;
    mvt_layer *l;
} job;

/* What the layer itself adds to its skip is multiplied by this, in a frame. */
static mvt_real factor_of(const job *j, int frame)
{
    const mvt_layer *l = j->l;
    mvt_real scale = j->p->values[l->shape->scale.at];
    return l->kept && j->p->train ? scale * l->kept[frame / l->clip_frames] : scale;
}

static void join_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    mvt_layer *l = j->l;
    const mvt_tensor *x = &l->project.out, *y = l->skip.conv ? &l->skip.out : l->in;
    size_t n = (size_t)x->h * (size_t)x->w * (size_t)x->c, at = (size_t)frame * n;
    mvt_affine x_f = {x->scale, x->shift, MVZ_LINEAR}, y_f = {y->scale, y->shift, MVZ_LINEAR};
    (void)scratch;
    j->p->m->loops->join(l->out.z + at, factor_of(j, frame), x->z + at, &x_f, y->z + at,
                         y->conv ? &y_f : NULL, n, x->c);
}

void mvt_layer_forward(const mvt_pass *p, mvt_layer *l)
{
    job j = {p, l};
    mvt_unit_forward(p, &l->expand);
    mvt_unit_forward(p, &l->spatial);
    if (l->temporal.conv)
        mvt_unit_forward(p, &l->temporal);
    if (l->gate.of)
        mvt_gate_forward(p, &l->gate);
    mvt_unit_forward(p, &l->project);
    if (l->shape->pool)
        mvt_pool_forward(p, l->in, &l->pooled);
    if (l->skip.conv)
        mvt_unit_forward(p, &l->skip);
    if (!p->again) /* the sum is never given up */
        mvt_run(p->m, join_frame, &j, l->out.frames);
}

/* ---- backward ---------------------------------------------------------------------- */

/* Gradient of the scale: Σ over the frame of out.d · (what project gives). */
static mvt_real scale_grad(const job *j, const mvt_real *d, const mvt_real *z, size_t n,
                           mvt_real *sums)
{
    const mvt_tensor *t = &j->l->project.out;
    size_t tile = mvt_tile(t->c);
    double sum = 0;
    memset(sums, 0, 2 * tile * sizeof *sums);
    j->p->m->loops->products(d, z, sums, n, t->c);
    j->p->m->loops->sums(d, sums + tile, n, t->c);
    mvt_tile_fold(sums, t->c);
    mvt_tile_fold(sums + tile, t->c);
    for (int c = 0; c < t->c; c++)
        sum += (double)(t->scale[c] * sums[c] + t->shift[c] * sums[tile + (size_t)c]);
    return (mvt_real)sum;
}

static void split_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    mvt_tensor *t = &j->l->project.out;
    size_t hw = (size_t)t->h * (size_t)t->w, n = hw * (size_t)t->c, at = (size_t)frame * n;
    const mvt_real *d = j->l->out.d + at;
    mvt_real *sums = mvt_sums_of(j->p, t->c, frame), *to = t->d + at;
    mvt_real factor = factor_of(j, frame);
    mvt_real kept = j->l->kept && j->p->train ? j->l->kept[frame / j->l->clip_frames] : 1;
    (void)scratch;
    sums[2 * mvt_tile(t->c)] = kept * scale_grad(j, d, t->z + at, n, sums);
    for (size_t i = 0; i < n; i++)
        to[i] = d[i] * factor;
    mvt_finish(j->p->m, t, (size_t)frame * hw, hw, sums);
}

/* From out.d to that of project. */
static void split(const mvt_pass *p, mvt_layer *l)
{
    job j = {p, l};
    double sum = 0;
    mvt_run(p->m, split_frame, &j, l->out.frames);
    for (int i = 0; i < l->out.frames; i++)
        sum += (double)mvt_sums_of(p, l->out.c, i)[2 * mvt_tile(l->out.c)];
    p->grads[l->shape->scale.at] += (mvt_real)sum;
    mvt_settle(p, &l->project.out, l->out.frames);
}

static void finish_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    mvt_tensor *t = &j->l->skip.out;
    size_t hw = (size_t)t->h * (size_t)t->w;
    (void)scratch;
    mvt_finish(j->p->m, t, (size_t)frame * hw, hw, mvt_sums_of(j->p, t->c, frame));
}

/* From out.d through the skip convolution to in->d. */
static void skip_backward(const mvt_pass *p, mvt_layer *l, mvt_real *work)
{
    job j = {p, l};
    l->skip.out.d = l->out.d;
    l->pooled.d = l->in->d ? work : NULL;
    mvt_run(p->m, finish_frame, &j, l->out.frames);
    mvt_settle(p, &l->skip.out, l->out.frames);
    mvt_unit_backward(p, &l->skip, false, false);
    if (l->shape->pool && l->in->d)
        mvt_pool_backward(p, l->in, &l->pooled);
}

void mvt_layer_backward(const mvt_pass *p, mvt_layer *l, const mvt_layer_work *work)
{
    mvt_tensor *last = mvt_layer_last(l);
    mvt_pass again = *p;
    again.again = true;
    if (!l->stored)
        mvt_layer_forward(&again, l);
    l->project.out.d = work->narrow;
    last->d = work->a;
    l->spatial.out.d = l->temporal.conv ? work->b : work->a;
    l->expand.out.d = l->temporal.conv ? work->a : work->b;
    split(p, l);
    if (l->skip.conv)
        skip_backward(p, l, work->a);
    mvt_unit_backward(p, &l->project, false, true);
    if (l->gate.of)
        mvt_gate_backward(p, &l->gate, mvt_point_chunks(&l->project).bands);
    if (l->temporal.conv)
        mvt_unit_backward(p, &l->temporal, false, true);
    mvt_unit_backward(p, &l->spatial, false, true);
    mvt_unit_backward(p, &l->expand, true, true);
}

/* Which values are kept for the backward pass, and where.
 *
 * Of a layer that learns, all that its convolutions gave is kept, or, where memory does
 * not suffice, its sum alone, and what is inside is computed again. What lies before is
 * not kept at all. Gradients have two places in turns. SPDX-License-Identifier: Apache-2.0 */
#include "train/net_plan.h"

#include <stdlib.h>
#include <string.h>

typedef struct plan {
    mvt_net *net;
    size_t frames; /* of a full batch */
    size_t used;   /* numbers */
    bool failed;
} plan;

static bool learns(const mvt_net *net, int place)
{
    return place >= net->options.first;
}

/* ---- parts ------------------------------------------------------------------------- */

static void init_tensor(plan *p, mvt_tensor *t, const mvz_conv *conv, int frames, int h, int w,
                        int c)
{
    p->failed = p->failed || !mvt_tensor_init(t, &p->net->arena, conv, frames, h, w, c);
}

static void init_unit(plan *p, mvt_unit *u, const mvz_conv *conv, mvt_tensor *in, int frames,
                      int place)
{
    *u = (mvt_unit){.conv = conv, .in = in, .clip_frames = p->net->options.frames};
    init_tensor(p, &u->out, conv, frames, conv->out_h, conv->out_w, conv->out);
    u->out.batch = learns(p->net, place) && !p->net->options.keep_norm;
}

static void init_gate(plan *p, mvt_layer *l, int place)
{
    const mvz_layer *s = l->shape;
    mvt_gate *g = &l->gate;
    int frames = (int)p->frames, clip = p->net->options.frames;
    g->of = mvt_layer_last(l);
    g->clip_frames = clip;
    g->position = s->position;
    init_tensor(p, &g->means, NULL, frames, 1, 1, s->squeeze->in);
    init_unit(p, &g->squeeze, s->squeeze, &g->means, frames, place);
    init_unit(p, &g->excite, s->excite, &g->squeeze.out, frames, place);
    if (!g->position.n)
        return;
    size_t n = (size_t)s->squeeze->in;
    g->encoding = mv_arena_alloc(&p->net->arena, (size_t)clip * n, sizeof *g->encoding);
    p->failed = p->failed || !g->encoding;
    for (int t = 0; !p->failed && t < clip; t++)
        mvt_encode(g->encoding + (size_t)t * n, t, (int)n);
}

static void init_layer(plan *p, int i, mvt_tensor *in)
{
    mvt_layer *l = &p->net->layers[i];
    const mvz_layer *s = &p->net->shape->layers[i];
    int frames = (int)p->frames, place = i + 1;
    l->shape = s;
    l->in = in;
    l->clip_frames = p->net->options.frames;
    init_unit(p, &l->expand, s->expand, in, frames, place);
    init_unit(p, &l->spatial, s->spatial, &l->expand.out, frames, place);
    if (s->temporal)
        init_unit(p, &l->temporal, s->temporal, &l->spatial.out, frames, place);
    if (s->squeeze)
        init_gate(p, l, place);
    init_unit(p, &l->project, s->project, mvt_layer_last(l), frames, place);
    if (s->pool)
        init_tensor(p, &l->pooled, NULL, frames, s->skip->in_h, s->skip->in_w, in->c);
    if (s->skip)
        init_unit(p, &l->skip, s->skip, s->pool ? &l->pooled : in, frames, place);
    init_tensor(p, &l->out, NULL, frames, s->project->out_h, s->project->out_w, s->project->out);
}

static void init_head(plan *p, mvt_tensor *in)
{
    mvt_net *net = p->net;
    const mvz_network *s = net->shape;
    mvt_head *h = &net->head;
    int n = s->n_layers, rows = net->options.all_frames ? (int)p->frames : net->options.clips;
    h->clip_frames = net->options.frames;
    h->all_frames = net->options.all_frames;
    init_unit(p, &h->conv, s->head, in, (int)p->frames, n + 1);
    init_tensor(p, &h->features, NULL, rows, 1, 1, s->head->out);
    init_unit(p, &h->dense, s->dense, &h->features, rows, n + 2);
    init_tensor(p, &h->hidden, NULL, rows, 1, 1, s->dense->out);
    init_unit(p, &h->classes, s->classes, &h->hidden, rows, n + 3);
}

static void init_all(plan *p)
{
    mvt_net *net = p->net;
    const mvz_network *s = net->shape;
    net->layers = mv_arena_alloc(&net->arena, (size_t)s->n_layers, sizeof *net->layers);
    p->failed = !net->layers;
    init_tensor(p, &net->image, NULL, (int)p->frames, s->size, s->size, 3);
    init_unit(p, &net->stem, s->stem, &net->image, (int)p->frames, 0);
    mvt_tensor *in = &net->stem.out;
    for (int i = 0; !p->failed && i < s->n_layers; i++) {
        init_layer(p, i, in);
        in = &net->layers[i].out;
    }
    init_head(p, in);
}

/* ---- memory -------------------------------------------------------------------------- */

/* The next n numbers. In the first round there is no memory yet: they are only counted. */
static void place(plan *p, mvt_real **at, size_t n)
{
    if (p->net->memory)
        *at = p->net->memory + p->used;
    p->used += (n + MVT_LANES - 1) / MVT_LANES * MVT_LANES;
}

static void place_z(plan *p, mvt_tensor *t)
{
    place(p, &t->z, mvt_size(t));
}

static void place_inside(plan *p, mvt_layer *l)
{
    place_z(p, &l->expand.out);
    place_z(p, &l->spatial.out);
    place_z(p, &l->temporal.out);
    place_z(p, &l->project.out);
    place_z(p, &l->skip.out);
    place_z(p, &l->pooled);
}

/* Small things, which every layer has for itself. */
static void place_gate(plan *p, mvt_layer *l, bool learn)
{
    mvt_gate *g = &l->gate;
    mvt_tensor *all[] = {&g->means, &g->squeeze.out, &g->excite.out};
    if (!g->of)
        return;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        place_z(p, all[i]);
        if (learn)
            place(p, &all[i]->d, mvt_size(all[i]));
    }
    size_t n = mvt_size(&g->excite.out);
    place(p, &g->factor, n);
    if (learn)
        place(p, &g->factor_d, n * (size_t)mvt_point_chunks(&l->project).bands);
    l->project.gate = g->factor;
    l->project.gate_d = g->factor_d;
}

static void place_layers(plan *p)
{
    mvt_net *net = p->net;
    int n = net->shape->n_layers;
    for (int i = 0; i < n; i++) {
        mvt_layer *l = &net->layers[i];
        place_gate(p, l, learns(net, i + 1));
        if (learns(net, i + 1))
            place(p, &l->kept, (size_t)net->options.clips);
        if (learns(net, i + 2)) /* it, or what reads it, learns */
            place_z(p, &l->out);
        if (l->stored)
            place_inside(p, l);
    }
    /* One place for the insides of all others, two for their sums. */
    size_t shared = p->used, most = shared, sum = 0;
    for (int i = 0; i < n; i++) {
        mvt_layer *l = &net->layers[i];
        p->used = shared;
        if (!l->stored)
            place_inside(p, l);
        most = p->used > most ? p->used : most;
        if (!learns(net, i + 2) && mvt_size(&l->out) > sum)
            sum = mvt_size(&l->out);
    }
    p->used = most;
    mvt_real *turns[2] = {NULL, NULL};
    place(p, &turns[0], sum);
    place(p, &turns[1], sum);
    for (int i = 0; i < n; i++)
        if (!learns(net, i + 2))
            net->layers[i].out.z = turns[i % 2];
}

static void place_head(plan *p)
{
    mvt_net *net = p->net;
    mvt_head *h = &net->head;
    int n = net->shape->n_layers;
    size_t means = (size_t)h->conv.out.frames * (size_t)h->conv.out.c;
    mvt_tensor *all[] = {&h->features, &h->dense.out, &h->hidden, &h->classes.out};
    place_z(p, &h->conv.out);
    place(p, &h->means, means);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        place_z(p, all[i]);
    place(p, &h->logits, mvt_size(&h->classes.out));
    if (learns(net, n + 1)) {
        place(p, &h->means_d, means);
        place(p, &h->features.d, mvt_size(&h->features));
    }
    if (learns(net, n + 3)) {
        place(p, &h->hidden.d, mvt_size(&h->hidden));
        place(p, &h->classes.out.d, mvt_size(&h->classes.out));
        place(p, &h->mask, mvt_size(&h->hidden));
    }
}

static void most_of(size_t *most, const mvt_tensor *t)
{
    size_t n = mvt_size(t);
    *most = n > *most ? n : *most;
}

/* What all layers' gradients share. */
static void place_work(plan *p)
{
    mvt_net *net = p->net;
    int n = net->shape->n_layers;
    size_t inside = 0, narrow = 0, between = 0;
    if (learns(net, n + 1))
        most_of(&inside, &net->head.conv.out);
    for (int i = 0; i < n; i++) {
        const mvt_layer *l = &net->layers[i];
        if (learns(net, i + 1)) {
            most_of(&inside, &l->expand.out);
            most_of(&inside, &l->pooled);
            most_of(&narrow, &l->out);
        }
        if (learns(net, i + 1))
            most_of(&between, &l->out);
        if (learns(net, i))
            most_of(&between, l->in);
    }
    place(p, &net->work.a, inside);
    place(p, &net->work.b, inside);
    place(p, &net->work.narrow, narrow);
    place(p, &net->outs[0], between);
    place(p, &net->outs[1], between);
}

/* ---- what the units need besides -------------------------------------------------------- */

typedef struct needs {
    size_t sums, weights, scratch;
} needs;

static void need_at_least(size_t *most, size_t n)
{
    *most = n > *most ? n : *most;
}

static void need_unit(needs *n, const mvt_unit *u, bool learn)
{
    if (!u->conv)
        return;
    need_at_least(&n->sums, mvt_sums_need(u));
    need_at_least(&n->scratch, mvt_scratch_need(u));
    if (learn || u->conv->kind == MVZ_SPATIAL || u->conv->kind == MVZ_TEMPORAL)
        need_at_least(&n->weights, mvt_weights_need(u));
}

static void need_layer(needs *n, const mvt_layer *l, bool learn)
{
    const mvt_unit *all[] = {&l->expand, &l->spatial, &l->temporal, &l->project, &l->skip,
                             &l->gate.squeeze, &l->gate.excite};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        need_unit(n, all[i], learn);
    /* Frame by frame: the gate's mean, the sum, the pool. */
    need_at_least(&n->sums, (size_t)l->out.frames * mvt_sums_size(l->expand.out.c));
    need_at_least(&n->scratch, mvt_means_scratch(&l->expand.out));
    if (l->shape->pool)
        need_at_least(&n->scratch, (size_t)l->in->h * (size_t)l->in->w * (size_t)l->in->c);
}

static needs needs_of(const mvt_net *net)
{
    needs n = {0};
    int layers = net->shape->n_layers;
    const mvt_head *h = &net->head;
    need_unit(&n, &net->stem, learns(net, 0));
    for (int i = 0; i < layers; i++)
        need_layer(&n, &net->layers[i], learns(net, i + 1));
    need_unit(&n, &h->conv, learns(net, layers + 1));
    need_unit(&n, &h->dense, learns(net, layers + 2));
    need_unit(&n, &h->classes, learns(net, layers + 3));
    need_at_least(&n.sums, (size_t)h->conv.out.frames * mvt_sums_size(h->conv.out.c));
    need_at_least(&n.scratch, mvt_means_scratch(&h->conv.out));
    return n;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void place_all(plan *p, const needs *n)
{
    mvt_net *net = p->net;
    p->used = 0;
    place_z(p, &net->image);
    place_z(p, &net->stem.out);
    place_layers(p);
    place_head(p);
    place_work(p);
    place(p, &net->pass.sums, n->sums);
    place(p, &net->pass.weights, n->weights);
}

static size_t bytes_of(const plan *p, const needs *n)
{
    return (p->used + n->scratch * (size_t)p->net->machine->threads) * sizeof(mvt_real);
}

/* Decides which layers are kept whole: all, but for the first ones until memory suffices.
 * They are the largest for what it takes to compute them again. */
static movinet_status choose(plan *p, const needs *n, movinet_error *err)
{
    mvt_net *net = p->net;
    for (int i = 0; i < net->shape->n_layers; i++)
        net->layers[i].stored = learns(net, i + 1);
    place_all(p, n);
    size_t limit = net->options.memory;
    for (int i = 0; limit && bytes_of(p, n) > limit && i < net->shape->n_layers; i++) {
        if (!net->layers[i].stored)
            continue;
        net->layers[i].stored = false;
        net->recomputed++;
        place_all(p, n);
    }
    net->bytes = bytes_of(p, n);
    if (limit && net->bytes > limit)
        return mv_fail(err, MOVINET_ERR_MEMORY,
                       "%d clips of %d frames need %zu MiB: allow more memory, or take fewer clips "
                       "at once", net->options.clips, net->options.frames, net->bytes >> 20);
    return MOVINET_OK;
}

/* Nothing is dropped unless somebody says so. */
static void fill(mvt_real *chances, size_t n)
{
    for (size_t i = 0; chances && i < n; i++)
        chances[i] = 1;
}

movinet_status mvt_plan(mvt_net *net, movinet_error *err)
{
    plan p = {.net = net, .frames = (size_t)net->options.clips * (size_t)net->options.frames};
    if (net->options.classifier)
        p.frames = 0;
    init_all(&p);
    if (p.failed)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    needs n = needs_of(net);
    movinet_status status = choose(&p, &n, err);
    if (status)
        return status;
    net->memory = mv_alloc(p.used * sizeof(mvt_real));
    if (!net->memory || !mvt_machine_scratch(net->machine, n.scratch))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory: %zu MiB for %d clips of %d frames",
                       net->bytes >> 20, net->options.clips, net->options.frames);
    place_all(&p, &n);
    for (int i = 0; i < net->shape->n_layers; i++)
        fill(net->layers[i].kept, (size_t)net->options.clips);
    fill(net->head.mask, mvt_size(&net->head.hidden));
    return MOVINET_OK;
}

/* Binding a whole graph and laying out a stream's memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "graph/passes.h"

#include <stdlib.h>
#include <string.h>

/* A network that needs more for one stream is a damaged file. */
#define MAX_STREAM_BYTES ((size_t)1 << 30)

/* ---- folding: one op, all of whose inputs are constants ---- */

static movinet_status run_once(const mvg_graph *graph, const mve_step *step, movinet_error *err)
{
    size_t n = (size_t)graph->n_tensors + 1;
    void **data = calloc(n, sizeof *data);
    void *scratch = mv_alloc(step->scratch_bytes);
    mve_step s = *step;
    if (data && scratch) {
        for (int i = 0; i < graph->n_tensors; i++)
            data[i] = graph->tensors[i].data;
        data[n - 1] = scratch;
        s.extra = (int)n - 1;
        if (s.before)
            s.before(&s, data, 0, 1);
        if (s.run)
            s.run(&s, data, 0, s.n_tasks);
        else
            memcpy(data[s.output], data[s.inputs[0]], graph->tensors[s.output].bytes);
    }
    bool ok = data && scratch;
    free(data);
    free(scratch);
    return ok ? MOVINET_OK : mve_no_memory(err);
}

static movinet_status evaluate(const mvg_graph *graph, int op, movinet_error *err)
{
    mv_arena arena = {0};
    mve_step step;
    void *block[1] = {NULL};
    int n_blocks = 0;
    mvk_set set;
    mvk_set_init(&set, 0);
    mve_bind b = {graph, op, &arena, &step, block, &n_blocks, &set, 0};
    movinet_status status = mve_bind_op(&b, err);
    if (!status)
        status = run_once(graph, &step, err);
    free(block[0]);
    mv_arena_free(&arena);
    return status;
}

/* ---- steps ---- */

/* The step of an op and of the chain that it leads. */
static movinet_status bind_step(mve_plan *plan, int op, movinet_error *err)
{
    mvg_graph *g = &plan->graph;
    mve_step *step = &plan->steps[plan->n_steps];
    mve_bind b = {g, op, &plan->arena, step, plan->blocks, &plan->n_blocks, &plan->set, 0};
    movinet_status status = mve_bind_op(&b, err);
    plan->weight_bytes += b.block_bytes;
    if (!status && !step->run) {
        plan->root[step->output] = plan->root[step->inputs[0]];
        return MOVINET_OK;
    }
    if (!status)
        status = mve_bind_posts(&b, err);
    if (status)
        return status;
    /* `data` holds the tensors, then scratch memory, then each ring's frames. */
    if (g->ops[op].code == MVG_OP_TEMPORAL)
        step->extra += g->n_tensors + 1;
    else if (step->extra >= 0)
        step->extra = g->n_tensors;
    plan->n_steps++;
    return MOVINET_OK;
}

static movinet_status bind_all(mve_plan *plan, movinet_error *err)
{
    mvg_graph *g = &plan->graph;
    plan->steps = mv_arena_alloc(&plan->arena, (size_t)g->n_ops + 1, sizeof *plan->steps);
    plan->root = mv_arena_alloc(&plan->arena, (size_t)g->n_tensors + 1, sizeof *plan->root);
    plan->blocks = calloc((size_t)g->n_ops + 1, sizeof *plan->blocks);
    if (!plan->steps || !plan->root || !plan->blocks)
        return mve_no_memory(err);
    for (int i = 0; i < g->n_tensors; i++)
        plan->root[i] = i;
    for (int i = 0; i < g->n_ops; i++) {
        const mvg_op *o = &g->ops[i];
        /* A chain is computed where its last op stands. */
        if (o->folded || o->dropped || o->next >= 0)
            continue;
        movinet_status status = bind_step(plan, o->head >= 0 ? o->head : i, err);
        if (status)
            return status;
    }
    return MOVINET_OK;
}

/* ---- memory ---- */

typedef struct life {
    int tensor;        ///< a root; n_tensors for scratch
    int begin, end;    ///< steps, both included; -1: before the first
    size_t bytes, offset;
} life;

static size_t align(size_t bytes)
{
    return (bytes + MV_ALIGN - 1) / MV_ALIGN * MV_ALIGN;
}

static int by_size(const void *a, const void *b)
{
    const life *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x->tensor < y->tensor ? -1 : x->tensor > y->tensor;
}

/* The lowest place where `l` meets no other that lives at the same time. */
static size_t find_place(const life *placed, int n, const life *l)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < n; i++) {
            const life *p = &placed[i];
            bool together = p->begin <= l->end && l->begin <= p->end;
            bool overlap = p->offset < offset + l->bytes && offset < p->offset + p->bytes;
            if (together && overlap) {
                offset = p->offset + p->bytes;
                moved = true;
            }
        }
    }
    return offset;
}

static void touch(life *lives, const mve_plan *plan, int tensor, int step)
{
    life *l = &lives[plan->root[tensor]];
    if (l->bytes == 0) /* first seen */
        l->begin = step;
    l->bytes = align(plan->graph.tensors[plan->root[tensor]].bytes);
    l->bytes = l->bytes ? l->bytes : MV_ALIGN;
    l->end = step > l->end ? step : l->end;
}

static void find_lives(life *lives, const mve_plan *plan)
{
    const mvg_graph *g = &plan->graph;
    for (int i = 0; i <= g->n_tensors; i++)
        lives[i] = (life){.tensor = i, .begin = -1, .end = -1};
    touch(lives, plan, g->image, -1);
    for (int i = 0; i < plan->n_steps; i++) {
        const mve_step *s = &plan->steps[i];
        for (int k = 0; k < s->n_inputs; k++)
            if (s->inputs[k] >= 0)
                touch(lives, plan, s->inputs[k], i);
        touch(lives, plan, s->output, i);
        for (int k = 0; k < s->n_posts; k++)
            if ((s->posts[k].kind == MVE_POST_S8 || s->posts[k].kind == MVE_POST_F32) &&
                s->posts[k].other >= 0)
                touch(lives, plan, s->posts[k].other, i);
        if (s->scratch_bytes) {
            life *l = &lives[g->n_tensors];
            l->begin = -1;
            l->end = plan->n_steps;
            l->bytes = align(s->scratch_bytes) > l->bytes ? align(s->scratch_bytes) : l->bytes;
        }
    }
    touch(lives, plan, g->logits, plan->n_steps);
    for (int i = 0; i < g->n_states; i++)
        if (g->states[i].ring < 0)
            touch(lives, plan, g->states[i].output, plan->n_steps);
}

/* The frame's bytes are those of the ring's newest slot, which changes from
 * frame to frame, so its tensor has no place of its own. */
static movinet_status place_ring(mve_plan *plan, int index, movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    const mvg_ring *from = &g->rings[index];
    mve_ring *ring = &plan->rings[index];
    int root = plan->root[from->frame];
    *ring = (mve_ring){.state = from->state, .taps = from->taps, .offset = plan->states_bytes};
    ring->frame_bytes = g->tensors[root].bytes;
    ring->slot_bytes = align(ring->frame_bytes);
    plan->states_bytes += ring->slot_bytes * (size_t)ring->taps;
    ring->views = mv_arena_alloc(&plan->arena, (size_t)g->n_tensors, sizeof *ring->views);
    if (!ring->views)
        return mve_no_memory(err);
    for (int i = 0; i < g->n_tensors; i++)
        if (plan->root[i] == root)
            ring->views[ring->n_views++] = i;
    plan->offset[root] = 0; /* not to be placed; the stream points into the ring */
    return MOVINET_OK;
}

/* States first, one after another: they outlive every frame. */
static movinet_status place_states(mve_plan *plan, movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    for (int i = 0; i < g->n_states; i++) {
        const mvg_state *s = &g->states[i];
        if (s->ring >= 0 || s->unread)
            continue;
        plan->offset[s->input] = plan->states_bytes;
        plan->states_bytes += align(g->tensors[s->input].bytes);
    }
    for (int i = 0; i < g->n_rings; i++) {
        movinet_status status = place_ring(plan, i, err);
        if (status)
            return status;
    }
    plan->arena_bytes = plan->states_bytes;
    return MOVINET_OK;
}

static void place_work(mve_plan *plan, life *lives)
{
    const mvg_graph *g = &plan->graph;
    int n = 0;
    for (int i = 0; i <= g->n_tensors; i++) {
        bool here = lives[i].bytes && plan->offset[i] == SIZE_MAX;
        if (here && (i == g->n_tensors || !g->tensors[i].data))
            lives[n++] = lives[i];
    }
    qsort(lives, (size_t)n, sizeof *lives, by_size);
    size_t top = 0;
    for (int i = 0; i < n; i++) {
        lives[i].offset = find_place(lives, i, &lives[i]);
        plan->offset[lives[i].tensor] = plan->states_bytes + lives[i].offset;
        if (lives[i].offset + lives[i].bytes > top)
            top = lives[i].offset + lives[i].bytes;
    }
    plan->arena_bytes += top;
}

/* A state whose new value lies in another state's slot is copied aside first,
 * before that slot is overwritten. */
static void place_stages(mve_plan *plan)
{
    const mvg_graph *g = &plan->graph;
    for (int i = 0; i < g->n_states; i++) {
        int root = plan->root[g->states[i].output];
        plan->stage[i] = SIZE_MAX;
        if (g->states[i].ring >= 0 || g->states[i].unread)
            continue;
        for (int k = 0; k < g->n_states; k++)
            if (k != i && root == g->states[k].input && plan->stage[i] == SIZE_MAX) {
                plan->stage[i] = plan->arena_bytes;
                plan->arena_bytes += align(g->tensors[root].bytes);
            }
    }
}

static movinet_status lay_out(mve_plan *plan, movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    size_t n = (size_t)g->n_tensors + 1;
    life *lives = malloc(n * sizeof *lives);
    plan->offset = mv_arena_alloc(&plan->arena, n, sizeof *plan->offset);
    plan->stage = mv_arena_alloc(&plan->arena, (size_t)g->n_states + 1, sizeof *plan->stage);
    plan->rings = mv_arena_alloc(&plan->arena, (size_t)g->n_rings + 1, sizeof *plan->rings);
    if (!lives || !plan->offset || !plan->stage || !plan->rings) {
        free(lives);
        return mve_no_memory(err);
    }
    for (size_t i = 0; i < n; i++)
        plan->offset[i] = SIZE_MAX;
    find_lives(lives, plan);
    movinet_status status = place_states(plan, err);
    if (!status) {
        place_work(plan, lives);
        place_stages(plan);
    }
    free(lives);
    if (!status && plan->arena_bytes > MAX_STREAM_BYTES)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "a stream would take %zu MiB; at most 1024 MiB are supported",
                       plan->arena_bytes >> 20);
    return status;
}

movinet_status mve_plan_build(mve_plan *plan, const tfl_model *file, const mve_options *options,
                              movinet_error *err)
{
    memset(plan, 0, sizeof *plan);
    mvk_set_init(&plan->set, options->cpu);
    movinet_status status = mvg_build(&plan->graph, file, evaluate, err);
    if (!status && !options->plain)
        status = mvg_optimize(&plan->graph, err);
    if (!status)
        mve_image_table(&plan->graph.tensors[plan->graph.image], plan->image_table);
    if (!status)
        status = bind_all(plan, err);
    if (!status)
        status = lay_out(plan, err);
    if (status)
        mve_plan_free(plan);
    return status;
}

void mve_plan_free(mve_plan *plan)
{
    for (int i = 0; i < plan->n_blocks; i++)
        free(plan->blocks[i]);
    free(plan->blocks);
    mvg_free(&plan->graph);
    mv_arena_free(&plan->arena);
    memset(plan, 0, sizeof *plan);
}

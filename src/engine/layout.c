/* Where everything lies in a stream's memory. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include <stdlib.h>

/* A network that needs more for one stream is a damaged file. */
#define MAX_STREAM_BYTES ((size_t)1 << 30)

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

/* ---- rings ---- */

/* The frame's bytes are those of a slot that changes from frame to frame, so its tensor
 * has no place of its own; the stream points it there. */
static movinet_status describe_ring(mve_plan *plan, int index, movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    const mvg_ring *from = &g->rings[index];
    mve_ring *ring = &plan->rings[index];
    int root = plan->root[from->frame];
    *ring = (mve_ring){.taps = from->taps, .written = -1, .read = -1};
    ring->frame_bytes = g->tensors[root].bytes;
    ring->slot_bytes = align(ring->frame_bytes);
    ring->views = mv_arena_alloc(&plan->arena, (size_t)g->n_tensors, sizeof *ring->views);
    if (!ring->views)
        return mve_no_memory(err);
    for (int i = 0; i < g->n_tensors; i++)
        if (plan->root[i] == root)
            ring->views[ring->n_views++] = i;
    for (int i = 0; i < plan->n_steps; i++) {
        if (plan->root[plan->steps[i].output] == root)
            ring->written = i;
        if (plan->steps[i].extra == g->n_tensors + 1 + index)
            ring->read = i;
    }
    plan->offset[root] = 0; /* not to be placed */
    return MOVINET_OK;
}

/* The slots that a ring's oldest frame leaves free can take the newest one of the next
 * ring whose frames are as large, if that is written later. So each keeps one frame less
 * than it reads, and one slot more serves all of them in turn. */
static void join_group(mve_plan *plan, int index)
{
    mve_ring *ring = &plan->rings[index];
    ring->next = -1;
    ring->first = index;
    for (int i = 0; i < plan->graph.n_rings && ring->written >= 0; i++) {
        mve_ring *other = &plan->rings[i];
        if (i != index && other->next == -1 && other->placed &&
            other->slot_bytes == ring->slot_bytes && other->read < ring->written) {
            other->next = index;
            ring->first = other->first;
            break;
        }
    }
    ring->placed = true;
}

/* Into groups, in the order in which they are read. */
static void group_rings(mve_plan *plan)
{
    int n = plan->graph.n_rings;
    for (int done = 0; done < n; done++) {
        int next = -1;
        for (int i = 0; i < n; i++)
            if (!plan->rings[i].placed && (next < 0 || plan->rings[i].read < plan->rings[next].read))
                next = i;
        join_group(plan, next);
    }
}

static void place_rings(mve_plan *plan)
{
    for (int i = 0; i < plan->graph.n_rings; i++) {
        mve_ring *ring = &plan->rings[i];
        int slots = ring->taps - (ring->first != i); /* the first brings the free one */
        ring->offset = plan->states_bytes;
        plan->states_bytes += ring->slot_bytes * (size_t)slots;
    }
}

/* ---- all states ---- */

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
        movinet_status status = describe_ring(plan, i, err);
        if (status)
            return status;
    }
    group_rings(plan);
    place_rings(plan);
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

movinet_status mve_lay_out(mve_plan *plan, movinet_error *err)
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

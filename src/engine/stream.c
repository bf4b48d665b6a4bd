/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include "core/clock.h"
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

static const mvg_tensor *state_tensor(const mve_stream *s, int i)
{
    return &s->plan->graph.tensors[s->plan->graph.states[i].input];
}

static void *state_slot(const mve_stream *s, int i)
{
    return s->data[s->plan->graph.states[i].input];
}

static void place(mve_stream *s)
{
    const mve_plan *plan = s->plan;
    for (int i = 0; i <= plan->graph.n_tensors; i++) {
        int root = i < plan->graph.n_tensors ? plan->root[i] : i;
        if (plan->offset[root] != SIZE_MAX)
            s->data[i] = s->memory + plan->offset[root];
        else if (i < plan->graph.n_tensors)
            s->data[i] = plan->graph.tensors[root].data;
    }
    for (int i = 0; i < plan->graph.n_rings; i++)
        s->data[plan->graph.n_tensors + 1 + i] = s->frames + (size_t)i * MVK_MAX_TAPS;
}

static void *ring_slot(const mve_stream *s, const mve_ring *ring, int64_t step)
{
    int64_t slot = (step % ring->taps + ring->taps) % ring->taps;
    return s->memory + ring->offset + (size_t)slot * ring->slot_bytes;
}

/* Points each ring's tensors at the slot of the frame to come. */
static void turn_rings(mve_stream *s)
{
    for (int i = 0; i < s->plan->graph.n_rings; i++) {
        const mve_ring *ring = &s->plan->rings[i];
        void *newest = ring_slot(s, ring, s->steps);
        for (int k = 0; k < ring->n_views; k++)
            s->data[ring->views[k]] = newest;
        for (int k = 0; k < ring->taps; k++)
            s->frames[i * MVK_MAX_TAPS + k] = ring_slot(s, ring, s->steps + 1 + k);
    }
}

movinet_status mve_stream_open(mve_stream *s, const mve_plan *plan, int threads,
                               movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    memset(s, 0, sizeof *s);
    s->plan = plan;
    s->memory = mv_alloc(plan->arena_bytes);
    s->data = calloc((size_t)g->n_tensors + 1 + (size_t)g->n_rings, sizeof *s->data);
    s->frames = calloc((size_t)g->n_rings * MVK_MAX_TAPS + 1, sizeof *s->frames);
    if (!s->memory || !s->data || !s->frames) {
        mve_stream_close(s);
        return mve_no_memory(err);
    }
    place(s);
    if (threads > 1) {
        movinet_status status = mv_pool_open(&s->pool, threads, err);
        if (status) {
            mve_stream_close(s);
            return status;
        }
    }
    mve_stream_reset(s);
    return MOVINET_OK;
}

void mve_stream_close(mve_stream *s)
{
    mv_pool_close(s->pool);
    free(s->memory);
    free(s->data);
    free(s->frames);
    memset(s, 0, sizeof *s);
}

void mve_stream_reset(mve_stream *s)
{
    const mve_plan *plan = s->plan;
    s->steps = 0;
    for (int i = 0; i < plan->graph.n_states; i++) {
        const mvg_state *state = &plan->graph.states[i];
        const mvg_tensor *t = state_tensor(s, i);
        /* Real 0 of a quantized state is its zero point. */
        int zero = t->type == MOVINET_INT8 && t->quant.n == 1 ? t->quant.zero_point[0] : 0;
        if (state->ring < 0 && !state->unread)
            memset(state_slot(s, i), zero, t->bytes);
    }
    for (int i = 0; i < plan->graph.n_rings; i++) {
        const mve_ring *ring = &plan->rings[i];
        const mvg_tensor *t = &plan->graph.tensors[plan->graph.rings[i].frame];
        int8_t zero = 0;
        if (t->type == MOVINET_INT8)
            mvk_quantize_s8(t->quant.scale[0], t->quant.zero_point[0], &(float){0}, &zero, 1);
        memset(s->memory + ring->offset, zero, ring->slot_bytes * (size_t)ring->taps);
    }
}

typedef struct job {
    const mve_step *step;
    void *const *data;
} job;

static void do_job(void *user, int begin, int end)
{
    const job *j = user;
    mve_step_run(j->step, j->data, begin, end);
}

static void keep_states(mve_stream *s)
{
    const mve_plan *plan = s->plan;
    const mvg_graph *g = &plan->graph;
    for (int i = 0; i < g->n_states; i++)
        if (plan->stage[i] != SIZE_MAX)
            memcpy(s->memory + plan->stage[i], s->data[g->states[i].output],
                   state_tensor(s, i)->bytes);
    for (int i = 0; i < g->n_states; i++) {
        if (g->states[i].ring >= 0 || g->states[i].unread)
            continue;
        const void *from = plan->stage[i] != SIZE_MAX ? s->memory + plan->stage[i]
                                                      : s->data[g->states[i].output];
        if (from != state_slot(s, i))
            memcpy(state_slot(s, i), from, state_tensor(s, i)->bytes);
    }
}

void mve_stream_step(mve_stream *s, float *logits)
{
    const mve_plan *plan = s->plan;
    const mvg_graph *g = &plan->graph;
    const mvg_tensor *out = &g->tensors[g->logits];
    turn_rings(s);
    for (int i = 0; i < plan->n_steps; i++) {
        const mve_step *step = &plan->steps[i];
        job j = {step, s->data};
        uint64_t begin = s->times ? mv_clock_ns() : 0;
        if (step->before)
            step->before(step, s->data, 0, 1);
        mv_pool_run(step->small ? NULL : s->pool, do_job, &j, step->n_tasks);
        if (s->times)
            s->times[i] += mv_clock_ns() - begin;
        if (s->observe)
            s->observe(s->user, step->op, step->output, s->data[step->output],
                       g->tensors[step->output].bytes);
    }
    if (out->type == MOVINET_FLOAT32)
        memcpy(logits, s->data[g->logits], out->bytes);
    else
        mvk_dequantize_s8(out->quant.scale[0], out->quant.zero_point[0], s->data[g->logits],
                          logits, out->count);
    keep_states(s);
    s->steps++;
}

size_t mve_stream_state_size(const mve_stream *s)
{
    size_t size = 0;
    for (int i = 0; i < s->plan->graph.n_states; i++)
        size += state_tensor(s, i)->bytes;
    return size;
}

/* A ring as the file's state: the newest taps − 1 frames, the oldest first. */
static void get_ring(const mve_stream *s, int state, uint8_t *out)
{
    const mve_plan *plan = s->plan;
    const mve_ring *ring = &plan->rings[plan->graph.states[state].ring];
    const mvg_tensor *t = &plan->graph.tensors[plan->graph.rings[plan->graph.states[state].ring].frame];
    bool same = state_tensor(s, state)->type == t->type;
    for (int k = 1; k < ring->taps; k++) {
        const void *slot = ring_slot(s, ring, s->steps - ring->taps + k);
        if (same)
            memcpy(out, slot, ring->frame_bytes);
        else
            mvk_dequantize_s8(t->quant.scale[0], t->quant.zero_point[0], slot, (float *)out,
                              t->count);
        out += state_tensor(s, state)->bytes / (size_t)(ring->taps - 1);
    }
}

static void set_ring(mve_stream *s, int state, const uint8_t *bytes)
{
    const mve_plan *plan = s->plan;
    const mve_ring *ring = &plan->rings[plan->graph.states[state].ring];
    const mvg_tensor *t = &plan->graph.tensors[plan->graph.rings[plan->graph.states[state].ring].frame];
    bool same = state_tensor(s, state)->type == t->type;
    for (int k = 1; k < ring->taps; k++) {
        void *slot = ring_slot(s, ring, s->steps - ring->taps + k);
        if (same)
            memcpy(slot, bytes, ring->frame_bytes);
        else
            mvk_quantize_s8(t->quant.scale[0], t->quant.zero_point[0], (const float *)bytes, slot,
                            t->count);
        bytes += state_tensor(s, state)->bytes / (size_t)(ring->taps - 1);
    }
}

void mve_stream_get_states(const mve_stream *s, uint8_t *out)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        const mvg_state *state = &s->plan->graph.states[i];
        if (state->ring >= 0)
            get_ring(s, i, out);
        else if (state->unread)
            memset(out, 0, state_tensor(s, i)->bytes);
        else
            memcpy(out, state_slot(s, i), state_tensor(s, i)->bytes);
        out += state_tensor(s, i)->bytes;
    }
}

void mve_stream_set_states(mve_stream *s, const uint8_t *bytes)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        const mvg_state *state = &s->plan->graph.states[i];
        if (state->ring >= 0)
            set_ring(s, i, bytes);
        else if (!state->unread)
            memcpy(state_slot(s, i), bytes, state_tensor(s, i)->bytes);
        bytes += state_tensor(s, i)->bytes;
    }
}

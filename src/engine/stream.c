/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include "kernels/kernels.h"

#include <math.h>
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
}

movinet_status mve_stream_open(mve_stream *s, const mve_plan *plan, int threads,
                               movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    memset(s, 0, sizeof *s);
    s->plan = plan;
    s->memory = mv_alloc(plan->arena_bytes);
    s->data = calloc((size_t)g->n_tensors + 1, sizeof *s->data);
    bool is_float = g->tensors[g->image].type == MOVINET_FLOAT32;
    if (!is_float)
        s->image_copy = mv_alloc((size_t)g->width * (size_t)g->height * 3 * sizeof(float));
    if (!s->memory || !s->data || (!is_float && !s->image_copy)) {
        mve_stream_close(s);
        return mve_no_memory(err);
    }
    place(s);
    s->image = is_float ? s->data[g->image] : s->image_copy;
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
    free(s->image_copy);
    memset(s, 0, sizeof *s);
}

void mve_stream_reset(mve_stream *s)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        const mvg_tensor *t = state_tensor(s, i);
        /* Real 0 of a quantized state is its zero point. */
        int zero = t->type == MOVINET_INT8 && t->quant.n == 1 ? t->quant.zero_point[0] : 0;
        memset(state_slot(s, i), zero, t->bytes);
    }
}

static void put_image(mve_stream *s)
{
    const mvg_graph *g = &s->plan->graph;
    const mvg_tensor *t = &g->tensors[g->image];
    if (t->type == MOVINET_INT8) {
        mvk_quantize_s8(t->quant.scale[0], t->quant.zero_point[0], s->image, s->data[g->image],
                        t->count);
    } else if (t->type == MOVINET_UINT8) {
        uint8_t *out = s->data[g->image];
        for (size_t i = 0; i < t->count; i++) {
            float q = roundf(s->image[i] / t->quant.scale[0]) + (float)t->quant.zero_point[0];
            out[i] = (uint8_t)(q > 255.0f ? 255.0f : q > 0.0f ? q : 0.0f);
        }
    }
}

typedef struct job {
    const mve_step *step;
    void *const *data;
} job;

static void do_job(void *user, int begin, int end)
{
    const job *j = user;
    j->step->run(j->step, j->data, begin, end);
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
    put_image(s);
    for (int i = 0; i < plan->n_steps; i++) {
        const mve_step *step = &plan->steps[i];
        job j = {step, s->data};
        if (step->before)
            step->before(step, s->data, 0, 1);
        mv_pool_run(s->pool, do_job, &j, step->n_tasks);
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
}

size_t mve_stream_state_size(const mve_stream *s)
{
    size_t size = 0;
    for (int i = 0; i < s->plan->graph.n_states; i++)
        size += state_tensor(s, i)->bytes;
    return size;
}

void mve_stream_get_states(const mve_stream *s, uint8_t *out)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        memcpy(out, state_slot(s, i), state_tensor(s, i)->bytes);
        out += state_tensor(s, i)->bytes;
    }
}

void mve_stream_set_states(mve_stream *s, const uint8_t *bytes)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        memcpy(state_slot(s, i), bytes, state_tensor(s, i)->bytes);
        bytes += state_tensor(s, i)->bytes;
    }
}

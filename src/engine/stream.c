/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include "core/clock.h"
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

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

movinet_status mve_stream_open(mve_stream *s, const mve_plan *plan, int threads,
                               movinet_error *err)
{
    const mvg_graph *g = &plan->graph;
    memset(s, 0, sizeof *s);
    s->plan = plan;
    s->memory = mv_alloc(plan->arena_bytes);
    s->data = calloc((size_t)g->n_tensors + 1 + (size_t)g->n_rings, sizeof *s->data);
    s->frames = calloc((size_t)g->n_rings * MVK_MAX_TAPS + 1, sizeof *s->frames);
    s->free = calloc((size_t)g->n_rings + 1, sizeof *s->free);
    if (!s->memory || !s->data || !s->frames || !s->free) {
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
    free(s->free);
    memset(s, 0, sizeof *s);
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

void mve_stream_step(mve_stream *s, float *logits)
{
    const mve_plan *plan = s->plan;
    const mvg_graph *g = &plan->graph;
    const mvg_tensor *out = &g->tensors[g->logits];
    mve_rings_turn(s);
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
    mve_states_keep(s);
}

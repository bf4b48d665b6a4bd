/* Binding a whole graph. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "graph/passes.h"

#include <stdlib.h>
#include <string.h>

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

movinet_status mve_evaluate(const mvg_graph *graph, int op, movinet_error *err)
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

/* ---- all ---- */

movinet_status mve_plan_build(mve_plan *plan, const tfl_model *file, const mve_options *options,
                              movinet_error *err)
{
    memset(plan, 0, sizeof *plan);
    mvk_set_init(&plan->set, options->cpu);
    movinet_status status = mvg_build(&plan->graph, file, mve_evaluate, err);
    if (!status && plan->graph.frames != 1)
        status = mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                         "image input of %d frames: only one frame at a time is supported",
                         plan->graph.frames);
    if (!status && !options->plain)
        status = mvg_optimize(&plan->graph, err);
    if (!status)
        mve_image_table(&plan->graph.tensors[plan->graph.image], plan->image_table);
    if (!status)
        status = bind_all(plan, err);
    if (!status)
        status = mve_lay_out(plan, err);
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

/* What passes share, and their order. SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"

#include <string.h>

movinet_status mvg_optimize(mvg_graph *graph, movinet_error *err)
{
    movinet_status status = mvg_pass_rings(graph, err);
    if (!status)
        status = mvg_pass_broadcast(graph, err);
    if (!status)
        status = mvg_pass_dead(graph, err);
    if (!status)
        status = mvg_pass_image(graph, err);
    if (!status)
        status = mvg_pass_chains(graph, err);
    return status;
}

bool mvg_is_live(const mvg_op *op)
{
    return !op->folded && !op->dropped && op->head < 0;
}

bool mvg_is_view(const mvg_op *op)
{
    return op->code == TFL_OP_RESHAPE || op->code == TFL_OP_SQUEEZE ||
           op->code == TFL_OP_EXPAND_DIMS;
}

int mvg_view_of(const mvg_graph *graph, int tensor)
{
    for (;;) {
        const mvg_tensor *t = &graph->tensors[tensor];
        if (t->data || t->producer < 0 || !mvg_is_view(&graph->ops[t->producer]))
            return tensor;
        tensor = graph->ops[t->producer].inputs[0];
    }
}

bool mvg_is_uniform(const mvg_tensor *t)
{
    size_t size = tfl_type_size(t->type);
    if (!t->data || !t->count || !size)
        return false;
    const char *bytes = t->data;
    return !memcmp(bytes, bytes + size, (t->count - 1) * size);
}

bool mvg_same_quant(const mvg_tensor *a, const mvg_tensor *b)
{
    if (a->type != b->type || a->quant.n != b->quant.n || a->quant.n > 1)
        return false;
    return !a->quant.n || (a->quant.scale[0] == b->quant.scale[0] &&
                           a->quant.zero_point[0] == b->quant.zero_point[0]);
}

movinet_status mvg_set_input(mvg_graph *graph, int op, int input, int tensor, movinet_error *err)
{
    mvg_op *o = &graph->ops[op];
    int32_t *inputs = mv_arena_alloc(&graph->arena, (size_t)o->n_inputs, sizeof *inputs);
    if (!inputs)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    memcpy(inputs, o->inputs, (size_t)o->n_inputs * sizeof *inputs);
    inputs[input] = tensor;
    o->inputs = inputs;
    return MOVINET_OK;
}

movinet_status mvg_find_uses(mvg_graph *graph, mvg_uses *uses, movinet_error *err)
{
    size_t n = (size_t)graph->n_tensors + 1;
    uses->count = mv_arena_alloc(&graph->arena, n, sizeof *uses->count);
    uses->reader = mv_arena_alloc(&graph->arena, n, sizeof *uses->reader);
    if (!uses->count || !uses->reader)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    memset(uses->reader, -1, n * sizeof *uses->reader);
    for (int i = 0; i < graph->n_ops; i++) {
        const mvg_op *o = &graph->ops[i];
        for (int k = 0; !o->folded && !o->dropped && k < o->n_inputs; k++)
            if (o->inputs[k] >= 0) {
                uses->count[o->inputs[k]]++;
                uses->reader[o->inputs[k]] = i;
            }
    }
    uses->count[graph->logits]++;
    for (int i = 0; i < graph->n_states; i++)
        if (graph->states[i].ring < 0)
            uses->count[graph->states[i].output]++;
    return MOVINET_OK;
}

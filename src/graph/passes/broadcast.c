/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"

static bool broadcasts(int code)
{
    switch (code) {
    case TFL_OP_ADD:
    case TFL_OP_SUB:
    case TFL_OP_MUL:
    case TFL_OP_DIV:
    case TFL_OP_MAXIMUM:
    case TFL_OP_MINIMUM:
    case TFL_OP_SQUARED_DIFFERENCE:
        return true;
    default:
        return false;
    }
}

/* Whether the op gives the same shape with the small tensor as with the large. */
static bool same_result(const mvg_graph *graph, const mvg_op *o, int input, int small)
{
    const mvg_tensor *out = &graph->tensors[o->outputs[0]], *s = &graph->tensors[small];
    const mvg_tensor *other = &graph->tensors[o->inputs[1 - input]];
    if (other->rank != out->rank || other->count != out->count || s->rank > out->rank)
        return false;
    return mvg_same_quant(&graph->tensors[o->inputs[input]], s);
}

movinet_status mvg_pass_broadcast(mvg_graph *graph, movinet_error *err)
{
    for (int i = 0; i < graph->n_ops; i++) {
        const mvg_op *o = &graph->ops[i];
        if (!mvg_is_live(o) || !broadcasts(o->code))
            continue;
        for (int k = 0; k < 2; k++) {
            int producer = graph->tensors[o->inputs[k]].producer;
            if (producer < 0 || graph->ops[producer].folded ||
                graph->ops[producer].code != TFL_OP_BROADCAST_TO)
                continue;
            int small = graph->ops[producer].inputs[0];
            if (!same_result(graph, o, k, small))
                continue;
            movinet_status status = mvg_set_input(graph, i, k, small, err);
            if (status)
                return status;
        }
    }
    return MOVINET_OK;
}

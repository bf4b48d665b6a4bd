/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"

static bool is_frame_of_ring(const mvg_graph *graph, int tensor)
{
    for (int i = 0; i < graph->n_rings; i++)
        if (graph->rings[i].frame == tensor)
            return true;
    return false;
}

movinet_status mvg_pass_image(mvg_graph *graph, movinet_error *err)
{
    mvg_uses uses;
    int tensor = graph->image, op = -1;
    if (graph->tensors[tensor].type != MOVINET_FLOAT32)
        return MOVINET_OK;
    movinet_status status = mvg_find_uses(graph, &uses, err);
    if (status)
        return status;
    /* Along views, each read once, to the one op that quantizes. */
    do {
        if (uses.count[tensor] != 1 || uses.reader[tensor] < 0)
            return MOVINET_OK;
        op = uses.reader[tensor];
        tensor = graph->ops[op].outputs[0];
    } while (mvg_is_view(&graph->ops[op]));
    mvg_tensor *t = &graph->tensors[tensor];
    if (graph->ops[op].code != TFL_OP_QUANTIZE || t->type != MOVINET_INT8 || t->quant.n != 1 ||
        is_frame_of_ring(graph, tensor) || tensor == graph->logits)
        return MOVINET_OK;
    for (int from = graph->image; from != tensor;) {
        op = uses.reader[from];
        graph->ops[op].dropped = true;
        from = graph->ops[op].outputs[0];
    }
    t->producer = -1;
    graph->image = tensor;
    return MOVINET_OK;
}

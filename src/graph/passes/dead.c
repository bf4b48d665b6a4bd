/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"

/* From the last op to the first, so that what fed only a dropped op goes too. */
movinet_status mvg_pass_dead(mvg_graph *graph, movinet_error *err)
{
    mvg_uses uses;
    movinet_status status = mvg_find_uses(graph, &uses, err);
    if (status)
        return status;
    for (int i = graph->n_ops - 1; i >= 0; i--) {
        mvg_op *o = &graph->ops[i];
        if (!mvg_is_live(o) || uses.count[o->outputs[0]])
            continue;
        o->dropped = true;
        for (int k = 0; k < o->n_inputs; k++)
            if (o->inputs[k] >= 0)
                uses.count[o->inputs[k]]--;
    }
    for (int i = 0; i < graph->n_states; i++) {
        mvg_state *s = &graph->states[i];
        /* One of its own, for being its own output. */
        s->unread = s->input == s->output && uses.count[s->input] == 1;
    }
    return MOVINET_OK;
}

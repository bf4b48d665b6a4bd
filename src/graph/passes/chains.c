/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"

/* Ops whose kernel writes its output once, in order: others' elementwise
 * followers can be done piece by piece behind it. */
static bool can_lead(int code)
{
    switch (code) {
    case TFL_OP_CONV_2D:
    case TFL_OP_DEPTHWISE_CONV_2D:
    case TFL_OP_FULLY_CONNECTED:
    case MVG_OP_TEMPORAL:
    case TFL_OP_AVERAGE_POOL_2D:
    case TFL_OP_MAX_POOL_2D:
    case TFL_OP_ADD:
    case TFL_OP_MUL:
    case TFL_OP_SUB:
        return true;
    default:
        return false;
    }
}

static bool is_unary(int code)
{
    switch (code) {
    case TFL_OP_RELU:
    case TFL_OP_RELU6:
    case TFL_OP_RELU_N1_TO_1:
    case TFL_OP_LEAKY_RELU:
    case TFL_OP_HARD_SWISH:
    case TFL_OP_LOGISTIC:
    case TFL_OP_TANH:
    case TFL_OP_QUANTIZE: /* int8 to int8 only: the types are checked */
        return true;
    default:
        return false;
    }
}

static bool is_pair(int code)
{
    return code == TFL_OP_ADD || code == TFL_OP_MUL || code == TFL_OP_SUB;
}

static bool single_scale(const mvg_tensor *t)
{
    return t->type == MOVINET_FLOAT32 || (t->type == MOVINET_INT8 && t->quant.n == 1);
}

/* Whether `op` turns each element of tensor t into one of its output, alone or
 * with one constant number. */
static bool maps_elements(const mvg_graph *g, const mvg_op *op, int t)
{
    const mvg_tensor *in = &g->tensors[t], *out = &g->tensors[op->outputs[0]];
    if (in->type != out->type || in->count != out->count || !single_scale(in) ||
        !single_scale(out))
        return false;
    if (is_unary(op->code))
        return true;
    if (!is_pair(op->code) || op->inputs[0] == op->inputs[1])
        return false;
    const mvg_tensor *other = &g->tensors[op->inputs[op->inputs[0] == t]];
    return other->type == in->type && single_scale(other) && mvg_is_uniform(other);
}

/* Whether `op` adds to tensor t another of the same shape. */
static bool adds_skip(const mvg_graph *g, const mvg_op *op, int t)
{
    if (op->code != TFL_OP_ADD || op->inputs[0] == op->inputs[1])
        return false;
    const mvg_tensor *in = &g->tensors[t], *out = &g->tensors[op->outputs[0]];
    const mvg_tensor *other = &g->tensors[op->inputs[op->inputs[0] == t]];
    return in->type == out->type && other->type == in->type && in->count == out->count &&
           other->count == in->count && !other->data && single_scale(in) && single_scale(out) &&
           single_scale(other);
}

/* Nothing but `reader` looks at tensor t, which is nobody's ring frame. */
static bool only_reader(const mvg_graph *g, const mvg_uses *uses, int t, int *reader)
{
    for (int i = 0; i < g->n_rings; i++)
        if (g->rings[i].frame == t)
            return false;
    *reader = uses->reader[t];
    return uses->count[t] == 1 && *reader >= 0 && mvg_is_live(&g->ops[*reader]);
}

/* Takes along what follows `head`, as far as it goes. The chain is computed
 * where its last op stands, by when the skip connection is there. */
static void grow(mvg_graph *g, const mvg_uses *uses, int head)
{
    int last = head, t = g->ops[head].outputs[0], reader;
    bool added = false;
    while (!added && only_reader(g, uses, t, &reader)) {
        mvg_op *o = &g->ops[reader];
        added = adds_skip(g, o, t);
        if (!added && !mvg_is_view(o) && !maps_elements(g, o, t))
            break;
        /* Views at the end stay views. */
        if (!mvg_is_view(o)) {
            for (int i = last; i != reader;) {
                int next = uses->reader[g->ops[i].outputs[0]];
                g->ops[i].next = next;
                g->ops[next].head = head;
                i = next;
            }
            last = reader;
        }
        t = o->outputs[0];
    }
}

movinet_status mvg_pass_chains(mvg_graph *graph, movinet_error *err)
{
    mvg_uses uses;
    movinet_status status = mvg_find_uses(graph, &uses, err);
    for (int i = 0; !status && i < graph->n_ops; i++)
        if (mvg_is_live(&graph->ops[i]) && can_lead(graph->ops[i].code) &&
            single_scale(&graph->tensors[graph->ops[i].outputs[0]]))
            grow(graph, &uses, i);
    return status;
}

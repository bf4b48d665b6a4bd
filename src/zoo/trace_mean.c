/* Means over the picture, and over the frames so far.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/trace.h"

#include <math.h>

static int last_axis(const mvg_tensor *t)
{
    return t->rank ? t->shape[t->rank - 1] : 1;
}

/* Whether the channels are an axis that stays. */
static bool keeps_channels(const mvg_graph *g, const mvg_op *op)
{
    const mvg_tensor *in = &g->tensors[op->inputs[0]], *out = &g->tensors[op->outputs[0]];
    const mvg_tensor *axes = &g->tensors[op->inputs[1]];
    if (!axes->data || axes->type != MOVINET_INT32)
        return false;
    for (size_t i = 0; i < axes->count; i++) {
        int32_t axis = ((const int32_t *)axes->data)[i];
        if (axis == in->rank - 1 || axis == -1)
            return false;
    }
    return in->count && out->count == (size_t)last_axis(in);
}

static bool is_whole_pool(const mvg_graph *g, const mvg_op *op)
{
    const mvg_tensor *in = &g->tensors[op->inputs[0]], *out = &g->tensors[op->outputs[0]];
    return op->code == TFL_OP_AVERAGE_POOL_2D && op->options->padding == TFL_PADDING_VALID &&
           !op->options->activation && op->options->filter_h == in->shape[1] &&
           op->options->filter_w == in->shape[2] && out->count == (size_t)in->shape[3];
}

/* MEAN, or SUM and a product with 1 / pixels. */
bool mvz_trace_mean(mvz_trace *t, int tensor, int *of)
{
    const mvg_graph *g = t->graph;
    double factor = 1;
    int source = mvz_source(g, tensor), scaled = mvz_scaled(g, source, &factor);
    const mvg_op *op = mvz_maker(g, scaled);
    if (op && (op->code == TFL_OP_MEAN || op->code == TFL_OP_SUM) && keeps_channels(g, op)) {
        double pixels = op->code == TFL_OP_MEAN ? 1
                                                : (double)g->tensors[op->inputs[0]].count /
                                                      (double)g->tensors[scaled].count;
        *of = mvz_source(g, op->inputs[0]);
        return fabs(factor * pixels - 1) < 1e-3 ||
               mvz_trace_fail(t, source, "a sum over the picture that becomes no mean");
    }
    op = mvz_maker(g, source);
    if (op && is_whole_pool(g, op)) {
        *of = mvz_source(g, op->inputs[0]);
        return true;
    }
    *of = factor == 1 ? scaled : source; /* of one pixel */
    return g->tensors[source].count == (size_t)last_axis(&g->tensors[source]) ||
           mvz_trace_fail(t, source, "a mean over the picture is missing");
}

/* The state that comes in as `in` and goes out as `out`. */
static bool is_state(const mvg_graph *g, int in, int out)
{
    for (int i = 0; i < g->n_states; i++)
        if (g->states[i].input == in)
            return mvz_source(g, g->states[i].output) == out;
    return false;
}

bool mvz_is_count(const mvg_graph *g, int tensor, bool counted)
{
    int source = mvz_source(g, tensor), constant, before;
    const mvg_op *op = mvz_maker(g, source);
    bool second;
    double one;
    if (!op || op->code != TFL_OP_CAST)
        return false;
    source = mvz_source(g, op->inputs[0]);
    for (int i = 0; i < g->n_states; i++) {
        int next = mvz_source(g, g->states[i].output);
        if (source != (counted ? next : g->states[i].input))
            continue;
        op = mvz_maker(g, next);
        return op && op->code == TFL_OP_ADD && !op->options->activation &&
               mvz_with_constant(g, op, &constant, &before, &second) &&
               before == g->states[i].input && mvz_is_number(g, constant, &one) && one == 1 &&
               g->tensors[next].count == 1;
    }
    return false;
}

bool mvz_trace_so_far(mvz_trace *t, int tensor, int *of)
{
    const mvg_graph *g = t->graph;
    int source = mvz_source(g, tensor);
    const mvg_op *op = mvz_maker(g, source);
    if (!op || op->code != TFL_OP_DIV || op->options->activation)
        return mvz_trace_fail(t, source, "a mean over the frames so far is missing");
    int sum = mvz_source(g, op->inputs[0]), count = op->inputs[1];
    const mvg_op *add = mvz_maker(g, sum);
    if (!add || add->code != TFL_OP_ADD || add->options->activation ||
        g->tensors[sum].count != g->tensors[source].count)
        return mvz_trace_fail(t, sum, "the sum over the frames so far is missing");
    for (int k = 0; k < 2; k++) {
        int state = mvz_source(g, add->inputs[k]);
        *of = mvz_source(g, add->inputs[!k]);
        if (!is_state(g, state, sum) || g->tensors[*of].count != g->tensors[sum].count ||
            g->tensors[state].count != g->tensors[sum].count)
            continue;
        return mvz_is_count(g, count, true) ||
               mvz_trace_fail(t, source, "the number of frames so far is no state");
    }
    return mvz_trace_fail(t, sum, "the sum over the frames so far is no state");
}

/* Convolutions with what is constant behind them, and activations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/trace.h"

#include "graph/passes.h"

#include <math.h>
#include <string.h>

/* ---- activations ------------------------------------------------------------------ */

/* Files have 1/6 rounded in many ways, and int8 has few digits. */
static bool is_near(double value, double wanted)
{
    return fabs(value - wanted) <= 2e-3 * wanted;
}

/* relu6(x + 3): x, or -1. */
static int before_hard_gate(const mvg_graph *g, int tensor)
{
    int constant, source = mvz_source(g, tensor);
    const mvg_op *op = mvz_maker(g, source);
    bool clipped = op && op->code == TFL_OP_RELU6, second;
    double three;
    if (clipped) {
        source = mvz_source(g, op->inputs[0]);
        op = mvz_maker(g, source);
    }
    if (!op || op->code != TFL_OP_ADD ||
        op->options->activation != (clipped ? TFL_ACT_NONE : TFL_ACT_RELU6) ||
        !mvz_with_constant(g, op, &constant, &source, &second) ||
        !mvz_is_number(g, constant, &three) || !is_near(three, 3))
        return -1;
    return source;
}

/* A product of two that come from the same x: x · logistic(x), x · relu6(x + 3) / 6, with
 * the sixth anywhere. */
static mvz_activation product(const mvg_graph *g, const mvg_op *op, double factor, int *source)
{
    for (int k = 0; k < 2; k++) {
        double all = factor;
        int x = mvz_source(g, op->inputs[!k]), other = mvz_scaled(g, op->inputs[k], &all);
        const mvg_op *maker = mvz_maker(g, other);
        if (maker && maker->code == TFL_OP_LOGISTIC && is_near(all, 1) &&
            mvz_source(g, maker->inputs[0]) == x) {
            *source = x;
            return MVZ_SWISH;
        }
        int in = before_hard_gate(g, other);
        if (in >= 0 && in != x)
            x = mvz_scaled(g, x, &all);
        if (in >= 0 && in == x && is_near(all, 1.0 / 6)) {
            *source = x;
            return MVZ_HARD_SWISH;
        }
    }
    return MVZ_LINEAR;
}

mvz_activation mvz_trace_activation(const mvg_graph *g, int *source)
{
    double factor = 1;
    int scaled = mvz_scaled(g, *source, &factor);
    const mvg_op *op = mvz_maker(g, scaled);
    if (op && op->code == TFL_OP_MUL && !op->options->activation) {
        mvz_activation act = product(g, op, factor, source);
        if (act != MVZ_LINEAR)
            return act;
    }
    op = mvz_maker(g, *source);
    mvz_activation act = !op                             ? MVZ_LINEAR
                         : op->code == TFL_OP_HARD_SWISH ? MVZ_HARD_SWISH
                         : op->code == TFL_OP_RELU6      ? MVZ_RELU6
                         : op->code == TFL_OP_RELU       ? MVZ_RELU
                         : op->code == TFL_OP_LOGISTIC   ? MVZ_SIGMOID
                                                         : MVZ_LINEAR;
    if (act != MVZ_LINEAR)
        *source = mvz_source(g, op->inputs[0]);
    return act;
}

/* The activation that an op does by itself; there may be none behind it. */
static bool take_fused(mvz_trace *t, int tensor, mvz_found *out)
{
    int fused = mvz_maker(t->graph, tensor)->options->activation;
    if (!fused)
        return true;
    if (out->shape.act != MVZ_LINEAR || out->n_after)
        return mvz_trace_fail(t, tensor, "more follows an activation than a network has there");
    out->shape.act = fused == TFL_ACT_RELU ? MVZ_RELU : MVZ_RELU6;
    return fused == TFL_ACT_RELU || fused == TFL_ACT_RELU6 ||
           mvz_trace_fail(t, tensor, "an activation that no network has");
}

/* ---- constants behind a convolution -------------------------------------------------- */

/* One number, or for each channel one, the same everywhere in the picture. */
static bool of_channels(const mvg_tensor *constant, const mvg_tensor *x)
{
    size_t c = x->rank ? (size_t)x->shape[x->rank - 1] : 1;
    const mvg_tensor *k = constant;
    if (k->count == 1)
        return true;
    if (!c || k->quant.n > 1 || !k->rank || (size_t)k->shape[k->rank - 1] != c || k->count % c)
        return false;
    size_t row = c * tfl_type_size(k->type);
    const char *bytes = k->data;
    return !memcmp(bytes, bytes + row, (k->count / c - 1) * row);
}

static bool take_constants(mvz_trace *t, int *source, mvz_found *out)
{
    const mvg_graph *g = t->graph;
    for (;;) {
        const mvg_op *op = mvz_maker(g, *source);
        mvz_after after;
        int x;
        bool second;
        if (!op || (op->code != TFL_OP_ADD && op->code != TFL_OP_SUB && op->code != TFL_OP_MUL &&
                    op->code != TFL_OP_DIV) ||
            !mvz_with_constant(g, op, &after.constant, &x, &second))
            return true;
        if (g->tensors[x].count != g->tensors[*source].count ||
            (op->code == TFL_OP_DIV && !second) ||
            !(of_channels(&g->tensors[after.constant], &g->tensors[*source])))
            return mvz_trace_fail(t, *source, "a constant that is not one number for each channel");
        if (!take_fused(t, *source, out))
            return false;
        if (out->n_after == MVZ_MAX_AFTER)
            return mvz_trace_fail(t, *source, "too many constants behind a convolution");
        after.code = op->code;
        after.reversed = op->code == TFL_OP_SUB && !second;
        out->after[out->n_after++] = after;
        *source = x;
    }
}

/* ---- the convolution ------------------------------------------------------------------- */

static bool has_numbers(const mvg_graph *g, const mvg_op *op)
{
    const mvg_tensor *w = &g->tensors[op->inputs[1]];
    int b = op->n_inputs > 2 ? op->inputs[2] : -1;
    bool bias = b < 0 || (g->tensors[b].data && (g->tensors[b].type == MOVINET_FLOAT32 ||
                                                 g->tensors[b].type == MOVINET_INT32));
    return bias && w->data && w->count &&
           (w->type == MOVINET_FLOAT32 || w->type == MOVINET_INT8);
}

static bool take_matrix(mvz_trace *t, int tensor, const mvg_op *op, mvz_found *out)
{
    const mvg_tensor *in = &t->graph->tensors[op->inputs[0]];
    const mvg_tensor *w = &t->graph->tensors[op->inputs[1]];
    const mvg_tensor *y = &t->graph->tensors[op->outputs[0]];
    if (w->rank != 2 || op->options->weights_format || in->count != (size_t)w->shape[1] ||
        y->count != (size_t)w->shape[0])
        return mvz_trace_fail(t, tensor, "a matrix that is not one row's");
    out->shape = (mvz_conv){.kind = MVZ_POINT, .act = out->shape.act, .in = w->shape[1],
                            .out = w->shape[0], .kt = 1, .kh = 1, .kw = 1, .stride = 1, .in_h = 1,
                            .in_w = 1, .out_h = 1, .out_w = 1};
    out->frames = 1;
    return true;
}

/* The newest frame's pictures are square; how they lie in memory tells no more. */
static bool take_temporal(mvz_trace *t, int tensor, const mvg_op *op, mvz_found *out)
{
    const mvg_tensor *in = &t->graph->tensors[op->inputs[0]];
    const mvg_tensor *w = &t->graph->tensors[op->inputs[1]];
    int c = w->shape[3], side = (int)sqrt((double)(in->count / (size_t)c));
    if (in->count != (size_t)side * (size_t)side * (size_t)c)
        return mvz_trace_fail(t, tensor, "a picture that is not square");
    out->shape = (mvz_conv){.kind = MVZ_TEMPORAL, .act = out->shape.act, .in = c, .out = c,
                            .kt = w->shape[1], .kh = 1, .kw = 1, .stride = 1, .in_h = side,
                            .in_w = side, .out_h = side, .out_w = side};
    out->frames = 1;
    return true;
}

static bool take_window(mvz_trace *t, int tensor, const mvg_op *op, mvz_found *out)
{
    const mvg_tensor *in = &t->graph->tensors[op->inputs[0]];
    const mvg_tensor *w = &t->graph->tensors[op->inputs[1]];
    const mvg_tensor *y = &t->graph->tensors[op->outputs[0]];
    const tfl_options *o = op->options;
    bool depthwise = op->code == TFL_OP_DEPTHWISE_CONV_2D;
    bool point = w->shape[1] == 1 && w->shape[2] == 1;
    if (depthwise && w->shape[1] > 1 && w->shape[2] == 1)
        return mvz_trace_fail(t, tensor, "a convolution over time that does not read a state");
    if (o->stride_h != o->stride_w || o->dilation_h > 1 || o->dilation_w > 1 ||
        w->shape[3] != in->shape[3] || (o->padding != TFL_PADDING_SAME && !point))
        return mvz_trace_fail(t, tensor, "a convolution of another kind (stride %d × %d, dilation "
                              "%d × %d, groups or padding)", o->stride_h, o->stride_w,
                              o->dilation_h, o->dilation_w);
    out->shape = (mvz_conv){.kind = depthwise                     ? MVZ_SPATIAL
                                    : point && o->stride_h == 1 ? MVZ_POINT
                                                                : MVZ_FULL,
                            .act = out->shape.act, .in = in->shape[3], .out = y->shape[3], .kt = 1,
                            .kh = w->shape[1], .kw = w->shape[2], .stride = o->stride_h,
                            .in_h = in->shape[1], .in_w = in->shape[2], .out_h = y->shape[1],
                            .out_w = y->shape[2]};
    out->frames = in->shape[0];
    return true;
}

static bool is_conv(const mvg_op *op)
{
    return op && (op->code == TFL_OP_CONV_2D || op->code == TFL_OP_DEPTHWISE_CONV_2D ||
                  op->code == TFL_OP_FULLY_CONNECTED || op->code == MVG_OP_TEMPORAL);
}

bool mvz_trace_op(mvz_trace *t, int source, mvz_found *out)
{
    const mvg_op *op = mvz_maker(t->graph, source);
    if (!is_conv(op))
        return mvz_trace_fail(t, source, "what should come from a convolution does not");
    if (!take_fused(t, source, out))
        return false;
    if (!has_numbers(t->graph, op))
        return mvz_trace_fail(t, source, "weights that are no constants of float32 or int8");
    out->ops[0] = (int)(op - t->graph->ops);
    out->n_ops = 1;
    out->in = mvz_source(t->graph, op->inputs[0]);
    if (op->code == TFL_OP_FULLY_CONNECTED)
        return take_matrix(t, source, op, out);
    return op->code == MVG_OP_TEMPORAL ? take_temporal(t, source, op, out)
                                       : take_window(t, source, op, out);
}

bool mvz_trace_conv(mvz_trace *t, int tensor, mvz_found *out)
{
    int source = mvz_source(t->graph, tensor);
    *out = (mvz_found){.factor = 1};
    out->shape.act = mvz_trace_activation(t->graph, &source);
    if (!take_constants(t, &source, out))
        return false;
    const mvg_op *op = mvz_maker(t->graph, source);
    if (!op || op->code != TFL_OP_ADD)
        return mvz_trace_op(t, source, out);
    return take_fused(t, source, out) && mvz_trace_taps(t, source, out);
}

bool mvz_trace_gate_conv(mvz_trace *t, int tensor, mvz_found *out)
{
    double factor = 1;
    int source = mvz_scaled(t->graph, tensor, &factor);
    const mvg_op *op = mvz_maker(t->graph, source);
    if (op && op->code == TFL_OP_BROADCAST_TO)
        source = mvz_scaled(t->graph, op->inputs[0], &factor);
    if (!mvz_trace_conv(t, source, out))
        return false;
    if (out->shape.act == MVZ_RELU6) /* of x + 3 */
        out->shape.act = MVZ_HARD_SIGMOID;
    out->factor = factor;
    return out->shape.act == MVZ_HARD_SIGMOID || out->shape.act == MVZ_SIGMOID ||
           mvz_trace_fail(t, source, "a gate that is no sigmoid");
}

/* The gate of a layer: squeeze-excitation, and the positional encoding in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/form.h"

#include <math.h>

/* ---- the positional encoding ------------------------------------------------------- */

static bool are_frequencies(const mvg_tensor *t)
{
    for (size_t k = 0; k < t->count; k++)
        if (!(fabs(mvz_number(t, k) * pow(MVZ_POSITION_BASE, (double)k / (double)t->count) - 1) <
              1e-4))
            return false;
    return t->type == MOVINET_FLOAT32;
}

/* Frequencies times the number of the frame. */
static bool are_angles(const mvg_graph *g, int source, size_t n)
{
    int constant, count;
    bool second;
    const mvg_op *op = mvz_maker(g, source);
    return op && op->code == TFL_OP_MUL && !op->options->activation &&
           mvz_with_constant(g, op, &constant, &count, &second) &&
           g->tensors[constant].count == n && g->tensors[source].count == n &&
           are_frequencies(&g->tensors[constant]) && mvz_is_count(g, count, false);
}

static int input_of(const mvg_graph *g, int tensor, int code)
{
    const mvg_op *op = mvz_maker(g, mvz_source(g, tensor));
    return op && op->code == code ? mvz_source(g, op->inputs[0]) : -1;
}

/* scale · concat(sin, cos) of the angles. */
static bool is_position(const mvg_graph *g, int tensor, double *scale)
{
    *scale = 1;
    int source = mvz_scaled(g, tensor, scale);
    const mvg_op *op = mvz_maker(g, source);
    if (!op || op->code != TFL_OP_CONCATENATION || op->n_inputs != 2)
        return false;
    int sine = input_of(g, op->inputs[0], TFL_OP_SIN),
        cosine = input_of(g, op->inputs[1], TFL_OP_COS);
    return sine >= 0 && sine == cosine && are_angles(g, sine, g->tensors[source].count / 2);
}

/* What the encoding is added to, or the source as it is. */
static int without_position(const mvg_graph *g, mvz_form_layer *layer, int source)
{
    const mvg_op *op = mvz_maker(g, source);
    for (int k = 0; op && op->code == TFL_OP_ADD && !op->options->activation && k < 2; k++) {
        int other = mvz_source(g, op->inputs[!k]);
        if (!is_position(g, op->inputs[k], &layer->position) ||
            g->tensors[other].count != g->tensors[source].count)
            continue;
        layer->has_position = true;
        return other;
    }
    return source;
}

/* ---- the gate ------------------------------------------------------------------------- */

/* concat(mean so far, mean), or for a whole clip the mean alone: of what. */
static bool read_means(mvz_trace *t, mvz_form_layer *layer, int *of)
{
    const mvg_graph *g = t->graph;
    int source = without_position(g, layer, layer->squeeze.in), mean;
    const mvg_op *op = mvz_maker(g, source);
    if (!op || op->code != TFL_OP_CONCATENATION)
        return mvz_trace_mean(t, source, of);
    if (op->n_inputs != 2 || op->options->activation)
        return mvz_trace_fail(t, source, "means that are not two");
    int now = mvz_source(g, op->inputs[1]);
    size_t n = g->tensors[now].count;
    if (!mvz_trace_so_far(t, op->inputs[0], &mean))
        return false;
    if (mean != now || g->tensors[source].count != 2 * n ||
        (size_t)layer->squeeze.shape.in != 2 * n)
        return mvz_trace_fail(t, source,
                              "a gate that does not read the mean so far, then the "
                              "mean of this frame");
    return mvz_trace_mean(t, now, of);
}

static bool read_factor(mvz_trace *t, mvz_form_layer *layer, int tensor, int *of)
{
    if (!mvz_trace_gate_conv(t, tensor, &layer->excite))
        return false;
    if (layer->excite.shape.kind != MVZ_POINT)
        return mvz_trace_fail(t, layer->excite.in, "a gate by no 1 × 1 convolution");
    t->depth++;
    if (!mvz_trace_conv(t, layer->excite.in, &layer->squeeze))
        return false;
    if (layer->squeeze.shape.kind != MVZ_POINT)
        return mvz_trace_fail(t, layer->squeeze.in, "a gate by no 1 × 1 convolution");
    t->depth++;
    layer->gate_factor = layer->excite.factor;
    return read_means(t, layer, of);
}

bool mvz_form_gate_read(mvz_trace *t, mvz_form_layer *layer, int source, int *of)
{
    const mvg_graph *g = t->graph;
    const mvg_op *op = mvz_maker(g, source);
    if (!op || op->code != TFL_OP_MUL || op->options->activation)
        return mvz_trace_fail(t, source, "neither a gate nor an activation");
    const int depth = t->depth;
    for (int k = 0; k < 2; k++) {
        int x = mvz_source(g, op->inputs[!k]);
        t->depth = depth;
        layer->has_position = false;
        if (!read_factor(t, layer, op->inputs[k], of))
            continue;
        if (*of == x && g->tensors[x].count == g->tensors[source].count)
            return true;
        mvz_trace_fail(t, source, "a gate that reads something else than it multiplies");
    }
    layer->squeeze.n_ops = layer->excite.n_ops = 0;
    return false;
}

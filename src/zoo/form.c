/* Layers, and the whole network from its end to its beginning.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/form.h"

#include <string.h>

/* ---- a layer ------------------------------------------------------------------------- */

/* Behind the gate or the last activation: [temporal] and spatial convolution, expand. */
static bool read_feature(mvz_trace *t, mvz_form_layer *layer, int source, int *in)
{
    mvz_found last;
    if (!mvz_trace_conv(t, source, &last))
        return false;
    t->depth++;
    layer->temporal.n_ops = 0;
    if (last.shape.kind == MVZ_TEMPORAL) {
        layer->temporal = last;
        if (!mvz_trace_conv(t, last.in, &last))
            return false;
    }
    t->depth++;
    layer->spatial = last;
    if (last.shape.kind != MVZ_SPATIAL)
        return mvz_trace_fail(t, source, "what should be a depthwise convolution is none");
    if (!mvz_trace_conv(t, last.in, &layer->expand))
        return false;
    t->depth++;
    if (layer->expand.shape.kind != MVZ_POINT)
        return mvz_trace_fail(t, last.in, "what should expand is no 1 × 1 convolution");
    *in = layer->expand.in;
    return true;
}

/* All of the layer but the skip; `tensor` is one side of its last addition. */
static bool read_branch(mvz_trace *t, mvz_form_layer *layer, int tensor, int *in)
{
    const mvg_graph *g = t->graph;
    double factor = 1;
    int of;
    if (!mvz_trace_conv(t, tensor, &layer->project))
        return false;
    const mvz_found *p = &layer->project;
    if (p->shape.kind != MVZ_POINT || p->shape.act != MVZ_LINEAR)
        return mvz_trace_fail(t, tensor, "what should project is no 1 × 1 convolution without "
                              "activation");
    t->depth++;
    layer->has_scale = p->n_after && p->after[0].code == TFL_OP_MUL &&
                       g->tensors[p->after[0].constant].quant.n <= 1 &&
                       mvz_is_number(g, p->after[0].constant, &(double){0});
    int source = mvz_scaled(g, p->in, &factor), depth = t->depth;
    if (!mvz_form_gate_read(t, layer, source, &of)) {
        of = p->in;
        layer->gate_factor = factor = 1;
        t->depth = depth;
    }
    layer->gate_factor *= factor;
    return read_feature(t, layer, of, in);
}

/* The other side: as it came in, or made to fit. */
static bool read_skip(mvz_trace *t, mvz_form_layer *layer, int tensor, int in)
{
    const mvg_graph *g = t->graph;
    int source = mvz_source(g, tensor);
    layer->pool = false;
    layer->skip.n_ops = 0;
    if (source == in)
        return true;
    if (!mvz_trace_conv(t, source, &layer->skip))
        return false;
    const mvg_op *op = mvz_maker(g, layer->skip.in);
    if (layer->skip.in != in && op && op->code == TFL_OP_AVERAGE_POOL_2D) {
        const tfl_options *o = op->options;
        layer->pool = true;
        if (o->filter_h != 3 || o->filter_w != 3 || o->stride_h != 2 || o->stride_w != 2 ||
            o->padding != TFL_PADDING_SAME || o->activation)
            return mvz_trace_fail(t, layer->skip.in, "an average that is not 3 × 3 with stride 2");
        layer->skip.in = mvz_source(g, op->inputs[0]);
    }
    if (layer->skip.in != in || layer->skip.shape.kind != MVZ_POINT ||
        layer->skip.shape.act != MVZ_LINEAR)
        return mvz_trace_fail(t, source, "what is added does not come from the layer's input");
    return true;
}

static bool ends_layer(const mvg_graph *g, int source)
{
    const mvg_op *op = mvz_maker(g, source);
    return op && op->code == TFL_OP_ADD && !g->tensors[op->inputs[0]].data &&
           !g->tensors[op->inputs[1]].data;
}

/* Whether this side can be nothing but the skip: so that what is wrong is looked for on the
 * other one. */
static bool is_skip(const mvg_graph *g, int tensor)
{
    int source = mvz_source(g, tensor);
    const mvg_op *op = mvz_maker(g, source);
    if (!op || op->code != TFL_OP_CONV_2D)
        return ends_layer(g, source);
    op = mvz_maker(g, mvz_source(g, op->inputs[0]));
    return op && op->code == TFL_OP_AVERAGE_POOL_2D;
}

bool mvz_form_layer_read(mvz_trace *t, mvz_form_layer *layer, int out, int *in)
{
    const mvg_graph *g = t->graph;
    const mvg_op *op = mvz_maker(g, out);
    const int depth = t->depth;
    for (int k = 0; k < 2; k++) {
        if (is_skip(g, op->inputs[k]) && !is_skip(g, op->inputs[!k]))
            continue;
        t->depth = depth;
        *layer = (mvz_form_layer){.gate_factor = 1};
        if (!read_branch(t, layer, op->inputs[k], in) || !read_skip(t, layer, op->inputs[!k], *in))
            continue;
        if (!op->options->activation && g->tensors[op->inputs[k]].count == g->tensors[out].count &&
            g->tensors[op->inputs[!k]].count == g->tensors[out].count)
            return true;
        mvz_trace_fail(t, out, "an addition of another kind at the end of a layer");
    }
    return false;
}

/* ---- the network ------------------------------------------------------------------------ */

/* From the logits to what the head's convolution reads. */
static bool read_head(mvz_trace *t, mvz_form *form, int *in)
{
    const mvg_graph *g = t->graph;
    int mean, of;
    if (!mvz_trace_conv(t, g->logits, &form->classes))
        return false;
    t->depth++;
    if (!mvz_trace_conv(t, form->classes.in, &form->dense))
        return false;
    t->depth++;
    mean = form->dense.in;
    form->base = true;
    const mvg_op *op = mvz_maker(g, mean);
    if (op && op->code == TFL_OP_DIV && !g->tensors[op->inputs[1]].data) {
        form->base = false;
        if (!mvz_trace_so_far(t, mean, &mean))
            return false;
    }
    t->depth++;
    if (!mvz_trace_mean(t, mean, &of) || !mvz_trace_conv(t, of, &form->head))
        return false;
    t->depth++;
    *in = form->head.in;
    return true;
}

static bool read_all(mvz_trace *t, mvz_form *form)
{
    const mvg_graph *g = t->graph;
    int x;
    if (!read_head(t, form, &x))
        return false;
    while (ends_layer(g, x)) {
        if (form->n_layers == MVZ_MAX_LAYERS)
            return mvz_trace_fail(t, x, "more than %d layers", MVZ_MAX_LAYERS);
        if (!mvz_form_layer_read(t, &form->layers[form->n_layers], x, &x))
            return false;
        form->n_layers++;
        t->depth++;
    }
    if (!mvz_trace_conv(t, x, &form->stem))
        return false;
    t->depth++;
    if (form->stem.in != mvz_source(g, g->image))
        return mvz_trace_fail(t, form->stem.in, "the first convolution does not read the image");
    return true;
}

static void turn_around(mvz_form *form)
{
    for (int i = 0, k = form->n_layers - 1; i < k; i++, k--) {
        mvz_form_layer first = form->layers[i];
        form->layers[i] = form->layers[k];
        form->layers[k] = first;
    }
}

/* Every layer has one depthwise convolution over the picture. */
static int count_layers(const mvg_graph *g)
{
    int n = 0;
    for (int i = 0; i < g->n_ops; i++)
        n += g->ops[i].code == TFL_OP_DEPTHWISE_CONV_2D && !g->ops[i].dropped &&
             g->tensors[g->ops[i].inputs[1]].shape[2] > 1;
    return n;
}

movinet_status mvz_form_read(mvz_form *form, const mvg_graph *graph, movinet_error *err)
{
    mvz_trace t = {.graph = graph};
    memset(form, 0, sizeof *form);
    bool ok = read_all(&t, form);
    int layers = count_layers(graph), layer = layers - form->n_layers;
    turn_around(form);
    if (ok)
        return MOVINET_OK;
    if (form->head.n_ops && !form->base && layer >= 1 && layer <= layers)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: layer %d of %d: %s", layer,
                       layers, t.why);
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: %s: %s",
                   form->head.n_ops ? "before the head" : "at its end", t.why);
}

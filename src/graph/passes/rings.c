/* state ─► [QUANTIZE] ─┐
 *                       ├► CONCATENATION ─► RESHAPE ─► DEPTHWISE_CONV_2D (taps × 1)
 * frame ───────────────┘        └► STRIDED_SLICE ─► [DEQUANTIZE] ─► state
 *
 * becomes frame ─► TEMPORAL, with the state as a ring of the newest frames.
 * SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"

typedef struct match {
    int state;              ///< index
    int quantize;           ///< op, -1: none
    int concat, reshape, conv, slice;
    int dequantize;         ///< op, -1: none
    int frame;              ///< tensor
    int taps;
} match;

static const mvg_tensor *tensor(const mvg_graph *g, int t)
{
    return &g->tensors[t];
}

static const mvg_op *producer(const mvg_graph *g, int t)
{
    int p = tensor(g, t)->producer;
    return p >= 0 && mvg_is_live(&g->ops[p]) ? &g->ops[p] : NULL;
}

/* From the state's output back to the concatenation. */
static bool match_output(const mvg_graph *g, const mvg_uses *uses, match *m)
{
    int t = g->states[m->state].output;
    const mvg_op *o = producer(g, t);
    m->dequantize = -1;
    if (uses->count[t] != 1)
        return false;
    if (o && o->code == TFL_OP_DEQUANTIZE) {
        m->dequantize = tensor(g, t)->producer;
        t = o->inputs[0];
        o = producer(g, t);
        if (uses->count[t] != 1)
            return false;
    }
    if (!o || o->code != TFL_OP_STRIDED_SLICE)
        return false;
    m->slice = tensor(g, t)->producer;
    o = producer(g, o->inputs[0]);
    if (!o || o->code != TFL_OP_CONCATENATION || o->n_inputs != 2)
        return false;
    m->concat = (int)(o - g->ops);
    return uses->count[o->outputs[0]] == 2;
}

/* The concatenation's inputs: the state, perhaps quantized, then the frame. */
static bool match_input(const mvg_graph *g, const mvg_uses *uses, match *m)
{
    const mvg_op *c = &g->ops[m->concat];
    int t = c->inputs[0];
    const mvg_op *q = producer(g, t);
    m->quantize = -1;
    if (uses->count[t] != 1)
        return false;
    if (q && q->code == TFL_OP_QUANTIZE) {
        m->quantize = (int)(q - g->ops);
        t = q->inputs[0];
        if (uses->count[t] != 1)
            return false;
    }
    m->frame = mvg_view_of(g, c->inputs[1]);
    return t == g->states[m->state].input && (m->quantize < 0) == (m->dequantize < 0) &&
           producer(g, m->frame) && m->frame != g->logits;
}

/* Time is the axis of the concatenation, all before it is 1, the frame is one
 * step of it; the slice keeps all but the oldest. */
static bool match_shapes(const mvg_graph *g, match *m)
{
    const mvg_op *c = &g->ops[m->concat], *s = &g->ops[m->slice];
    const mvg_tensor *all = tensor(g, c->outputs[0]), *old = tensor(g, c->inputs[0]);
    const mvg_tensor *kept = tensor(g, s->outputs[0]), *begin = tensor(g, s->inputs[1]);
    const mvg_tensor *step = tensor(g, s->inputs[3]);
    int axis = c->options->axis + (c->options->axis < 0 ? all->rank : 0);
    for (int i = 0; i < axis; i++)
        if (all->shape[i] != 1)
            return false;
    m->taps = all->shape[axis];
    if (m->taps < 2 || m->taps > 16 || old->shape[axis] != m->taps - 1 ||
        s->options->shrink_axis_mask || kept->rank != all->rank || kept->count != old->count ||
        kept->shape[axis] != m->taps - 1 || !begin->data || begin->type != MOVINET_INT32 ||
        begin->count <= (size_t)axis || step->count <= (size_t)axis)
        return false;
    int32_t first = ((const int32_t *)begin->data)[axis];
    if (s->options->begin_mask >> axis & 1 || (first != 1 && first != 1 - m->taps) ||
        ((const int32_t *)step->data)[axis] != 1)
        return false;
    return mvg_same_quant(all, old) && mvg_same_quant(all, kept) &&
           mvg_same_quant(all, tensor(g, m->frame));
}

/* The other reader of the concatenation: a view, then the convolution. */
static bool match_conv(const mvg_graph *g, const mvg_uses *uses, match *m)
{
    int all = g->ops[m->concat].outputs[0];
    m->reshape = m->conv = -1;
    for (int i = m->concat + 1; i < g->n_ops; i++) {
        const mvg_op *o = &g->ops[i];
        if (mvg_is_live(o) && mvg_is_view(o) && o->inputs[0] == all &&
            uses->count[o->outputs[0]] == 1) {
            m->reshape = i;
            m->conv = uses->reader[o->outputs[0]];
        }
    }
    if (m->conv < 0)
        return false;
    const mvg_op *o = &g->ops[m->conv];
    if (o->code != TFL_OP_DEPTHWISE_CONV_2D || !mvg_is_live(o) ||
        o->inputs[0] != g->ops[m->reshape].outputs[0])
        return false;
    const mvg_tensor *in = tensor(g, o->inputs[0]), *w = tensor(g, o->inputs[1]);
    const mvg_tensor *out = tensor(g, o->outputs[0]), *frame = tensor(g, m->frame);
    const tfl_options *opt = o->options;
    return in->shape[0] == 1 && in->shape[1] == m->taps && w->shape[1] == m->taps &&
           w->shape[2] == 1 && w->shape[3] == in->shape[3] && opt->stride_w == 1 &&
           opt->padding == TFL_PADDING_VALID && opt->dilation_h <= 1 && out->shape[1] == 1 &&
           out->count == frame->count && frame->type == in->type &&
           (frame->type == MOVINET_INT8 || frame->type == MOVINET_FLOAT32);
}

/* There is no TEMPORAL that rounds its frames first. */
static bool is_hybrid(const mvg_graph *g, const match *m)
{
    return tensor(g, m->frame)->type == MOVINET_FLOAT32 &&
           tensor(g, g->ops[m->conv].inputs[1])->type != MOVINET_FLOAT32;
}

static bool frame_is_free(const mvg_graph *g, int frame)
{
    for (int i = 0; i < g->n_rings; i++)
        if (g->rings[i].frame == frame)
            return false;
    for (int i = 0; i < g->n_states; i++)
        if (mvg_view_of(g, g->states[i].output) == frame)
            return false;
    return true;
}

static movinet_status rewrite(mvg_graph *g, const match *m, movinet_error *err)
{
    mvg_op *conv = &g->ops[m->conv];
    movinet_status status = mvg_set_input(g, m->conv, 0, m->frame, err);
    if (status)
        return status;
    const int gone[] = {m->quantize, m->concat, m->reshape, m->slice, m->dequantize};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (gone[i] >= 0)
            g->ops[gone[i]].dropped = true;
    conv->code = MVG_OP_TEMPORAL;
    conv->ring = g->n_rings;
    g->states[m->state].ring = g->n_rings;
    g->rings[g->n_rings++] = (mvg_ring){m->state, m->frame, m->taps};
    return MOVINET_OK;
}

static movinet_status find_rings(mvg_graph *graph, bool hybrid, movinet_error *err)
{
    mvg_uses uses;
    movinet_status status = mvg_find_uses(graph, &uses, err);
    for (int i = 0; !status && i < graph->n_states; i++) {
        match m = {.state = i};
        if (graph->states[i].input != graph->states[i].output && match_output(graph, &uses, &m) &&
            match_input(graph, &uses, &m) && match_shapes(graph, &m) &&
            match_conv(graph, &uses, &m) && frame_is_free(graph, m.frame) &&
            (hybrid || !is_hybrid(graph, &m)))
            status = rewrite(graph, &m, err);
    }
    return status;
}

movinet_status mvg_pass_rings(mvg_graph *graph, movinet_error *err)
{
    return find_rings(graph, false, err);
}

movinet_status mvg_pass_all_rings(mvg_graph *graph, movinet_error *err)
{
    return find_rings(graph, true, err);
}

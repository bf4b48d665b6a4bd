/* A convolution over space and time as base networks have it (see emit.c): the clip with
 * zeros before and behind, cut anew for each frame of the kernel; depthwise convolutions of
 * the pieces; their sum. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/trace.h"

#include <string.h>

static bool is_sum(const mvg_graph *g, const mvg_op *op)
{
    return op && op->code == TFL_OP_ADD && !g->tensors[op->inputs[0]].data &&
           !g->tensors[op->inputs[1]].data;
}

/* The piece of a padded clip that begins at frame *begin; the padded clip, or -1. */
static int cut_of(const mvg_graph *g, int source, int32_t *begin)
{
    const mvg_op *op = mvz_maker(g, source);
    if (!op || op->code != TFL_OP_STRIDED_SLICE || op->options->shrink_axis_mask ||
        op->options->begin_mask || op->options->new_axis_mask || op->options->ellipsis_mask)
        return -1;
    const mvg_tensor *from = &g->tensors[op->inputs[1]], *step = &g->tensors[op->inputs[3]];
    const mvg_tensor *all = &g->tensors[op->inputs[0]], *cut = &g->tensors[source];
    if (!from->data || !step->data || from->type != MOVINET_INT32 || step->type != MOVINET_INT32 ||
        from->count != 4 || step->count != 4 || all->rank != 4 || cut->rank != 4)
        return -1;
    for (int i = 0; i < 4; i++)
        if (((const int32_t *)step->data)[i] != 1 || (i && cut->shape[i] != all->shape[i]))
            return -1;
    *begin = ((const int32_t *)from->data)[0];
    return op->inputs[0];
}

/* Zeros before and behind the clip, as many as the kernel reaches beyond it; the clip. */
static int clip_of(const mvg_graph *g, int padded, int kt, int frames)
{
    const mvg_op *op = mvz_maker(g, padded);
    if (!op || op->code != TFL_OP_PAD)
        return -1;
    const mvg_tensor *pads = &g->tensors[op->inputs[1]], *in = &g->tensors[op->inputs[0]];
    const int32_t wanted[] = {kt / 2, kt - 1 - kt / 2, 0, 0, 0, 0, 0, 0};
    if (!pads->data || pads->type != MOVINET_INT32 || pads->count != 8 || in->rank != 4 ||
        memcmp(pads->data, wanted, sizeof wanted) != 0 || in->shape[0] != frames)
        return -1;
    return mvz_source(g, op->inputs[0]);
}

/* One frame of the kernel. */
static bool take_tap(mvz_trace *t, int source, int *padded, mvz_found *out)
{
    mvz_found one = {.shape.act = MVZ_LINEAR};
    const mvz_conv *a = &one.shape, *b = &out->shape;
    int32_t begin;
    if (!mvz_trace_op(t, source, &one))
        return false;
    int all = cut_of(t->graph, one.in, &begin);
    if (a->kind != MVZ_SPATIAL || a->act != MVZ_LINEAR || all < 0 || begin < 0 ||
        begin >= MVZ_MAX_TAPS || out->ops[begin] >= 0)
        return mvz_trace_fail(t, source, "no frame of a convolution over space and time");
    if (out->n_ops && (all != *padded || a->in != b->in || a->kh != b->kh || a->kw != b->kw ||
                       a->stride != b->stride || one.frames != out->frames))
        return mvz_trace_fail(t, source, "frames of a convolution that differ");
    mvz_activation act = b->act;
    out->shape = one.shape;
    out->shape.act = act;
    out->frames = one.frames;
    out->ops[begin] = one.ops[0];
    out->n_ops++;
    *padded = all;
    return true;
}

bool mvz_trace_taps(mvz_trace *t, int source, mvz_found *out)
{
    const mvg_graph *g = t->graph;
    int todo[2 * MVZ_MAX_TAPS] = {source}, n = 1, padded = -1;
    memset(out->ops, -1, sizeof out->ops);
    while (n) {
        int x = mvz_source(g, todo[--n]);
        const mvg_op *op = mvz_maker(g, x);
        if (!is_sum(g, op)) {
            if (!take_tap(t, x, &padded, out))
                return false;
            continue;
        }
        if (n + 2 > 2 * MVZ_MAX_TAPS || (op->options->activation && x != source))
            return mvz_trace_fail(t, x, "no sum over the frames of a convolution");
        todo[n++] = op->inputs[0];
        todo[n++] = op->inputs[1];
    }
    for (int i = 0; i < out->n_ops; i++)
        if (out->ops[i] < 0)
            return mvz_trace_fail(t, source, "frame %d of a convolution is missing", i);
    out->shape.kt = out->n_ops;
    out->in = clip_of(g, padded, out->n_ops, out->frames);
    return out->in >= 0 || mvz_trace_fail(t, source,
                                          "a convolution over space and time that does "
                                          "not see as much before as behind");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "zoo/emit.h"

#include <math.h>
#include <stdio.h>

void mvz_emit_begin(mvz_emit *e, const char *part)
{
    e->part = part;
}

static void name_in_part(const mvz_emit *e, char out[96], const char *name)
{
    snprintf(out, 96, "%s/%s", e->part, name);
}

int mvz_emit_tensor(mvz_emit *e, const char *name, movinet_type type, int rank,
                    const int32_t *shape)
{
    char whole[96];
    name_in_part(e, whole, name);
    return tfl_draft_tensor(&e->draft, whole, type, rank, shape);
}

void mvz_emit_later(mvz_emit *e, const char *name, int tensor)
{
    snprintf(e->outputs[e->n_outputs].name, sizeof e->outputs->name, "%s", name);
    e->outputs[e->n_outputs++].tensor = tensor;
}

int mvz_emit_reshape(mvz_emit *e, int x, int rank, const int32_t *shape)
{
    int to = tfl_draft_ints(&e->draft, rank, shape);
    int out = mvz_emit_tensor(e, "reshape", e->draft.failed ? MOVINET_FLOAT32
                                                            : e->draft.tensors[x].type,
                              rank, shape);
    tfl_draft_op(&e->draft, TFL_OP_RESHAPE, TFL_IDS(x, to), out, NULL);
    return out;
}

/* ---- constants ------------------------------------------------------------- */

static int emit_floats(mvz_emit *e, const char *name, int rank, const int32_t *shape, float **data)
{
    char whole[96];
    name_in_part(e, whole, name);
    int tensor = tfl_draft_constant(&e->draft, whole, MOVINET_FLOAT32, rank, shape, NULL);
    *data = tfl_draft_data(&e->draft, tensor);
    return tensor;
}

static int emit_number(mvz_emit *e, const char *name, float value)
{
    float *data;
    int tensor = emit_floats(e, name, 1, (const int32_t[]){1}, &data);
    if (data)
        *data = value;
    return tensor;
}

int mvz_emit_frequencies(mvz_emit *e, int n)
{
    float *data;
    int tensor = emit_floats(e, "frequencies", 4, (const int32_t[]){1, 1, 1, n}, &data);
    for (int k = 0; data && k < n; k++)
        data[k] = (float)pow(MVZ_POSITION_BASE, -(double)k / n);
    return tensor;
}

/* What a normalisation multiplies channel c by. */
static float norm_factor(const mvz_network *net, const mvz_conv *conv, size_t c)
{
    const float *v = net->values;
    if (!conv->gamma.n)
        return 1;
    return v[conv->gamma.at + c] / sqrtf(v[conv->variance.at + c] + MVZ_BN_EPSILON);
}

/* tap: which frame of a kernel over space and time. */
static int emit_weights(mvz_emit *e, const mvz_conv *conv, const char *name, int tap)
{
    const mvz_network *net = e->network;
    size_t n = conv->kind == MVZ_SPATIAL ? conv->weights.n / (size_t)conv->kt : conv->weights.n;
    const float *from = net->values + conv->weights.at + (size_t)tap * n;
    bool depthwise = conv->kind == MVZ_SPATIAL || conv->kind == MVZ_TEMPORAL;
    int32_t shape[] = {conv->out, conv->kh, conv->kw, conv->in};
    float *to;
    if (depthwise) {
        shape[0] = 1;
        shape[1] = conv->kind == MVZ_TEMPORAL ? conv->kt : conv->kh;
        shape[3] = conv->out;
    }
    int tensor = emit_floats(e, name, 4, shape, &to);
    size_t out = (size_t)conv->out, each = n / out;
    for (size_t i = 0; to && i < n; i++)
        to[i] = from[i] * norm_factor(net, conv, depthwise ? i % out : i / each);
    return tensor;
}

static int emit_bias(mvz_emit *e, const mvz_conv *conv, const char *name, float plus)
{
    const float *v = e->network->values;
    float *to;
    int tensor = emit_floats(e, name, 1, (const int32_t[]){conv->out}, &to);
    for (size_t c = 0; to && c < (size_t)conv->out; c++) {
        to[c] = plus;
        if (conv->bias.n)
            to[c] += v[conv->bias.at + c];
        if (conv->gamma.n)
            to[c] += v[conv->beta.at + c] -
                     v[conv->mean.at + c] * norm_factor(e->network, conv, c);
    }
    return tensor;
}

/* ---- convolutions ------------------------------------------------------------ */

static int activate(mvz_emit *e, mvz_activation act, int x, int rank, const int32_t *shape)
{
    int out;
    if (act == MVZ_HARD_SWISH || act == MVZ_SIGMOID) {
        out = mvz_emit_tensor(e, "act", MOVINET_FLOAT32, rank, shape);
        tfl_draft_op(&e->draft, act == MVZ_SIGMOID ? TFL_OP_LOGISTIC : TFL_OP_HARD_SWISH,
                     TFL_IDS(x), out, NULL);
        return out;
    }
    if (act == MVZ_SWISH) {
        int sigmoid = mvz_emit_tensor(e, "sigmoid", MOVINET_FLOAT32, rank, shape);
        out = mvz_emit_tensor(e, "act", MOVINET_FLOAT32, rank, shape);
        tfl_draft_op(&e->draft, TFL_OP_LOGISTIC, TFL_IDS(x), sigmoid, NULL);
        tfl_draft_op(&e->draft, TFL_OP_MUL, TFL_IDS(x, sigmoid), out, NULL);
        return out;
    }
    if (act == MVZ_HARD_SIGMOID) { /* relu6(x + 3), of which the 3 is in the bias */
        int slope = emit_number(e, "gate_slope", MVZ_GATE_SLOPE);
        out = mvz_emit_tensor(e, "act", MOVINET_FLOAT32, rank, shape);
        tfl_draft_op(&e->draft, TFL_OP_MUL, TFL_IDS(x, slope), out, NULL);
        return out;
    }
    return x;
}

/* Activations that the convolution does by itself. */
static int fused(mvz_activation act)
{
    return act == MVZ_RELU ? TFL_ACT_RELU
         : act == MVZ_RELU6 || act == MVZ_HARD_SIGMOID ? TFL_ACT_RELU6 : TFL_ACT_NONE;
}

/* The convolution alone. act: TFL_ACT_… */
static int emit_conv_op(mvz_emit *e, const mvz_conv *conv, int x, int weights, int bias, int act)
{
    bool time = conv->kind == MVZ_TEMPORAL, depthwise = time || conv->kind == MVZ_SPATIAL;
    int32_t shape[] = {1, conv->out_h, conv->out_w, conv->out};
    if (time) {
        shape[1] = 1;
        shape[2] = conv->out_h * conv->out_w;
    } else if (!conv->of_means) {
        shape[0] = e->network->frames;
    }
    int out = mvz_emit_tensor(e, "conv", MOVINET_FLOAT32, 4, shape);
    tfl_draft_op(&e->draft, depthwise ? TFL_OP_DEPTHWISE_CONV_2D : TFL_OP_CONV_2D,
                 TFL_IDS(x, weights, bias), out,
                 &(tfl_options){.padding = time ? TFL_PADDING_VALID : TFL_PADDING_SAME,
                                .stride_w = conv->stride, .stride_h = conv->stride,
                                .depth_multiplier = depthwise, .activation = act});
    return out;
}

/* A convolution over space and time, for which there is no depthwise op: the clip
 * with zeros around it is cut anew for each frame of the kernel, and what the frames
 * give is summed. */
static int emit_taps(mvz_emit *e, const mvz_conv *conv, int x)
{
    const int32_t before = conv->kt / 2, frames = e->network->frames, n = conv->in;
    const int32_t h = conv->in_h, w = conv->in_w, all = frames + conv->kt - 1;
    const int32_t out_shape[] = {frames, conv->out_h, conv->out_w, conv->out};
    const int32_t zeros[] = {before, conv->kt - 1 - before, 0, 0, 0, 0, 0, 0};
    int pads = tfl_draft_constant(&e->draft, "pads", MOVINET_INT32, 2, (const int32_t[]){4, 2},
                                  zeros);
    int padded = mvz_emit_tensor(e, "padded", MOVINET_FLOAT32, 4, (const int32_t[]){all, h, w, n});
    int step = tfl_draft_ints(&e->draft, 4, (const int32_t[]){1, 1, 1, 1});
    int bias = emit_bias(e, conv, "bias", 0), sum = 0;
    int none = tfl_draft_constant(&e->draft, "zeros", MOVINET_FLOAT32, 1, &conv->out, NULL);
    tfl_draft_op(&e->draft, TFL_OP_PAD, TFL_IDS(x, pads), padded, NULL);
    for (int tap = 0; tap < conv->kt; tap++) {
        int begin = tfl_draft_ints(&e->draft, 4, (const int32_t[]){tap, 0, 0, 0});
        int end = tfl_draft_ints(&e->draft, 4, (const int32_t[]){tap + frames, h, w, n});
        int cut = mvz_emit_tensor(e, "cut", MOVINET_FLOAT32, 4, (const int32_t[]){frames, h, w, n});
        tfl_draft_op(&e->draft, TFL_OP_STRIDED_SLICE, TFL_IDS(padded, begin, end, step), cut, NULL);
        int part = emit_conv_op(e, conv, cut, emit_weights(e, conv, "weights", tap),
                                tap ? none : bias, TFL_ACT_NONE);
        if (tap) {
            int next = mvz_emit_tensor(e, "sum", MOVINET_FLOAT32, 4, out_shape);
            bool last = tap == conv->kt - 1;
            tfl_draft_op(&e->draft, TFL_OP_ADD, TFL_IDS(sum, part), next,
                         &(tfl_options){.activation = last ? fused(conv->act) : TFL_ACT_NONE});
            part = next;
        }
        sum = part;
    }
    return sum;
}

int mvz_emit_conv(mvz_emit *e, const mvz_conv *conv, int x)
{
    const char *part = e->part;
    int out;
    mvz_emit_begin(e, conv->name);
    if (conv->kind == MVZ_SPATIAL && conv->kt > 1) {
        out = emit_taps(e, conv, x);
    } else {
        int bias = emit_bias(e, conv, "bias", conv->act == MVZ_HARD_SIGMOID ? 3 : 0);
        out = emit_conv_op(e, conv, x, emit_weights(e, conv, "weights", 0), bias, fused(conv->act));
    }
    if (!e->draft.failed) {
        const tfl_tensor *t = &e->draft.tensors[out];
        int32_t shape[] = {t->shape[0], t->shape[1], t->shape[2], t->shape[3]};
        out = activate(e, conv->act, out, 4, shape);
    }
    mvz_emit_begin(e, part);
    return out;
}

/* ---- the rest ------------------------------------------------------------------ */

int mvz_emit_mean(mvz_emit *e, int x, int channels)
{
    const int32_t all[] = {0, 1, 2};
    int first = e->network->base ? 0 : 1, axes = tfl_draft_ints(&e->draft, 3 - first, all + first);
    int out = mvz_emit_tensor(e, "mean", MOVINET_FLOAT32, 4, (const int32_t[]){1, 1, 1, channels});
    tfl_draft_op(&e->draft, TFL_OP_MEAN, TFL_IDS(x, axes), out, &(tfl_options){.keep_dims = true});
    return out;
}

int mvz_emit_pool(mvz_emit *e, int x, const mvz_conv *spatial, int channels)
{
    int out = mvz_emit_tensor(e, "skip_pool", MOVINET_FLOAT32, 4,
                              (const int32_t[]){e->network->frames, spatial->out_h, spatial->out_w,
                                                channels});
    tfl_draft_op(&e->draft, TFL_OP_AVERAGE_POOL_2D, TFL_IDS(x), out,
                 &(tfl_options){.padding = TFL_PADDING_SAME, .stride_w = 2, .stride_h = 2,
                                .filter_w = 3, .filter_h = 3});
    return out;
}

int mvz_emit_scale(mvz_emit *e, const char *name, mvz_range scale, int x, int rank,
                   const int32_t *shape)
{
    int factor = emit_number(e, name, e->network->values[scale.at]);
    int out = mvz_emit_tensor(e, "scaled", MOVINET_FLOAT32, rank, shape);
    tfl_draft_op(&e->draft, TFL_OP_MUL, TFL_IDS(x, factor), out, NULL);
    return out;
}

void mvz_emit_logits(mvz_emit *e, int x)
{
    const int32_t shape[] = {1, e->network->n_classes};
    int to = tfl_draft_ints(&e->draft, 2, shape);
    int out = tfl_draft_tensor(&e->draft, "logits", MOVINET_FLOAT32, 2, shape);
    tfl_draft_op(&e->draft, TFL_OP_RESHAPE, TFL_IDS(x, to), out, NULL);
    tfl_draft_output(&e->draft, "logits", out);
    for (int i = 0; i < e->n_outputs; i++)
        tfl_draft_output(&e->draft, e->outputs[i].name, e->outputs[i].tensor);
}

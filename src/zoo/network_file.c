/* From a network to the ops of a .tflite file. Inside, tensors have 4 dimensions
 * [frames, height, width, channels], of streams [1, …]; a fifth is there only where
 * the frames of a stream meet. The order and the kinds of a stream's ops are those of
 * the published files, so that all that knows those files knows these.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/network_file.h"

#include "zoo/emit.h"

#include <stdio.h>

/* ---- over time -------------------------------------------------------------- */

/* A state goes in and comes out under one name: "state_LAYER_WHAT". */
static void name_state(char name[64], const char *layer, const char *what)
{
    snprintf(name, 64, "state_%s_%s", layer, what);
}

static int state_input(mvz_emit *e, const char *name, movinet_type type, int rank,
                       const int32_t *shape)
{
    int tensor = tfl_draft_tensor(&e->draft, name, type, rank, shape);
    tfl_draft_input(&e->draft, name, tensor);
    return tensor;
}

/* count + 1 for the state, and its output; returns the tensor before or after. */
static int count_frames(mvz_emit *e, const char *layer, const char *what, bool after)
{
    static const int32_t shape[] = {1};
    char name[64];
    name_state(name, layer, what);
    int before = state_input(e, name, MOVINET_INT32, 1, shape);
    int next = mvz_emit_tensor(e, "count", MOVINET_INT32, 1, shape);
    int one = tfl_draft_ints(&e->draft, 1, (const int32_t[]){1});
    tfl_draft_op(&e->draft, TFL_OP_ADD, TFL_IDS(before, one), next, NULL);
    mvz_emit_later(e, name, next);
    return after ? next : before;
}

static int as_float(mvz_emit *e, int count)
{
    int out = mvz_emit_tensor(e, "count_float", MOVINET_FLOAT32, 1, (const int32_t[]){1});
    tfl_draft_op(&e->draft, TFL_OP_CAST, TFL_IDS(count), out,
                 &(tfl_options){.in_type = MOVINET_INT32, .out_type = MOVINET_FLOAT32});
    return out;
}

/* The mean over all frames so far of a mean over the picture [1, 1, 1, C]. */
static int running_mean(mvz_emit *e, const char *layer, int mean, int channels)
{
    const int32_t outside[] = {1, 1, 1, 1, channels}, inside[] = {1, 1, 1, channels};
    char name[64];
    name_state(name, layer, "pool_buffer");
    int buffer = state_input(e, name, MOVINET_FLOAT32, 5, outside);
    int sum = mvz_emit_tensor(e, "pool_sum", MOVINET_FLOAT32, 4, inside);
    int out = mvz_emit_tensor(e, "pool_mean", MOVINET_FLOAT32, 4, inside);
    buffer = mvz_emit_reshape(e, buffer, 4, inside);
    tfl_draft_op(&e->draft, TFL_OP_ADD, TFL_IDS(mean, buffer), sum, NULL);
    mvz_emit_later(e, name, mvz_emit_reshape(e, sum, 5, outside));
    int count = as_float(e, count_frames(e, layer, "pool_frame_count", true));
    tfl_draft_op(&e->draft, TFL_OP_DIV, TFL_IDS(sum, count), out, NULL);
    return out;
}

/* The convolution over this frame and those in the stream buffer. */
static int temporal(mvz_emit *e, const mvz_layer *layer, int x)
{
    const mvz_conv *c = layer->temporal;
    int32_t h = c->in_h, w = c->in_w, n = c->in, old = c->kt - 1;
    char name[64];
    name_state(name, layer->name, "stream_buffer");
    int buffer = state_input(e, name, MOVINET_FLOAT32, 5, (const int32_t[]){1, old, h, w, n});
    int frame = mvz_emit_reshape(e, x, 5, (const int32_t[]){1, 1, h, w, n});
    int all = mvz_emit_tensor(e, "frames", MOVINET_FLOAT32, 5,
                              (const int32_t[]){1, c->kt, h, w, n});
    int kept = mvz_emit_tensor(e, "kept", MOVINET_FLOAT32, 5, (const int32_t[]){1, old, h, w, n});
    tfl_draft_op(&e->draft, TFL_OP_CONCATENATION, TFL_IDS(buffer, frame), all,
                 &(tfl_options){.axis = 1});
    int begin = tfl_draft_ints(&e->draft, 5, (const int32_t[]){0, 1, 0, 0, 0});
    int end = tfl_draft_ints(&e->draft, 5, (const int32_t[]){1, c->kt, h, w, n});
    int step = tfl_draft_ints(&e->draft, 5, (const int32_t[]){1, 1, 1, 1, 1});
    tfl_draft_op(&e->draft, TFL_OP_STRIDED_SLICE, TFL_IDS(all, begin, end, step), kept, NULL);
    mvz_emit_later(e, name, kept);
    int columns = mvz_emit_reshape(e, all, 4, (const int32_t[]){1, c->kt, h * w, n});
    int y = mvz_emit_conv(e, c, columns);
    return mvz_emit_reshape(e, y, 4, (const int32_t[]){1, h, w, n});
}

/* ---- the gate ------------------------------------------------------------------ */

/* scale · [sin of the lower half, cos of the upper] of the frame's number times
 * 10000^(-2 k / channels). */
static int add_position(mvz_emit *e, const mvz_layer *layer, int x)
{
    int n = layer->squeeze->in, half = n / 2;
    const int32_t part[] = {1, 1, 1, half}, whole[] = {1, 1, 1, n};
    int frequencies = mvz_emit_frequencies(e, half);
    int number = as_float(e, count_frames(e, layer->name, "pos_enc_frame_count", false));
    int angles = mvz_emit_tensor(e, "angles", MOVINET_FLOAT32, 4, part);
    int sine = mvz_emit_tensor(e, "sine", MOVINET_FLOAT32, 4, part);
    int cosine = mvz_emit_tensor(e, "cosine", MOVINET_FLOAT32, 4, part);
    int position = mvz_emit_tensor(e, "position", MOVINET_FLOAT32, 4, whole);
    int sum = mvz_emit_tensor(e, "positioned", MOVINET_FLOAT32, 4, whole);
    tfl_draft_op(&e->draft, TFL_OP_MUL, TFL_IDS(frequencies, number), angles, NULL);
    tfl_draft_op(&e->draft, TFL_OP_SIN, TFL_IDS(angles), sine, NULL);
    tfl_draft_op(&e->draft, TFL_OP_COS, TFL_IDS(angles), cosine, NULL);
    tfl_draft_op(&e->draft, TFL_OP_CONCATENATION, TFL_IDS(sine, cosine), position,
                 &(tfl_options){.axis = 3});
    position = mvz_emit_scale(e, "position_scale", layer->position, position, 4, whole);
    tfl_draft_op(&e->draft, TFL_OP_ADD, TFL_IDS(x, position), sum, NULL);
    return sum;
}

/* The mean of now behind that of all frames so far. */
static int add_past(mvz_emit *e, const mvz_layer *layer, int mean)
{
    const int32_t n = layer->spatial->out, shape[] = {1, 1, 1, 2 * n};
    int so_far = running_mean(e, layer->name, mean, n);
    int out = mvz_emit_tensor(e, "means", MOVINET_FLOAT32, 4, shape);
    tfl_draft_op(&e->draft, TFL_OP_CONCATENATION, TFL_IDS(so_far, mean), out,
                 &(tfl_options){.axis = 3});
    return out;
}

static int gate(mvz_emit *e, const mvz_layer *layer, int x)
{
    const mvz_conv *c = layer->spatial;
    int32_t n = c->out;
    const int32_t shape[] = {e->network->frames, c->out_h, c->out_w, n};
    int means = mvz_emit_mean(e, x, n);
    if (!e->network->base)
        means = add_past(e, layer, means);
    if (layer->position.n)
        means = add_position(e, layer, means);
    int factor = mvz_emit_conv(e, layer->excite, mvz_emit_conv(e, layer->squeeze, means));
    int out = mvz_emit_tensor(e, "gated", MOVINET_FLOAT32, 4, shape);
    tfl_draft_op(&e->draft, TFL_OP_MUL, TFL_IDS(x, factor), out, NULL);
    return out;
}

/* ---- the network ------------------------------------------------------------------ */

static int layer_op(mvz_emit *e, const mvz_layer *layer, int in)
{
    const mvz_conv *c = layer->project;
    const int32_t shape[] = {e->network->frames, c->out_h, c->out_w, c->out};
    mvz_emit_begin(e, layer->name);
    int x = mvz_emit_conv(e, layer->spatial, mvz_emit_conv(e, layer->expand, in)), skip = in;
    if (layer->pool)
        skip = mvz_emit_pool(e, skip, layer->spatial, layer->expand->in);
    if (layer->skip)
        skip = mvz_emit_conv(e, layer->skip, skip);
    if (layer->temporal)
        x = temporal(e, layer, x);
    if (layer->squeeze)
        x = gate(e, layer, x);
    x = mvz_emit_conv(e, c, x);
    x = mvz_emit_scale(e, "scale", layer->scale, x, 4, shape);
    int out = mvz_emit_tensor(e, "out", MOVINET_FLOAT32, 4, shape);
    tfl_draft_op(&e->draft, TFL_OP_ADD, TFL_IDS(x, skip), out, NULL);
    return out;
}

static void emit_all(mvz_emit *e)
{
    const mvz_network *net = e->network;
    const int32_t n = net->frames, s = net->size, outside[] = {1, n, s, s, 3};
    const int32_t inside[] = {n, s, s, 3};
    int image = tfl_draft_tensor(&e->draft, "image", MOVINET_FLOAT32, 5, outside);
    tfl_draft_input(&e->draft, "image", image);
    mvz_emit_begin(e, "stem");
    int x = mvz_emit_conv(e, net->stem, mvz_emit_reshape(e, image, 4, inside));
    for (int i = 0; i < net->n_layers; i++)
        x = layer_op(e, &net->layers[i], x);
    mvz_emit_begin(e, "head");
    x = mvz_emit_mean(e, mvz_emit_conv(e, net->head, x), net->head->out);
    if (!net->base)
        x = running_mean(e, "head", x, net->head->out);
    x = mvz_emit_conv(e, net->classes, mvz_emit_conv(e, net->dense, x));
    mvz_emit_logits(e, x);
}

movinet_status mvz_network_model(const mvz_network *network, const char *const *labels,
                                 tfl_model *out, movinet_error *err)
{
    char description[96];
    mvz_emit e = {.network = network};
    snprintf(description, sizeof description, "MoViNet-%s-%s", network->variant->name,
             network->base ? "Base" : "Stream");
    emit_all(&e);
    return tfl_draft_end(&e.draft, description, labels ? network->n_classes : 0, labels, out, err);
}

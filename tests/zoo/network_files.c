/* SPDX-License-Identifier: Apache-2.0 */
#include "network_files.h"

#include "core/random.h"
#include "tflite/draft.h"
#include "tflite/precision.h"
#include "tflite/writer.h"
#include "zoo/network_file.h"
#include "zoo/network_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"

file file_of_model(const tfl_model *model)
{
    file f;
    OK(tfl_write(model, &f.bytes, &f.size, err));
    return f;
}

file file_of_network(const mvz_network *network, movinet_precision precision)
{
    tfl_model model, smaller = {0};
    OK(mvz_network_model(network, NULL, &model, err));
    if (precision == MOVINET_PRECISION_FLOAT16)
        OK(tfl_to_float16(&model, &smaller, err));
    if (precision == MOVINET_PRECISION_DYNAMIC)
        OK(tfl_to_dynamic_range(&model, &smaller, err));
    file f = file_of_model(precision ? &smaller : &model);
    tfl_free(&smaller);
    tfl_free(&model);
    return f;
}

mvz_network *network_of_file(const file *f)
{
    tfl_model model;
    mvz_network *network;
    OK(tfl_read(&model, f->bytes, f->size, err));
    OK(mvz_network_read(&network, &model, err));
    tfl_free(&model);
    return network;
}

const char *shared_path(const char *folder, const char *name)
{
    static char path[4096];
    const char *root = getenv("MOVINET_SHARED");
    snprintf(path, sizeof path, "%s/%s/%s", root ? root : MOVINET_SOURCE_ROOT "/../shared", folder,
             name);
    return path;
}

file shared_file(const char *folder, const char *name)
{
    file f;
    movinet_error why;
    if (mv_read_file(shared_path(folder, name), (size_t)64 << 20, &f.bytes, &f.size, &why)) {
        print_message("not here, skipped: %s\n", why.message);
        skip();
    }
    return f;
}

float *logits_of_file(const file *f, const float *frames, int n_frames)
{
    movinet_model *model;
    movinet_stream *stream;
    OK(movinet_model_open_memory(&model, f->bytes, f->size, NULL, err));
    OK(movinet_stream_open(&stream, model, NULL, err));
    const movinet_model_info *info = movinet_model_get_info(model);
    size_t n = (size_t)info->n_classes;
    size_t one = (size_t)info->frame_width * (size_t)info->frame_height * 3;
    float *logits = calloc((size_t)n_frames * n, sizeof *logits);
    for (size_t i = 0; i < (size_t)n_frames; i++) {
        const movinet_frame frame = {.pixels = frames + i * one, .width = info->frame_width,
                                     .height = info->frame_height, .pixel = MOVINET_RGBF32};
        OK(movinet_stream_push(stream, &frame, NULL, err));
        memcpy(logits + i * n, movinet_stream_logits(stream), n * sizeof *logits);
    }
    movinet_stream_close(stream);
    movinet_model_close(model);
    return logits;
}

float *logits_of_network(const mvz_network *network, const float *frames, int n_frames)
{
    file f = file_of_network(network, MOVINET_PRECISION_FLOAT32);
    float *logits = logits_of_file(&f, frames, n_frames);
    free(f.bytes);
    return logits;
}

float *random_frames(int size, int n_frames, uint64_t seed)
{
    mv_random random = {seed};
    size_t n = (size_t)n_frames * (size_t)size * (size_t)size * 3;
    float *frames = calloc(n, sizeof *frames);
    for (size_t i = 0; i < n; i++)
        frames[i] = (float)mv_random_unit(&random);
    return frames;
}

/* ---- the twin ------------------------------------------------------------------------ */

/* A number of an int8 or int32 constant; n scales along the axis. */
static float real(const tfl_tensor *t, int n, const float *scales, const int32_t *zeros, size_t i)
{
    size_t each = 1, q = 0;
    int32_t raw = 0;
    for (int k = t->quant.axis + 1; k < t->rank; k++)
        each *= (size_t)t->shape[k];
    if (n > 1)
        q = i / each % (size_t)n;
    if (t->type == MOVINET_INT8)
        raw = (int8_t)t->data[i];
    else
        memcpy(&raw, t->data + i * sizeof raw, sizeof raw);
    return (float)((double)scales[q] * (raw - (zeros ? zeros[q] : 0)));
}

static void make_real(tfl_draft *d, const tfl_model *m, int tensor, int n, const float *scales,
                      const int32_t *zeros)
{
    const tfl_tensor *from = &m->tensors[tensor];
    tfl_tensor *to = &d->tensors[tensor];
    to->type = MOVINET_FLOAT32;
    to->quant = (tfl_quant){0};
    if (!from->data)
        return;
    size_t count = from->size / tfl_type_size(from->type);
    float *data = mv_arena_alloc(&d->arena, count + 1, sizeof *data);
    for (size_t i = 0; i < count; i++)
        data[i] = real(from, n, scales, zeros, i);
    to->data = (const uint8_t *)data;
    to->size = count * sizeof *data;
}

/* The bias of an int8 convolution has the scale of its input times its weights. */
static void make_bias_real(tfl_draft *d, const tfl_model *m, const tfl_op *op)
{
    bool conv = op->code == TFL_OP_CONV_2D || op->code == TFL_OP_DEPTHWISE_CONV_2D;
    if (!conv || op->n_inputs < 3 || m->tensors[op->inputs[2]].type != MOVINET_INT32)
        return;
    const tfl_quant *w = &m->tensors[op->inputs[1]].quant;
    float *scales = mv_arena_alloc(&d->arena, (size_t)w->n, sizeof *scales);
    for (int i = 0; i < w->n; i++)
        scales[i] = m->tensors[op->inputs[0]].quant.scale[0] * w->scale[i];
    make_real(d, m, op->inputs[2], w->n, scales, NULL);
}

tfl_model float_twin(const tfl_model *model)
{
    tfl_draft d = {0};
    tfl_model twin;
    tfl_draft_copy_tensors(&d, model);
    tfl_draft_copy_ops(&d, model);
    for (int i = 0; i < model->n_tensors; i++) {
        const tfl_quant *q = &model->tensors[i].quant;
        if (model->tensors[i].type == MOVINET_INT8 && q->n)
            make_real(&d, model, i, q->n, q->scale, q->zero_point);
    }
    for (int i = 0; i < model->n_ops; i++) {
        tfl_op *op = &d.ops[i];
        const tfl_tensor *out = &model->tensors[op->outputs[0]];
        make_bias_real(&d, model, &model->ops[i]);
        op->version = 0;
        if (op->code != TFL_OP_QUANTIZE && op->code != TFL_OP_DEQUANTIZE)
            continue;
        op->code = TFL_OP_RESHAPE;
        op->options = (tfl_options){.n_new_shape = out->rank};
        memcpy(op->options.new_shape, out->shape, sizeof op->options.new_shape);
    }
    OK(tfl_draft_end_as(&d, model, &twin, err));
    return twin;
}

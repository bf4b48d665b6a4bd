/* SPDX-License-Identifier: Apache-2.0 */
#include "tflite/precision.h"
#include "tflite/draft.h"
#include "tflite/writer.h"

#include <math.h>
#include <string.h>

#define LEAST_WEIGHTS 1024 /* smaller ones are not worth it; TensorFlow Lite's bound, too */
#define LARGEST_HALF 65504.0f

static bool is_conv(const tfl_op *op)
{
    return (op->code == TFL_OP_CONV_2D || op->code == TFL_OP_DEPTHWISE_CONV_2D) &&
           op->n_inputs >= 2;
}

/* A float32 constant: its number of elements, else 0. */
static size_t float_count(const tfl_model *model, int tensor)
{
    if (tensor < 0)
        return 0;
    const tfl_tensor *t = &model->tensors[tensor];
    return t->data && t->type == MOVINET_FLOAT32 ? t->size / sizeof(float) : 0;
}

/* Constants in a file may lie anywhere. */
static float value_at(const tfl_tensor *t, size_t i)
{
    float value;
    memcpy(&value, t->data + i * sizeof value, sizeof value);
    return value;
}

/* ---- float16 --------------------------------------------------------------- */

uint16_t tfl_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
    if (size > 0x7f800000)
        return (uint16_t)(sign | 0x7e00); /* not a number */
    if (size >= 0x477ff000)
        return (uint16_t)(sign | 0x7c00); /* rounds to infinity */
    int shift = 13;
    if (size < 0x38800000) { /* below 2^-14: no implicit one, fewer digits */
        if (size < 0x33000000)
            return (uint16_t)sign;
        shift = 126 - (int)(size >> 23);
        size = (size & 0x7fffff) | 0x800000;
    } else {
        size -= 112u << 23; /* the exponent's bias is 15, not 127 */
    }
    uint32_t rest = size & ((1u << shift) - 1), tie = 1u << (shift - 1), half = size >> shift;
    if (rest > tie || (rest == tie && (half & 1)))
        half++;
    return (uint16_t)(sign | half);
}

static bool fits_half(const tfl_tensor *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(value_at(t, i)) <= LARGEST_HALF))
            return false;
    return true;
}

/* The constant gets a float16 twin; itself becomes what DEQUANTIZE writes. */
static void halve(tfl_draft *draft, const tfl_model *model, int tensor)
{
    const tfl_tensor *t = &model->tensors[tensor];
    size_t n = float_count(model, tensor);
    if (!n || draft->failed || !draft->tensors[tensor].data || !fits_half(t, n))
        return;
    int twin = tfl_draft_constant(draft, t->name, MOVINET_FLOAT16, t->rank, t->shape, NULL);
    uint8_t *to = tfl_draft_data(draft, twin);
    for (size_t i = 0; to && i < n; i++) {
        uint16_t half = tfl_half(value_at(t, i));
        to[2 * i] = (uint8_t)half;
        to[2 * i + 1] = (uint8_t)(half >> 8);
    }
    draft->tensors[tensor].data = NULL;
    draft->tensors[tensor].size = 0;
    tfl_draft_op(draft, TFL_OP_DEQUANTIZE, TFL_IDS(twin), tensor, NULL);
}

movinet_status tfl_to_float16(const tfl_model *model, tfl_model *out, movinet_error *err)
{
    tfl_draft draft = {0};
    tfl_draft_copy_tensors(&draft, model);
    for (int i = 0; i < model->n_ops; i++)
        for (int k = 1; is_conv(&model->ops[i]) && k < model->ops[i].n_inputs; k++)
            halve(&draft, model, model->ops[i].inputs[k]);
    tfl_draft_copy_ops(&draft, model);
    return tfl_draft_end_as(&draft, model, out, err);
}

/* ---- dynamic range ------------------------------------------------------------ */

/* One output channel: scale = largest / 127; of zeros alone, 1. */
static float quantize_channel(const tfl_tensor *t, size_t first, size_t n, int8_t *to)
{
    float largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmaxf(largest, fabsf(value_at(t, first + i)));
    float scale = largest / 127;
    if (!(scale >= 1e-30f)) /* its inverse has to be a number, too */
        scale = 1;
    for (size_t i = 0; i < n; i++) {
        float q = roundf(value_at(t, first + i) / scale);
        to[first + i] = (int8_t)fmaxf(-127, fminf(127, q));
    }
    return scale;
}

static void quantize(tfl_draft *draft, const tfl_model *model, int tensor)
{
    const tfl_tensor *t = &model->tensors[tensor];
    size_t count = float_count(model, tensor);
    if (count < LEAST_WEIGHTS || !t->rank || draft->failed)
        return;
    tfl_tensor *made = &draft->tensors[tensor];
    if (made->type != MOVINET_FLOAT32)
        return; /* another op has the same weights */
    size_t n = (size_t)t->shape[0], each = count / n;
    float *scales = mv_arena_alloc(&draft->arena, n, sizeof *scales);
    int8_t *to = mv_arena_alloc(&draft->arena, count, 1);
    if (!scales || !to) {
        draft->failed = true;
        return;
    }
    for (size_t c = 0; c < n; c++)
        scales[c] = quantize_channel(t, c * each, each, to);
    made->type = MOVINET_INT8;
    made->data = (const uint8_t *)to;
    made->size = count;
    tfl_draft_quantize(draft, tensor, (int)n, scales, 0);
}

movinet_status tfl_to_dynamic_range(const tfl_model *model, tfl_model *out, movinet_error *err)
{
    tfl_draft draft = {0};
    tfl_draft_copy_tensors(&draft, model);
    for (int i = 0; i < model->n_ops; i++) {
        const tfl_op *op = &model->ops[i];
        /* Those of depthwise ones are few, and matter most. */
        if (op->code == TFL_OP_CONV_2D && is_conv(op) && op->inputs[0] >= 0 &&
            model->tensors[op->inputs[0]].type == MOVINET_FLOAT32)
            quantize(&draft, model, op->inputs[1]);
    }
    tfl_draft_copy_ops(&draft, model);
    for (int i = 0; i < draft.n_ops; i++)
        if (is_conv(&draft.ops[i]))
            draft.ops[i].version = 0; /* int8 weights need a later one */
    return tfl_draft_end_as(&draft, model, out, err);
}

/* ---- files ---------------------------------------------------------------------- */

movinet_status tfl_write_file_as(const tfl_model *model, movinet_precision precision,
                                 const char *path, movinet_error *err)
{
    tfl_model smaller;
    if (precision == MOVINET_PRECISION_FLOAT32)
        return tfl_write_file(model, path, err);
    movinet_status status = precision == MOVINET_PRECISION_FLOAT16
                                ? tfl_to_float16(model, &smaller, err)
                                : tfl_to_dynamic_range(model, &smaller, err);
    if (status)
        return status;
    status = tfl_write_file(&smaller, path, err);
    tfl_free(&smaller);
    return status;
}

/* Which version of an op does what is asked of it, and which TensorFlow Lite was
 * the first to have that. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/writer_parts.h"

#include <stdio.h>

static const tfl_tensor *input(const tfl_model *model, const tfl_op *op, int i)
{
    static const tfl_tensor none = {.type = MOVINET_FLOAT32};
    return i < op->n_inputs && op->inputs[i] >= 0 ? &model->tensors[op->inputs[i]] : &none;
}

/* Convolutions: float, int8, float with int8 weights (for all, by channel). */
static int conv_version(const tfl_model *model, const tfl_op *op, int mixed, int by_channel)
{
    const tfl_tensor *weights = input(model, op, 1);
    if (input(model, op, 0)->type == MOVINET_INT8)
        return 3;
    if (weights->type == MOVINET_INT8)
        return weights->quant.n > 1 ? by_channel : mixed;
    bool dilated = op->options.dilation_w > 1 || op->options.dilation_h > 1;
    return op->code == TFL_OP_DEPTHWISE_CONV_2D && dilated ? 2 : 1;
}

static int most_dimensions(const tfl_model *model, const tfl_op *op)
{
    int rank = 0;
    for (int i = 0; i < op->n_inputs; i++)
        if (input(model, op, i)->rank > rank)
            rank = input(model, op, i)->rank;
    return rank;
}

int tfl_version_of(const tfl_model *model, const tfl_op *op)
{
    movinet_type type = input(model, op, 0)->type;
    if (op->version)
        return op->version;
    switch (op->code) {
    case TFL_OP_CONV_2D: return conv_version(model, op, 2, 5);
    case TFL_OP_DEPTHWISE_CONV_2D: return conv_version(model, op, 4, 6);
    case TFL_OP_BROADCAST_TO: return 2;
    case TFL_OP_DIV: return most_dimensions(model, op) > 4 ? 2 : 1;
    case TFL_OP_STRIDED_SLICE:
        return most_dimensions(model, op) > 4 ? 4 : type == MOVINET_INT8 ? 2 : 1;
    case TFL_OP_DEQUANTIZE: return type == MOVINET_FLOAT16 ? 3 : type == MOVINET_INT8 ? 2 : 1;
    case TFL_OP_RESHAPE:
    case TFL_OP_QUANTIZE:
    case TFL_OP_HARD_SWISH:
    case TFL_OP_CAST: return 1;
    default: return type == MOVINET_INT8 ? 2 : 1;
    }
}

/* For the ops of MoViNets. */
static const struct {
    unsigned char code, version, major, minor;
} first_runtimes[] = {
    {TFL_OP_ADD, 1, 1, 5},
    {TFL_OP_ADD, 2, 1, 14},
    {TFL_OP_AVERAGE_POOL_2D, 1, 1, 5},
    {TFL_OP_AVERAGE_POOL_2D, 2, 1, 14},
    {TFL_OP_BROADCAST_TO, 2, 2, 5},
    {TFL_OP_BROADCAST_TO, 3, 2, 5},
    {TFL_OP_CAST, 1, 1, 5},
    {TFL_OP_CONCATENATION, 1, 1, 5},
    {TFL_OP_CONCATENATION, 2, 1, 14},
    {TFL_OP_CONV_2D, 1, 1, 5},
    {TFL_OP_CONV_2D, 2, 1, 14},
    {TFL_OP_CONV_2D, 3, 1, 14},
    {TFL_OP_CONV_2D, 5, 2, 4},
    {TFL_OP_COS, 1, 1, 14},
    {TFL_OP_DEPTHWISE_CONV_2D, 1, 1, 5},
    {TFL_OP_DEPTHWISE_CONV_2D, 2, 1, 12},
    {TFL_OP_DEPTHWISE_CONV_2D, 3, 1, 14},
    {TFL_OP_DEPTHWISE_CONV_2D, 4, 2, 2},
    {TFL_OP_DEPTHWISE_CONV_2D, 6, 2, 3},
    {TFL_OP_DEQUANTIZE, 1, 1, 13},
    {TFL_OP_DEQUANTIZE, 2, 1, 14},
    {TFL_OP_DEQUANTIZE, 3, 1, 15},
    {TFL_OP_DIV, 1, 1, 6},
    {TFL_OP_DIV, 2, 2, 3},
    {TFL_OP_HARD_SWISH, 1, 1, 15},
    {TFL_OP_LOGISTIC, 1, 1, 14},
    {TFL_OP_LOGISTIC, 2, 1, 14},
    {TFL_OP_MEAN, 1, 1, 6},
    {TFL_OP_MEAN, 2, 1, 14},
    {TFL_OP_MUL, 1, 1, 5},
    {TFL_OP_MUL, 2, 1, 14},
    {TFL_OP_PAD, 1, 1, 5},
    {TFL_OP_PAD, 2, 1, 14},
    {TFL_OP_QUANTIZE, 1, 1, 14},
    {TFL_OP_QUANTIZE, 2, 1, 15},
    {TFL_OP_RESHAPE, 1, 1, 5},
    {TFL_OP_SIN, 1, 1, 9},
    {TFL_OP_STRIDED_SLICE, 1, 1, 6},
    {TFL_OP_STRIDED_SLICE, 2, 1, 14},
    {TFL_OP_STRIDED_SLICE, 4, 2, 2},
    {TFL_OP_SUM, 1, 1, 10},
    {TFL_OP_SUM, 2, 1, 15},
};

/* 0: not known. */
static int first_runtime(int code, int version)
{
    for (size_t i = 0; i < sizeof first_runtimes / sizeof *first_runtimes; i++)
        if (first_runtimes[i].code == code && first_runtimes[i].version == version)
            return first_runtimes[i].major << 8 | first_runtimes[i].minor;
    return 0;
}

bool tfl_runtime_of(const tfl_model *model, char out[16])
{
    int newest = 0;
    for (int i = 0; i < model->n_ops; i++) {
        int runtime = first_runtime(model->ops[i].code, tfl_version_of(model, &model->ops[i]));
        if (!runtime)
            return false;
        newest = runtime > newest ? runtime : newest;
    }
    snprintf(out, 16, "%d.%d.0", newest >> 8, newest & 0xff);
    return true;
}

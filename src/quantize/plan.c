/* Which tensors of a float network become int8. SPDX-License-Identifier: Apache-2.0 */
#include "quantize/int8.h"

#include <string.h>

/* The same numbers for all: 1. */
static bool is_one(const tfl_tensor *t)
{
    float value;
    if (t->type != MOVINET_FLOAT32 || t->size != sizeof value)
        return false;
    memcpy(&value, t->data, sizeof value);
    return value == 1;
}

/* The input that the values come from. */
static int source_of(const tfl_model *model, const tfl_op *op)
{
    if (op->code == TFL_OP_CONCATENATION) /* the buffer, then the new frame */
        return op->inputs[op->n_inputs - 1];
    int first = op->inputs[0];
    return model->tensors[first].data && op->n_inputs > 1 ? op->inputs[1] : first;
}

/* Whether all that the op computes with is wide, or constant. */
static bool reads_wide(const tfl_model *model, const mvq_tensor *tensors, const tfl_op *op)
{
    for (int i = 0; i < op->n_inputs; i++)
        if (!model->tensors[op->inputs[i]].data && !tensors[op->inputs[i]].wide)
            return false;
    return true;
}

static void plan_op(const tfl_model *model, mvq_tensor *tensors, const tfl_op *op)
{
    int in = source_of(model, op), out = op->outputs[0];
    mvq_tensor *to = &tensors[out];
    to->root = out;
    switch (op->code) {
    case TFL_OP_RESHAPE:
    case TFL_OP_STRIDED_SLICE:
    case TFL_OP_CONCATENATION:
    case TFL_OP_AVERAGE_POOL_2D: /* TensorFlow Lite asks for the same steps on both sides */
        to->wide = tensors[in].wide;
        to->root = to->wide ? tensors[in].root : out;
        break;
    case TFL_OP_CONV_2D:
    case TFL_OP_DEPTHWISE_CONV_2D:
        to->wide = tensors[in].wide;
        break;
    case TFL_OP_HARD_SWISH:
        to->wide = tensors[in].wide;
        tensors[in].behind = MVQ_HARD_SWISH;
        break;
    case TFL_OP_MUL: /* by a layer's scale, or by a gate */
        to->wide = tensors[op->inputs[0]].wide;
        if (to->wide && is_one(&model->tensors[op->inputs[1]]))
            to->root = tensors[op->inputs[0]].root;
        break;
    case TFL_OP_ADD:
        to->wide = model->tensors[out].type == MOVINET_FLOAT32 && reads_wide(model, tensors, op);
        break;
    default:
        break;
    }
}

/* By the name that the writer gives what layers add up to. */
static bool ends_layer(const tfl_model *model, const tfl_op *op)
{
    const char *name = model->tensors[op->outputs[0]].name, *last = strrchr(name, '/');
    return op->code == TFL_OP_ADD && last && !strcmp(last, "/out");
}

movinet_status mvq_int8_plan(const tfl_model *model, int float_layers, mvq_tensor *tensors,
                             movinet_error *err)
{
    int image = model->signatures[0].inputs[0].tensor, layers = 0;
    for (int i = 0; i < model->n_tensors; i++)
        tensors[i].root = i;
    tensors[image].wide = float_layers == 0;
    tensors[image].range = (mvq_range){0, 1};
    for (int i = 0; i < model->n_ops; i++) {
        plan_op(model, tensors, &model->ops[i]);
        if (ends_layer(model, &model->ops[i]) && ++layers == float_layers)
            tensors[model->ops[i].outputs[0]].wide = true;
    }
    if (float_layers > layers)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%d layers as float: the network has %d",
                       float_layers, layers);
    for (int i = 0; i < model->n_ops; i++) {
        const tfl_op *op = &model->ops[i];
        if (op->code == TFL_OP_LOGISTIC && tensors[op->inputs[0]].wide)
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                           "layers with swish cannot become int8: train the network with hard "
                           "swish or ReLU6");
    }
    return MOVINET_OK;
}

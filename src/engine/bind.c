/* From an op to a step. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include <math.h>

const mvg_tensor *mve_input(const mve_bind *b, int i)
{
    const mvg_op *o = &b->graph->ops[b->op];
    return i < o->n_inputs && o->inputs[i] >= 0 ? &b->graph->tensors[o->inputs[i]] : NULL;
}

const mvg_tensor *mve_output(const mve_bind *b)
{
    return &b->graph->tensors[b->graph->ops[b->op].outputs[0]];
}

void *mve_params(mve_bind *b, size_t size)
{
    return b->step->params = mv_arena_alloc(b->arena, 1, size);
}

void *mve_block(mve_bind *b, size_t size)
{
    void *block = mv_alloc(size);
    if (block) {
        b->blocks[(*b->n_blocks)++] = block;
        b->block_bytes += size;
    }
    return block;
}

movinet_status mve_no_memory(movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
}

movinet_status mve_bad_types(const mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *second = mve_input(b, 1), *out = mve_output(b);
    return mvg_fail(b->graph, b->op, b->graph->ops[b->op].outputs[0], MOVINET_ERR_UNSUPPORTED, err,
                    "cannot compute %s%s from %s%s%s%s%s", movinet_type_name(out->type),
                    out->quant.n ? " (quantized)" : "", movinet_type_name(in->type),
                    in->quant.n ? " (quantized)" : "", second ? " and " : "",
                    second ? movinet_type_name(second->type) : "",
                    second && second->quant.n ? " (quantized)" : "");
}

bool mve_is_s8(const mvg_tensor *t)
{
    return t && t->type == MOVINET_INT8 && t->quant.n == 1 && t->quant.zero_point[0] >= -128 &&
           t->quant.zero_point[0] <= 127;
}

/* real = scale · (q − zero), rounded as TensorFlow Lite's Quantize does. */
static int32_t quantized(float scale, int32_t zero, float real)
{
    float q = roundf(real / scale);
    q = q > 1e6f ? 1e6f : q < -1e6f ? -1e6f : q;
    return zero + (int32_t)q;
}

bool mve_activation_s8(int activation, const mvg_tensor *out, int32_t *min, int32_t *max)
{
    float scale = out->quant.scale[0];
    int32_t zero = out->quant.zero_point[0], low = -128, high = 127;
    switch (activation) {
    case TFL_ACT_NONE: break;
    case TFL_ACT_RELU: low = zero; break;
    case TFL_ACT_RELU6: low = zero; high = quantized(scale, zero, 6.0f); break;
    case TFL_ACT_RELU_N1_TO_1:
        low = quantized(scale, zero, -1.0f);
        high = quantized(scale, zero, 1.0f);
        break;
    default: return false;
    }
    *min = low > -128 ? low : -128;
    *max = high < 127 ? high : 127;
    return *min <= *max;
}

bool mve_activation_f32(int activation, float *min, float *max)
{
    *min = -INFINITY;
    *max = INFINITY;
    switch (activation) {
    case TFL_ACT_NONE: return true;
    case TFL_ACT_RELU: *min = 0; return true;
    case TFL_ACT_RELU6: *min = 0; *max = 6; return true;
    case TFL_ACT_RELU_N1_TO_1: *min = -1; *max = 1; return true;
    default: return false;
    }
}

static const struct {
    int code;
    mve_binder *bind;
} binders[] = {
    {TFL_OP_ADD, mve_bind_binary},
    {TFL_OP_SUB, mve_bind_binary},
    {TFL_OP_MUL, mve_bind_binary},
    {TFL_OP_DIV, mve_bind_binary},
    {TFL_OP_MAXIMUM, mve_bind_binary},
    {TFL_OP_MINIMUM, mve_bind_binary},
    {TFL_OP_SQUARED_DIFFERENCE, mve_bind_binary},
    {TFL_OP_AVERAGE_POOL_2D, mve_bind_pool},
    {TFL_OP_MAX_POOL_2D, mve_bind_pool},
    {TFL_OP_CONV_2D, mve_bind_conv},
    {TFL_OP_DEPTHWISE_CONV_2D, mve_bind_conv},
    {TFL_OP_FULLY_CONNECTED, mve_bind_fully_connected},
    {MVG_OP_TEMPORAL, mve_bind_temporal},
    {TFL_OP_CONCATENATION, mve_bind_concat},
    {TFL_OP_QUANTIZE, mve_bind_quantize},
    {TFL_OP_DEQUANTIZE, mve_bind_dequantize},
    {TFL_OP_CAST, mve_bind_cast},
    {TFL_OP_RELU, mve_bind_unary},
    {TFL_OP_RELU6, mve_bind_unary},
    {TFL_OP_RELU_N1_TO_1, mve_bind_unary},
    {TFL_OP_LEAKY_RELU, mve_bind_unary},
    {TFL_OP_HARD_SWISH, mve_bind_unary},
    {TFL_OP_LOGISTIC, mve_bind_unary},
    {TFL_OP_TANH, mve_bind_unary},
    {TFL_OP_RSQRT, mve_bind_unary},
    {TFL_OP_SQRT, mve_bind_unary},
    {TFL_OP_SQUARE, mve_bind_unary},
    {TFL_OP_EXP, mve_bind_unary},
    {TFL_OP_ABS, mve_bind_unary},
    {TFL_OP_NEG, mve_bind_unary},
    {TFL_OP_SIN, mve_bind_unary},
    {TFL_OP_COS, mve_bind_unary},
    {TFL_OP_SOFTMAX, mve_bind_softmax},
    {TFL_OP_RESHAPE, mve_bind_view},
    {TFL_OP_SQUEEZE, mve_bind_view},
    {TFL_OP_EXPAND_DIMS, mve_bind_view},
    {TFL_OP_MEAN, mve_bind_reduce},
    {TFL_OP_SUM, mve_bind_reduce},
    {TFL_OP_REDUCE_MAX, mve_bind_reduce},
    {TFL_OP_REDUCE_MIN, mve_bind_reduce},
    {TFL_OP_REDUCE_PROD, mve_bind_reduce},
    {TFL_OP_STRIDED_SLICE, mve_bind_strided_slice},
    {TFL_OP_SLICE, mve_bind_slice},
    {TFL_OP_PAD, mve_bind_pad},
    {TFL_OP_PADV2, mve_bind_pad},
    {TFL_OP_TRANSPOSE, mve_bind_transpose},
    {TFL_OP_GATHER, mve_bind_gather},
    {TFL_OP_PACK, mve_bind_pack},
    {TFL_OP_FILL, mve_bind_fill},
    {TFL_OP_BROADCAST_TO, mve_bind_broadcast_to},
    {TFL_OP_RESIZE_BILINEAR, mve_bind_resize},
    {TFL_OP_RESIZE_NEAREST_NEIGHBOR, mve_bind_resize},
};

movinet_status mve_bind_op(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    *b->step = (mve_step){.head = b->op,
                          .op = b->op,
                          .n_tasks = 1,
                          .n_inputs = o->n_inputs,
                          .inputs = o->inputs,
                          .output = o->outputs[0],
                          .set = b->set,
                          .block = 1,
                          .extra = -1};
    for (size_t i = 0; i < sizeof binders / sizeof *binders; i++)
        if (binders[i].code == o->code)
            return binders[i].bind(b, err);
    return mvg_fail(b->graph, b->op, o->outputs[0], MOVINET_ERR_UNSUPPORTED, err,
                    "this op is not supported");
}

/* Elementwise ops, reductions, softmax and changes of type.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "kernels/kernels.h"

#include <string.h>

/* ---- two inputs ---- */

typedef struct binary {
    mvk_binary_op op;
    mvk_broadcast shape;
    mvk_binary_s8 s8;
    float min, max;
    int32_t min_s32, max_s32;
} binary;

/* Tasks are what the outermost axis that is longer than 1 counts. */
static int outer_axis(const mvk_broadcast *b)
{
    int axis = 0;
    while (axis < b->rank - 1 && b->shape[axis] == 1)
        axis++;
    return axis;
}

/* Tasks begin … end-1 of a step, as a broadcast of their own. */
typedef struct slice {
    mvk_broadcast shape;
    const char *in[2];
    char *out;
} slice;

static slice slice_of(const mve_step *s, void *const *data, size_t size, int begin, int end)
{
    const binary *p = s->params;
    int axis = outer_axis(&p->shape);
    slice part = {.shape = p->shape};
    ptrdiff_t step = 1;
    for (int i = axis + 1; i < p->shape.rank; i++)
        step *= p->shape.shape[i];
    if (p->shape.rank && p->shape.shape[axis]) /* else there is nothing to do */
        part.shape.shape[axis] = end - begin;
    for (int k = 0; k < 2; k++)
        part.in[k] = (const char *)data[s->inputs[k]] +
                     begin * (p->shape.rank ? p->shape.stride[k][axis] : 0) * (ptrdiff_t)size;
    part.out = (char *)data[s->output] + begin * step * (ptrdiff_t)size;
    return part;
}

static void run_binary_s8(const mve_step *s, void *const *data, int begin, int end)
{
    const slice part = slice_of(s, data, 1, begin, end);
    s->set->binary_s8(&((const binary *)s->params)->s8, &part.shape, (const int8_t *)part.in[0],
                      (const int8_t *)part.in[1], (int8_t *)part.out);
}

static void run_binary_f32(const mve_step *s, void *const *data, int begin, int end)
{
    const binary *p = s->params;
    const slice part = slice_of(s, data, sizeof(float), begin, end);
    s->set->binary_f32(p->op, p->min, p->max, &part.shape, (const void *)part.in[0],
                       (const void *)part.in[1], (void *)part.out);
}

static void run_binary_s32(const mve_step *s, void *const *data, int begin, int end)
{
    const binary *p = s->params;
    const slice part = slice_of(s, data, sizeof(int32_t), begin, end);
    mvk_binary_s32(p->op, p->min_s32, p->max_s32, &part.shape, (const void *)part.in[0],
                   (const void *)part.in[1], (void *)part.out);
}

static void run_binary_s64(const mve_step *s, void *const *data, int begin, int end)
{
    const binary *p = s->params;
    const slice part = slice_of(s, data, sizeof(int64_t), begin, end);
    mvk_binary_s64(p->op, &part.shape, (const void *)part.in[0], (const void *)part.in[1],
                   (void *)part.out);
}

mvk_binary_op mve_binary_op(int code)
{
    switch (code) {
    case TFL_OP_ADD: return MVK_ADD;
    case TFL_OP_SUB: return MVK_SUB;
    case TFL_OP_MUL: return MVK_MUL;
    case TFL_OP_DIV: return MVK_DIV;
    case TFL_OP_MAXIMUM: return MVK_MAXIMUM;
    case TFL_OP_MINIMUM: return MVK_MINIMUM;
    default: return MVK_SQUARED_DIFFERENCE;
    }
}

static movinet_status bind_binary_s8(mve_bind *b, binary *p, movinet_error *err)
{
    const mvg_tensor *in0 = mve_input(b, 0), *in1 = mve_input(b, 1), *out = mve_output(b);
    int32_t min, max;
    if (p->op == MVK_DIV)
        return mve_bad_types(b, err);
    if (!mve_activation_s8(b->graph->ops[b->op].options->activation, out, &min, &max) ||
        !mvk_binary_s8_init(&p->s8, p->op, in0->quant.scale[0], in0->quant.zero_point[0],
                            in1->quant.scale[0], in1->quant.zero_point[0], out->quant.scale[0],
                            out->quant.zero_point[0], min, max))
        return mvg_fail(b->graph, b->op, b->step->output, MOVINET_ERR_UNSUPPORTED, err,
                        "its scales or its activation are outside what can be computed");
    b->set->prepare_binary_s8(&p->s8);
    b->step->run = run_binary_s8;
    return MOVINET_OK;
}

movinet_status mve_bind_binary(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in0 = mve_input(b, 0), *in1 = mve_input(b, 1), *out = mve_output(b);
    int activation = b->graph->ops[b->op].options->activation;
    binary *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->op = mve_binary_op(b->graph->ops[b->op].code);
    if (!mvk_broadcast_init(&p->shape, in0->rank, in0->shape, in1->rank, in1->shape))
        return mvg_fail(b->graph, b->op, b->step->output, MOVINET_ERR_FORMAT, err,
                        "the inputs' shapes do not fit each other");
    if (p->shape.rank && p->shape.shape[outer_axis(&p->shape)] > 1)
        b->step->n_tasks = p->shape.shape[outer_axis(&p->shape)];
    if (mve_is_s8(in0) && mve_is_s8(in1) && mve_is_s8(out))
        return bind_binary_s8(b, p, err);
    bool same = in0->type == in1->type && in0->type == out->type;
    if (!same || !mve_activation_f32(activation, &p->min, &p->max))
        return mve_bad_types(b, err);
    p->min_s32 = p->min < 0 ? (p->min < -1 ? INT32_MIN : -1) : 0;
    p->max_s32 = p->max > 6 ? INT32_MAX : (int32_t)p->max;
    if (out->type == MOVINET_FLOAT32)
        b->step->run = run_binary_f32;
    else if (out->type == MOVINET_INT32)
        b->step->run = run_binary_s32;
    else if (out->type == MOVINET_INT64 && activation == TFL_ACT_NONE)
        b->step->run = run_binary_s64;
    else
        return mve_bad_types(b, err);
    return MOVINET_OK;
}

/* ---- one input ---- */

typedef struct unary {
    mvk_unary_op op;
    float alpha;
    size_t count;
    int8_t table[256];
} unary;

static void run_unary_f32(const mve_step *s, void *const *data, int begin, int end)
{
    const unary *p = s->params;
    (void)begin, (void)end;
    s->set->unary_f32(p->op, p->alpha, data[s->inputs[0]], data[s->output], p->count);
}

static void run_lookup(const mve_step *s, void *const *data, int begin, int end)
{
    const unary *p = s->params;
    (void)begin, (void)end;
    s->set->lookup_s8(p->table, data[s->inputs[0]], data[s->output], p->count);
}

mvk_unary_op mve_unary_op(int code)
{
    switch (code) {
    case TFL_OP_RELU: return MVK_RELU;
    case TFL_OP_RELU6: return MVK_RELU6;
    case TFL_OP_RELU_N1_TO_1: return MVK_RELU_N1_TO_1;
    case TFL_OP_LEAKY_RELU: return MVK_LEAKY_RELU;
    case TFL_OP_HARD_SWISH: return MVK_HARD_SWISH;
    case TFL_OP_LOGISTIC: return MVK_LOGISTIC;
    case TFL_OP_TANH: return MVK_TANH;
    case TFL_OP_RSQRT: return MVK_RSQRT;
    case TFL_OP_SQRT: return MVK_SQRT;
    case TFL_OP_SQUARE: return MVK_SQUARE;
    case TFL_OP_EXP: return MVK_EXP;
    case TFL_OP_ABS: return MVK_ABS;
    case TFL_OP_NEG: return MVK_NEG;
    case TFL_OP_SIN: return MVK_SIN;
    default: return MVK_COS;
    }
}

movinet_status mve_bind_unary(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    unary *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->op = mve_unary_op(b->graph->ops[b->op].code);
    p->alpha = b->graph->ops[b->op].options->alpha;
    p->count = in->count;
    if (in->type == MOVINET_FLOAT32 && out->type == MOVINET_FLOAT32) {
        b->step->run = run_unary_f32;
        return MOVINET_OK;
    }
    if (!mve_is_s8(in) || !mve_is_s8(out) ||
        !mvk_table_s8(p->table, p->op, p->alpha, in->quant.scale[0], in->quant.zero_point[0],
                      out->quant.scale[0], out->quant.zero_point[0]))
        return mve_bad_types(b, err);
    b->step->run = run_lookup;
    return MOVINET_OK;
}

/* ---- quantize, dequantize, cast ---- */

typedef struct convert {
    size_t count, inner;
    float scale;
    int32_t zero;
    int in_type, out_type, channels;
    const float *scales;
    const int32_t *zeros;
} convert;

static void run_quantize(const mve_step *s, void *const *data, int begin, int end)
{
    const convert *p = s->params;
    (void)begin, (void)end;
    s->set->quantize_s8(p->scale, p->zero, data[s->inputs[0]], data[s->output], p->count);
}

static void run_dequantize(const mve_step *s, void *const *data, int begin, int end)
{
    const convert *p = s->params;
    (void)begin, (void)end;
    s->set->dequantize_s8(p->scale, p->zero, data[s->inputs[0]], data[s->output], p->count);
}

static void run_dequantize_channels(const mve_step *s, void *const *data, int begin, int end)
{
    const convert *p = s->params;
    (void)begin, (void)end;
    mvk_dequantize_channels_s8(p->scales, p->zeros, p->channels, p->inner, data[s->inputs[0]],
                               data[s->output], p->count);
}

static void run_half(const mve_step *s, void *const *data, int begin, int end)
{
    const convert *p = s->params;
    (void)begin, (void)end;
    mvk_half_to_f32(data[s->inputs[0]], data[s->output], p->count);
}

static void run_cast(const mve_step *s, void *const *data, int begin, int end)
{
    const convert *p = s->params;
    (void)begin, (void)end;
    mvk_cast(p->in_type, data[s->inputs[0]], p->out_type, data[s->output], p->count);
}

movinet_status mve_bind_quantize(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    if (mve_is_s8(in) && mve_is_s8(out)) {
        unary *p = mve_params(b, sizeof *p);
        if (!p)
            return mve_no_memory(err);
        p->count = in->count;
        mvk_requantize_table(p->table, in->quant.scale[0], in->quant.zero_point[0],
                             out->quant.scale[0], out->quant.zero_point[0]);
        b->step->run = run_lookup;
        return MOVINET_OK;
    }
    if (in->type != MOVINET_FLOAT32 || !mve_is_s8(out))
        return mve_bad_types(b, err);
    convert *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->count = in->count;
    p->scale = out->quant.scale[0];
    p->zero = out->quant.zero_point[0];
    b->step->run = run_quantize;
    return MOVINET_OK;
}

movinet_status mve_bind_dequantize(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    convert *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->count = in->count;
    if (out->type != MOVINET_FLOAT32)
        return mve_bad_types(b, err);
    if (in->type == MOVINET_FLOAT16) {
        b->step->run = run_half;
    } else if (in->type == MOVINET_INT8 && in->quant.n == 1) {
        p->scale = in->quant.scale[0];
        p->zero = in->quant.zero_point[0];
        b->step->run = run_dequantize;
    } else if (in->type == MOVINET_INT8 && in->quant.n > 1) {
        p->inner = 1;
        for (int i = in->quant.axis + 1; i < in->rank; i++)
            p->inner *= (size_t)in->shape[i];
        p->scales = in->quant.scale;
        p->zeros = in->quant.zero_point;
        p->channels = in->quant.n;
        b->step->run = run_dequantize_channels;
    } else {
        return mve_bad_types(b, err);
    }
    return MOVINET_OK;
}

movinet_status mve_bind_cast(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    convert *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->count = in->count;
    p->in_type = (int)in->type;
    p->out_type = (int)out->type;
    if (!mvk_cast(p->in_type, "", p->out_type, (char[8]){0}, 0))
        return mve_bad_types(b, err);
    b->step->run = run_cast;
    return MOVINET_OK;
}

/* ---- reductions, softmax ---- */

static void run_reduce_s8(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    s->set->reduce_s8(s->params, data[s->inputs[0]], data[s->output], data[s->extra]);
}

static void run_reduce_f32(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    s->set->reduce_f32(s->params, data[s->inputs[0]], data[s->output], data[s->extra]);
}

static void run_reduce_s32(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    mvk_reduce_s32(s->params, data[s->inputs[0]], data[s->output], data[s->extra]);
}

static mvk_reduce_op reduce_op(int code)
{
    switch (code) {
    case TFL_OP_SUM: return MVK_SUM;
    case TFL_OP_MEAN: return MVK_MEAN;
    case TFL_OP_REDUCE_MAX: return MVK_REDUCE_MAX;
    case TFL_OP_REDUCE_MIN: return MVK_REDUCE_MIN;
    default: return MVK_REDUCE_PROD;
    }
}

movinet_status mve_bind_reduce(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *axes = mve_input(b, 1), *out = mve_output(b);
    mvk_reduce *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->op = reduce_op(b->graph->ops[b->op].code);
    p->rank = in->rank;
    memcpy(p->shape, in->shape, sizeof p->shape);
    p->keep_dims = b->graph->ops[b->op].options->keep_dims;
    for (size_t i = 0; i < axes->count; i++) {
        int64_t axis = axes->type == MOVINET_INT64 ? ((const int64_t *)axes->data)[i]
                                                   : ((const int32_t *)axes->data)[i];
        p->reduced[axis < 0 ? axis + in->rank : axis] = true;
    }
    if (mve_is_s8(in) && mve_is_s8(out) && p->op != MVK_REDUCE_PROD) {
        p->in_scale = in->quant.scale[0];
        p->in_zero = in->quant.zero_point[0];
        p->out_scale = out->quant.scale[0];
        p->out_zero = out->quant.zero_point[0];
        bool same = p->in_scale == p->out_scale && p->in_zero == p->out_zero;
        if (!same && (p->op == MVK_REDUCE_MAX || p->op == MVK_REDUCE_MIN))
            return mve_bad_types(b, err);
        b->step->run = run_reduce_s8;
    } else if (in->type == MOVINET_FLOAT32 && out->type == MOVINET_FLOAT32) {
        b->step->run = run_reduce_f32;
    } else if (in->type == MOVINET_INT32 && out->type == MOVINET_INT32) {
        b->step->run = run_reduce_s32;
    } else {
        return mve_bad_types(b, err);
    }
    if (!in->count)
        return mvg_fail(b->graph, b->op, b->step->output, MOVINET_ERR_FORMAT, err,
                        "reduces nothing");
    b->step->extra = 0;
    b->step->scratch_bytes = mvk_reduce_scratch(p);
    return MOVINET_OK;
}

typedef struct softmax {
    float beta, in_scale, out_scale;
    int32_t out_zero;
    size_t outer;
    int n;
} softmax;

static void run_softmax_f32(const mve_step *s, void *const *data, int begin, int end)
{
    const softmax *p = s->params;
    (void)begin, (void)end;
    mvk_softmax_f32(p->beta, data[s->inputs[0]], data[s->output], p->outer, p->n);
}

static void run_softmax_s8(const mve_step *s, void *const *data, int begin, int end)
{
    const softmax *p = s->params;
    (void)begin, (void)end;
    mvk_softmax_s8(p->beta, p->in_scale, p->out_scale, p->out_zero, data[s->inputs[0]],
                   data[s->output], p->outer, p->n);
}

movinet_status mve_bind_softmax(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    softmax *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    p->beta = b->graph->ops[b->op].options->beta;
    p->n = in->rank ? in->shape[in->rank - 1] : 1;
    if (p->n < 1)
        return mvg_fail(b->graph, b->op, b->step->output, MOVINET_ERR_FORMAT, err, "of nothing");
    p->outer = in->count / (size_t)p->n;
    if (in->type == MOVINET_FLOAT32 && out->type == MOVINET_FLOAT32) {
        b->step->run = run_softmax_f32;
    } else if (mve_is_s8(in) && mve_is_s8(out)) {
        p->in_scale = in->quant.scale[0];
        p->out_scale = out->quant.scale[0];
        p->out_zero = out->quant.zero_point[0];
        b->step->run = run_softmax_s8;
    } else {
        return mve_bad_types(b, err);
    }
    return MOVINET_OK;
}

/* Convolutions and matrix products. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "graph/infer.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct conv {
    mvk_conv shape;
    const mvk_conv_kernel *kernel;
    int n_parts;       ///< one pixel: the channels in equal parts, for threads; else 1
    mvk_conv *parts;
    size_t part_bytes; ///< of the output
} conv;

static void run_on(const mve_step *s, const void *in, void *out, int begin, int end)
{
    const conv *c = s->params;
    if (c->n_parts == 1) {
        c->kernel->run(&c->parts[0], in, out, begin, end);
        return;
    }
    for (int i = begin; i < end; i++)
        c->kernel->run(&c->parts[i], in, (char *)out + (size_t)i * c->part_bytes, 0, 1);
}

static void run_conv(const mve_step *s, void *const *data, int begin, int end)
{
    run_on(s, data[s->inputs[0]], data[s->output], begin, end);
}

/* "Dynamic range": float activations, int8 weights. TensorFlow Lite rounds such an
 * op's input to an int8 grid of its own for each frame, and files were tuned and
 * measured that way; so do we, or the scores drift (0.25 instead of 0.06 on the
 * golden file's logits). */
static void round_input(const mve_step *s, void *const *data, int begin, int end)
{
    const mvk_conv *c = &((const conv *)s->params)->shape;
    size_t n = (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_c;
    const float *in = data[s->inputs[0]];
    float *out = data[s->extra];
    (void)begin, (void)end;
    for (int i = 0; i < c->batch; i++)
        s->set->dynamic_round(in + (size_t)i * n, out + (size_t)i * n, n);
}

static void run_conv_dynamic(const mve_step *s, void *const *data, int begin, int end)
{
    run_on(s, data[s->extra], data[s->output], begin, end);
}

static void make_dynamic(mve_bind *b)
{
    b->step->before = round_input;
    b->step->run = run_conv_dynamic;
    b->step->extra = 0;
    b->step->scratch_bytes = mve_input(b, 0)->bytes;
}

movinet_status mve_unknown_activation(const mve_bind *b, movinet_error *err)
{
    return mvg_fail(b->graph, b->op, b->graph->ops[b->op].outputs[0], MOVINET_ERR_UNSUPPORTED, err,
                    "fused activation %d is not supported",
                    b->graph->ops[b->op].options->activation);
}

/* Weights and bias must be constants: they are packed once. */
movinet_status mve_need_constants(const mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    for (int i = 1; i < 3; i++) {
        const mvg_tensor *t = mve_input(b, i);
        if (t && !t->data)
            return mvg_fail(b->graph, b->op, o->inputs[i], MOVINET_ERR_UNSUPPORTED, err,
                            "weights and bias must be constants");
    }
    return MOVINET_OK;
}

/* Scales from input · weights to output, one a channel; NULL after an error. */
const mvk_scale *mve_make_scales(mve_bind *b, int channels, int channel_axis,
                                 movinet_status *status, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    int weights = b->graph->ops[b->op].inputs[1];
    mvk_scale *scale = mv_arena_alloc(b->arena, (size_t)channels, sizeof *scale);
    *status = MOVINET_OK;
    if (!scale)
        *status = mve_no_memory(err);
    else if (w->quant.n != 1 && (w->quant.n != channels || w->quant.axis != channel_axis))
        *status = mvg_fail(b->graph, b->op, weights, MOVINET_ERR_UNSUPPORTED, err,
                           "its scales go along axis %d, not along the output channels",
                           w->quant.axis);
    for (int i = 0; !*status && i < channels; i++) {
        int k = w->quant.n == 1 ? 0 : i;
        double real = (double)in->quant.scale[0] * (double)w->quant.scale[k] /
                      (double)out->quant.scale[0];
        if (w->quant.zero_point[k])
            *status = mvg_fail(b->graph, b->op, weights, MOVINET_ERR_UNSUPPORTED, err,
                               "weights must have zero point 0");
        else if (!isfinite(real) || real >= 1073741824.0)
            *status = mvg_fail(b->graph, b->op, weights, MOVINET_ERR_FORMAT, err,
                               "its scales cannot be");
        else
            scale[i] = mvk_scale_from_real(real);
    }
    return *status ? NULL : scale;
}

/* Float weights from whatever the file holds: float32, or int8 with scales. */
static float *float_weights(const mvg_tensor *w, movinet_status *status)
{
    float *out = mv_alloc(w->count * sizeof *out);
    *status = out ? MOVINET_OK : MOVINET_ERR_MEMORY;
    if (!out)
        return NULL;
    if (w->type == MOVINET_FLOAT32) {
        memcpy(out, w->data, w->count * sizeof *out);
    } else if (w->type == MOVINET_FLOAT16) {
        mvk_half_to_f32(w->data, out, w->count);
    } else if (w->type == MOVINET_INT8 && w->quant.n > 0) {
        size_t inner = 1;
        for (int i = w->quant.axis + 1; w->quant.n > 1 && i < w->rank; i++)
            inner *= (size_t)w->shape[i];
        mvk_dequantize_channels_s8(w->quant.scale, w->quant.zero_point, w->quant.n, inner, w->data,
                                   out, w->count);
    } else {
        free(out);
        *status = MOVINET_ERR_UNSUPPORTED;
        return NULL;
    }
    return out;
}

/* Into how many equal parts the channels of one pixel go: of 64 to 128 channels, as
 * kernels like them; 1 for few channels, or if there is no such number. */
static int parts_of(const mvk_conv *c, bool depthwise)
{
    int best = 1, waste = 64;
    if (depthwise || c->groups != 1 || c->batch * c->out_h * c->out_w != 1 || c->out_c < 256)
        return 1;
    for (int width = 64; width <= 128; width++)
        if (c->out_c % width == 0 && (64 - width % 64) % 64 < waste) {
            best = c->out_c / width;
            waste = (64 - width % 64) % 64;
        }
    return best;
}

/* All parts in one block, the whole if n is 1. */
static movinet_status pack_parts(mve_bind *b, conv *c, int n, const char *weights, size_t size,
                                 movinet_error *err)
{
    int width = c->shape.out_c / n;
    size_t step = (size_t)width * (size_t)c->shape.kernel_h * (size_t)c->shape.kernel_w *
                  (size_t)(c->shape.in_c / c->shape.groups) * size;
    mvk_conv part = c->shape;
    part.out_c = width;
    size_t bytes = (c->kernel->packed_size(&part) + MV_ALIGN - 1) / MV_ALIGN * MV_ALIGN;
    char *packed = mve_block(b, bytes * (size_t)n);
    c->parts = mv_arena_alloc(b->arena, (size_t)n, sizeof *c->parts);
    if (!packed || !c->parts)
        return mve_no_memory(err);
    for (int i = 0; i < n; i++, weights += step, packed += bytes) {
        c->kernel->pack(&part, weights, packed);
        c->parts[i] = part;
        c->parts[i].packed = packed;
        if (part.scale)
            part.scale += width;
        if (part.bias) /* int32_t or float */
            part.bias = (const char *)part.bias + (size_t)width * 4;
    }
    c->n_parts = n;
    c->part_bytes = (size_t)width * size;
    return MOVINET_OK;
}

/* Packs for the kernel that suits the shape best; all else is set by now. `size`: bytes
 * of a weight, and of an output. */
static movinet_status pack(mve_bind *b, conv *c, bool depthwise, const void *weights, size_t size,
                           movinet_error *err)
{
    const mvk_conv *shape = &c->shape;
    int n = parts_of(shape, depthwise);
    if (size == 1)
        c->kernel = depthwise ? b->set->depthwise_s8(shape) : b->set->conv_s8(shape);
    else
        c->kernel = depthwise ? b->set->depthwise_f32(shape) : b->set->conv_f32(shape);
    b->step->kernel = c->kernel->name;
    b->step->run = run_conv;
    b->step->n_tasks = n > 1 ? n : b->step->n_tasks;
    return pack_parts(b, c, n, weights, size, err);
}

static movinet_status bind_s8(mve_bind *b, conv *c, bool depthwise, int channel_axis,
                              movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    const mvg_tensor *bias = mve_input(b, 2);
    mvk_conv *shape = &c->shape;
    movinet_status status;
    if (w->type != MOVINET_INT8 || !w->quant.n || (bias && bias->type != MOVINET_INT32))
        return mve_bad_types(b, err);
    if (!mve_activation_s8(b->graph->ops[b->op].options->activation, out, &shape->act_min,
                           &shape->act_max))
        return mve_unknown_activation(b, err);
    shape->scale = mve_make_scales(b, shape->out_c, channel_axis, &status, err);
    if (status)
        return status;
    /* |acc| <= taps · 255 · 128 must stay inside int32. */
    if ((int64_t)shape->kernel_h * shape->kernel_w * (depthwise ? 1 : w->shape[w->rank - 1]) >
        65535)
        return mvg_fail(b->graph, b->op, b->graph->ops[b->op].inputs[1], MOVINET_ERR_UNSUPPORTED,
                        err, "sums of more than 65535 products could overflow");
    shape->in_zero = in->quant.zero_point[0];
    shape->out_zero = out->quant.zero_point[0];
    shape->bias = bias ? bias->data : NULL;
    return pack(b, c, depthwise, w->data, 1, err);
}

static movinet_status bind_f32(mve_bind *b, conv *c, bool depthwise, movinet_error *err)
{
    const mvg_tensor *w = mve_input(b, 1), *bias = mve_input(b, 2);
    mvk_conv *shape = &c->shape;
    if (bias && bias->type != MOVINET_FLOAT32)
        return mve_bad_types(b, err);
    if (!mve_activation_f32(b->graph->ops[b->op].options->activation, &shape->act_min_f,
                            &shape->act_max_f))
        return mve_unknown_activation(b, err);
    movinet_status status;
    float *weights = float_weights(w, &status);
    if (!weights)
        return status == MOVINET_ERR_MEMORY ? mve_no_memory(err) : mve_bad_types(b, err);
    shape->bias = bias ? bias->data : NULL;
    status = pack(b, c, depthwise, weights, sizeof *weights, err);
    free(weights);
    if (!status && w->type == MOVINET_INT8 &&
        b->graph->ops[b->op].code != TFL_OP_FULLY_CONNECTED)
        make_dynamic(b);
    return status;
}

static movinet_status bind_typed(mve_bind *b, conv *c, bool depthwise, int channel_axis,
                                 movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    movinet_status status = mve_need_constants(b, err);
    if (status)
        return status;
    b->step->n_tasks = c->shape.batch * c->shape.out_h;
    if (mve_is_s8(in) && mve_is_s8(out))
        return bind_s8(b, c, depthwise, channel_axis, err);
    if (in->type == MOVINET_FLOAT32 && out->type == MOVINET_FLOAT32)
        return bind_f32(b, c, depthwise, err);
    return mve_bad_types(b, err);
}

movinet_status mve_bind_conv(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    const tfl_options *opt = o->options;
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    bool depthwise = o->code == TFL_OP_DEPTHWISE_CONV_2D;
    conv *bound = mve_params(b, sizeof *bound);
    if (!bound)
        return mve_no_memory(err);
    mvk_conv *c = &bound->shape;
    *c = (mvk_conv){.batch = in->shape[0],
                    .in_h = in->shape[1],
                    .in_w = in->shape[2],
                    .in_c = in->shape[3],
                    .out_h = out->shape[1],
                    .out_w = out->shape[2],
                    .out_c = out->shape[3],
                    .kernel_h = w->shape[1],
                    .kernel_w = w->shape[2],
                    .stride_h = opt->stride_h,
                    .stride_w = opt->stride_w,
                    .dilation_h = opt->dilation_h ? opt->dilation_h : 1,
                    .dilation_w = opt->dilation_w ? opt->dilation_w : 1};
    c->groups = depthwise ? 1 : in->shape[3] / w->shape[3];
    c->depth_multiplier = depthwise ? out->shape[3] / in->shape[3] : 1;
    mvg_window(opt->padding, c->in_h, c->kernel_h, c->stride_h, c->dilation_h, &c->pad_top);
    mvg_window(opt->padding, c->in_w, c->kernel_w, c->stride_w, c->dilation_w, &c->pad_left);
    return bind_typed(b, bound, depthwise, depthwise ? 3 : 0, err);
}

/* [rows, depth] · [units, depth]ᵀ is a 1×1 convolution over `rows` pixels. */
movinet_status mve_bind_fully_connected(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1);
    conv *bound = mve_params(b, sizeof *bound);
    if (!bound)
        return mve_no_memory(err);
    mvk_conv *c = &bound->shape;
    *c = (mvk_conv){.batch = 1,
                    .in_h = 1,
                    .in_w = (int)(in->count / (size_t)w->shape[1]),
                    .in_c = w->shape[1],
                    .out_h = 1,
                    .out_c = w->shape[0],
                    .kernel_h = 1,
                    .kernel_w = 1,
                    .stride_h = 1,
                    .stride_w = 1,
                    .dilation_h = 1,
                    .dilation_w = 1,
                    .groups = 1,
                    .depth_multiplier = 1};
    c->out_w = c->in_w;
    return bind_typed(b, bound, false, 0, err);
}

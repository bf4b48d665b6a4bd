/* Convolutions, matrix products and pools. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "graph/infer.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void run_conv_s8(const mve_step *s, void *const *data, int begin, int end)
{
    mvk_conv_s8(s->params, data[s->inputs[0]], data[s->output], begin, end);
}

static void run_conv_f32(const mve_step *s, void *const *data, int begin, int end)
{
    mvk_conv_f32(s->params, data[s->inputs[0]], data[s->output], begin, end);
}

static void run_depthwise_s8(const mve_step *s, void *const *data, int begin, int end)
{
    mvk_depthwise_s8(s->params, data[s->inputs[0]], data[s->output], begin, end);
}

static void run_depthwise_f32(const mve_step *s, void *const *data, int begin, int end)
{
    mvk_depthwise_f32(s->params, data[s->inputs[0]], data[s->output], begin, end);
}

/* "Dynamic range": float activations, int8 weights. TensorFlow Lite rounds such an
 * op's input to an int8 grid of its own for each frame, and files were tuned and
 * measured that way; so do we, or the scores drift (0.25 instead of 0.06 on the
 * golden file's logits). */
static void round_input(const mve_step *s, void *const *data, int begin, int end)
{
    const mvk_conv *c = s->params;
    size_t n = (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_c;
    const float *in = data[s->inputs[0]];
    float *out = data[s->scratch];
    (void)begin, (void)end;
    for (int i = 0; i < c->batch; i++)
        mvk_dynamic_round(in + (size_t)i * n, out + (size_t)i * n, n);
}

static void run_conv_dynamic(const mve_step *s, void *const *data, int begin, int end)
{
    mvk_conv_f32(s->params, data[s->scratch], data[s->output], begin, end);
}

static void run_depthwise_dynamic(const mve_step *s, void *const *data, int begin, int end)
{
    mvk_depthwise_f32(s->params, data[s->scratch], data[s->output], begin, end);
}

static void make_dynamic(mve_bind *b, bool depthwise)
{
    b->step->before = round_input;
    b->step->run = depthwise ? run_depthwise_dynamic : run_conv_dynamic;
    b->step->scratch = 0;
    b->step->scratch_bytes = mve_input(b, 0)->bytes;
}

static movinet_status unknown_activation(const mve_bind *b, movinet_error *err)
{
    return mvg_fail(b->graph, b->op, b->graph->ops[b->op].outputs[0], MOVINET_ERR_UNSUPPORTED, err,
                    "fused activation %d is not supported",
                    b->graph->ops[b->op].options->activation);
}

/* Weights and bias must be constants: they are packed once. */
static movinet_status need_constants(const mve_bind *b, movinet_error *err)
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

/* Scales from input · weights to output, one a channel. */
static movinet_status bind_scales(mve_bind *b, mvk_conv *conv, int channel_axis,
                                  movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    mvk_scale *scale = mv_arena_alloc(b->arena, (size_t)conv->out_c, sizeof *scale);
    if (!scale)
        return mve_no_memory(err);
    if (w->quant.n != 1 && (w->quant.n != conv->out_c || w->quant.axis != channel_axis))
        return mvg_fail(b->graph, b->op, b->graph->ops[b->op].inputs[1], MOVINET_ERR_UNSUPPORTED,
                        err, "its scales go along axis %d, not along the output channels",
                        w->quant.axis);
    for (int i = 0; i < conv->out_c; i++) {
        int k = w->quant.n == 1 ? 0 : i;
        double real = (double)in->quant.scale[0] * (double)w->quant.scale[k] /
                      (double)out->quant.scale[0];
        if (w->quant.zero_point[k])
            return mvg_fail(b->graph, b->op, b->graph->ops[b->op].inputs[1],
                            MOVINET_ERR_UNSUPPORTED, err, "weights must have zero point 0");
        if (!isfinite(real) || real >= 1073741824.0)
            return mvg_fail(b->graph, b->op, b->graph->ops[b->op].inputs[1], MOVINET_ERR_FORMAT,
                            err, "its scales cannot be");
        scale[i] = mvk_scale_from_real(real);
    }
    conv->scale = scale;
    conv->in_zero = in->quant.zero_point[0];
    conv->out_zero = out->quant.zero_point[0];
    return MOVINET_OK;
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

static movinet_status bind_s8(mve_bind *b, mvk_conv *conv, bool depthwise, int channel_axis,
                              movinet_error *err)
{
    const mvg_tensor *w = mve_input(b, 1), *bias = mve_input(b, 2);
    if (w->type != MOVINET_INT8 || !w->quant.n || (bias && bias->type != MOVINET_INT32))
        return mve_bad_types(b, err);
    if (!mve_activation_s8(b->graph->ops[b->op].options->activation, mve_output(b), &conv->act_min,
                           &conv->act_max))
        return unknown_activation(b, err);
    movinet_status status = bind_scales(b, conv, channel_axis, err);
    if (status)
        return status;
    /* |acc| <= taps · 255 · 128 must stay inside int32. */
    if ((int64_t)conv->kernel_h * conv->kernel_w * (depthwise ? 1 : w->shape[w->rank - 1]) > 65535)
        return mvg_fail(b->graph, b->op, b->graph->ops[b->op].inputs[1], MOVINET_ERR_UNSUPPORTED,
                        err, "sums of more than 65535 products could overflow");
    size_t size = depthwise ? mvk_depthwise_s8_packed_size(conv) : mvk_conv_s8_packed_size(conv);
    void *packed = mve_block(b, size);
    if (!packed)
        return mve_no_memory(err);
    if (depthwise)
        mvk_depthwise_s8_pack(conv, w->data, packed);
    else
        mvk_conv_s8_pack(conv, w->data, packed);
    conv->packed = packed;
    conv->bias = bias ? bias->data : NULL;
    b->step->run = depthwise ? run_depthwise_s8 : run_conv_s8;
    return MOVINET_OK;
}

static movinet_status bind_f32(mve_bind *b, mvk_conv *conv, bool depthwise, movinet_error *err)
{
    const mvg_tensor *w = mve_input(b, 1), *bias = mve_input(b, 2);
    if (bias && bias->type != MOVINET_FLOAT32)
        return mve_bad_types(b, err);
    if (!mve_activation_f32(b->graph->ops[b->op].options->activation, &conv->act_min_f,
                            &conv->act_max_f))
        return unknown_activation(b, err);
    movinet_status status;
    float *weights = float_weights(w, &status);
    if (!weights)
        return status == MOVINET_ERR_MEMORY ? mve_no_memory(err) : mve_bad_types(b, err);
    size_t size = depthwise ? mvk_depthwise_f32_packed_size(conv) : mvk_conv_f32_packed_size(conv);
    void *packed = mve_block(b, size);
    if (packed && depthwise)
        mvk_depthwise_f32_pack(conv, weights, packed);
    else if (packed)
        mvk_conv_f32_pack(conv, weights, packed);
    free(weights);
    if (!packed)
        return mve_no_memory(err);
    conv->packed = packed;
    conv->bias = bias ? bias->data : NULL;
    b->step->run = depthwise ? run_depthwise_f32 : run_conv_f32;
    if (w->type == MOVINET_INT8 && b->graph->ops[b->op].code != TFL_OP_FULLY_CONNECTED)
        make_dynamic(b, depthwise);
    return MOVINET_OK;
}

static movinet_status bind_typed(mve_bind *b, mvk_conv *conv, bool depthwise, int channel_axis,
                                 movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    movinet_status status = need_constants(b, err);
    if (status)
        return status;
    b->step->n_tasks = conv->batch * conv->out_h;
    if (mve_is_s8(in) && mve_is_s8(out))
        return bind_s8(b, conv, depthwise, channel_axis, err);
    if (in->type == MOVINET_FLOAT32 && out->type == MOVINET_FLOAT32)
        return bind_f32(b, conv, depthwise, err);
    return mve_bad_types(b, err);
}

movinet_status mve_bind_conv(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    const tfl_options *opt = o->options;
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    bool depthwise = o->code == TFL_OP_DEPTHWISE_CONV_2D;
    mvk_conv *c = mve_params(b, sizeof *c);
    if (!c)
        return mve_no_memory(err);
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
    return bind_typed(b, c, depthwise, depthwise ? 3 : 0, err);
}

/* [rows, depth] · [units, depth]ᵀ is a 1×1 convolution over `rows` pixels. */
movinet_status mve_bind_fully_connected(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1);
    mvk_conv *c = mve_params(b, sizeof *c);
    if (!c)
        return mve_no_memory(err);
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
    return bind_typed(b, c, false, 0, err);
}

/* ---- pools ---- */

static void run_average_s8(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    mvk_average_pool_s8(s->params, data[s->inputs[0]], data[s->output]);
}

static void run_average_f32(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    mvk_average_pool_f32(s->params, data[s->inputs[0]], data[s->output]);
}

static void run_max_s8(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    mvk_max_pool_s8(s->params, data[s->inputs[0]], data[s->output]);
}

static void run_max_f32(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    mvk_max_pool_f32(s->params, data[s->inputs[0]], data[s->output]);
}

movinet_status mve_bind_pool(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    const tfl_options *opt = o->options;
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    bool average = o->code == TFL_OP_AVERAGE_POOL_2D;
    mvk_pool *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    *p = (mvk_pool){.batch = in->shape[0],
                    .in_h = in->shape[1],
                    .in_w = in->shape[2],
                    .channels = in->shape[3],
                    .out_h = out->shape[1],
                    .out_w = out->shape[2],
                    .filter_h = opt->filter_h,
                    .filter_w = opt->filter_w,
                    .stride_h = opt->stride_h,
                    .stride_w = opt->stride_w};
    mvg_window(opt->padding, p->in_h, p->filter_h, p->stride_h, 1, &p->pad_top);
    mvg_window(opt->padding, p->in_w, p->filter_w, p->stride_w, 1, &p->pad_left);
    if (mve_is_s8(in) && mve_is_s8(out) && in->quant.scale[0] == out->quant.scale[0] &&
        in->quant.zero_point[0] == out->quant.zero_point[0]) {
        if (!mve_activation_s8(opt->activation, out, &p->act_min, &p->act_max))
            return unknown_activation(b, err);
        b->step->run = average ? run_average_s8 : run_max_s8;
        return MOVINET_OK;
    }
    if (in->type != MOVINET_FLOAT32 || out->type != MOVINET_FLOAT32)
        return mve_bad_types(b, err);
    if (!mve_activation_f32(opt->activation, &p->act_min_f, &p->act_max_f))
        return unknown_activation(b, err);
    b->step->run = average ? run_average_f32 : run_max_f32;
    return MOVINET_OK;
}

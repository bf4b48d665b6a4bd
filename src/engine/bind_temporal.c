/* Depthwise convolution over time, on a ring. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

typedef struct temporal {
    mvk_temporal shape;
    const mvk_temporal_kernel *kernel;
} temporal;

static void run_temporal(const mve_step *s, void *const *data, int begin, int end)
{
    const temporal *t = s->params;
    t->kernel->run(&t->shape, data[s->extra], data[s->output], begin, end);
}

static movinet_status bind_temporal_s8(mve_bind *b, mvk_temporal *t, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    const mvg_tensor *bias = mve_input(b, 2);
    movinet_status status;
    if (w->type != MOVINET_INT8 || !w->quant.n || (bias && bias->type != MOVINET_INT32))
        return mve_bad_types(b, err);
    if (!mve_activation_s8(b->graph->ops[b->op].options->activation, out, &t->act_min,
                           &t->act_max))
        return mve_unknown_activation(b, err);
    t->scale = mve_make_scales(b, t->channels, 3, &status, err);
    t->in_zero = in->quant.zero_point[0];
    t->out_zero = out->quant.zero_point[0];
    t->bias = bias ? bias->data : NULL;
    return status;
}

static movinet_status bind_temporal_f32(mve_bind *b, mvk_temporal *t, movinet_error *err)
{
    const mvg_tensor *w = mve_input(b, 1), *bias = mve_input(b, 2);
    if (w->type != MOVINET_FLOAT32 || (bias && bias->type != MOVINET_FLOAT32))
        return mve_bad_types(b, err);
    if (!mve_activation_f32(b->graph->ops[b->op].options->activation, &t->act_min_f,
                            &t->act_max_f))
        return mve_unknown_activation(b, err);
    t->bias = bias ? bias->data : NULL;
    return MOVINET_OK;
}

movinet_status mve_bind_temporal(mve_bind *b, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, 0), *w = mve_input(b, 1), *out = mve_output(b);
    const mvg_op *o = &b->graph->ops[b->op];
    temporal *bound = mve_params(b, sizeof *bound);
    if (!bound)
        return mve_no_memory(err);
    mvk_temporal *t = &bound->shape;
    *t = (mvk_temporal){.n = (int)(out->count / (size_t)w->shape[3]),
                        .channels = w->shape[3],
                        .taps = b->graph->rings[o->ring].taps};
    movinet_status status = mve_need_constants(b, err);
    bool s8 = mve_is_s8(in) && mve_is_s8(out);
    if (!status && !s8 && (in->type != MOVINET_FLOAT32 || out->type != MOVINET_FLOAT32))
        status = mve_bad_types(b, err);
    if (!status)
        status = s8 ? bind_temporal_s8(b, t, err) : bind_temporal_f32(b, t, err);
    if (status)
        return status;
    bound->kernel = s8 ? b->set->temporal_s8(t) : b->set->temporal_f32(t);
    void *packed = mve_block(b, bound->kernel->packed_size(t));
    if (!packed)
        return mve_no_memory(err);
    bound->kernel->pack(t, w->data, packed);
    t->packed = packed;
    b->step->kernel = bound->kernel->name;
    b->step->n_tasks = t->n;
    b->step->extra = o->ring; /* the plan makes it an index in `data` */
    b->step->run = run_temporal;
    return MOVINET_OK;
}

/* Pools. SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "graph/infer.h"

static void run_average_s8(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    s->set->average_pool_s8(s->params, data[s->inputs[0]], data[s->output]);
}

static void run_average_f32(const mve_step *s, void *const *data, int begin, int end)
{
    (void)begin, (void)end;
    s->set->average_pool_f32(s->params, data[s->inputs[0]], data[s->output]);
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
            return mve_unknown_activation(b, err);
        b->step->run = average ? run_average_s8 : run_max_s8;
        return MOVINET_OK;
    }
    if (in->type != MOVINET_FLOAT32 || out->type != MOVINET_FLOAT32)
        return mve_bad_types(b, err);
    if (!mve_activation_f32(opt->activation, &p->act_min_f, &p->act_max_f))
        return mve_unknown_activation(b, err);
    b->step->run = average ? run_average_f32 : run_max_f32;
    return MOVINET_OK;
}

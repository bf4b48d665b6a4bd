/* Ops that move data: views, slices, padding and their like.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include "graph/infer.h"
#include "kernels/kernels.h"

#include <string.h>

/* Data that is only moved must keep its type, and its scale where it has one. */
static bool moves(const mvg_tensor *in, const mvg_tensor *out)
{
    if (in->type != out->type || !tfl_type_size(in->type))
        return false;
    return !mve_is_s8(in) || !mve_is_s8(out) ||
           (in->quant.scale[0] == out->quant.scale[0] &&
            in->quant.zero_point[0] == out->quant.zero_point[0]);
}

movinet_status mve_bind_view(mve_bind *b, movinet_error *err)
{
    return moves(mve_input(b, 0), mve_output(b)) ? MOVINET_OK : mve_bad_types(b, err);
}

/* ---- concatenation, pack ---- */

typedef struct concat {
    size_t outer, out_inner;
    size_t in_inner[MVE_MAX_INPUTS];
} concat;

static void run_concat(const mve_step *s, void *const *data, int begin, int end)
{
    const concat *p = s->params;
    size_t offset = 0;
    (void)begin, (void)end;
    for (int i = 0; i < s->n_inputs; i++) {
        mvk_concat_part(p->outer, p->in_inner[i], p->out_inner, offset, data[s->inputs[i]],
                        data[s->output]);
        offset += p->in_inner[i];
    }
}

static movinet_status bind_parts(mve_bind *b, int axis, movinet_error *err)
{
    const mvg_tensor *out = mve_output(b);
    concat *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    size_t size = tfl_type_size(out->type);
    p->outer = 1;
    for (int i = 0; i < axis; i++)
        p->outer *= (size_t)out->shape[i];
    for (int i = 0; i < b->step->n_inputs; i++) {
        const mvg_tensor *in = mve_input(b, i);
        if (!moves(in, out))
            return mve_bad_types(b, err);
        p->in_inner[i] = size;
        for (int k = axis; k < in->rank; k++)
            p->in_inner[i] *= (size_t)in->shape[k];
        p->out_inner += p->in_inner[i];
    }
    b->step->run = run_concat;
    return MOVINET_OK;
}

movinet_status mve_bind_concat(mve_bind *b, movinet_error *err)
{
    const tfl_options *o = b->graph->ops[b->op].options;
    if (o->activation != TFL_ACT_NONE)
        return mvg_fail(b->graph, b->op, b->step->output, MOVINET_ERR_UNSUPPORTED, err,
                        "fused activation %d is not supported", o->activation);
    return bind_parts(b, o->axis + (o->axis < 0 ? mve_output(b)->rank : 0), err);
}

movinet_status mve_bind_pack(mve_bind *b, movinet_error *err)
{
    const tfl_options *o = b->graph->ops[b->op].options;
    return bind_parts(b, o->axis + (o->axis < 0 ? mve_output(b)->rank : 0), err);
}

/* ---- slices ---- */

typedef struct slice {
    int rank;
    int32_t in_shape[MVK_MAX_RANK], begin[MVK_MAX_RANK], step[MVK_MAX_RANK];
    int32_t out_shape[MVK_MAX_RANK];
    size_t size;
} slice;

static void run_slice(const mve_step *s, void *const *data, int begin, int end)
{
    const slice *p = s->params;
    (void)begin, (void)end;
    mvk_strided_slice(p->rank, p->in_shape, p->begin, p->step, p->out_shape, p->size,
                      data[s->inputs[0]], data[s->output]);
}

/* The output's length along input axis i: shrunk axes are gone from the output. */
static void slice_axes(slice *p, const mvg_tensor *in, const mvg_tensor *out, int shrink)
{
    int k = 0;
    p->rank = in->rank;
    memcpy(p->in_shape, in->shape, sizeof p->in_shape);
    for (int i = 0; i < in->rank; i++)
        p->out_shape[i] = shrink >> i & 1 ? 1 : out->shape[k++];
}

movinet_status mve_bind_strided_slice(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    slice *p = mve_params(b, sizeof *p);
    int n = 0;
    if (!p)
        return mve_no_memory(err);
    if (!moves(in, out))
        return mve_bad_types(b, err);
    p->size = tfl_type_size(in->type);
    movinet_status status =
        mvg_const_ints(b->graph, b->op, o->inputs[1], MVK_MAX_RANK, p->begin, &n, err);
    if (!status)
        status = mvg_const_ints(b->graph, b->op, o->inputs[3], MVK_MAX_RANK, p->step, &n, err);
    if (status)
        return status;
    slice_axes(p, in, out, o->options->shrink_axis_mask & ((1 << n) - 1));
    for (int i = 0; i < in->rank; i++) {
        int32_t size = in->shape[i];
        if (i >= n) {
            p->begin[i] = 0;
            p->step[i] = 1;
            continue;
        }
        int64_t at = p->begin[i] + (p->begin[i] < 0 ? (int64_t)size : 0);
        int64_t low = p->step[i] > 0 ? 0 : -1, high = p->step[i] > 0 ? size : size - 1;
        if (o->options->begin_mask >> i & 1 && !(o->options->shrink_axis_mask >> i & 1))
            at = p->step[i] > 0 ? 0 : size - 1;
        else if (o->options->begin_mask >> i & 1)
            at = p->step[i] > 0 ? low : high;
        p->begin[i] = (int32_t)(at < low ? low : at > high ? high : at);
    }
    b->step->run = run_slice;
    return MOVINET_OK;
}

movinet_status mve_bind_slice(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    slice *p = mve_params(b, sizeof *p);
    int n;
    if (!p)
        return mve_no_memory(err);
    if (!moves(in, out))
        return mve_bad_types(b, err);
    p->size = tfl_type_size(in->type);
    slice_axes(p, in, out, 0);
    for (int i = 0; i < in->rank; i++)
        p->step[i] = 1;
    b->step->run = run_slice;
    return mvg_const_ints(b->graph, b->op, o->inputs[1], MVK_MAX_RANK, p->begin, &n, err);
}

/* ---- pad ---- */

typedef struct pad {
    int rank;
    int32_t in_shape[MVK_MAX_RANK], before[MVK_MAX_RANK], after[MVK_MAX_RANK];
    size_t size;
    int64_t value; ///< the first `size` bytes
} pad;

static void run_pad(const mve_step *s, void *const *data, int begin, int end)
{
    const pad *p = s->params;
    (void)begin, (void)end;
    mvk_pad(p->rank, p->in_shape, p->before, p->after, p->size, &p->value, data[s->inputs[0]],
            data[s->output]);
}

movinet_status mve_bind_pad(mve_bind *b, movinet_error *err)
{
    const mvg_op *o = &b->graph->ops[b->op];
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b), *value = mve_input(b, 2);
    int32_t pads[2 * MVK_MAX_RANK];
    int n;
    pad *p = mve_params(b, sizeof *p);
    if (!p)
        return mve_no_memory(err);
    if (!moves(in, out) || (value && (value->type != in->type || value->count != 1)))
        return mve_bad_types(b, err);
    movinet_status status =
        mvg_const_ints(b->graph, b->op, o->inputs[1], 2 * MVK_MAX_RANK, pads, &n, err);
    if (status)
        return status;
    if (value && !value->data)
        return mvg_fail(b->graph, b->op, o->inputs[2], MOVINET_ERR_UNSUPPORTED, err,
                        "must be a constant");
    p->rank = in->rank;
    p->size = tfl_type_size(in->type);
    memcpy(p->in_shape, in->shape, sizeof p->in_shape);
    for (int i = 0; i < in->rank; i++) {
        p->before[i] = pads[2 * i];
        p->after[i] = pads[2 * i + 1];
    }
    if (value)
        memcpy(&p->value, value->data, p->size);
    else if (mve_is_s8(in))
        memcpy(&p->value, &(int8_t){(int8_t)in->quant.zero_point[0]}, 1);
    b->step->run = run_pad;
    return MOVINET_OK;
}

/* ---- transpose, broadcast, fill, gather, resize ---- */

typedef struct move {
    int rank;
    int32_t shape[MVK_MAX_RANK], perm[MVK_MAX_RANK];
    ptrdiff_t stride[MVK_MAX_RANK];
    size_t size, count, outer, inner;
    int32_t axis;
    const int32_t *index;
    mvk_resize resize;
} move;

static void run_transpose(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_transpose(p->rank, p->shape, p->perm, p->size, data[s->inputs[0]], data[s->output]);
}

static void run_broadcast_to(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_broadcast_to(p->rank, p->shape, p->stride, p->size, data[s->inputs[0]], data[s->output]);
}

static void run_fill(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_fill(p->size, data[s->inputs[1]], data[s->output], p->count);
}

static void run_gather(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_gather(p->outer, p->axis, p->inner, data[s->inputs[1]], p->count, data[s->inputs[0]],
               data[s->output]);
}

static void run_bilinear_f32(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_resize_bilinear_f32(&p->resize, data[s->inputs[0]], data[s->output]);
}

static void run_bilinear_s8(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_resize_bilinear_s8(&p->resize, data[s->inputs[0]], data[s->output]);
}

static void run_nearest(const mve_step *s, void *const *data, int begin, int end)
{
    const move *p = s->params;
    (void)begin, (void)end;
    mvk_resize_nearest(&p->resize, p->size, data[s->inputs[0]], data[s->output]);
}

/* Parameters of a mover of input `i`, whose type the output must have. */
static move *mover(mve_bind *b, int i, movinet_status *status, movinet_error *err)
{
    const mvg_tensor *in = mve_input(b, i);
    move *p = mve_params(b, sizeof *p);
    *status = MOVINET_OK;
    if (!p)
        *status = mve_no_memory(err);
    else if (!moves(in, mve_output(b)))
        *status = mve_bad_types(b, err);
    else
        p->size = tfl_type_size(in->type);
    return p;
}

movinet_status mve_bind_transpose(mve_bind *b, movinet_error *err)
{
    movinet_status status;
    const mvg_tensor *in = mve_input(b, 0);
    move *p = mover(b, 0, &status, err);
    int n;
    if (!status)
        status = mvg_const_ints(b->graph, b->op, b->step->inputs[1], MVK_MAX_RANK, p->perm, &n,
                                err);
    if (status)
        return status;
    p->rank = in->rank;
    memcpy(p->shape, in->shape, sizeof p->shape);
    for (int i = 0; i < n; i++)
        p->perm[i] += p->perm[i] < 0 ? n : 0;
    b->step->run = run_transpose;
    return MOVINET_OK;
}

movinet_status mve_bind_broadcast_to(mve_bind *b, movinet_error *err)
{
    movinet_status status;
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    move *p = mover(b, 0, &status, err);
    if (status)
        return status;
    p->rank = out->rank;
    memcpy(p->shape, out->shape, sizeof p->shape);
    ptrdiff_t stride = 1;
    for (int i = in->rank - 1; i >= 0; i--) {
        p->stride[i + out->rank - in->rank] = in->shape[i] == 1 ? 0 : stride;
        stride *= in->shape[i];
    }
    b->step->run = run_broadcast_to;
    return MOVINET_OK;
}

movinet_status mve_bind_fill(mve_bind *b, movinet_error *err)
{
    movinet_status status;
    move *p = mover(b, 1, &status, err);
    if (status)
        return status;
    p->count = mve_output(b)->count;
    b->step->run = run_fill;
    return MOVINET_OK;
}

movinet_status mve_bind_gather(mve_bind *b, movinet_error *err)
{
    movinet_status status;
    const mvg_op *o = &b->graph->ops[b->op];
    const mvg_tensor *in = mve_input(b, 0), *index = mve_input(b, 1);
    move *p = mover(b, 0, &status, err);
    if (status)
        return status;
    if (index->type != MOVINET_INT32)
        return mve_bad_types(b, err);
    int axis = o->options->axis + (o->options->axis < 0 ? in->rank : 0);
    p->axis = in->shape[axis];
    p->outer = 1;
    p->inner = p->size;
    for (int i = 0; i < axis; i++)
        p->outer *= (size_t)in->shape[i];
    for (int i = axis + 1; i < in->rank; i++)
        p->inner *= (size_t)in->shape[i];
    p->count = index->count;
    b->step->run = run_gather;
    return MOVINET_OK;
}

movinet_status mve_bind_resize(mve_bind *b, movinet_error *err)
{
    movinet_status status;
    const mvg_op *o = &b->graph->ops[b->op];
    const mvg_tensor *in = mve_input(b, 0), *out = mve_output(b);
    move *p = mover(b, 0, &status, err);
    if (status)
        return status;
    p->resize = (mvk_resize){.batch = in->shape[0],
                             .in_h = in->shape[1],
                             .in_w = in->shape[2],
                             .channels = in->shape[3],
                             .out_h = out->shape[1],
                             .out_w = out->shape[2],
                             .align_corners = o->options->align_corners,
                             .half_pixel_centers = o->options->half_pixel_centers};
    if (o->code == TFL_OP_RESIZE_NEAREST_NEIGHBOR)
        b->step->run = run_nearest;
    else if (in->type == MOVINET_FLOAT32)
        b->step->run = run_bilinear_f32;
    else if (mve_is_s8(in))
        b->step->run = run_bilinear_s8;
    else
        return mve_bad_types(b, err);
    return MOVINET_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/infer.h"

#include <string.h>

/* Larger tensors than this are a damaged file, not a network. */
#define MAX_TENSOR_BYTES ((size_t)1 << 30)

typedef movinet_status infer_fn(mvg_graph *graph, int op, movinet_error *err);

static const mvg_tensor *input(const mvg_graph *graph, int op, int i)
{
    const mvg_op *o = &graph->ops[op];
    return i < o->n_inputs && o->inputs[i] >= 0 ? &graph->tensors[o->inputs[i]] : NULL;
}

static movinet_status refuse(const mvg_graph *graph, int op, const char *why, movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    int tensor = o->n_outputs ? o->outputs[0] : -1;
    return mvg_fail(graph, op, tensor, MOVINET_ERR_FORMAT, err, "%s", why);
}

movinet_status mvg_set_shape(mvg_graph *graph, int op, int tensor, int rank, const int32_t *shape,
                             movinet_error *err)
{
    mvg_tensor *t = &graph->tensors[tensor];
    int32_t copy[MOVINET_MAX_RANK] = {0};
    size_t count = 1, bytes;
    if (rank > MOVINET_MAX_RANK)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_UNSUPPORTED, err, "more than %d axes",
                        MOVINET_MAX_RANK);
    for (int i = 0; i < rank; i++) {
        copy[i] = shape[i];
        if (shape[i] < 0 || !mv_mul_size(count, (size_t)shape[i], &count))
            return mvg_fail(graph, op, tensor, MOVINET_ERR_FORMAT, err, "axis %d comes out as %d",
                            i, shape[i]);
    }
    if (!mv_mul_size(count, tfl_type_size(t->type), &bytes) || bytes > MAX_TENSOR_BYTES)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_UNSUPPORTED, err, "larger than 1 GiB");
    t->rank = rank;
    memcpy(t->shape, copy, sizeof copy);
    t->count = count;
    t->bytes = bytes;
    return MOVINET_OK;
}

static movinet_status set_first(mvg_graph *graph, int op, int rank, const int32_t *shape,
                                movinet_error *err)
{
    return mvg_set_shape(graph, op, graph->ops[op].outputs[0], rank, shape, err);
}

movinet_status mvg_const_ints(const mvg_graph *graph, int op, int tensor, int capacity,
                              int32_t *out, int *n, movinet_error *err)
{
    const mvg_tensor *t = tensor >= 0 ? &graph->tensors[tensor] : NULL;
    if (!t || !t->data)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_UNSUPPORTED, err,
                        "must be a constant: shapes cannot change from frame to frame");
    if (t->type != MOVINET_INT32 && t->type != MOVINET_INT64)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_FORMAT, err, "must be int32 or int64");
    if (t->count > (size_t)capacity)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_FORMAT, err, "holds more than %d numbers",
                        capacity);
    for (size_t i = 0; i < t->count; i++) {
        int64_t v = t->type == MOVINET_INT32 ? ((const int32_t *)t->data)[i]
                                             : ((const int64_t *)t->data)[i];
        out[i] = v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : (int32_t)v;
    }
    *n = (int)t->count;
    return MOVINET_OK;
}

/* Constant numbers of input i. */
static movinet_status ints(const mvg_graph *graph, int op, int i, int32_t out[MOVINET_MAX_RANK],
                           int *n, movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    if (i >= o->n_inputs || o->inputs[i] < 0)
        return refuse(graph, op, "an input is missing", err);
    return mvg_const_ints(graph, op, o->inputs[i], MOVINET_MAX_RANK, out, n, err);
}

int mvg_window(int padding, int in, int filter, int stride, int dilation, int *pad_before)
{
    int64_t span = (int64_t)(filter - 1) * dilation + 1, out, pad;
    if (padding == TFL_PADDING_SAME) {
        out = ((int64_t)in + stride - 1) / stride;
        pad = (out - 1) * stride + span - in;
    } else {
        out = in >= span ? (in - span) / stride + 1 : 0;
        pad = 0;
    }
    *pad_before = pad > 0 && pad < INT32_MAX ? (int)(pad / 2) : 0;
    return pad < INT32_MAX ? (int)out : 0;
}

/* ---- families ---- */

static movinet_status infer_same(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    return set_first(graph, op, in->rank, in->shape, err);
}

static movinet_status infer_broadcast(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *a = input(graph, op, 0), *b = input(graph, op, 1);
    int rank = a->rank > b->rank ? a->rank : b->rank;
    int32_t shape[MOVINET_MAX_RANK];
    for (int i = 0; i < rank; i++) {
        int ia = i - (rank - a->rank), ib = i - (rank - b->rank);
        int32_t da = ia < 0 ? 1 : a->shape[ia], db = ib < 0 ? 1 : b->shape[ib];
        if (da != db && da != 1 && db != 1)
            return refuse(graph, op, "the inputs' shapes do not fit each other", err);
        shape[i] = da == 1 ? db : da;
    }
    return set_first(graph, op, rank, shape, err);
}

static bool window_ok(const tfl_options *o, int filter_h, int filter_w)
{
    const int limit = 1 << 16;
    return o->stride_h > 0 && o->stride_w > 0 && o->stride_h < limit && o->stride_w < limit &&
           o->dilation_h >= 0 && o->dilation_w >= 0 && o->dilation_h < limit &&
           o->dilation_w < limit && filter_h > 0 && filter_w > 0 && filter_h < limit &&
           filter_w < limit &&
           (o->padding == TFL_PADDING_SAME || o->padding == TFL_PADDING_VALID);
}

static movinet_status infer_window(mvg_graph *graph, int op, int filter_h, int filter_w,
                                   int channels, movinet_error *err)
{
    const tfl_options *o = graph->ops[op].options;
    const mvg_tensor *in = input(graph, op, 0);
    if (!window_ok(o, filter_h, filter_w))
        return refuse(graph, op, "its filter, stride or padding cannot be", err);
    int pad, dh = o->dilation_h ? o->dilation_h : 1, dw = o->dilation_w ? o->dilation_w : 1;
    int32_t shape[4] = {in->shape[0],
                        mvg_window(o->padding, in->shape[1], filter_h, o->stride_h, dh, &pad),
                        mvg_window(o->padding, in->shape[2], filter_w, o->stride_w, dw, &pad),
                        channels};
    if (shape[1] < 1 || shape[2] < 1 || in->shape[0] < 1 || in->shape[3] < 1 || channels < 1)
        return refuse(graph, op, "its filter does not fit its input", err);
    return set_first(graph, op, 4, shape, err);
}

static movinet_status infer_conv(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0), *w = input(graph, op, 1), *b = input(graph, op, 2);
    bool depthwise = graph->ops[op].code == TFL_OP_DEPTHWISE_CONV_2D;
    if (in->rank != 4 || w->rank != 4)
        return refuse(graph, op, "input and weights must have 4 axes", err);
    int channels = depthwise ? w->shape[3] : w->shape[0];
    int in_c = in->shape[3], depth = w->shape[3];
    bool fits = in_c > 0 && channels > 0 && depth > 0;
    if (fits && depthwise)
        fits = w->shape[0] == 1 && channels % in_c == 0;
    else if (fits)
        fits = in_c % depth == 0 && channels % (in_c / depth) == 0;
    if (!fits)
        return refuse(graph, op, "its weights do not fit its input's channels", err);
    if (b && b->count != (size_t)channels)
        return refuse(graph, op, "its bias does not fit its channels", err);
    movinet_status status = infer_window(graph, op, w->shape[1], w->shape[2], channels, err);
    if (status)
        return status;
    const mvg_tensor *out = &graph->tensors[graph->ops[op].outputs[0]];
    graph->ops[op].macs = (int64_t)out->count * w->shape[1] * w->shape[2] * (depthwise ? 1 : depth);
    return MOVINET_OK;
}

static movinet_status infer_pool(mvg_graph *graph, int op, movinet_error *err)
{
    const tfl_options *o = graph->ops[op].options;
    const mvg_tensor *in = input(graph, op, 0);
    if (in->rank != 4)
        return refuse(graph, op, "its input must have 4 axes", err);
    return infer_window(graph, op, o->filter_h, o->filter_w, in->shape[3], err);
}

static movinet_status infer_fully_connected(mvg_graph *graph, int op, movinet_error *err)
{
    const tfl_options *o = graph->ops[op].options;
    const mvg_tensor *in = input(graph, op, 0), *w = input(graph, op, 1), *b = input(graph, op, 2);
    if (o->weights_format)
        return mvg_fail(graph, op, graph->ops[op].inputs[1], MOVINET_ERR_UNSUPPORTED, err,
                        "shuffled weights are not supported");
    if (w->rank != 2 || w->shape[0] < 1 || w->shape[1] < 1 ||
        in->count % (size_t)w->shape[1] || !in->count)
        return refuse(graph, op, "its weights do not fit its input", err);
    if (b && b->count != (size_t)w->shape[0])
        return refuse(graph, op, "its bias does not fit its units", err);
    graph->ops[op].macs = (int64_t)in->count * w->shape[0];
    if (in->count / (size_t)w->shape[1] > INT32_MAX)
        return refuse(graph, op, "its input is too large", err);
    if (o->keep_num_dims && in->rank > 0) {
        int32_t shape[MOVINET_MAX_RANK];
        memcpy(shape, in->shape, sizeof shape);
        if (shape[in->rank - 1] != w->shape[1])
            return refuse(graph, op, "its weights do not fit its input", err);
        shape[in->rank - 1] = w->shape[0];
        return set_first(graph, op, in->rank, shape, err);
    }
    int32_t shape[2] = {(int32_t)(in->count / (size_t)w->shape[1]), w->shape[0]};
    return set_first(graph, op, 2, shape, err);
}

static movinet_status infer_concat(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    const mvg_tensor *first = input(graph, op, 0);
    int axis = o->options->axis + (o->options->axis < 0 ? first->rank : 0);
    int32_t shape[MOVINET_MAX_RANK];
    memcpy(shape, first->shape, sizeof shape);
    if (axis < 0 || axis >= first->rank)
        return refuse(graph, op, "its axis is outside its inputs", err);
    int64_t sum = 0;
    for (int i = 0; i < o->n_inputs; i++) {
        const mvg_tensor *in = input(graph, op, i);
        bool fits = in && in->rank == first->rank && in->type == first->type;
        for (int k = 0; fits && k < first->rank; k++)
            fits = k == axis || in->shape[k] == first->shape[k];
        if (!fits)
            return refuse(graph, op, "the inputs' shapes or types do not fit each other", err);
        sum += in->shape[axis];
    }
    shape[axis] = sum > INT32_MAX ? -1 : (int32_t)sum;
    return set_first(graph, op, first->rank, shape, err);
}

static movinet_status infer_reshape(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    const mvg_tensor *in = input(graph, op, 0);
    int32_t shape[MOVINET_MAX_RANK];
    int n = o->options->n_new_shape;
    if (o->n_inputs > 1 && o->inputs[1] >= 0) {
        movinet_status status = ints(graph, op, 1, shape, &n, err);
        if (status)
            return status;
    } else if (n < 0 || n > MOVINET_MAX_RANK) {
        return refuse(graph, op, "has no new shape", err);
    } else {
        memcpy(shape, o->options->new_shape, sizeof shape);
    }
    size_t known = 1;
    int open = -1;
    for (int i = 0; i < n; i++) {
        if (shape[i] == -1 && open < 0)
            open = i;
        else if (shape[i] < 0 || !mv_mul_size(known, (size_t)shape[i], &known))
            return refuse(graph, op, "its new shape cannot be", err);
    }
    if (open >= 0 && known && in->count / known <= INT32_MAX) {
        shape[open] = (int32_t)(in->count / known);
        known *= (size_t)shape[open];
    }
    if (known != in->count)
        return refuse(graph, op, "its new shape holds another number of elements", err);
    return set_first(graph, op, n, shape, err);
}

static movinet_status infer_squeeze(mvg_graph *graph, int op, movinet_error *err)
{
    const tfl_options *o = graph->ops[op].options;
    const mvg_tensor *in = input(graph, op, 0);
    int32_t shape[MOVINET_MAX_RANK];
    bool drop[MOVINET_MAX_RANK] = {false};
    int rank = 0;
    for (int i = 0; i < o->n_squeeze_dims; i++) {
        int axis = o->squeeze_dims[i] + (o->squeeze_dims[i] < 0 ? in->rank : 0);
        if (axis < 0 || axis >= in->rank || in->shape[axis] != 1)
            return refuse(graph, op, "squeezes an axis that is not 1", err);
        drop[axis] = true;
    }
    for (int i = 0; i < in->rank; i++)
        if (o->n_squeeze_dims ? !drop[i] : in->shape[i] != 1)
            shape[rank++] = in->shape[i];
    return set_first(graph, op, rank, shape, err);
}

static movinet_status infer_expand_dims(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    int32_t axis[MOVINET_MAX_RANK], shape[MOVINET_MAX_RANK + 1];
    int n;
    movinet_status status = ints(graph, op, 1, axis, &n, err);
    if (status)
        return status;
    int at = n == 1 ? axis[0] + (axis[0] < 0 ? in->rank + 1 : 0) : -1;
    if (at < 0 || at > in->rank)
        return refuse(graph, op, "its axis is outside its input", err);
    for (int i = 0; i <= in->rank; i++)
        shape[i] = i < at ? in->shape[i] : i == at ? 1 : in->shape[i - 1];
    return set_first(graph, op, in->rank + 1, shape, err);
}

static movinet_status infer_reduce(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    int32_t axes[MOVINET_MAX_RANK], shape[MOVINET_MAX_RANK];
    bool drop[MOVINET_MAX_RANK] = {false};
    int n, rank = 0;
    movinet_status status = ints(graph, op, 1, axes, &n, err);
    if (status)
        return status;
    for (int i = 0; i < n; i++) {
        int axis = axes[i] < 0 ? axes[i] + in->rank : axes[i];
        if (axis < 0 || axis >= in->rank)
            return refuse(graph, op, "reduces an axis outside its input", err);
        drop[axis] = true;
    }
    for (int i = 0; i < in->rank; i++)
        if (!drop[i])
            shape[rank++] = in->shape[i];
        else if (graph->ops[op].options->keep_dims)
            shape[rank++] = 1;
    return set_first(graph, op, rank, shape, err);
}

/* One axis of a strided slice; returns its length, or -1. */
static int64_t slice_length(int64_t begin, int64_t end, int64_t step)
{
    if (step > 0)
        return end > begin ? (end - begin + step - 1) / step : 0;
    return end < begin ? (begin - end - step - 1) / -step : 0;
}

static movinet_status infer_strided_slice(mvg_graph *graph, int op, movinet_error *err)
{
    const tfl_options *o = graph->ops[op].options;
    const mvg_tensor *in = input(graph, op, 0);
    int32_t part[3][MOVINET_MAX_RANK], shape[MOVINET_MAX_RANK];
    int n[3], rank = 0;
    for (int i = 0; i < 3; i++) {
        movinet_status status = ints(graph, op, i + 1, part[i], &n[i], err);
        if (status)
            return status;
    }
    if (o->ellipsis_mask || o->new_axis_mask || o->offset)
        return mvg_fail(graph, op, -1, MOVINET_ERR_UNSUPPORTED, err,
                        "ellipsis, new axes and offsets are not supported");
    if (n[0] != n[1] || n[0] != n[2] || n[0] > in->rank)
        return refuse(graph, op, "its slice does not fit its input", err);
    for (int i = 0; i < in->rank; i++) {
        int32_t begin = 0, step = 1;
        int64_t length = in->shape[i];
        if (i < n[0]) {
            step = part[2][i];
            if (!step || step == INT32_MIN)
                return refuse(graph, op, "its step is 0", err);
            int64_t size = in->shape[i], low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
            int64_t b = part[0][i], e = part[1][i];
            b = o->begin_mask >> i & 1 ? (step > 0 ? low : high) : b + (b < 0 ? size : 0);
            b = b < low ? low : b > high ? high : b;
            e = o->end_mask >> i & 1 ? (step > 0 ? high : low) : e + (e < 0 ? size : 0);
            e = e < low ? low : e > high ? high : e;
            if (o->shrink_axis_mask >> i & 1) {
                if (b < 0 || b >= size)
                    return refuse(graph, op, "takes an element outside its input", err);
                continue;
            }
            begin = (int32_t)b;
            length = slice_length(begin, e, step);
        }
        shape[rank++] = (int32_t)length;
    }
    return set_first(graph, op, rank, shape, err);
}

static movinet_status infer_slice(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    int32_t begin[MOVINET_MAX_RANK], size[MOVINET_MAX_RANK];
    int n, m;
    movinet_status status = ints(graph, op, 1, begin, &n, err);
    if (!status)
        status = ints(graph, op, 2, size, &m, err);
    if (status)
        return status;
    if (n != in->rank || m != in->rank)
        return refuse(graph, op, "its slice does not fit its input", err);
    for (int i = 0; i < n; i++) {
        if (size[i] == -1)
            size[i] = begin[i] <= in->shape[i] ? in->shape[i] - begin[i] : -1;
        if (begin[i] < 0 || size[i] < 0 || (int64_t)begin[i] + size[i] > in->shape[i])
            return refuse(graph, op, "its slice is outside its input", err);
    }
    return set_first(graph, op, n, size, err);
}

static movinet_status infer_pad(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    const mvg_op *o = &graph->ops[op];
    int32_t pads[2 * MOVINET_MAX_RANK], shape[MOVINET_MAX_RANK];
    int n;
    movinet_status status =
        mvg_const_ints(graph, op, o->inputs[1], 2 * MOVINET_MAX_RANK, pads, &n, err);
    if (status)
        return status;
    if (n != 2 * in->rank)
        return refuse(graph, op, "its padding does not fit its input", err);
    for (int i = 0; i < in->rank; i++) {
        int64_t d = (int64_t)in->shape[i] + pads[2 * i] + pads[2 * i + 1];
        if (pads[2 * i] < 0 || pads[2 * i + 1] < 0 || d > INT32_MAX)
            return refuse(graph, op, "its padding cannot be", err);
        shape[i] = (int32_t)d;
    }
    return set_first(graph, op, in->rank, shape, err);
}

static movinet_status infer_transpose(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    int32_t perm[MOVINET_MAX_RANK], shape[MOVINET_MAX_RANK];
    unsigned seen = 0;
    int n;
    movinet_status status = ints(graph, op, 1, perm, &n, err);
    if (status)
        return status;
    bool fits = n == in->rank;
    for (int i = 0; fits && i < n; i++) {
        if (perm[i] < 0)
            perm[i] += n;
        fits = perm[i] >= 0 && perm[i] < n && !(seen >> perm[i] & 1);
        if (fits) {
            seen |= 1u << perm[i];
            shape[i] = in->shape[perm[i]];
        }
    }
    return fits ? set_first(graph, op, n, shape, err)
                : refuse(graph, op, "its order of axes cannot be", err);
}

static movinet_status infer_gather(mvg_graph *graph, int op, movinet_error *err)
{
    const tfl_options *o = graph->ops[op].options;
    const mvg_tensor *in = input(graph, op, 0), *index = input(graph, op, 1);
    int axis = o->axis + (o->axis < 0 ? in->rank : 0);
    int32_t shape[2 * MOVINET_MAX_RANK];
    int rank = 0;
    if (o->batch_dims)
        return mvg_fail(graph, op, -1, MOVINET_ERR_UNSUPPORTED, err,
                        "batch dimensions are not supported");
    if (axis < 0 || axis >= in->rank || in->shape[axis] < 1)
        return refuse(graph, op, "its axis is outside its input", err);
    for (int i = 0; i < axis; i++)
        shape[rank++] = in->shape[i];
    for (int i = 0; i < index->rank; i++)
        shape[rank++] = index->shape[i];
    for (int i = axis + 1; i < in->rank; i++)
        shape[rank++] = in->shape[i];
    return set_first(graph, op, rank, shape, err);
}

static movinet_status infer_pack(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    const mvg_tensor *first = input(graph, op, 0);
    int axis = o->options->axis + (o->options->axis < 0 ? first->rank + 1 : 0);
    int32_t shape[MOVINET_MAX_RANK + 1];
    if (axis < 0 || axis > first->rank)
        return refuse(graph, op, "its axis is outside its inputs", err);
    for (int i = 0; i < o->n_inputs; i++) {
        const mvg_tensor *in = input(graph, op, i);
        if (!in || in->rank != first->rank || in->type != first->type ||
            memcmp(in->shape, first->shape, (size_t)in->rank * sizeof *in->shape))
            return refuse(graph, op, "the inputs' shapes or types do not fit each other", err);
    }
    for (int i = 0; i <= first->rank; i++)
        shape[i] = i < axis ? first->shape[i] : i == axis ? o->n_inputs : first->shape[i - 1];
    return set_first(graph, op, first->rank + 1, shape, err);
}

static movinet_status infer_from_ints(mvg_graph *graph, int op, int which, movinet_error *err)
{
    int32_t shape[MOVINET_MAX_RANK];
    int n;
    movinet_status status = ints(graph, op, which, shape, &n, err);
    return status ? status : set_first(graph, op, n, shape, err);
}

static movinet_status infer_fill(mvg_graph *graph, int op, movinet_error *err)
{
    if (input(graph, op, 1)->count != 1)
        return refuse(graph, op, "its value must be one number", err);
    return infer_from_ints(graph, op, 0, err);
}

static movinet_status infer_broadcast_to(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    movinet_status status = infer_from_ints(graph, op, 1, err);
    if (status)
        return status;
    const mvg_tensor *out = &graph->tensors[graph->ops[op].outputs[0]];
    bool fits = out->rank >= in->rank;
    for (int i = 0; fits && i < in->rank; i++) {
        int32_t d = in->shape[i];
        fits = d == 1 || d == out->shape[i + out->rank - in->rank];
    }
    return fits ? MOVINET_OK : refuse(graph, op, "its input does not fit the new shape", err);
}

static movinet_status infer_resize(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    int32_t size[MOVINET_MAX_RANK];
    int n;
    movinet_status status = ints(graph, op, 1, size, &n, err);
    if (status)
        return status;
    if (in->rank != 4 || n != 2 || size[0] < 1 || size[1] < 1 || !in->count)
        return refuse(graph, op, "its new size cannot be", err);
    int32_t shape[4] = {in->shape[0], size[0], size[1], in->shape[3]};
    return set_first(graph, op, 4, shape, err);
}

static movinet_status infer_shape(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_tensor *in = input(graph, op, 0);
    mvg_tensor *out = &graph->tensors[graph->ops[op].outputs[0]];
    int32_t rank = in->rank;
    if (out->type != MOVINET_INT32 && out->type != MOVINET_INT64)
        return refuse(graph, op, "must give int32 or int64", err);
    movinet_status status = set_first(graph, op, 1, &rank, err);
    if (status)
        return status;
    if (!(out->data = mv_alloc(out->bytes)))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    out->owned = true;
    for (int i = 0; i < rank; i++)
        if (out->type == MOVINET_INT32)
            ((int32_t *)out->data)[i] = in->shape[i];
        else
            ((int64_t *)out->data)[i] = in->shape[i];
    return MOVINET_OK;
}

/* ---- the ops there are ---- */

typedef struct rule {
    int code, max_version, min_inputs, max_inputs;
    infer_fn *infer;
} rule;

static const rule rules[] = {
    {TFL_OP_ADD, 5, 2, 2, infer_broadcast},
    {TFL_OP_SUB, 5, 2, 2, infer_broadcast},
    {TFL_OP_MUL, 7, 2, 2, infer_broadcast},
    {TFL_OP_DIV, 2, 2, 2, infer_broadcast},
    {TFL_OP_MAXIMUM, 4, 2, 2, infer_broadcast},
    {TFL_OP_MINIMUM, 4, 2, 2, infer_broadcast},
    {TFL_OP_SQUARED_DIFFERENCE, 2, 2, 2, infer_broadcast},
    {TFL_OP_AVERAGE_POOL_2D, 3, 1, 1, infer_pool},
    {TFL_OP_MAX_POOL_2D, 3, 1, 1, infer_pool},
    {TFL_OP_CONV_2D, 8, 2, 3, infer_conv},
    {TFL_OP_DEPTHWISE_CONV_2D, 7, 2, 3, infer_conv},
    {TFL_OP_FULLY_CONNECTED, 12, 2, 3, infer_fully_connected},
    {TFL_OP_CONCATENATION, 4, 1, 64, infer_concat},
    {TFL_OP_QUANTIZE, 4, 1, 1, infer_same},
    {TFL_OP_DEQUANTIZE, 6, 1, 1, infer_same},
    {TFL_OP_CAST, 6, 1, 1, infer_same},
    {TFL_OP_RELU, 3, 1, 1, infer_same},
    {TFL_OP_RELU6, 3, 1, 1, infer_same},
    {TFL_OP_RELU_N1_TO_1, 2, 1, 1, infer_same},
    {TFL_OP_LEAKY_RELU, 2, 1, 1, infer_same},
    {TFL_OP_HARD_SWISH, 1, 1, 1, infer_same},
    {TFL_OP_LOGISTIC, 3, 1, 1, infer_same},
    {TFL_OP_TANH, 3, 1, 1, infer_same},
    {TFL_OP_RSQRT, 3, 1, 1, infer_same},
    {TFL_OP_SQRT, 1, 1, 1, infer_same},
    {TFL_OP_SQUARE, 1, 1, 1, infer_same},
    {TFL_OP_EXP, 2, 1, 1, infer_same},
    {TFL_OP_ABS, 5, 1, 1, infer_same},
    {TFL_OP_NEG, 2, 1, 1, infer_same},
    {TFL_OP_SIN, 1, 1, 1, infer_same},
    {TFL_OP_COS, 1, 1, 1, infer_same},
    {TFL_OP_SOFTMAX, 3, 1, 1, infer_same},
    {TFL_OP_RESHAPE, 1, 1, 2, infer_reshape},
    {TFL_OP_SQUEEZE, 2, 1, 1, infer_squeeze},
    {TFL_OP_EXPAND_DIMS, 1, 2, 2, infer_expand_dims},
    {TFL_OP_MEAN, 3, 2, 2, infer_reduce},
    {TFL_OP_SUM, 2, 2, 2, infer_reduce},
    {TFL_OP_REDUCE_MAX, 3, 2, 2, infer_reduce},
    {TFL_OP_REDUCE_MIN, 3, 2, 2, infer_reduce},
    {TFL_OP_REDUCE_PROD, 2, 2, 2, infer_reduce},
    {TFL_OP_STRIDED_SLICE, 8, 4, 4, infer_strided_slice},
    {TFL_OP_SLICE, 6, 3, 3, infer_slice},
    {TFL_OP_PAD, 4, 2, 2, infer_pad},
    {TFL_OP_PADV2, 4, 3, 3, infer_pad},
    {TFL_OP_TRANSPOSE, 6, 2, 2, infer_transpose},
    {TFL_OP_GATHER, 7, 2, 2, infer_gather},
    {TFL_OP_PACK, 4, 1, 64, infer_pack},
    {TFL_OP_FILL, 4, 2, 2, infer_fill},
    {TFL_OP_BROADCAST_TO, 3, 2, 2, infer_broadcast_to},
    {TFL_OP_RESIZE_BILINEAR, 4, 2, 2, infer_resize},
    {TFL_OP_RESIZE_NEAREST_NEIGHBOR, 4, 2, 2, infer_resize},
    {TFL_OP_SHAPE, 1, 1, 1, infer_shape},
};

movinet_status mvg_infer(mvg_graph *graph, int op, movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    const rule *r = NULL;
    for (size_t i = 0; !r && i < sizeof rules / sizeof *rules; i++)
        if (rules[i].code == o->code)
            r = &rules[i];
    int tensor = o->n_outputs ? o->outputs[0] : -1;
    if (!r)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_UNSUPPORTED, err,
                        "this op is not supported");
    if (o->version > r->max_version)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_UNSUPPORTED, err,
                        "versions up to %d are supported", r->max_version);
    if (o->n_outputs != 1 || o->n_inputs < r->min_inputs || o->n_inputs > r->max_inputs)
        return mvg_fail(graph, op, tensor, MOVINET_ERR_FORMAT, err, "%d inputs and %d outputs",
                        o->n_inputs, o->n_outputs);
    for (int i = 0; i < r->min_inputs; i++)
        if (o->inputs[i] < 0)
            return mvg_fail(graph, op, tensor, MOVINET_ERR_FORMAT, err, "input %d is left out", i);
    return r->infer(graph, op, err);
}

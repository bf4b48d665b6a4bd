/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/weigh.h"

#include <stdlib.h>
#include <string.h>

movinet_status mvq_rows_open(mvq_rows *rows, const tfl_model *model, movinet_error *err)
{
    *rows = (mvq_rows){.n = model->n_tensors};
    rows->at = calloc((size_t)model->n_tensors + 1, sizeof *rows->at);
    for (int i = 0; rows->at && i < model->n_tensors; i++) {
        const tfl_tensor *t = &model->tensors[i];
        bool counts = t->type == MOVINET_FLOAT32 && t->rank && !t->data;
        rows->at[i + 1] = rows->at[i] + (counts ? (size_t)t->shape[t->rank - 1] : 0);
    }
    if (rows->at)
        rows->values = calloc(rows->at[model->n_tensors] + 1, sizeof *rows->values);
    if (rows->values)
        return MOVINET_OK;
    mvq_rows_free(rows);
    return mv_fail(err, MOVINET_ERR_MEMORY, "calibration: out of memory");
}

void mvq_rows_free(mvq_rows *rows)
{
    free(rows->at);
    free(rows->values);
    *rows = (mvq_rows){0};
}

static size_t length(const mvq_rows *rows, int tensor)
{
    return rows->at[tensor + 1] - rows->at[tensor];
}

/* As bad as in the output. */
static void pass(mvq_rows *weights, int in, int out)
{
    if (length(weights, in) != length(weights, out))
        return;
    for (size_t c = 0; c < length(weights, in); c++)
        weights->values[weights->at[in] + c] += weights->values[weights->at[out] + c];
}

static float weight_at(const tfl_tensor *t, size_t i)
{
    float value;
    memcpy(&value, t->data + i * sizeof value, sizeof value);
    return value;
}

/* [out][…][in] of a convolution, [1][…][channels] of a depthwise one. */
static void through_conv(const tfl_model *model, const tfl_op *op, const mvq_rows *variances,
                         mvq_rows *weights)
{
    const tfl_tensor *w = &model->tensors[op->inputs[1]];
    bool depthwise = op->code == TFL_OP_DEPTHWISE_CONV_2D;
    size_t in = (size_t)w->shape[3], out = depthwise ? in : (size_t)w->shape[0];
    size_t n = w->size / sizeof(float), each = n / out;
    const double *variance = variances->values + variances->at[op->outputs[0]];
    double *to = weights->values + weights->at[op->inputs[0]], mean = 0;
    if (!w->data || length(weights, op->inputs[0]) != in || length(variances, op->outputs[0]) != out)
        return;
    for (size_t o = 0; o < out; o++)
        mean += variance[o] / (double)out;
    for (size_t i = 0; i < n && mean > 0; i++) {
        double v = (double)weight_at(w, i);
        size_t o = depthwise ? i % out : i / each;
        to[i % in] += v * v / (variance[o] + mean * 1e-3); /* what stands still hardly counts */
    }
}

void mvq_weigh(const tfl_model *model, const mvq_rows *variances, mvq_rows *weights)
{
    for (int i = model->n_ops - 1; i >= 0; i--) {
        const tfl_op *op = &model->ops[i];
        int out = op->outputs[0];
        switch (op->code) {
        case TFL_OP_CONV_2D:
        case TFL_OP_DEPTHWISE_CONV_2D:
            through_conv(model, op, variances, weights);
            break;
        case TFL_OP_RESHAPE:
        case TFL_OP_AVERAGE_POOL_2D:
        case TFL_OP_HARD_SWISH:
        case TFL_OP_MUL:
            pass(weights, op->inputs[0], out);
            break;
        case TFL_OP_ADD:
            pass(weights, op->inputs[0], out);
            pass(weights, op->inputs[1], out);
            break;
        case TFL_OP_CONCATENATION:
            pass(weights, op->inputs[op->n_inputs - 1], out);
            break;
        default:
            break;
        }
    }
}

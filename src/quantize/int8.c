/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/int8.h"

#include "tflite/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct maker {
    const tfl_model *from;
    const mvq_tensor *tensors;
    tfl_draft draft;
    int *as_float, *as_int8; ///< [from->n_tensors] tensors of the draft, -1: not made yet
    int last_mean;           ///< op: the mean over the last picture
} maker;

static const tfl_tensor *tensor_of(const maker *m, int tensor)
{
    return &m->from->tensors[tensor];
}

static mvq_steps steps_of(const maker *m, int tensor)
{
    return mvq_steps_of(m->tensors[m->tensors[tensor].root].range);
}

static void set_steps(maker *m, int made, mvq_steps steps)
{
    tfl_draft_quantize(&m->draft, made, 1, &steps.scale, 0);
    if (!m->draft.failed)
        *(int32_t *)(uintptr_t)m->draft.tensors[made].quant.zero_point = steps.zero;
}

/* ---- tensors, in either form --------------------------------------------------------- */

static int new_tensor(maker *m, int tensor, const char *form, movinet_type type)
{
    const tfl_tensor *t = tensor_of(m, tensor);
    char name[128];
    snprintf(name, sizeof name, "%.100s%s", t->name, form);
    return tfl_draft_tensor(&m->draft, name, type, t->rank, t->shape);
}

/* What an op writes in int8. */
static int new_int8(maker *m, int tensor, const char *form, mvq_steps steps)
{
    int made = new_tensor(m, tensor, form, MOVINET_INT8);
    set_steps(m, made, steps);
    return m->as_int8[tensor] = made;
}

static int new_float(maker *m, int tensor)
{
    return m->as_float[tensor] = new_tensor(m, tensor, "", tensor_of(m, tensor)->type);
}

static int get_float(maker *m, int tensor)
{
    const tfl_tensor *t = tensor_of(m, tensor);
    int *made = &m->as_float[tensor];
    if (*made >= 0)
        return *made;
    if (t->data)
        return *made = tfl_draft_constant(&m->draft, t->name, t->type, t->rank, t->shape, t->data);
    *made = new_tensor(m, tensor, "_float", MOVINET_FLOAT32);
    tfl_draft_op(&m->draft, TFL_OP_DEQUANTIZE, TFL_IDS(m->as_int8[tensor]), *made, NULL);
    return *made;
}

static int get_int8(maker *m, int tensor, mvq_steps steps)
{
    if (m->as_int8[tensor] < 0) {
        int from = get_float(m, tensor);
        int made = new_int8(m, tensor, "_int8", steps);
        tfl_draft_op(&m->draft, TFL_OP_QUANTIZE, TFL_IDS(from), made, NULL);
    }
    return m->as_int8[tensor];
}

/* ---- convolutions --------------------------------------------------------------------- */

static float *floats_of(maker *m, const tfl_tensor *t)
{
    float *out = mv_arena_alloc(&m->draft.arena, t->size, 1);
    if (out)
        memcpy(out, t->data, t->size);
    else
        m->draft.failed = true;
    return out;
}

static void make_conv(maker *m, const tfl_op *op)
{
    const tfl_tensor *w = tensor_of(m, op->inputs[1]), *b = tensor_of(m, op->inputs[2]);
    bool depthwise = op->code == TFL_OP_DEPTHWISE_CONV_2D;
    int n = depthwise ? w->shape[3] : w->shape[0], out = op->outputs[0];
    int each = (int)(w->size / sizeof(float)) / n;
    mvq_steps in = steps_of(m, op->inputs[0]);
    const mvq_weights how = {.weights = floats_of(m, w), .bias = floats_of(m, b),
                             .plus = m->tensors[out].plus, .n = n, .each = each,
                             .channel = depthwise ? 1 : (size_t)each,
                             .next = depthwise ? (size_t)n : 1, .input = in.scale};
    int x = get_int8(m, op->inputs[0], in);
    int weights = tfl_draft_constant(&m->draft, w->name, MOVINET_INT8, 4, w->shape, NULL);
    int bias = tfl_draft_constant(&m->draft, b->name, MOVINET_INT32, 1, b->shape, NULL);
    float *scales = mv_arena_alloc(&m->draft.arena, (size_t)n * 2, sizeof *scales);
    if (m->draft.failed || !scales) {
        m->draft.failed = true;
        return;
    }
    mvq_weights_make(&how, tfl_draft_data(&m->draft, weights), scales,
                     tfl_draft_data(&m->draft, bias));
    tfl_draft_quantize(&m->draft, weights, n, scales, depthwise ? 3 : 0);
    for (int c = 0; c < n; c++)
        scales[n + c] = (float)((double)in.scale * (double)scales[c]);
    tfl_draft_quantize(&m->draft, bias, n, scales + n, 0);
    tfl_draft_op(&m->draft, op->code, TFL_IDS(x, weights, bias),
                 new_int8(m, out, "", steps_of(m, out)), &op->options);
}

/* ---- other ops ------------------------------------------------------------------------- */

/* Inputs in int8, but for what only says a shape; each in steps of its own, or with `same`
 * in the output's. */
static void make_int8(maker *m, const tfl_op *op, bool same)
{
    int32_t inputs[MVE_MAX_INPUTS];
    mvq_steps out = steps_of(m, op->outputs[0]);
    for (int i = 0; i < op->n_inputs; i++) {
        int t = op->inputs[i];
        inputs[i] = tensor_of(m, t)->type == MOVINET_FLOAT32
                        ? get_int8(m, t, same ? out : steps_of(m, t))
                        : get_float(m, t);
    }
    int made = new_int8(m, op->outputs[0], "", out);
    tfl_draft_op(&m->draft, op->code, op->n_inputs, inputs, made, &op->options);
}

static void make_float(maker *m, const tfl_op *op)
{
    int32_t inputs[MVE_MAX_INPUTS];
    for (int i = 0; i < op->n_inputs; i++)
        inputs[i] = get_float(m, op->inputs[i]);
    int made = new_float(m, op->outputs[0]);
    tfl_draft_op(&m->draft, op->code, op->n_inputs, inputs, made, &op->options);
}

/* Of the last picture in float, as seconds of it are added up; of others in int8. */
static void make_mean(maker *m, const tfl_op *op, bool last)
{
    if (!m->tensors[op->inputs[0]].wide || last)
        make_float(m, op);
    else
        make_int8(m, op, false);
}

static void make_op(maker *m, int index)
{
    const tfl_op *op = &m->from->ops[index];
    int out = op->outputs[0];
    const mvq_tensor *to = &m->tensors[out];
    bool conv = op->code == TFL_OP_CONV_2D || op->code == TFL_OP_DEPTHWISE_CONV_2D;
    if (op->code == TFL_OP_MEAN)
        make_mean(m, op, index == m->last_mean);
    else if (!to->wide || !m->tensors[op->inputs[op->code == TFL_OP_CONCATENATION]].wide)
        make_float(m, op);
    else if (conv)
        make_conv(m, op);
    else if (op->code == TFL_OP_MUL && to->root != out) /* by 1 */
        m->as_int8[out] = m->as_int8[op->inputs[0]];
    else
        make_int8(m, op, op->code == TFL_OP_CONCATENATION || op->code == TFL_OP_RESHAPE);
}

/* ---- the model -------------------------------------------------------------------------- */

static void make_inputs(maker *m)
{
    const tfl_signature *s = &m->from->signatures[0];
    for (int i = 0; i < s->n_inputs; i++)
        tfl_draft_input(&m->draft, s->inputs[i].name, new_float(m, s->inputs[i].tensor));
}

static void make_outputs(maker *m)
{
    const tfl_signature *s = &m->from->signatures[0];
    for (int i = 0; i < s->n_outputs; i++)
        tfl_draft_output(&m->draft, s->outputs[i].name, get_float(m, s->outputs[i].tensor));
}

static void make_all(maker *m)
{
    m->last_mean = -1;
    for (int i = 0; i < m->from->n_ops; i++)
        if (m->from->ops[i].code == TFL_OP_MEAN)
            m->last_mean = i;
    make_inputs(m);
    for (int i = 0; i < m->from->n_ops && !m->draft.failed; i++)
        make_op(m, i);
    if (!m->draft.failed)
        make_outputs(m);
}

movinet_status mvq_int8_make(const tfl_model *model, const mvq_tensor *tensors, int *twins,
                             tfl_model *out, movinet_error *err)
{
    size_t n = (size_t)model->n_tensors;
    maker m = {.from = model, .tensors = tensors, .as_float = malloc(2 * n * sizeof(int))};
    if (!m.as_float)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while building the model");
    m.as_int8 = m.as_float + n;
    for (size_t i = 0; i < 2 * n; i++)
        m.as_float[i] = -1;
    make_all(&m);
    for (size_t i = 0; twins && i < n; i++)
        twins[i] = m.as_int8[i];
    free(m.as_float);
    return tfl_draft_end(&m.draft, model->description, model->n_labels, model->labels, out, err);
}

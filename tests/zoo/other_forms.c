/* SPDX-License-Identifier: Apache-2.0 */
#include "other_forms.h"

#include "tflite/draft.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"

typedef struct rewriter {
    tfl_draft draft;
    const tfl_model *model;
    int way;
} rewriter;

static int like(rewriter *r, int tensor)
{
    const tfl_tensor *t = &r->model->tensors[tensor];
    return tfl_draft_tensor(&r->draft, "other", t->type, t->rank, t->shape);
}

static int number(rewriter *r, float value)
{
    return tfl_draft_constant(&r->draft, "number", MOVINET_FLOAT32, 0, NULL, &value);
}

/* A step of a chain, constant first or second. */
static void step(rewriter *r, int code, int x, int constant, bool first, int to, int act)
{
    const tfl_options options = {.activation = act};
    if (first)
        tfl_draft_op(&r->draft, code, TFL_IDS(constant, x), to, &options);
    else
        tfl_draft_op(&r->draft, code, TFL_IDS(x, constant), to, &options);
}

/* What output channel c of the convolution is multiplied by behind it. */
static float factor(int c, bool negative)
{
    float f = c % 3 ? 0.5f : 4;
    return negative ? -f : f;
}

/* conv without bias · factor + bias. kinds of sums: x + b, b + x, x − (−b), b − (−x) */
static void unfold_conv(rewriter *r, const tfl_op *op)
{
    const tfl_tensor *w = &r->model->tensors[op->inputs[1]];
    const tfl_tensor *b = &r->model->tensors[op->inputs[2]];
    int kind = r->way++ % 4, out = op->outputs[0], mid = like(r, out), scaled = like(r, out);
    bool depthwise = op->code == TFL_OP_DEPTHWISE_CONV_2D, divide = r->way % 5 == 0;
    int32_t n = b->shape[0];
    size_t count = w->size / sizeof(float), each = count / (size_t)n;
    int weights = tfl_draft_constant(&r->draft, "weights", MOVINET_FLOAT32, w->rank, w->shape,
                                     w->data);
    int factors = tfl_draft_constant(&r->draft, "factors", MOVINET_FLOAT32, 1, &n, NULL);
    int bias = tfl_draft_constant(&r->draft, "bias", MOVINET_FLOAT32, 1, &n, b->data);
    float *wd = tfl_draft_data(&r->draft, weights), *fd = tfl_draft_data(&r->draft, factors);
    float *bd = tfl_draft_data(&r->draft, bias);
    for (size_t i = 0; i < count; i++)
        wd[i] /= factor((int)(depthwise ? i % (size_t)n : i / each), kind == 3);
    for (int c = 0; c < n; c++) {
        fd[c] = divide ? 1 / factor(c, false) : factor(c, false);
        bd[c] = kind == 2 ? -bd[c] : bd[c];
    }
    tfl_options options = op->options;
    int act = options.activation;
    bool apart = act && r->way % 3 == 0;
    int end = apart ? like(r, out) : out;
    options.activation = 0;
    tfl_draft_op(&r->draft, op->code, TFL_IDS(op->inputs[0], weights), mid, &options);
    step(r, divide ? TFL_OP_DIV : TFL_OP_MUL, mid, factors, !divide && r->way % 2, scaled, 0);
    step(r, kind < 2 ? TFL_OP_ADD : TFL_OP_SUB, scaled, bias, kind == 1 || kind == 3, end,
         apart ? 0 : act);
    if (apart)
        tfl_draft_op(&r->draft, act == TFL_ACT_RELU ? TFL_OP_RELU : TFL_OP_RELU6, TFL_IDS(end), out,
                     NULL);
}

/* Dense and classes: a matrix and one row. */
static void as_matrix(rewriter *r, const tfl_op *op)
{
    const tfl_tensor *w = &r->model->tensors[op->inputs[1]];
    const int32_t shape[] = {w->shape[0], w->shape[3]}, in[] = {1, w->shape[3]};
    const int32_t out[] = {1, w->shape[0]};
    int weights = tfl_draft_constant(&r->draft, "matrix", MOVINET_FLOAT32, 2, shape, w->data);
    int row = tfl_draft_tensor(&r->draft, "row", MOVINET_FLOAT32, 2, in);
    int product = tfl_draft_tensor(&r->draft, "product", MOVINET_FLOAT32, 2, out);
    int to_row = tfl_draft_ints(&r->draft, 2, in);
    int to_pixel = tfl_draft_ints(&r->draft, 4, r->model->tensors[op->outputs[0]].shape);
    tfl_draft_op(&r->draft, TFL_OP_RESHAPE, TFL_IDS(op->inputs[0], to_row), row, NULL);
    tfl_draft_op(&r->draft, TFL_OP_FULLY_CONNECTED, TFL_IDS(row, weights, op->inputs[2]), product,
                 &(tfl_options){.activation = op->options.activation});
    tfl_draft_op(&r->draft, TFL_OP_RESHAPE, TFL_IDS(product, to_pixel), op->outputs[0], NULL);
}

/* (x · relu6(x + 3)) / 6, x · (relu6(x + 3) / 6), (x / 6) · relu6(x + 3) */
static void spell_hard_swish(rewriter *r, const tfl_op *op)
{
    int x = op->inputs[0], out = op->outputs[0], kind = r->way++ % 3;
    int shifted = like(r, out), clipped = like(r, out), part = like(r, out);
    int sixth = number(r, kind == 1 ? 0.16667f : 1 / 6.0f);
    if (r->way % 2) {
        step(r, TFL_OP_ADD, x, number(r, 3), false, shifted, 0);
        tfl_draft_op(&r->draft, TFL_OP_RELU6, TFL_IDS(shifted), clipped, NULL);
    } else {
        step(r, TFL_OP_ADD, x, number(r, 3), true, clipped, TFL_ACT_RELU6);
    }
    if (kind == 0) {
        step(r, TFL_OP_MUL, x, clipped, false, part, 0);
        step(r, TFL_OP_MUL, part, sixth, true, out, 0);
    } else if (kind == 1) {
        step(r, TFL_OP_MUL, clipped, sixth, false, part, 0);
        step(r, TFL_OP_MUL, x, part, true, out, 0);
    } else {
        step(r, TFL_OP_DIV, x, number(r, 6), false, part, 0);
        step(r, TFL_OP_MUL, part, clipped, false, out, 0);
    }
}

static void sum_for_mean(rewriter *r, const tfl_op *op)
{
    const tfl_tensor *x = &r->model->tensors[op->inputs[0]];
    int sum = like(r, op->outputs[0]), pixels = x->shape[0] * x->shape[1] * x->shape[2];
    tfl_draft_op(&r->draft, TFL_OP_SUM, TFL_IDS(op->inputs[0], op->inputs[1]), sum, &op->options);
    step(r, TFL_OP_MUL, sum, number(r, 1 / (float)pixels), r->way++ % 2, op->outputs[0], 0);
}

tfl_model in_other_form(const tfl_model *model, int way)
{
    rewriter r = {.model = model, .way = way};
    tfl_model out;
    tfl_draft_copy_tensors(&r.draft, model);
    for (int i = 0; i < model->n_ops; i++) {
        const tfl_op *op = &model->ops[i];
        const char *to = model->tensors[op->outputs[0]].name;
        bool conv = op->code == TFL_OP_CONV_2D || op->code == TFL_OP_DEPTHWISE_CONV_2D;
        if (conv && (!strncmp(to, "dense", 5) || !strncmp(to, "classes", 7)))
            as_matrix(&r, op);
        else if (conv)
            unfold_conv(&r, op);
        else if (op->code == TFL_OP_HARD_SWISH)
            spell_hard_swish(&r, op);
        else if (op->code == TFL_OP_MEAN)
            sum_for_mean(&r, op);
        else
            tfl_draft_op(&r.draft, op->code, op->n_inputs, op->inputs, op->outputs[0],
                         &op->options);
    }
    OK(tfl_draft_end_as(&r.draft, model, &out, err));
    return out;
}

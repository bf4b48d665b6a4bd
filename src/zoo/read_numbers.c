/* SPDX-License-Identifier: Apache-2.0 */
#include "zoo/read_numbers.h"

#include <math.h>
#include <stdlib.h>

/* What is multiplied by and added to a channel's sum. */
typedef struct affine {
    double scale, shift;
} affine;

/* Of an int8 convolution the bias has the scale of input times weights, whatever it says. */
static double bias_of(const mvg_graph *g, const mvg_op *op, int c)
{
    int b = op->n_inputs > 2 ? op->inputs[2] : -1;
    const mvg_tensor *in = &g->tensors[op->inputs[0]], *w = &g->tensors[op->inputs[1]];
    if (b < 0)
        return 0;
    const mvg_tensor *bias = &g->tensors[b];
    if (bias->type != MOVINET_INT32 || in->quant.n != 1 || !w->quant.n)
        return mvz_number(bias, (size_t)c);
    return (double)((const int32_t *)bias->data)[c] * (double)in->quant.scale[0] *
           (double)w->quant.scale[w->quant.n > 1 ? c : 0];
}

static affine after(affine x, const mvz_after *a, double number)
{
    switch (a->code) {
    case TFL_OP_MUL: return (affine){x.scale * number, x.shift * number};
    case TFL_OP_DIV: return (affine){x.scale / number, x.shift / number};
    case TFL_OP_ADD: return (affine){x.scale, x.shift + number};
    default:
        return a->reversed ? (affine){-x.scale, number - x.shift}
                           : (affine){x.scale, x.shift - number};
    }
}

static affine affine_of(const mvg_graph *g, const mvz_found *found, int c)
{
    affine x = {1, 0};
    for (int i = 0; i < found->n_ops; i++)
        x.shift += bias_of(g, &g->ops[found->ops[i]], c);
    for (int i = found->n_after - 1; i >= 0; i--) {
        const mvg_tensor *t = &g->tensors[found->after[i].constant];
        x = after(x, &found->after[i], mvz_number(t, t->count > 1 ? (size_t)c : 0));
    }
    return x;
}

movinet_status mvz_numbers_conv(mvz_numbers *n, mvz_conv *conv, const mvz_found *found,
                                double factor)
{
    const mvg_graph *g = n->graph;
    float *values = n->network->values, *to = values + conv->weights.at;
    size_t out = (size_t)conv->out, count = conv->weights.n / (size_t)found->n_ops;
    bool depthwise = conv->kind == MVZ_SPATIAL || conv->kind == MVZ_TEMPORAL;
    affine *of = malloc(out * sizeof *of);
    if (!of)
        return mv_fail(n->err, MOVINET_ERR_MEMORY, "out of memory");
    for (size_t c = 0; c < out; c++) {
        of[c] = affine_of(g, found, (int)c);
        double shift = of[c].shift - (found->shape.act == MVZ_HARD_SIGMOID ? 3 : 0);
        values[conv->bias.at + c] = (float)shift;
    }
    for (int k = 0; k < found->n_ops; k++, to += count) {
        const mvg_tensor *w = &g->tensors[g->ops[found->ops[k]].inputs[1]];
        for (size_t i = 0; i < count; i++)
            to[i] = (float)(mvz_number(w, i) * factor *
                            of[depthwise ? i % out : i / (count / out)].scale);
    }
    free(of);
    conv->act = found->shape.act;
    return MOVINET_OK;
}

movinet_status mvz_numbers_check(const mvz_numbers *n)
{
    const mvz_network *net = n->network;
    for (int i = 0; i < net->n_params; i++) {
        const mvz_param *p = &net->params[i];
        for (size_t k = 0; k < p->range.n; k++)
            if (!isfinite(net->values[p->range.at + k]))
                return mv_fail(n->err, MOVINET_ERR_FORMAT, "%s: weight %zu is not a number",
                               p->conv ? p->conv->name : "the scale of a layer", k);
    }
    return MOVINET_OK;
}

/* Tensors behind tensors, and constants. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/trace.h"

#include "graph/passes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool mvz_trace_fail(mvz_trace *t, int tensor, const char *format, ...)
{
    const mvg_graph *g = t->graph;
    const mvg_op *op = mvz_maker(g, tensor);
    va_list args;
    if (t->why[0] && t->depth <= t->why_depth)
        return false;
    t->why_depth = t->depth;
    va_start(args, format);
    int n = vsnprintf(t->why, sizeof t->why, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof t->why)
        return false;
    if (op)
        snprintf(t->why + n, sizeof t->why - (size_t)n, " (op %d, %s, '%.120s')",
                 (int)(op - g->ops), mvg_op_name(op->code), g->tensors[tensor].name);
    else
        snprintf(t->why + n, sizeof t->why - (size_t)n, " (tensor %d, '%.120s')", tensor,
                 g->tensors[tensor].name);
    return false;
}

/* ---- sources ------------------------------------------------------------------- */

static bool all_ones(const mvg_tensor *t)
{
    double value;
    for (size_t i = 0; t->data && i < t->count; i++)
        if ((value = mvz_number(t, i)) != 1)
            return false;
    return t->data;
}

/* Whether the op's output has its first input's numbers, in their order. */
static bool keeps_numbers(const mvg_graph *g, const mvg_op *op)
{
    bool as_many = g->tensors[op->inputs[0]].count == g->tensors[op->outputs[0]].count;
    switch (op->code) {
    case TFL_OP_RESHAPE:
    case TFL_OP_SQUEEZE:
    case TFL_OP_EXPAND_DIMS:
    case TFL_OP_QUANTIZE:
    case TFL_OP_DEQUANTIZE:
        return true;
    case TFL_OP_STRIDED_SLICE: /* -1 would turn the order around */
        return as_many && all_ones(&g->tensors[op->inputs[3]]);
    case TFL_OP_SLICE:
    case TFL_OP_BROADCAST_TO:
    case TFL_OP_MEAN:
    case TFL_OP_SUM:
        return as_many;
    default:
        return false;
    }
}

const mvg_op *mvz_maker(const mvg_graph *g, int source)
{
    const mvg_tensor *t = &g->tensors[source];
    return t->data || t->producer < 0 ? NULL : &g->ops[t->producer];
}

int mvz_source(const mvg_graph *g, int tensor)
{
    for (;;) {
        const mvg_op *op = mvz_maker(g, tensor);
        if (!op || !keeps_numbers(g, op))
            return tensor;
        tensor = op->inputs[0];
    }
}

/* ---- constants ------------------------------------------------------------------ */

static double raw_number(const mvg_tensor *t, size_t i)
{
    switch (t->type) {
    case MOVINET_FLOAT32: return (double)((const float *)t->data)[i];
    case MOVINET_INT8: return ((const int8_t *)t->data)[i];
    case MOVINET_UINT8: return ((const uint8_t *)t->data)[i];
    case MOVINET_INT32: return ((const int32_t *)t->data)[i];
    case MOVINET_INT64: return (double)((const int64_t *)t->data)[i];
    default: return 0;
    }
}

double mvz_number(const mvg_tensor *t, size_t i)
{
    double raw = raw_number(t, i);
    size_t q = 0, each = 1;
    if (!t->quant.n)
        return raw;
    for (int k = t->quant.axis + 1; t->quant.n > 1 && k < t->rank; k++)
        each *= (size_t)t->shape[k];
    if (t->quant.n > 1)
        q = i / each % (size_t)t->quant.n;
    return (double)t->quant.scale[q] * (raw - t->quant.zero_point[q]);
}

static bool is_readable(const mvg_tensor *t)
{
    return t->data && t->count &&
           (t->type == MOVINET_FLOAT32 || t->type == MOVINET_INT8 || t->type == MOVINET_UINT8 ||
            t->type == MOVINET_INT32);
}

bool mvz_is_number(const mvg_graph *g, int tensor, double *value)
{
    const mvg_tensor *t = &g->tensors[tensor];
    if (!is_readable(t) || t->quant.n > 1 || !mvg_is_uniform(t))
        return false;
    *value = mvz_number(t, 0);
    return true;
}

bool mvz_with_constant(const mvg_graph *g, const mvg_op *op, int *constant, int *source,
                       bool *second)
{
    *second = g->tensors[op->inputs[1]].data;
    if (*second == (g->tensors[op->inputs[0]].data != NULL))
        return false;
    *constant = op->inputs[*second];
    *source = mvz_source(g, op->inputs[!*second]);
    return is_readable(&g->tensors[*constant]);
}

int mvz_scaled(const mvg_graph *g, int tensor, double *factor)
{
    int constant, source;
    double number;
    bool second;
    for (;;) {
        tensor = mvz_source(g, tensor);
        const mvg_op *op = mvz_maker(g, tensor);
        if (!op || (op->code != TFL_OP_MUL && op->code != TFL_OP_DIV) ||
            op->options->activation || !mvz_with_constant(g, op, &constant, &source, &second) ||
            (op->code == TFL_OP_DIV && !second) || !mvz_is_number(g, constant, &number) ||
            g->tensors[source].count != g->tensors[tensor].count)
            return tensor;
        *factor = op->code == TFL_OP_MUL ? *factor * number : *factor / number;
        tensor = source;
    }
}

/* From a parsed file to a checked graph. SPDX-License-Identifier: Apache-2.0 */
#include "graph/graph.h"
#include "graph/infer.h"
#include "graph/states.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_YET = -2, GIVEN = -1 }; ///< producers: nobody so far; an input or a constant

/* All constants together, folded ones included. Many tensors may share a few
 * bytes of the file, so its size is no bound. */
#define MAX_CONSTANT_BYTES ((size_t)1 << 30)

const char *mvg_op_name(int code)
{
    return code == MVG_OP_TEMPORAL ? "TEMPORAL" : tfl_op_name(code);
}

movinet_status mvg_fail(const mvg_graph *graph, int op, int tensor, movinet_status status,
                        movinet_error *err, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    const mvg_op *o = &graph->ops[op];
    const char *name = mvg_op_name(o->code);
    char place[192];
    int at = snprintf(place, sizeof place, "op %d (", op);
    if (name)
        at += snprintf(place + at, sizeof place - (size_t)at, "%.40s v%d)", name, o->version);
    else
        at += snprintf(place + at, sizeof place - (size_t)at, "code %d v%d)", o->code, o->version);
    if (tensor >= 0)
        snprintf(place + at, sizeof place - (size_t)at, ", tensor %d '%.80s'", tensor,
                 graph->tensors[tensor].name);
    return mv_fail(err, status, "%s: %s", place, what);
}

static movinet_status copy_tensor(mvg_tensor *out, const tfl_tensor *in, int index,
                                  movinet_error *err)
{
    out->name = in->name;
    out->type = in->type;
    out->rank = in->rank;
    memcpy(out->shape, in->shape, sizeof out->shape);
    out->quant = in->quant;
    out->producer = NOT_YET;
    out->count = 1;
    for (int i = 0; i < in->rank; i++)
        if (!mv_mul_size(out->count, (size_t)in->shape[i], &out->count))
            return mv_fail(err, MOVINET_ERR_FORMAT, "tensor %d '%.80s': its shape overflows", index,
                           in->name);
    if (!mv_mul_size(out->count, tfl_type_size(in->type), &out->bytes))
        return mv_fail(err, MOVINET_ERR_FORMAT, "tensor %d '%.80s': its size overflows", index,
                       in->name);
    return MOVINET_OK;
}

static movinet_status new_constant(mvg_graph *graph, mvg_tensor *t, movinet_error *err)
{
    graph->constant_bytes += t->bytes;
    if (graph->constant_bytes > MAX_CONSTANT_BYTES)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "its constants take more than 1 GiB");
    t->data = mv_alloc(t->bytes);
    t->owned = t->data;
    return t->data ? MOVINET_OK : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
}

/* A constant of the file, when the first op reads it: where it lies, unless that is no
 * place for its type. */
static movinet_status take_constant(mvg_graph *graph, const tfl_model *file, int tensor,
                                    movinet_error *err)
{
    const tfl_tensor *in = &file->tensors[tensor];
    mvg_tensor *out = &graph->tensors[tensor];
    if (out->data || out->producer != GIVEN || !in->data || in->type == MOVINET_STRING)
        return MOVINET_OK;
    size_t align = tfl_type_size(in->type);
    if (in->size && align && (uintptr_t)in->data % align == 0) {
        out->data = (void *)(uintptr_t)in->data; /* nobody writes to a constant */
        return MOVINET_OK;
    }
    movinet_status status = new_constant(graph, out, err);
    if (!status && in->size)
        memcpy(out->data, in->data, in->size);
    return status;
}

static movinet_status copy_file(mvg_graph *graph, const tfl_model *file, movinet_error *err)
{
    graph->tensors = calloc((size_t)file->n_tensors + 1, sizeof *graph->tensors);
    graph->ops = calloc((size_t)file->n_ops + 1, sizeof *graph->ops);
    if (!graph->tensors || !graph->ops)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    graph->n_tensors = file->n_tensors;
    for (int i = 0; i < file->n_tensors; i++) {
        movinet_status status = copy_tensor(&graph->tensors[i], &file->tensors[i], i, err);
        if (status)
            return status;
    }
    for (int i = 0; i < file->n_tensors; i++)
        if (file->tensors[i].data)
            graph->tensors[i].producer = GIVEN;
    graph->n_ops = file->n_ops;
    for (int i = 0; i < file->n_ops; i++) {
        const tfl_op *in = &file->ops[i];
        graph->ops[i] = (mvg_op){.code = in->custom ? -1 : in->code,
                                 .version = in->version,
                                 .n_inputs = in->n_inputs,
                                 .n_outputs = in->n_outputs,
                                 .inputs = in->inputs,
                                 .outputs = in->outputs,
                                 .options = &in->options,
                                 .next = -1,
                                 .head = -1,
                                 .ring = -1};
        if (in->custom)
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                           "op %d: custom op '%.80s' v%d is not supported", i, in->custom,
                           in->version);
    }
    for (int i = 0; i < file->n_inputs; i++)
        graph->tensors[file->inputs[i]].producer = GIVEN;
    return MOVINET_OK;
}

/* Inputs must be there before the op runs; outputs must be nobody else's. */
static movinet_status check_order(mvg_graph *graph, const tfl_model *file, int op,
                                  movinet_error *err)
{
    const mvg_op *o = &graph->ops[op];
    for (int i = 0; i < o->n_inputs; i++) {
        int t = o->inputs[i];
        movinet_status status = t >= 0 ? take_constant(graph, file, t, err) : MOVINET_OK;
        if (status)
            return status;
        if (t >= 0 && graph->tensors[t].producer == NOT_YET)
            return mvg_fail(graph, op, t, MOVINET_ERR_FORMAT, err,
                            "is read before anything has written it");
    }
    for (int i = 0; i < o->n_outputs; i++) {
        int t = o->outputs[i];
        if (t < 0)
            return mvg_fail(graph, op, -1, MOVINET_ERR_FORMAT, err, "output %d is left out", i);
        if (graph->tensors[t].producer != NOT_YET)
            return mvg_fail(graph, op, t, MOVINET_ERR_FORMAT, err, "is written twice");
        graph->tensors[t].producer = op;
    }
    return MOVINET_OK;
}

static bool all_constant(const mvg_graph *graph, const mvg_op *op)
{
    for (int i = 0; i < op->n_inputs; i++)
        if (op->inputs[i] >= 0 && !graph->tensors[op->inputs[i]].data)
            return false;
    return true;
}

static movinet_status fold(mvg_graph *graph, int op, mvg_evaluate evaluate, movinet_error *err)
{
    mvg_op *o = &graph->ops[op];
    bool known = true;
    for (int i = 0; i < o->n_outputs; i++)
        known = known && graph->tensors[o->outputs[i]].data;
    if (known && o->n_outputs) { /* the shape alone told the value */
        o->folded = true;
        return MOVINET_OK;
    }
    if (!all_constant(graph, o))
        return MOVINET_OK;
    for (int i = 0; i < o->n_outputs; i++) {
        mvg_tensor *t = &graph->tensors[o->outputs[i]];
        movinet_status status = t->data ? MOVINET_OK : new_constant(graph, t, err);
        if (status)
            return status;
    }
    movinet_status status = evaluate(graph, op, err);
    o->folded = status == MOVINET_OK;
    return status;
}

static movinet_status build(mvg_graph *graph, const tfl_model *file, mvg_evaluate evaluate,
                            movinet_error *err)
{
    movinet_status status = copy_file(graph, file, err);
    if (!status)
        status = mvg_find_states(graph, file, err);
    for (int i = 0; !status && i < graph->n_ops; i++) {
        status = check_order(graph, file, i, err);
        if (!status)
            status = mvg_infer(graph, i, err);
        if (!status)
            status = fold(graph, i, evaluate, err);
    }
    return status ? status : mvg_check_ends(graph, err);
}

movinet_status mvg_build(mvg_graph *graph, const tfl_model *file, mvg_evaluate evaluate,
                         movinet_error *err)
{
    memset(graph, 0, sizeof *graph);
    movinet_status status = build(graph, file, evaluate, err);
    if (status)
        mvg_free(graph);
    return status;
}

void mvg_free(mvg_graph *graph)
{
    for (int i = 0; graph->tensors && i < graph->n_tensors; i++)
        if (graph->tensors[i].owned)
            free(graph->tensors[i].data);
    free(graph->tensors);
    free(graph->ops);
    mv_arena_free(&graph->arena);
    memset(graph, 0, sizeof *graph);
}

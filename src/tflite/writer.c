/* From a tfl_model to a .tflite file. Everything that a table points to is
 * written before the table, so the order here is: constants, tensors, ops,
 * signatures, and the model at last. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/writer.h"
#include "tflite/writer_parts.h"

#include <stdlib.h>
#include <string.h>

#define DATA_ALIGNMENT 16 /* bytes; TensorFlow Lite reads constants in place */
#define SCHEMA_VERSION 3

typedef struct writer {
    const tfl_model *model;
    tfl_fbw fb;
    mv_arena arena;       /* the lists below */
    int32_t *buffer_of;   /* [n_tensors]; 0: none */
    int32_t *code_of;     /* [n_ops] entry in the table of codes */
    tfl_ref *buffers;     /* [0] is the empty one */
    tfl_ref *refs;        /* for the list that is being written */
    int n_buffers, n_refs;
    bool failed;          /* out of memory */
} writer;

static void *take(writer *w, size_t count, size_t size)
{
    void *block = mv_arena_alloc(&w->arena, count + 1, size);
    w->failed = w->failed || !block;
    return block;
}

/* ---- constants ------------------------------------------------------------- */

static int add_buffer(writer *w, const void *data, size_t size)
{
    tfl_fbw_table table = {0};
    if (data)
        tfl_put_ref(&table, TFL_BUFFER_DATA, tfl_fbw_bytes(&w->fb, data, size, DATA_ALIGNMENT));
    w->buffers[w->n_buffers] = tfl_fbw_table_end(&w->fb, &table);
    return w->n_buffers++;
}

typedef struct constant {
    const uint8_t *data;
    size_t size;
    int tensor;
} constant;

static int compare(const void *a, const void *b)
{
    const constant *x = a, *y = b;
    if (x->data != y->data)
        return x->data < y->data ? -1 : 1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->tensor - y->tensor;
}

/* A buffer for each constant; those that are the same bytes share that of the first
 * tensor. Written in the order of the tensors: where the bytes lie in memory, by
 * which the list is sorted, is another place every time. */
static void write_constants(writer *w)
{
    const tfl_model *m = w->model;
    constant *list = take(w, (size_t)m->n_tensors, sizeof *list);
    int *first = take(w, (size_t)m->n_tensors, sizeof *first), n = 0;
    if (w->failed)
        return;
    add_buffer(w, NULL, 0);
    for (int i = 0; i < m->n_tensors; i++)
        if (m->tensors[i].data)
            list[n++] = (constant){m->tensors[i].data, m->tensors[i].size, i};
    qsort(list, (size_t)n, sizeof *list, compare);
    for (int i = 0; i < n; i++) {
        bool again = i && list[i].data == list[i - 1].data && list[i].size == list[i - 1].size;
        first[list[i].tensor] = again ? first[list[i - 1].tensor] : list[i].tensor;
    }
    for (int i = 0; i < m->n_tensors; i++)
        if (m->tensors[i].data)
            w->buffer_of[i] = first[i] < i ? w->buffer_of[first[i]]
                                           : add_buffer(w, m->tensors[i].data, m->tensors[i].size);
}

/* ---- tensors ---------------------------------------------------------------- */

static tfl_ref write_quant(writer *w, const tfl_quant *quant)
{
    tfl_fbw_table table = {0};
    if (!quant->n)
        return 0;
    tfl_put_ref(&table, TFL_QUANT_SCALE, tfl_fbw_f32s(&w->fb, quant->scale, quant->n));
    tfl_put_ref(&table, TFL_QUANT_ZERO_POINT, tfl_fbw_i64s(&w->fb, quant->zero_point, quant->n));
    tfl_put_i32(&table, TFL_QUANT_DIMENSION, quant->axis);
    return tfl_fbw_table_end(&w->fb, &table);
}

static tfl_ref write_tensor(writer *w, int i)
{
    const tfl_tensor *t = &w->model->tensors[i];
    tfl_fbw_table table = {0};
    tfl_put_ref(&table, TFL_TENSOR_SHAPE, tfl_fbw_i32s(&w->fb, t->shape, t->rank));
    tfl_put_u8(&table, TFL_TENSOR_TYPE, (unsigned)t->type);
    tfl_put_i32(&table, TFL_TENSOR_BUFFER, w->buffer_of[i]);
    tfl_put_ref(&table, TFL_TENSOR_NAME, tfl_fbw_string(&w->fb, t->name));
    tfl_put_ref(&table, TFL_TENSOR_QUANTIZATION, write_quant(w, &t->quant));
    tfl_put_u8(&table, TFL_TENSOR_IS_VARIABLE, t->variable);
    tfl_put_u8(&table, TFL_TENSOR_HAS_RANK, true);
    return tfl_fbw_table_end(&w->fb, &table);
}

static tfl_ref write_tensors(writer *w)
{
    for (int i = 0; i < w->model->n_tensors; i++)
        w->refs[i] = write_tensor(w, i);
    return tfl_fbw_refs(&w->fb, w->refs, w->model->n_tensors);
}

/* ---- ops --------------------------------------------------------------------- */

static tfl_ref write_code(writer *w, int code, int version)
{
    tfl_fbw_table table = {0};
    int old = code < TFL_OP_PLACEHOLDER_FOR_GREATER_OP_CODES
                  ? code : TFL_OP_PLACEHOLDER_FOR_GREATER_OP_CODES;
    tfl_put_u8(&table, TFL_OPCODE_DEPRECATED_BUILTIN_CODE, (unsigned)old);
    if (version != 1)
        tfl_put_i32(&table, TFL_OPCODE_VERSION, version);
    tfl_put_i32(&table, TFL_OPCODE_BUILTIN_CODE, code);
    return tfl_fbw_table_end(&w->fb, &table);
}

/* The table of codes, each op's code and version once. */
static tfl_ref write_codes(writer *w)
{
    const tfl_model *m = w->model;
    int n = 0;
    int (*codes)[2] = take(w, (size_t)m->n_ops, sizeof *codes);
    for (int i = 0; codes && i < m->n_ops; i++) {
        int code = m->ops[i].code, version = tfl_version_of(m, &m->ops[i]), k = 0;
        while (k < n && (codes[k][0] != code || codes[k][1] != version))
            k++;
        if (k == n) {
            codes[n][0] = code;
            codes[n][1] = version;
            w->refs[n++] = write_code(w, code, version);
        }
        w->code_of[i] = k;
    }
    return tfl_fbw_refs(&w->fb, w->refs, n);
}

static tfl_ref write_op(writer *w, int i)
{
    const tfl_op *op = &w->model->ops[i];
    tfl_fbw_table table = {0};
    unsigned type;
    tfl_put_i32(&table, TFL_OPERATOR_OPCODE_INDEX, w->code_of[i]);
    tfl_put_ref(&table, TFL_OPERATOR_INPUTS, tfl_fbw_i32s(&w->fb, op->inputs, op->n_inputs));
    tfl_put_ref(&table, TFL_OPERATOR_OUTPUTS, tfl_fbw_i32s(&w->fb, op->outputs, op->n_outputs));
    tfl_ref options = tfl_write_options(&w->fb, op, &type);
    tfl_put_u8(&table, TFL_OPERATOR_OPTIONS_TYPE, type);
    tfl_put_ref(&table, TFL_OPERATOR_OPTIONS, options);
    return tfl_fbw_table_end(&w->fb, &table);
}

static tfl_ref write_ops(writer *w)
{
    for (int i = 0; i < w->model->n_ops; i++)
        w->refs[i] = write_op(w, i);
    return tfl_fbw_refs(&w->fb, w->refs, w->model->n_ops);
}

static movinet_status check_ops(const tfl_model *model, movinet_error *err)
{
    for (int i = 0; i < model->n_ops; i++)
        if (!tfl_can_write_op(model->ops[i].code)) {
            const char *name = tfl_op_name(model->ops[i].code);
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                           "op %d (%s) cannot be written: its options are not known here", i,
                           name ? name : "of no known code");
        }
    return MOVINET_OK;
}

/* ---- the model ------------------------------------------------------------------ */

static tfl_ref write_subgraph(writer *w)
{
    const tfl_model *m = w->model;
    tfl_fbw_table table = {0};
    tfl_put_ref(&table, TFL_SUBGRAPH_TENSORS, write_tensors(w));
    tfl_put_ref(&table, TFL_SUBGRAPH_INPUTS, tfl_fbw_i32s(&w->fb, m->inputs, m->n_inputs));
    tfl_put_ref(&table, TFL_SUBGRAPH_OUTPUTS, tfl_fbw_i32s(&w->fb, m->outputs, m->n_outputs));
    tfl_put_ref(&table, TFL_SUBGRAPH_OPERATORS, write_ops(w));
    tfl_put_ref(&table, TFL_SUBGRAPH_NAME, tfl_fbw_string(&w->fb, "main"));
    w->refs[0] = tfl_fbw_table_end(&w->fb, &table);
    return tfl_fbw_refs(&w->fb, w->refs, 1);
}

static tfl_ref write_map(writer *w, const tfl_named *named, int n)
{
    for (int i = 0; i < n; i++) {
        tfl_fbw_table table = {0};
        tfl_put_ref(&table, TFL_MAP_NAME, tfl_fbw_string(&w->fb, named[i].name));
        tfl_put_i32(&table, TFL_MAP_TENSOR, named[i].tensor);
        w->refs[i] = tfl_fbw_table_end(&w->fb, &table);
    }
    return tfl_fbw_refs(&w->fb, w->refs, n);
}

static tfl_ref write_signatures(writer *w)
{
    const tfl_model *m = w->model;
    tfl_ref *list = take(w, (size_t)m->n_signatures, sizeof *list);
    if (!list || !m->n_signatures)
        return 0;
    for (int i = 0; i < m->n_signatures; i++) {
        const tfl_signature *s = &m->signatures[i];
        tfl_fbw_table table = {0};
        tfl_put_ref(&table, TFL_SIGNATURE_INPUTS, write_map(w, s->inputs, s->n_inputs));
        tfl_put_ref(&table, TFL_SIGNATURE_OUTPUTS, write_map(w, s->outputs, s->n_outputs));
        tfl_put_ref(&table, TFL_SIGNATURE_KEY, tfl_fbw_string(&w->fb, s->key));
        list[i] = tfl_fbw_table_end(&w->fb, &table);
    }
    return tfl_fbw_refs(&w->fb, list, m->n_signatures);
}

static tfl_ref write_entry(writer *w, const char *name, const void *data, size_t size)
{
    tfl_fbw_table table = {0};
    tfl_put_i32(&table, TFL_METADATA_BUFFER, add_buffer(w, data, size));
    tfl_put_ref(&table, TFL_METADATA_NAME, tfl_fbw_string(&w->fb, name));
    return tfl_fbw_table_end(&w->fb, &table);
}

static tfl_ref write_entries(writer *w, const uint8_t *metadata, size_t size)
{
    char runtime[16] = {0};
    int n = 0;
    if (tfl_runtime_of(w->model, runtime))
        w->refs[n++] = write_entry(w, "min_runtime_version", runtime, sizeof runtime);
    w->refs[n++] = write_entry(w, "TFLITE_METADATA", metadata, size);
    return tfl_fbw_refs(&w->fb, w->refs, n);
}

static tfl_ref write_model(writer *w, const uint8_t *metadata, size_t size)
{
    const tfl_model *m = w->model;
    tfl_fbw_table table = {0};
    write_constants(w);
    if (w->failed)
        return 0;
    tfl_put_i32(&table, TFL_MODEL_VERSION, SCHEMA_VERSION);
    tfl_put_ref(&table, TFL_MODEL_METADATA, write_entries(w, metadata, size));
    tfl_put_ref(&table, TFL_MODEL_BUFFERS, tfl_fbw_refs(&w->fb, w->buffers, w->n_buffers));
    tfl_put_ref(&table, TFL_MODEL_OPERATOR_CODES, write_codes(w));
    tfl_put_ref(&table, TFL_MODEL_SUBGRAPHS, write_subgraph(w));
    tfl_put_ref(&table, TFL_MODEL_SIGNATURE_DEFS, write_signatures(w));
    tfl_put_ref(&table, TFL_MODEL_DESCRIPTION,
                tfl_fbw_string(&w->fb, m->description ? m->description : ""));
    return tfl_fbw_table_end(&w->fb, &table);
}

/* Longest of all lists that refs is used for. */
static size_t longest_list(const tfl_model *m)
{
    size_t n = 8, lists[] = {(size_t)m->n_tensors, (size_t)m->n_ops};
    for (int i = 0; i < 2; i++)
        n = lists[i] > n ? lists[i] : n;
    for (int i = 0; i < m->n_signatures; i++) {
        const tfl_signature *s = &m->signatures[i];
        n = (size_t)s->n_inputs > n ? (size_t)s->n_inputs : n;
        n = (size_t)s->n_outputs > n ? (size_t)s->n_outputs : n;
    }
    return n;
}

movinet_status tfl_write(const tfl_model *model, uint8_t **bytes, size_t *size,
                         movinet_error *err)
{
    writer w = {.model = model};
    uint8_t *metadata = NULL;
    size_t metadata_size = 0;
    *bytes = NULL;
    *size = 0;
    w.buffer_of = take(&w, (size_t)model->n_tensors, sizeof *w.buffer_of);
    w.code_of = take(&w, (size_t)model->n_ops, sizeof *w.code_of);
    w.buffers = take(&w, (size_t)model->n_tensors + 3, sizeof *w.buffers);
    w.refs = take(&w, longest_list(model), sizeof *w.refs);
    movinet_status status = check_ops(model, err);
    if (!status)
        status = tfl_write_metadata(model, &metadata, &metadata_size, err);
    tfl_ref root = status || w.failed ? 0 : write_model(&w, metadata, metadata_size);
    if (!status && w.failed)
        status = mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while writing the model");
    if (!status)
        status = tfl_fbw_end(&w.fb, root, "TFL3", bytes, size, err);
    if (!status)
        status = tfl_append_labels(model, bytes, size, err);
    if (status) {
        free(*bytes);
        *bytes = NULL;
        *size = 0;
    }
    tfl_fbw_free(&w.fb);
    mv_arena_free(&w.arena);
    free(metadata);
    return status;
}

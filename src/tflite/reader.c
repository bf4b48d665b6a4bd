/* From the bytes of a .tflite file to a tfl_model. Each read_… function reads
 * one table of the schema and checks it; memory comes from the model's arena
 * and is bounded by the size of the file, whatever the file claims.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_ELEMENTS INT32_MAX /* of a tensor: kernels index with int */
#define SCHEMA_VERSION 3

typedef struct reader {
    tfl_model *model;
    tfl_fb fb;
    tfl_table root, subgraph;
    tfl_vector codes, buffers;
    tfl_tensor *tensors;
    tfl_op *ops;
    size_t budget; /* bytes that may still be taken from the arena */
    movinet_error *err;
} reader;

#define FAIL(r, status, ...) mv_fail((r)->err, MOVINET_ERR_##status, __VA_ARGS__)

/* ---- memory --------------------------------------------------------------- */

/* What we keep of an honest file is a few times its size at most. A file whose
 * parts overlap (a million tensors that are all the same table) could make more
 * of itself: it runs into this. */
static size_t budget_of(size_t file_size)
{
    size_t most = SIZE_MAX / 32;
    return (file_size < most ? file_size : most) * 16 + (1 << 20);
}

static movinet_status take(reader *r, size_t count, size_t size, void *out)
{
    size_t bytes;
    if (!mv_mul_size(count, size, &bytes) || bytes > r->budget)
        return FAIL(r, FORMAT, "model file is damaged: its parts overlap, they sum up to more than "
                               "the file could hold");
    r->budget -= bytes;
    void *block = mv_arena_alloc(&r->model->arena, count, size);
    if (!block)
        return FAIL(r, MEMORY, "out of memory while reading the model");
    memcpy(out, &block, sizeof block);
    return MOVINET_OK;
}

static movinet_status read_text(reader *r, const tfl_table *table, int field, const char **out)
{
    tfl_vector text = tfl_get_string(table, field);
    *out = "";
    if (!text.n)
        return MOVINET_OK;
    if (text.n >= r->budget)
        return FAIL(r, FORMAT, "model file is damaged: its names overlap, they sum up to more than "
                               "the file could hold");
    r->budget -= text.n;
    *out = tfl_copy_text(&r->model->arena, text.bytes, text.n);
    return *out ? MOVINET_OK : FAIL(r, MEMORY, "out of memory while reading the model");
}

/* Fails if the FlatBuffer had a fault up to here. */
static movinet_status check(reader *r, const char *where)
{
    return tfl_fb_check(&r->fb, where, r->err);
}

/* A list of tensor indices; `least`: -1 where one may be left out. */
static movinet_status read_indices(reader *r, const tfl_table *table, int field, int least,
                                   const char *where, const char *what, int *n,
                                   const int32_t **out)
{
    tfl_vector list = tfl_get_vector(table, field, 4);
    int32_t *indices = NULL;
    movinet_status status = check(r, where);
    if (!status)
        status = take(r, list.n, sizeof *indices, &indices);
    for (uint32_t i = 0; !status && i < list.n; i++) {
        indices[i] = tfl_at_i32(&list, i);
        if (indices[i] < least || indices[i] >= r->model->n_tensors)
            status = FAIL(r, FORMAT, "%s: its %s %u is tensor %d, and the model has %d", where,
                          what, i, (int)indices[i], r->model->n_tensors);
    }
    *n = (int)list.n;
    *out = indices;
    return status;
}

/* ---- buffers --------------------------------------------------------------- */

/* The bytes of a buffer, in the FlatBuffer or behind it. *data NULL: none. */
static movinet_status read_buffer(reader *r, uint32_t index, const char *where,
                                  const uint8_t **data, size_t *size)
{
    *data = NULL;
    *size = 0;
    if (index == 0)
        return MOVINET_OK; /* by convention the empty one */
    if (index >= r->buffers.n)
        return FAIL(r, FORMAT, "%s: its data is buffer %u, and the file has %u", where, index,
                    r->buffers.n);
    tfl_table table = tfl_at_table(&r->buffers, index);
    uint64_t offset = tfl_get_u64(&table, TFL_BUFFER_OFFSET);
    uint64_t length = tfl_get_u64(&table, TFL_BUFFER_SIZE);
    tfl_vector inner = tfl_get_vector(&table, TFL_BUFFER_DATA, 1);
    if (offset > 1) { /* 0 and 1 mean: not behind */
        if (offset > r->fb.size || length > r->fb.size - offset)
            return FAIL(r, FORMAT,
                        "%s: its data ends behind the end of the file: the file is cut off", where);
        *data = r->fb.bytes + offset;
        *size = (size_t)length;
    } else {
        *data = inner.bytes;
        *size = inner.n;
    }
    return check(r, where);
}

/* ---- tensors ---------------------------------------------------------------- */

static movinet_status read_type(reader *r, tfl_tensor *tensor, const tfl_table *table,
                                const char *where)
{
    int type = tfl_get_i8(table, TFL_TENSOR_TYPE);
    tensor->type = (movinet_type)type;
    if (tfl_type_size(tensor->type) || type == MOVINET_STRING)
        return MOVINET_OK;
    return FAIL(r, UNSUPPORTED, "%s: its element type (number %d) is not supported", where, type);
}

/* Shape and number of elements. */
static movinet_status read_shape(reader *r, tfl_tensor *tensor, const tfl_table *table,
                                 const char *where, size_t *elements)
{
    tfl_vector shape = tfl_get_vector(table, TFL_TENSOR_SHAPE, 4);
    tfl_vector signature = tfl_get_vector(table, TFL_TENSOR_SHAPE_SIGNATURE, 4);
    if (shape.n > MOVINET_MAX_RANK)
        return FAIL(r, UNSUPPORTED, "%s: it has %u dimensions, over the limit of %d", where,
                    shape.n, MOVINET_MAX_RANK);
    size_t product = 1;
    bool empty = false;
    tensor->rank = (int)shape.n;
    for (uint32_t i = 0; i < shape.n; i++) {
        int32_t dim = tfl_at_i32(&shape, i);
        if (dim < -1)
            return FAIL(r, FORMAT, "%s: its dimension %u is %d", where, i, (int)dim);
        tensor->dynamic |= dim < 0;
        tensor->shape[i] = dim < 0 ? 1 : dim;
        empty |= dim == 0;
        /* Zeros count as 1 here: kernels multiply parts of shapes, too. */
        if (!mv_mul_size(product, dim > 1 ? (size_t)dim : 1, &product) || product > MAX_ELEMENTS)
            return FAIL(r, UNSUPPORTED, "%s: it has over %d elements", where, MAX_ELEMENTS);
    }
    for (uint32_t i = 0; i < signature.n && i < MOVINET_MAX_RANK; i++)
        tensor->dynamic |= tfl_at_i32(&signature, i) == -1;
    *elements = empty ? 0 : product;
    return MOVINET_OK;
}

static movinet_status read_data(reader *r, tfl_tensor *tensor, const tfl_table *table,
                                const char *where, size_t elements)
{
    const uint8_t *data;
    size_t size, expected;
    if (tfl_has(table, TFL_TENSOR_SPARSITY))
        return FAIL(r, UNSUPPORTED, "%s: sparse tensors are not supported; convert the model again "
                                    "without sparsity", where);
    if (tfl_get_u32(table, TFL_TENSOR_EXTERNAL_BUFFER))
        return FAIL(r, UNSUPPORTED, "%s: its data is in another file, which is not supported",
                    where);
    movinet_status status =
        read_buffer(r, tfl_get_u32(table, TFL_TENSOR_BUFFER), where, &data, &size);
    /* An empty buffer means "computed", except where no bytes are all there are. */
    if (status || !data || (!size && elements))
        return status;
    if (!mv_mul_size(elements, tfl_type_size(tensor->type), &expected))
        return FAIL(r, UNSUPPORTED, "%s: it is too large for this machine", where);
    if (size != expected && tensor->type != MOVINET_STRING)
        return FAIL(r, FORMAT, "%s: its data is %zu bytes, and its shape asks for %zu", where, size,
                    expected);
    tensor->data = data;
    tensor->size = size;
    return MOVINET_OK;
}

/* Scales: none, one, or one for each index of the axis. */
static movinet_status read_scales(reader *r, tfl_tensor *tensor, const tfl_vector *scales, int axis,
                                  const char *where)
{
    float *scale = NULL;
    if (scales->n == 0 || (scales->n == 1 && tfl_at_f32(scales, 0) == 0.0f))
        return MOVINET_OK;
    if (scales->n > 1 && (axis < 0 || axis >= tensor->rank))
        return FAIL(r, FORMAT, "%s: it is quantized along axis %d, and has %d dimensions", where,
                    axis, tensor->rank);
    if (scales->n > 1 && (uint32_t)tensor->shape[axis] != scales->n)
        return FAIL(r, FORMAT, "%s: it has %u scales, and %d channels on axis %d", where, scales->n,
                    (int)tensor->shape[axis], axis);
    movinet_status status = take(r, scales->n, sizeof *scale, &scale);
    for (uint32_t i = 0; !status && i < scales->n; i++) {
        scale[i] = tfl_at_f32(scales, i);
        if (!isfinite(scale[i]) || scale[i] <= 0.0f)
            status = FAIL(r, FORMAT, "%s: its scale %u is %g, and not a number above 0", where, i,
                          (double)scale[i]);
    }
    if (!status)
        tensor->quant = (tfl_quant){(int)scales->n, scales->n > 1 ? axis : 0, scale, NULL};
    return status;
}

/* Zero points: none (all 0), one for all, or one for each scale. They have to
 * be values of the tensor's type. */
static movinet_status read_zero_points(reader *r, tfl_tensor *tensor, const tfl_vector *zeros,
                                       const char *where)
{
    int64_t least = INT32_MIN, most = INT32_MAX;
    int32_t *zero_point = NULL;
    uint32_t n = (uint32_t)tensor->quant.n;
    if (tensor->type == MOVINET_INT8 || tensor->type == MOVINET_INT16) {
        least = tensor->type == MOVINET_INT8 ? INT8_MIN : INT16_MIN;
        most = tensor->type == MOVINET_INT8 ? INT8_MAX : INT16_MAX;
    } else if (tensor->type == MOVINET_UINT8) {
        least = 0;
        most = UINT8_MAX;
    }
    if (zeros->n > 1 && zeros->n != n)
        return FAIL(r, FORMAT, "%s: it has %u scales and %u zero points", where, n, zeros->n);
    movinet_status status = take(r, n, sizeof *zero_point, &zero_point);
    for (uint32_t i = 0; !status && zeros->n && i < n; i++) {
        int64_t value = tfl_at_i64(zeros, zeros->n == 1 ? 0 : i);
        if (value < least || value > most)
            status = FAIL(r, FORMAT, "%s: its zero point %u is %lld, out of range for %s", where, i,
                          (long long)value, movinet_type_name(tensor->type));
        else
            zero_point[i] = (int32_t)value;
    }
    if (!status)
        tensor->quant.zero_point = zero_point;
    return status;
}

static movinet_status read_quant(reader *r, tfl_tensor *tensor, const tfl_table *table,
                                 const char *where)
{
    tfl_table quant = tfl_get_table(table, TFL_TENSOR_QUANTIZATION);
    if (tfl_get_u8(&quant, TFL_QUANT_DETAILS_TYPE))
        return FAIL(r, UNSUPPORTED, "%s: its kind of quantization (custom or by blocks) is not "
                                    "supported", where);
    tfl_vector scales = tfl_get_vector(&quant, TFL_QUANT_SCALE, 4);
    tfl_vector zeros = tfl_get_vector(&quant, TFL_QUANT_ZERO_POINT, 8);
    int axis = tfl_get_i32(&quant, TFL_QUANT_DIMENSION, 0);
    movinet_status status = check(r, where);
    if (!status)
        status = read_scales(r, tensor, &scales, axis, where);
    if (!status && tensor->quant.n)
        status = read_zero_points(r, tensor, &zeros, where);
    return status;
}

static movinet_status read_tensor(reader *r, tfl_tensor *tensor, const tfl_table *table, uint32_t i)
{
    char where[160];
    size_t elements = 0;
    movinet_status status = read_text(r, table, TFL_TENSOR_NAME, &tensor->name);
    if (status)
        return status;
    snprintf(where, sizeof where, "tensor %u \"%.100s\"", i, tensor->name);
    status = check(r, where);
    if (!status)
        status = read_type(r, tensor, table, where);
    if (!status)
        status = read_shape(r, tensor, table, where, &elements);
    if (!status)
        status = check(r, where);
    if (!status)
        status = read_data(r, tensor, table, where, elements);
    if (!status)
        status = read_quant(r, tensor, table, where);
    tensor->variable = tfl_get_bool(table, TFL_TENSOR_IS_VARIABLE);
    return status ? status : check(r, where);
}

static movinet_status read_tensors(reader *r)
{
    tfl_vector list = tfl_get_vector(&r->subgraph, TFL_SUBGRAPH_TENSORS, 4);
    movinet_status status = check(r, "the model's list of tensors");
    if (!status)
        status = take(r, list.n, sizeof *r->tensors, &r->tensors);
    for (uint32_t i = 0; !status && i < list.n; i++) {
        tfl_table table = tfl_at_table(&list, i);
        status = read_tensor(r, &r->tensors[i], &table, i);
    }
    r->model->n_tensors = (int)list.n;
    r->model->tensors = r->tensors;
    return status;
}

/* ---- ops --------------------------------------------------------------------- */

/* Code, version and custom name of op number i. */
static movinet_status read_code(reader *r, tfl_op *op, const tfl_table *table, uint32_t i)
{
    uint32_t index = tfl_get_u32(table, TFL_OPERATOR_OPCODE_INDEX);
    if (index >= r->codes.n)
        return FAIL(r, FORMAT, "op %u: its code is entry %u of the table of codes, which has %u", i,
                    index, r->codes.n);
    tfl_table entry = tfl_at_table(&r->codes, index);
    int legacy = tfl_get_i8(&entry, TFL_OPCODE_DEPRECATED_BUILTIN_CODE);
    int code = tfl_get_i32(&entry, TFL_OPCODE_BUILTIN_CODE, 0);
    /* Files from before 2020 have only the one-byte field; newer ones have
     * both, and 127 in it where the code does not fit. */
    op->code = code > legacy ? code : legacy;
    op->version = tfl_get_i32(&entry, TFL_OPCODE_VERSION, 1);
    if (r->fb.fault)
        return check(r, "the table of op codes");
    if (op->code < 0 || op->version < 1)
        return FAIL(r, FORMAT, "op %u: code %d version %d is impossible", i, op->code, op->version);
    if (!tfl_op_name(op->code))
        return FAIL(r, UNSUPPORTED, "op %u: operator code %d is unknown; the file is newer than "
                                    "this program", i, op->code);
    if (op->code == TFL_OP_CUSTOM)
        return read_text(r, &entry, TFL_OPCODE_CUSTOM_CODE, &op->custom);
    return MOVINET_OK;
}

static movinet_status read_op(reader *r, tfl_op *op, const tfl_table *table, uint32_t i)
{
    char where[64];
    movinet_status status = read_code(r, op, table, i);
    if (status)
        return status;
    snprintf(where, sizeof where, "op %u %s", i, tfl_op_name(op->code));
    status = read_indices(r, table, TFL_OPERATOR_INPUTS, -1, where, "input", &op->n_inputs,
                          &op->inputs);
    if (!status)
        status = read_indices(r, table, TFL_OPERATOR_OUTPUTS, 0, where, "output", &op->n_outputs,
                              &op->outputs);
    if (status)
        return status;
    unsigned type = tfl_get_u8(table, TFL_OPERATOR_OPTIONS_TYPE);
    tfl_table options = tfl_get_table(table, TFL_OPERATOR_OPTIONS);
    status = check(r, where);
    if (!status)
        status = tfl_read_options(&op->options, op->code, type, &options, where, r->err);
    /* A value that is out of range because it could not be read at all. */
    return r->fb.fault ? check(r, where) : status;
}

/* What an op writes is no constant. */
static movinet_status check_outputs(reader *r, const tfl_op *op, uint32_t i)
{
    for (int k = 0; k < op->n_outputs; k++) {
        tfl_tensor *tensor = &r->tensors[op->outputs[k]];
        if (tensor->data && tensor->size)
            return FAIL(r, FORMAT, "op %u %s: it writes to tensor %d \"%.100s\", a constant", i,
                        tfl_op_name(op->code), (int)op->outputs[k], tensor->name);
        tensor->data = NULL; /* of no elements */
    }
    return MOVINET_OK;
}

static movinet_status read_ops(reader *r)
{
    tfl_vector list = tfl_get_vector(&r->subgraph, TFL_SUBGRAPH_OPERATORS, 4);
    movinet_status status = check(r, "the model's list of ops");
    if (!status)
        status = take(r, list.n, sizeof *r->ops, &r->ops);
    for (uint32_t i = 0; !status && i < list.n; i++) {
        tfl_table table = tfl_at_table(&list, i);
        status = read_op(r, &r->ops[i], &table, i);
        if (!status)
            status = check_outputs(r, &r->ops[i], i);
    }
    r->model->n_ops = (int)list.n;
    r->model->ops = r->ops;
    return status;
}

/* ---- signatures --------------------------------------------------------------- */

static movinet_status read_map(reader *r, const tfl_table *table, int field, const char *key,
                               int *n, const tfl_named **out)
{
    tfl_vector list = tfl_get_vector(table, field, 4);
    tfl_named *named = NULL;
    movinet_status status = check(r, "a signature");
    if (!status)
        status = take(r, list.n, sizeof *named, &named);
    for (uint32_t i = 0; !status && i < list.n; i++) {
        tfl_table map = tfl_at_table(&list, i);
        uint32_t tensor = tfl_get_u32(&map, TFL_MAP_TENSOR);
        status = read_text(r, &map, TFL_MAP_NAME, &named[i].name);
        if (!status)
            status = check(r, "a signature");
        if (!status && tensor >= (uint32_t)r->model->n_tensors)
            status = FAIL(r, FORMAT, "signature \"%.60s\": \"%.100s\" is tensor %u, and the model "
                                     "has %d", key, named[i].name, tensor, r->model->n_tensors);
        named[i].tensor = (int)tensor;
    }
    *n = (int)list.n;
    *out = named;
    return status;
}

/* Signatures of the first subgraph; those of others are passed over. */
static movinet_status read_signatures(reader *r)
{
    tfl_vector list = tfl_get_vector(&r->root, TFL_MODEL_SIGNATURE_DEFS, 4);
    tfl_signature *signatures = NULL;
    movinet_status status = check(r, "the model's list of signatures");
    if (!status)
        status = take(r, list.n, sizeof *signatures, &signatures);
    int n = 0;
    for (uint32_t i = 0; !status && i < list.n; i++) {
        tfl_table table = tfl_at_table(&list, i);
        if (tfl_get_u32(&table, TFL_SIGNATURE_SUBGRAPH) != 0)
            continue;
        tfl_signature *s = &signatures[n++];
        status = read_text(r, &table, TFL_SIGNATURE_KEY, &s->key);
        if (!status)
            status = read_map(r, &table, TFL_SIGNATURE_INPUTS, s->key, &s->n_inputs, &s->inputs);
        if (!status)
            status = read_map(r, &table, TFL_SIGNATURE_OUTPUTS, s->key, &s->n_outputs, &s->outputs);
    }
    r->model->signatures = signatures;
    r->model->n_signatures = n;
    return status ? status : check(r, "the model's list of signatures");
}

/* ---- metadata ------------------------------------------------------------------ */

static movinet_status read_metadata(reader *r)
{
    tfl_model *model = r->model;
    tfl_vector list = tfl_get_vector(&r->root, TFL_MODEL_METADATA, 4);
    for (uint32_t i = 0; i < list.n && !r->fb.fault && !model->metadata; i++) {
        tfl_table table = tfl_at_table(&list, i);
        tfl_vector name = tfl_get_string(&table, TFL_METADATA_NAME);
        if (!tfl_text_is(&name, "TFLITE_METADATA"))
            continue;
        movinet_status status = read_buffer(r, tfl_get_u32(&table, TFL_METADATA_BUFFER),
                                            "the model's metadata", &model->metadata,
                                            &model->metadata_size);
        if (status)
            return status;
    }
    movinet_status status = check(r, "the model's list of metadata");
    if (status || !model->metadata)
        return status;
    return tfl_read_labels(&model->arena, r->fb.bytes, r->fb.size, model->metadata,
                           model->metadata_size, &model->labels, &model->n_labels, r->err);
}

/* ---- the model ------------------------------------------------------------------- */

static movinet_status open_file(reader *r, const uint8_t *bytes, size_t size)
{
    if (!tfl_fb_open(&r->fb, bytes, size, "TFL3", &r->root))
        return FAIL(r, FORMAT, "not a .tflite file (%s)",
                    size < 8 ? "it is too short" : r->fb.fault);
    uint32_t version = tfl_get_u32(&r->root, TFL_MODEL_VERSION);
    if (version != SCHEMA_VERSION)
        return FAIL(r, UNSUPPORTED, "the model has version %u of the .tflite schema, only %d is "
                                    "supported", version, SCHEMA_VERSION);
    tfl_vector subgraphs = tfl_get_vector(&r->root, TFL_MODEL_SUBGRAPHS, 4);
    r->codes = tfl_get_vector(&r->root, TFL_MODEL_OPERATOR_CODES, 4);
    r->buffers = tfl_get_vector(&r->root, TFL_MODEL_BUFFERS, 4);
    movinet_status status = check(r, "model file");
    if (status)
        return status;
    if (!subgraphs.n)
        return FAIL(r, FORMAT, "the model has no subgraph: nothing to run");
    r->model->n_subgraphs = (int)subgraphs.n;
    r->subgraph = tfl_at_table(&subgraphs, 0);
    return check(r, "model file");
}

static movinet_status read_model(reader *r, const uint8_t *bytes, size_t size)
{
    tfl_model *model = r->model;
    movinet_status status = open_file(r, bytes, size);
    if (!status)
        status = read_text(r, &r->root, TFL_MODEL_DESCRIPTION, &model->description);
    if (!status)
        status = read_tensors(r);
    if (!status)
        status = read_ops(r);
    if (!status)
        status = read_indices(r, &r->subgraph, TFL_SUBGRAPH_INPUTS, 0, "the model", "input",
                              &model->n_inputs, &model->inputs);
    if (!status)
        status = read_indices(r, &r->subgraph, TFL_SUBGRAPH_OUTPUTS, 0, "the model", "output",
                              &model->n_outputs, &model->outputs);
    if (!status)
        status = read_signatures(r);
    if (!status)
        status = read_metadata(r);
    return status ? status : check(r, "model file");
}

movinet_status tfl_read(tfl_model *model, const uint8_t *bytes, size_t size, movinet_error *err)
{
    *model = (tfl_model){0};
    reader r = {.model = model, .budget = budget_of(size), .err = err};
    movinet_status status = read_model(&r, bytes, size);
    if (status)
        tfl_free(model);
    return status;
}

void tfl_free(tfl_model *model)
{
    mv_arena_free(&model->arena);
    *model = (tfl_model){0};
}

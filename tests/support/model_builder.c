/* See model_builder.h. The FlatBuffer is written from the root down: a table
 * first, then what it points to, whose offsets are filled in as it comes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "model_builder.h"

#include <stdlib.h>
#include <string.h>
#if !defined(__wasi__)
#include <zip.h>
#endif

/* ---- memory ------------------------------------------------------------------ */

static void *grow(void *block, size_t bytes)
{
    block = realloc(block, bytes ? bytes : 1);
    if (!block)
        abort();
    return block;
}

static void *copy_of(const void *data, size_t bytes)
{
    void *copy = grow(NULL, bytes);
    if (bytes)
        memcpy(copy, data, bytes);
    return copy;
}

static char *copy_text(const char *text)
{
    return text ? copy_of(text, strlen(text) + 1) : NULL;
}

/* Adds a zeroed element to the array of a pointer and a count; its address. */
#define ADD(array, n) ((array) = extend((array), &(n), sizeof *(array)), &(array)[(n) - 1])
static void *extend(void *array, int *n, size_t size)
{
    char *grown = array;
    if (!(*n & (*n - 1))) /* 0, 1, 2, 4, 8, …: room for as many again */
        grown = grow(array, (*n ? 2 * (size_t)*n : 1) * size);
    memset(grown + (size_t)(*n)++ * size, 0, size);
    return grown;
}

typedef struct blob {
    uint8_t *bytes;
    size_t size, room;
} blob;

static blob blob_of(const void *data, size_t size)
{
    return (blob){copy_of(data, size), size, size};
}

static void append(blob *b, const void *data, size_t size)
{
    if (b->size + size > b->room) {
        b->room = 2 * (b->size + size);
        b->bytes = grow(b->bytes, b->room);
    }
    if (size)
        memcpy(b->bytes + b->size, data, size);
    b->size += size;
}

/* Zeros until `size + extra` is a multiple of `alignment`. */
static void align(blob *b, size_t alignment, size_t extra)
{
    static const uint8_t zeros[16] = {0};
    size_t over = (b->size + extra) % alignment;
    if (over)
        append(b, zeros, alignment - over);
}

static void store(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void put(blob *b, uint64_t value, int bytes)
{
    uint8_t raw[8];
    store(raw, value, bytes);
    append(b, raw, (size_t)bytes);
}

/* ---- FlatBuffers --------------------------------------------------------------- */

/* A field of a table. Numbers that are 0 are left out, as all writers do. */
typedef struct field {
    int id;
    int bytes;      /* 1, 4, 8 */
    uint64_t value; /* OFFSET: filled in later by the put_… functions */
    size_t at;      /* where it was written */
} field;
#define OFFSET UINT64_MAX

/* Writes a table with its vtable before it; its position. */
static size_t put_table(blob *b, field *fields, int n)
{
    int n_slots = 0;
    for (int i = 0; i < n; i++)
        if (fields[i].value && fields[i].id >= n_slots)
            n_slots = fields[i].id + 1;
    size_t vtable_size = 4 + 2 * (size_t)n_slots;
    align(b, 8, vtable_size);
    size_t vtable = b->size, table = vtable + vtable_size;
    for (size_t i = 0; i < vtable_size; i++)
        put(b, 0, 1);
    put(b, vtable_size, 4);
    /* The widest first, so that each is aligned. */
    for (int bytes = 8; bytes > 0; bytes /= 2)
        for (int i = 0; i < n; i++) {
            field *f = &fields[i];
            if (f->bytes != bytes || !f->value)
                continue;
            align(b, (size_t)bytes, 0);
            f->at = b->size;
            store(b->bytes + vtable + 4 + 2 * f->id, b->size - table, 2);
            put(b, f->value == OFFSET ? 0 : f->value, bytes);
        }
    store(b->bytes + vtable, vtable_size, 2);
    store(b->bytes + vtable + 2, b->size - table, 2);
    return table;
}

/* Lets the offset at `from` lead to `to`. */
static void point(blob *b, size_t from, size_t to)
{
    store(b->bytes + from, to - from, 4);
}

/* A table that the offset at `from` points to. */
static void put_table_at(blob *b, size_t from, field *fields, int n)
{
    point(b, from, put_table(b, fields, n));
}

/* A vector that the offset at `from` points to; where its elements begin. */
static size_t put_vector(blob *b, size_t from, const void *data, int n, size_t element,
                         size_t alignment)
{
    align(b, alignment < 4 ? 4 : alignment, 4);
    point(b, from, b->size);
    put(b, (uint64_t)n, 4);
    size_t at = b->size;
    append(b, data, (size_t)n * element);
    return at;
}

static void put_int32s(blob *b, size_t from, const int32_t *values, int n)
{
    size_t at = put_vector(b, from, values, n, 4, 4);
    for (int i = 0; i < n; i++)
        store(b->bytes + at + 4 * (size_t)i, (uint32_t)values[i], 4);
}

static void put_string(blob *b, size_t from, const char *text)
{
    put_vector(b, from, text, (int)strlen(text), 1, 4);
    put(b, 0, 1);
}

/* n offsets to be pointed later; where they begin. */
static size_t put_offsets(blob *b, size_t from, int n)
{
    uint8_t *zeros = calloc((size_t)n + 1, 4);
    size_t at = put_vector(b, from, zeros, n, 4, 4);
    free(zeros);
    return at;
}

static uint64_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

/* ---- the model in memory ---------------------------------------------------------- */

typedef struct built_tensor {
    char *name;
    int type, rank;
    int32_t *shape;
    uint32_t buffer;
    int n_scales, n_zeros, axis;
    float *scales;
    int64_t *zeros;
    int32_t *signature;
    int n_signature;
    bool variable, sparse;
} built_tensor;

typedef struct built_op {
    int code, version;
    char *custom;
    int32_t *inputs, *outputs;
    int n_inputs, n_outputs;
    bool has_options;
    tfl_options options;
    int code_index;   /* -1: its own */
    int options_type; /* -1: that of its code */
} built_op;

typedef struct built_name {
    char *name;
    uint32_t tensor;
} built_name;

typedef struct built_signature {
    char *key;
    uint32_t subgraph;
    built_name *maps[2]; /* inputs, outputs */
    int n_maps[2];
} built_signature;

typedef struct built_file {
    mb_label_place place;
    int type;
    char *name, *locale;
    blob text;
} built_file;

struct mb_model {
    built_tensor *tensors;
    built_op *ops;
    built_signature *signatures;
    built_file *files;
    blob *buffers;
    int n_tensors, n_ops, n_signatures, n_files, n_buffers;
    int32_t *inputs, *outputs;
    int n_inputs, n_outputs;
    char *description;
    uint32_t version;
    int n_extra, flags;
    blob metadata, tail;
    bool has_metadata, has_tail;
};

mb_model *mb_new(void)
{
    mb_model *m = grow(NULL, sizeof *m);
    memset(m, 0, sizeof *m);
    m->version = 3;
    *ADD(m->buffers, m->n_buffers) = (blob){0}; /* buffer 0 is the empty one */
    return m;
}

static void free_op(built_op *op)
{
    free(op->custom);
    free(op->inputs);
    free(op->outputs);
}

static void free_tensor(built_tensor *t)
{
    free(t->name);
    free(t->shape);
    free(t->scales);
    free(t->zeros);
    free(t->signature);
}

static void free_signature(built_signature *s)
{
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < s->n_maps[side]; i++)
            free(s->maps[side][i].name);
        free(s->maps[side]);
    }
    free(s->key);
}

void mb_free(mb_model *m)
{
    if (!m)
        return;
    for (int i = 0; i < m->n_tensors; i++)
        free_tensor(&m->tensors[i]);
    for (int i = 0; i < m->n_ops; i++)
        free_op(&m->ops[i]);
    for (int i = 0; i < m->n_signatures; i++)
        free_signature(&m->signatures[i]);
    for (int i = 0; i < m->n_files; i++) {
        free(m->files[i].name);
        free(m->files[i].locale);
        free(m->files[i].text.bytes);
    }
    for (int i = 0; i < m->n_buffers; i++)
        free(m->buffers[i].bytes);
    free(m->tensors);
    free(m->ops);
    free(m->signatures);
    free(m->files);
    free(m->buffers);
    free(m->inputs);
    free(m->outputs);
    free(m->description);
    free(m->metadata.bytes);
    free(m->tail.bytes);
    free(m);
}

/* ---- tensors ------------------------------------------------------------------------ */

int mb_tensor(mb_model *m, const char *name, movinet_type type, int rank, const int32_t *shape)
{
    built_tensor *t = ADD(m->tensors, m->n_tensors);
    t->name = copy_text(name);
    t->type = (int)type;
    t->rank = rank;
    t->shape = copy_of(shape, (size_t)rank * sizeof *shape);
    return m->n_tensors - 1;
}

void mb_data(mb_model *m, int tensor, const void *data, size_t size)
{
    blob *buffer = ADD(m->buffers, m->n_buffers);
    *buffer = blob_of(data, size);
    m->tensors[tensor].buffer = (uint32_t)m->n_buffers - 1;
}

int mb_constant(mb_model *m, const char *name, movinet_type type, int rank, const int32_t *shape,
                const void *data)
{
    size_t size = tfl_type_size(type);
    for (int i = 0; i < rank; i++)
        size *= (size_t)shape[i];
    int tensor = mb_tensor(m, name, type, rank, shape);
    mb_data(m, tensor, data, size);
    return tensor;
}

int mb_int32s(mb_model *m, const char *name, mb_ids values)
{
    return mb_constant(m, name, MOVINET_INT32, 1, (int32_t[]){values.n}, values.ids);
}

int mb_scalar_f32(mb_model *m, const char *name, float value)
{
    return mb_constant(m, name, MOVINET_FLOAT32, 0, NULL, &value);
}

int mb_scalar_i32(mb_model *m, const char *name, int32_t value)
{
    return mb_constant(m, name, MOVINET_INT32, 0, NULL, &value);
}

int mb_quantized(mb_model *m, const char *name, movinet_type type, int rank, const int32_t *shape,
                 float scale, int64_t zero_point)
{
    int tensor = mb_tensor(m, name, type, rank, shape);
    mb_quantize(m, tensor, 1, &scale, 1, &zero_point, 0);
    return tensor;
}

void mb_quantize(mb_model *m, int tensor, int n, const float *scales, int n_zero,
                 const int64_t *zero_points, int axis)
{
    built_tensor *t = &m->tensors[tensor];
    free(t->scales);
    free(t->zeros);
    t->scales = copy_of(scales, (size_t)n * sizeof *scales);
    t->zeros = copy_of(zero_points, (size_t)n_zero * sizeof *zero_points);
    t->n_scales = n;
    t->n_zeros = n_zero;
    t->axis = axis;
}

void mb_share_data(mb_model *m, int tensor, int with)
{
    m->tensors[tensor].buffer = m->tensors[with].buffer;
}

void mb_shape_signature(mb_model *m, int tensor, mb_ids shape)
{
    built_tensor *t = &m->tensors[tensor];
    free(t->signature);
    t->signature = copy_of(shape.ids, (size_t)shape.n * sizeof *shape.ids);
    t->n_signature = shape.n;
}

void mb_set_variable(mb_model *m, int tensor)
{
    m->tensors[tensor].variable = true;
}

void mb_set_sparse(mb_model *m, int tensor)
{
    m->tensors[tensor].sparse = true;
}

void mb_set_buffer(mb_model *m, int tensor, uint32_t buffer)
{
    m->tensors[tensor].buffer = buffer;
}

void mb_set_type(mb_model *m, int tensor, int type)
{
    m->tensors[tensor].type = type;
}

/* ---- ops, model, signatures ------------------------------------------------------------ */

static int32_t *copy_ids(mb_ids ids)
{
    return copy_of(ids.ids, (size_t)ids.n * sizeof *ids.ids);
}

int mb_op(mb_model *m, int code, int version, mb_ids inputs, mb_ids outputs,
          const tfl_options *options)
{
    built_op *op = ADD(m->ops, m->n_ops);
    op->code = code;
    op->version = version;
    op->inputs = copy_ids(inputs);
    op->n_inputs = inputs.n;
    op->outputs = copy_ids(outputs);
    op->n_outputs = outputs.n;
    op->code_index = op->options_type = -1;
    op->has_options = options != NULL;
    if (options)
        op->options = *options;
    return m->n_ops - 1;
}

int mb_custom(mb_model *m, const char *name, mb_ids inputs, mb_ids outputs)
{
    int op = mb_op(m, TFL_OP_CUSTOM, 1, inputs, outputs, NULL);
    m->ops[op].custom = copy_text(name);
    return op;
}

void mb_set_op_code_index(mb_model *m, int op, uint32_t index)
{
    m->ops[op].code_index = (int)index;
}

void mb_set_options_type(mb_model *m, int op, int type)
{
    m->ops[op].options_type = type;
}

static void set_ids(int32_t **list, int *n, mb_ids ids)
{
    free(*list);
    *list = copy_ids(ids);
    *n = ids.n;
}

void mb_inputs(mb_model *m, mb_ids tensors)
{
    set_ids(&m->inputs, &m->n_inputs, tensors);
}

void mb_outputs(mb_model *m, mb_ids tensors)
{
    set_ids(&m->outputs, &m->n_outputs, tensors);
}

void mb_description(mb_model *m, const char *text)
{
    free(m->description);
    m->description = copy_text(text);
}

void mb_version(mb_model *m, uint32_t version)
{
    m->version = version;
}

int mb_signature(mb_model *m, const char *key, uint32_t subgraph)
{
    built_signature *s = ADD(m->signatures, m->n_signatures);
    s->key = copy_text(key);
    s->subgraph = subgraph;
    return m->n_signatures - 1;
}

static void add_name(mb_model *m, int signature, int side, const char *name, uint32_t tensor)
{
    built_signature *s = &m->signatures[signature];
    built_name *map = ADD(s->maps[side], s->n_maps[side]);
    map->name = copy_text(name);
    map->tensor = tensor;
}

void mb_signature_input(mb_model *m, int signature, const char *name, uint32_t tensor)
{
    add_name(m, signature, 0, name, tensor);
}

void mb_signature_output(mb_model *m, int signature, const char *name, uint32_t tensor)
{
    add_name(m, signature, 1, name, tensor);
}

void mb_extra_subgraph(mb_model *m)
{
    m->n_extra++;
}

void mb_flags(mb_model *m, int flags)
{
    m->flags |= flags;
}

/* ---- labels ---------------------------------------------------------------------------- */

void mb_label_file(mb_model *m, mb_label_place place, int type, const char *file_name,
                   const char *locale, const char *text, size_t length)
{
    built_file *file = ADD(m->files, m->n_files);
    file->place = place;
    file->type = type;
    file->name = copy_text(file_name);
    file->locale = copy_text(locale);
    file->text = blob_of(text, length);
}

void mb_labels(mb_model *m, const char *text)
{
    mb_label_file(m, MB_LABELS_OUTPUT, TFL_FILE_TENSOR_AXIS_LABELS, "labels.txt", NULL, text,
                  strlen(text));
}

void mb_metadata(mb_model *m, const void *bytes, size_t size)
{
    free(m->metadata.bytes);
    m->metadata = blob_of(bytes, size);
    m->has_metadata = true;
}

void mb_append(mb_model *m, const void *bytes, size_t size)
{
    free(m->tail.bytes);
    m->tail = blob_of(bytes, size);
    m->has_tail = true;
}

/* The associated files of one place, as a vector that `from` points to. */
static void put_files(blob *b, size_t from, const mb_model *m, mb_label_place place)
{
    int n = 0;
    for (int i = 0; i < m->n_files; i++)
        n += m->files[i].place == place;
    size_t at = put_offsets(b, from, n);
    for (int i = 0; i < m->n_files; i++) {
        const built_file *file = &m->files[i];
        if (file->place != place)
            continue;
        field fields[] = {{0, 4, OFFSET, 0},
                          {2, 1, (uint64_t)file->type, 0},
                          {3, 4, file->locale ? OFFSET : 0, 0}};
        put_table_at(b, at, fields, 3);
        put_string(b, fields[0].at, file->name);
        if (file->locale)
            put_string(b, fields[2].at, file->locale);
        at += 4;
    }
}

/* One TensorMetadata in a vector that `from` points to. */
static void put_tensor_metadata(blob *b, size_t from, const mb_model *m, mb_label_place place,
                                const char *name)
{
    size_t at = put_offsets(b, from, 1);
    field fields[] = {{0, 4, OFFSET, 0}, {6, 4, OFFSET, 0}};
    put_table_at(b, at, fields, 2);
    put_string(b, fields[0].at, name);
    put_files(b, fields[1].at, m, place);
}

uint8_t *mb_metadata_bytes(const mb_model *m, size_t *size)
{
    blob b = {0};
    append(&b, "\0\0\0\0M001", 8);
    field root[] = {{0, 4, OFFSET, 0}, {3, 4, OFFSET, 0}, {6, 4, OFFSET, 0}};
    put_table_at(&b, 0, root, 3);
    put_string(&b, root[0].at, "built by a test");
    size_t at = put_offsets(&b, root[1].at, 1);
    field subgraph[] = {{2, 4, OFFSET, 0}, {3, 4, OFFSET, 0}, {4, 4, OFFSET, 0}};
    put_table_at(&b, at, subgraph, 3);
    put_tensor_metadata(&b, subgraph[0].at, m, MB_LABELS_INPUT, "image");
    put_tensor_metadata(&b, subgraph[1].at, m, MB_LABELS_OUTPUT, "probability");
    put_files(&b, subgraph[2].at, m, MB_LABELS_SUBGRAPH);
    put_files(&b, root[2].at, m, MB_LABELS_MODEL);
    *size = b.size;
    return b.bytes;
}

#if defined(__wasi__) /* there is no libzip */

#include "cmocka.h"

uint8_t *mb_zip_bytes(const mb_model *m, size_t *size)
{
    (void)m, (void)size;
    skip();
}

#else

/* Reads all of a libzip source. */
static blob read_source(zip_source_t *source)
{
    blob b = {0};
    char part[4096];
    zip_int64_t n;
    if (zip_source_open(source))
        abort();
    while ((n = zip_source_read(source, part, sizeof part)) > 0)
        append(&b, part, (size_t)n);
    zip_source_close(source);
    return b;
}

uint8_t *mb_zip_bytes(const mb_model *m, size_t *size)
{
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = target ? zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, NULL) : NULL;
    if (!zip)
        abort();
    zip_source_keep(target);
    for (int i = 0; i < m->n_files; i++) {
        const built_file *file = &m->files[i];
        zip_source_t *text = zip_source_buffer(zip, file->text.bytes, file->text.size, 0);
        zip_int64_t index = text ? zip_file_add(zip, file->name, text, ZIP_FL_OVERWRITE) : -1;
        /* The same bytes each time: 2000-01-01. */
        if (index < 0 || zip_file_set_mtime(zip, (zip_uint64_t)index, 946728000, 0))
            abort();
    }
    if (zip_close(zip))
        abort();
    blob b = read_source(target);
    zip_source_free(target);
    *size = b.size;
    return b.bytes;
}

#endif

static uint32_t load32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Makes the offsets of a zip count from `base` bytes before its beginning. */
static void move_zip(uint8_t *zip, size_t size, size_t base)
{
    uint8_t *end = zip + size - 22; /* we write no comment */
    uint8_t *entry = zip + load32(end + 16);
    int n = end[10] | end[11] << 8;
    for (int i = 0; i < n; i++) {
        store(entry + 42, load32(entry + 42) + base, 4);
        entry += 46 + (entry[28] | entry[29] << 8) + (entry[30] | entry[31] << 8) +
                 (entry[32] | entry[33] << 8);
    }
    store(end + 16, load32(end + 16) + base, 4);
}

/* ---- options --------------------------------------------------------------------------- */

#define N(id, value) {id, 4, (uint32_t)(value), 0}
#define B(id, value) {id, 1, (uint8_t)(value), 0}
#define R(id, value) {id, 4, bits_of(value), 0}
#define TABLE(type, ...)                                                                           \
    do {                                                                                           \
        field fields[] = {__VA_ARGS__};                                                            \
        put_table_at(b, from, fields, (int)(sizeof fields / sizeof *fields));                      \
        return TFL_OPTIONS_##type;                                                                 \
    } while (0)

static int put_list(blob *b, size_t from, const int32_t *values, int n, int type)
{
    field fields[] = {{0, 4, n >= 0 ? OFFSET : 0, 0}};
    put_table_at(b, from, fields, 1);
    if (n >= 0)
        put_int32s(b, fields[0].at, values, n);
    return type;
}

/* Convolutions and pools; 0 if the op is none. */
static int put_window_options(blob *b, size_t from, int code, const tfl_options *o)
{
    switch (code) {
    case TFL_OP_CONV_2D:
        TABLE(CONV_2D, B(0, o->padding), N(1, o->stride_w), N(2, o->stride_h), B(3, o->activation),
              N(4, o->dilation_w), N(5, o->dilation_h));
    case TFL_OP_DEPTHWISE_CONV_2D:
        TABLE(DEPTHWISE_CONV_2D, B(0, o->padding), N(1, o->stride_w), N(2, o->stride_h),
              N(3, o->depth_multiplier), B(4, o->activation), N(5, o->dilation_w),
              N(6, o->dilation_h));
    case TFL_OP_AVERAGE_POOL_2D:
    case TFL_OP_MAX_POOL_2D:
    case TFL_OP_L2_POOL_2D:
        TABLE(POOL_2D, B(0, o->padding), N(1, o->stride_w), N(2, o->stride_h), N(3, o->filter_w),
              N(4, o->filter_h), B(5, o->activation));
    case TFL_OP_TRANSPOSE_CONV:
        TABLE(TRANSPOSE_CONV, B(0, o->padding), N(1, o->stride_w), N(2, o->stride_h),
              B(3, o->activation));
    default: return 0;
    }
}

/* Ops that compute with numbers; 0 if the op is none. */
static int put_math_options(blob *b, size_t from, int code, const tfl_options *o)
{
    switch (code) {
    case TFL_OP_FULLY_CONNECTED:
        TABLE(FULLY_CONNECTED, B(0, o->activation), B(1, o->weights_format),
              B(2, o->keep_num_dims));
    case TFL_OP_SOFTMAX: TABLE(SOFTMAX, R(0, o->beta));
    case TFL_OP_ADD: TABLE(ADD, B(0, o->activation));
    case TFL_OP_SUB: TABLE(SUB, B(0, o->activation));
    case TFL_OP_MUL: TABLE(MUL, B(0, o->activation));
    case TFL_OP_DIV: TABLE(DIV, B(0, o->activation));
    case TFL_OP_L2_NORMALIZATION: TABLE(L2_NORM, B(0, o->activation));
    case TFL_OP_LEAKY_RELU: TABLE(LEAKY_RELU, R(0, o->alpha));
    case TFL_OP_MEAN:
    case TFL_OP_SUM:
    case TFL_OP_REDUCE_PROD:
    case TFL_OP_REDUCE_MAX:
    case TFL_OP_REDUCE_MIN:
    case TFL_OP_REDUCE_ANY:
    case TFL_OP_REDUCE_ALL: TABLE(REDUCER, B(0, o->keep_dims));
    case TFL_OP_BATCH_MATMUL: TABLE(BATCH_MATMUL, B(0, o->adj_x), B(1, o->adj_y));
    case TFL_OP_RESIZE_BILINEAR:
        TABLE(RESIZE_BILINEAR, B(2, o->align_corners), B(3, o->half_pixel_centers));
    case TFL_OP_RESIZE_NEAREST_NEIGHBOR:
        TABLE(RESIZE_NEAREST_NEIGHBOR, B(0, o->align_corners), B(1, o->half_pixel_centers));
    default: return 0;
    }
}

/* Ops that move and name data; 0 if the op is none. */
static int put_shape_options(blob *b, size_t from, int code, const tfl_options *o)
{
    switch (code) {
    case TFL_OP_CONCATENATION: TABLE(CONCATENATION, N(0, o->axis), B(1, o->activation));
    case TFL_OP_GATHER: TABLE(GATHER, N(0, o->axis), N(1, o->batch_dims));
    case TFL_OP_PACK: TABLE(PACK, N(0, o->values_count), N(1, o->axis));
    case TFL_OP_UNPACK: TABLE(UNPACK, N(0, o->values_count), N(1, o->axis));
    case TFL_OP_ONE_HOT: TABLE(ONE_HOT, N(0, o->axis));
    case TFL_OP_STRIDED_SLICE:
        TABLE(STRIDED_SLICE, N(0, o->begin_mask), N(1, o->end_mask), N(2, o->ellipsis_mask),
              N(3, o->new_axis_mask), N(4, o->shrink_axis_mask), B(5, o->offset));
    case TFL_OP_CAST: TABLE(CAST, B(0, o->in_type), B(1, o->out_type));
    case TFL_OP_SHAPE: TABLE(SHAPE, B(0, o->out_type));
    case TFL_OP_ARG_MAX: TABLE(ARG_MAX, B(0, o->out_type));
    case TFL_OP_ARG_MIN: TABLE(ARG_MIN, B(0, o->out_type));
    case TFL_OP_RESHAPE:
        return put_list(b, from, o->new_shape, o->n_new_shape, TFL_OPTIONS_RESHAPE);
    case TFL_OP_SQUEEZE:
        return put_list(b, from, o->squeeze_dims, o->n_squeeze_dims, TFL_OPTIONS_SQUEEZE);
    default: return 0;
    }
}

/* The number of the union's member; 0: no options were written. */
static int put_options(blob *b, size_t from, int code, const tfl_options *o)
{
    int type = put_window_options(b, from, code, o);
    if (!type)
        type = put_math_options(b, from, code, o);
    return type ? type : put_shape_options(b, from, code, o);
}

/* ---- the file -------------------------------------------------------------------------- */

static void put_codes(blob *b, size_t from, const mb_model *m)
{
    size_t at = put_offsets(b, from, m->n_ops);
    bool legacy = m->flags & MB_LEGACY_CODES;
    for (int i = 0; i < m->n_ops; i++, at += 4) {
        const built_op *op = &m->ops[i];
        int small = op->code < 127 ? op->code : 127;
        field fields[] = {B(0, small), {1, 4, op->custom ? OFFSET : 0, 0}, N(2, op->version),
                          N(3, legacy ? 0 : op->code)};
        put_table_at(b, at, fields, 4);
        if (op->custom)
            put_string(b, fields[1].at, op->custom);
    }
}

static void put_quantization(blob *b, size_t from, const built_tensor *t)
{
    field fields[] = {{2, 4, OFFSET, 0}, {3, 4, t->n_zeros ? OFFSET : 0, 0}, N(6, t->axis)};
    put_table_at(b, from, fields, 3);
    size_t at = put_vector(b, fields[0].at, t->scales, t->n_scales, 4, 4);
    for (int i = 0; i < t->n_scales; i++)
        store(b->bytes + at + 4 * (size_t)i, bits_of(t->scales[i]), 4);
    if (!t->n_zeros)
        return;
    at = put_vector(b, fields[1].at, t->zeros, t->n_zeros, 8, 8);
    for (int i = 0; i < t->n_zeros; i++)
        store(b->bytes + at + 8 * (size_t)i, (uint64_t)t->zeros[i], 8);
}

static void put_tensor(blob *b, size_t from, const built_tensor *t)
{
    field fields[] = {{0, 4, OFFSET, 0},
                      B(1, t->type),
                      N(2, t->buffer),
                      {3, 4, t->name ? OFFSET : 0, 0},
                      {4, 4, t->scales ? OFFSET : 0, 0},
                      B(5, t->variable),
                      {6, 4, t->sparse ? OFFSET : 0, 0},
                      {7, 4, t->signature ? OFFSET : 0, 0}};
    put_table_at(b, from, fields, 8);
    put_int32s(b, fields[0].at, t->shape, t->rank);
    if (t->name)
        put_string(b, fields[3].at, t->name);
    if (t->scales)
        put_quantization(b, fields[4].at, t);
    if (t->sparse)
        put_table_at(b, fields[6].at, NULL, 0);
    if (t->signature)
        put_int32s(b, fields[7].at, t->signature, t->n_signature);
}

static void put_op(blob *b, size_t from, const built_op *op, int index)
{
    field fields[] = {N(0, op->code_index >= 0 ? op->code_index : index),
                      {1, 4, OFFSET, 0},
                      {2, 4, OFFSET, 0},
                      {3, 1, op->has_options ? 255 : 0, 0},
                      {4, 4, op->has_options ? OFFSET : 0, 0}};
    put_table_at(b, from, fields, 5);
    put_int32s(b, fields[1].at, op->inputs, op->n_inputs);
    put_int32s(b, fields[2].at, op->outputs, op->n_outputs);
    if (!op->has_options)
        return;
    int type = put_options(b, fields[4].at, op->code, &op->options);
    if (!type) /* an op without options: an offset of 0 would lead nowhere */
        put_table_at(b, fields[4].at, NULL, 0);
    if (op->options_type >= 0)
        type = op->options_type;
    store(b->bytes + fields[3].at, (uint64_t)type, 1);
}

static void put_subgraphs(blob *b, size_t from, const mb_model *m)
{
    bool none = m->flags & MB_NO_SUBGRAPH;
    size_t at = put_offsets(b, from, none ? 0 : 1 + m->n_extra);
    if (none)
        return;
    field fields[] = {{0, 4, OFFSET, 0}, {1, 4, OFFSET, 0}, {2, 4, OFFSET, 0},
                      {3, 4, OFFSET, 0}, {4, 4, OFFSET, 0}};
    put_table_at(b, at, fields, 5);
    size_t tensors = put_offsets(b, fields[0].at, m->n_tensors);
    for (int i = 0; i < m->n_tensors; i++)
        put_tensor(b, tensors + 4 * (size_t)i, &m->tensors[i]);
    put_int32s(b, fields[1].at, m->inputs, m->n_inputs);
    put_int32s(b, fields[2].at, m->outputs, m->n_outputs);
    size_t ops = put_offsets(b, fields[3].at, m->n_ops);
    for (int i = 0; i < m->n_ops; i++)
        put_op(b, ops + 4 * (size_t)i, &m->ops[i], i);
    put_string(b, fields[4].at, "main");
    for (int i = 0; i < m->n_extra; i++)
        put_table_at(b, at + 4 * (size_t)(i + 1), NULL, 0);
}

/* `behind`: where the offset of each buffer is to be filled in; 0: none, its
 * bytes are inside. */
static void put_buffers(blob *b, size_t from, const mb_model *m, const blob *buffers, int n,
                        size_t *behind)
{
    size_t at = put_offsets(b, from, n);
    for (int i = 0; i < n; i++, at += 4) {
        bool outside = (m->flags & MB_BUFFERS_BEHIND) && buffers[i].bytes;
        field fields[] = {{0, 4, buffers[i].bytes && !outside ? OFFSET : 0, 0},
                          {1, 8, outside ? OFFSET : 0, 0},
                          {2, 8, outside ? buffers[i].size : 0, 0}};
        put_table_at(b, at, fields, 3);
        behind[i] = outside ? fields[1].at : 0;
        if (buffers[i].bytes && !outside)
            put_vector(b, fields[0].at, buffers[i].bytes, (int)buffers[i].size, 1, 16);
    }
}

/* Constants behind the FlatBuffer, each on a boundary of 16. */
static void put_behind(blob *b, const blob *buffers, int n, const size_t *behind)
{
    for (int i = 0; i < n; i++) {
        if (!behind[i])
            continue;
        align(b, 16, 0);
        store(b->bytes + behind[i], b->size, 8);
        append(b, buffers[i].bytes, buffers[i].size);
    }
}

static void put_signatures(blob *b, size_t from, const mb_model *m)
{
    size_t at = put_offsets(b, from, m->n_signatures);
    for (int i = 0; i < m->n_signatures; i++, at += 4) {
        const built_signature *s = &m->signatures[i];
        field fields[] = {{0, 4, OFFSET, 0}, {1, 4, OFFSET, 0}, {2, 4, OFFSET, 0},
                          N(4, s->subgraph)};
        put_table_at(b, at, fields, 4);
        for (int side = 0; side < 2; side++) {
            size_t map = put_offsets(b, fields[side].at, s->n_maps[side]);
            for (int k = 0; k < s->n_maps[side]; k++, map += 4) {
                field entry[] = {{0, 4, OFFSET, 0}, N(1, s->maps[side][k].tensor)};
                put_table_at(b, map, entry, 2);
                put_string(b, entry[0].at, s->maps[side][k].name);
            }
        }
        put_string(b, fields[2].at, s->key);
    }
}

static void put_metadata(blob *b, size_t from, uint32_t buffer)
{
    size_t at = put_offsets(b, from, 1);
    field fields[] = {{0, 4, OFFSET, 0}, N(1, buffer)};
    put_table_at(b, at, fields, 2);
    put_string(b, fields[0].at, "TFLITE_METADATA");
}

static void put_tail(blob *b, const mb_model *m)
{
    size_t size;
    if (m->has_tail) {
        append(b, m->tail.bytes, m->tail.size);
    } else if (m->n_files) {
        uint8_t *zip = mb_zip_bytes(m, &size);
        if (!(m->flags & MB_ZIP_RELATIVE))
            move_zip(zip, size, b->size);
        append(b, zip, size);
        free(zip);
    }
}

uint8_t *mb_finish(mb_model *m, size_t *size)
{
    blob b = {0};
    if (m->n_files && !m->has_metadata) {
        m->metadata.bytes = mb_metadata_bytes(m, &m->metadata.size);
        m->has_metadata = true;
    }
    if (m->has_metadata) {
        blob *buffer = ADD(m->buffers, m->n_buffers);
        *buffer = blob_of(m->metadata.bytes, m->metadata.size);
    }
    int n_buffers = m->flags & MB_NO_BUFFERS ? 0 : m->n_buffers;
    size_t *behind = calloc((size_t)n_buffers + 1, sizeof *behind);
    append(&b, m->flags & MB_NO_IDENTIFIER ? "\0\0\0\0XXXX" : "\0\0\0\0TFL3", 8);
    field root[] = {N(0, m->version),
                    {1, 4, OFFSET, 0},
                    {2, 4, OFFSET, 0},
                    {3, 4, m->description ? OFFSET : 0, 0},
                    {4, 4, m->flags & MB_NO_BUFFERS ? 0 : OFFSET, 0},
                    {6, 4, m->has_metadata ? OFFSET : 0, 0},
                    {7, 4, m->n_signatures ? OFFSET : 0, 0}};
    put_table_at(&b, 0, root, 7);
    put_codes(&b, root[1].at, m);
    put_subgraphs(&b, root[2].at, m);
    if (m->description)
        put_string(&b, root[3].at, m->description);
    if (n_buffers)
        put_buffers(&b, root[4].at, m, m->buffers, n_buffers, behind);
    if (m->has_metadata)
        put_metadata(&b, root[5].at, (uint32_t)m->n_buffers - 1);
    if (m->n_signatures)
        put_signatures(&b, root[6].at, m);
    put_behind(&b, m->buffers, n_buffers, behind);
    put_tail(&b, m);
    free(behind);
    mb_free(m);
    *size = b.size;
    return b.bytes;
}

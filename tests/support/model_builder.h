/* Builds .tflite files in memory, for tests: a model in a few lines of C.
 *
 *     mb_model *m = mb_new();
 *     int in  = mb_tensor(m, "image", MOVINET_FLOAT32, 4, (int32_t[]){1, 8, 8, 3});
 *     int w   = mb_constant(m, "w", MOVINET_FLOAT32, 4, (int32_t[]){4, 3, 3, 3}, weights);
 *     int b   = mb_constant(m, "b", MOVINET_FLOAT32, 1, (int32_t[]){4}, bias);
 *     int out = mb_tensor(m, "logits", MOVINET_FLOAT32, 4, (int32_t[]){1, 8, 8, 4});
 *     mb_op(m, TFL_OP_CONV_2D, 1, MB_IDS(in, w, b), MB_IDS(out),
 *           &(tfl_options){.stride_w = 1, .stride_h = 1, .activation = TFL_ACT_RELU});
 *     mb_inputs(m, MB_IDS(in));
 *     mb_outputs(m, MB_IDS(out));
 *     size_t size;
 *     uint8_t *file = mb_finish(m, &size);     // frees m; free(file) is yours
 *
 * Everything given is copied. Nothing is checked, so that tests can build bad
 * files as well; only running out of memory aborts. Errors of the kind "the
 * tensor does not exist" are found by the reader under test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_SUPPORT_MODEL_BUILDER_H
#define MV_TESTS_SUPPORT_MODEL_BUILDER_H

#include "tflite/tflite.h"

typedef struct mb_model mb_model;

/** A list of indices, for parameters of type mb_ids. */
typedef struct mb_ids {
    const int32_t *ids;
    int n;
} mb_ids;
#define MB_IDS(...)                                                                                \
    ((mb_ids){(const int32_t[]){__VA_ARGS__},                                                      \
              (int)(sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))})
#define MB_NONE ((mb_ids){NULL, 0})

/** An empty model: one subgraph, buffer 0. */
mb_model *mb_new(void);
/** Writes the file and frees the model. The result is for free(). */
uint8_t *mb_finish(mb_model *m, size_t *size);
/** Frees a model that is not wanted after all. */
void mb_free(mb_model *m);

/* ---- tensors: functions return the tensor's index ------------------------- */

/** An activation, input or output. `name` may be NULL. */
int mb_tensor(mb_model *m, const char *name, movinet_type type, int rank, const int32_t *shape);
/** A constant; `data` has as many bytes as type and shape say. */
int mb_constant(mb_model *m, const char *name, movinet_type type, int rank, const int32_t *shape,
                const void *data);
/** An int32 constant of rank 1: a shape, axes, paddings. */
int mb_int32s(mb_model *m, const char *name, mb_ids values);
/** A scalar (rank 0). */
int mb_scalar_f32(mb_model *m, const char *name, float value);
int mb_scalar_i32(mb_model *m, const char *name, int32_t value);

/** An activation quantized per tensor. */
int mb_quantized(mb_model *m, const char *name, movinet_type type, int rank, const int32_t *shape,
                 float scale, int64_t zero_point);
/** Quantizes a tensor that is there: n scales; n_zero of zero_points (may be
 * 0: left out) along `axis`. */
void mb_quantize(mb_model *m, int tensor, int n, const float *scales, int n_zero,
                 const int64_t *zero_points, int axis);
/** Gives a tensor `size` bytes of data whatever its shape says. */
void mb_data(mb_model *m, int tensor, const void *data, size_t size);
/** Lets two tensors share one buffer. */
void mb_share_data(mb_model *m, int tensor, int with);
/** Writes a shape_signature (-1: dynamic). */
void mb_shape_signature(mb_model *m, int tensor, mb_ids shape);
void mb_set_variable(mb_model *m, int tensor);
/** Writes an (empty) sparsity table. */
void mb_set_sparse(mb_model *m, int tensor);
/** Sets the buffer number as it stands in the file. */
void mb_set_buffer(mb_model *m, int tensor, uint32_t buffer);
/** Sets the type to any number. */
void mb_set_type(mb_model *m, int tensor, int type);

/* ---- ops ------------------------------------------------------------------ */

/** Adds an op. `options` are those of tfl_options that this op has (the same
 * structure that the reader gives back; dilation 0 is left out of the file);
 * NULL: the op has no options in the file. Returns its number. */
int mb_op(mb_model *m, int code, int version, mb_ids inputs, mb_ids outputs,
          const tfl_options *options);
/** A custom op (no options). */
int mb_custom(mb_model *m, const char *name, mb_ids inputs, mb_ids outputs);
/** Sets the number of the op's entry in the table of codes. */
void mb_set_op_code_index(mb_model *m, int op, uint32_t index);
/** Sets the union's type number, whatever the op is. */
void mb_set_options_type(mb_model *m, int op, int type);

/* ---- the model ------------------------------------------------------------ */

void mb_inputs(mb_model *m, mb_ids tensors);
void mb_outputs(mb_model *m, mb_ids tensors);
void mb_description(mb_model *m, const char *text);
void mb_version(mb_model *m, uint32_t version); ///< of the schema; 3 unless set

/** A signature of subgraph `subgraph`; returns its number. */
int mb_signature(mb_model *m, const char *key, uint32_t subgraph);
void mb_signature_input(mb_model *m, int signature, const char *name, uint32_t tensor);
void mb_signature_output(mb_model *m, int signature, const char *name, uint32_t tensor);

/** A further, empty subgraph behind the first. */
void mb_extra_subgraph(mb_model *m);

/* ---- labels in the metadata ------------------------------------------------ */

/** Where a label file hangs in the metadata. */
typedef enum mb_label_place {
    MB_LABELS_OUTPUT, ///< on the first output tensor
    MB_LABELS_INPUT,
    MB_LABELS_SUBGRAPH,
    MB_LABELS_MODEL,
} mb_label_place;

/** Writes metadata that names a label file, and appends a zip that holds
 * `text` (length bytes) under this name. `type` is TFL_FILE_…; `locale` may be
 * NULL. May be called several times. */
void mb_label_file(mb_model *m, mb_label_place place, int type, const char *file_name,
                   const char *locale, const char *text, size_t length);
/** The usual: lines on the output tensor, in "labels.txt". */
void mb_labels(mb_model *m, const char *text);
/** Any bytes as TFLITE_METADATA, instead of what mb_label_file would write. */
void mb_metadata(mb_model *m, const void *bytes, size_t size);
/** Any bytes at the end of the file, instead of the zip. */
void mb_append(mb_model *m, const void *bytes, size_t size);
/** The metadata FlatBuffer alone; for free(). */
uint8_t *mb_metadata_bytes(const mb_model *m, size_t *size);
/** A zip of the label files alone; for free(). */
uint8_t *mb_zip_bytes(const mb_model *m, size_t *size);

/* ---- how it is written ------------------------------------------------------ */

typedef enum mb_flag {
    MB_LEGACY_CODES = 1,    ///< only the one-byte field of old files (codes below 127)
    MB_BUFFERS_BEHIND = 2,  ///< constants behind the FlatBuffer, by offset and size
    MB_NO_IDENTIFIER = 4,   ///< without "TFL3"
    MB_NO_BUFFERS = 8,      ///< no table of buffers at all
    MB_NO_SUBGRAPH = 16,
    MB_ZIP_RELATIVE = 32,   ///< zip offsets count from the zip's own beginning, as `cat` makes it
} mb_flag;

/** Turns flags on. */
void mb_flags(mb_model *m, int flags);

#endif

/* The .tflite file: what it says, checked. Nothing here knows how an op is
 * computed. Every offset, length and index was checked against the file, so
 * that readers of these structures need not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_TFLITE_H
#define MV_TFLITE_TFLITE_H

#include "core/memory.h"
#include "tflite/schema.h"

typedef struct tfl_quant {
    int n;                     ///< 0: none, 1: per tensor, else one per index of `axis`
    int axis;
    const float *scale;        ///< [n], finite and > 0
    const int32_t *zero_point; ///< [n] (filled with 0 where the file leaves them out)
} tfl_quant;

typedef struct tfl_tensor {
    const char *name;          ///< "" if none
    movinet_type type;
    int rank;
    int32_t shape[MOVINET_MAX_RANK]; ///< all >= 0 (1 where the file says -1)
    bool dynamic;              ///< shape_signature has a -1
    bool variable;
    const uint8_t *data;       ///< constant bytes inside the file (any alignment), or NULL
    size_t size;               ///< bytes at data; equals the shape's where data is not NULL
    tfl_quant quant;
} tfl_tensor;

/** Options of the ops we know, flattened: a field means the same for each op
 * that has it. Others are zero. */
typedef struct tfl_options {
    int padding;               ///< TFL_PADDING_SAME, TFL_PADDING_VALID
    int stride_w, stride_h;
    int dilation_w, dilation_h;///< 1 where the file leaves them out
    int filter_w, filter_h;    ///< pools
    int depth_multiplier;
    int activation;            ///< TFL_ACT_…
    int axis;                  ///< CONCATENATION, PACK, GATHER, …
    int batch_dims;            ///< GATHER
    int values_count;          ///< PACK
    bool keep_dims;            ///< MEAN, SUM, …
    bool keep_num_dims;        ///< FULLY_CONNECTED
    int weights_format;        ///< FULLY_CONNECTED; 0: plain
    int begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask; ///< STRIDED_SLICE
    bool offset;               ///< STRIDED_SLICE: end is a length from begin
    float beta;                ///< SOFTMAX
    float alpha;               ///< LEAKY_RELU
    bool align_corners, half_pixel_centers; ///< RESIZE_…
    int n_squeeze_dims;        ///< SQUEEZE
    int32_t squeeze_dims[MOVINET_MAX_RANK];
    int n_new_shape;           ///< RESHAPE without a shape tensor; -1: none given
    int32_t new_shape[MOVINET_MAX_RANK];
    int in_type, out_type;     ///< CAST, SHAPE
    bool adj_x, adj_y;         ///< BATCH_MATMUL
} tfl_options;

typedef struct tfl_op {
    int code;                  ///< TFL_OP_…: max(deprecated_builtin_code, builtin_code)
    int version;               ///< >= 1
    const char *custom;        ///< name of a custom op, NULL otherwise
    int n_inputs;
    const int32_t *inputs;     ///< tensor indices, -1: left out
    int n_outputs;
    const int32_t *outputs;
    tfl_options options;
} tfl_op;

typedef struct tfl_named {
    const char *name;
    int tensor;
} tfl_named;

typedef struct tfl_signature {
    const char *key;
    int n_inputs, n_outputs;
    const tfl_named *inputs, *outputs;
} tfl_signature;

/** A parsed file; the first subgraph, which is the one that is run. */
typedef struct tfl_model {
    const char *description;
    int n_tensors, n_ops, n_inputs, n_outputs, n_signatures, n_subgraphs;
    const tfl_tensor *tensors;
    const tfl_op *ops;
    const int32_t *inputs, *outputs;    ///< tensor indices
    const tfl_signature *signatures;    ///< of subgraph 0
    const uint8_t *metadata;            ///< the TFLITE_METADATA buffer, NULL if none
    size_t metadata_size;
    int n_labels;                       ///< 0: the file has none
    const char *const *labels;          ///< UTF-8, without line ends
    mv_arena arena;
} tfl_model;

/** Reads a file from memory. `bytes` must outlive the model: constant data
 * points into it. On failure nothing is left behind. Errors: FORMAT (what and
 * where), UNSUPPORTED (a type or rank we do not know), MEMORY. */
movinet_status tfl_read(tfl_model *model, const uint8_t *bytes, size_t size, movinet_error *err);
void tfl_free(tfl_model *model);

/** "CONV_2D"; "op 300" is never returned: NULL for codes the schema lacks. */
const char *tfl_op_name(int code);
/** "SAME_NAME" → code, -1 if none (for tests and tools). */
int tfl_op_code(const char *name);

/** Bytes of one element; 0 for strings and types we do not know. */
size_t tfl_type_size(movinet_type type);

/** A copy that can be printed: control characters (a tab apart) and bytes that
 * are not UTF-8 become '?'. NULL when out of memory. */
char *tfl_copy_text(mv_arena *arena, const uint8_t *text, size_t length);

/** Splits a label file's text into lines (LF or CRLF; an empty last line does
 * not count; a UTF-8 byte-order mark is dropped). Errors: FORMAT for NUL bytes
 * or a line over 1,000 bytes or over 1,000,000 lines. */
movinet_status tfl_split_labels(mv_arena *arena, const char *text, size_t size,
                                const char *const **labels, int *n, movinet_error *err);

/** Labels from the metadata FlatBuffer (`M001`) and the zip appended to the
 * file: the associated file of type TENSOR_AXIS_LABELS or TENSOR_VALUE_LABELS
 * of an output tensor, else of any; *n = 0 if the file has none. */
movinet_status tfl_read_labels(mv_arena *arena, const uint8_t *bytes, size_t size,
                               const uint8_t *metadata, size_t metadata_size,
                               const char *const **labels, int *n, movinet_error *err);

#endif

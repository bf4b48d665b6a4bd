/* A tfl_model under construction. Nothing fails on the way: running out of memory
 * is noted, later calls do nothing of use, and tfl_draft_end tells.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_DRAFT_H
#define MV_TFLITE_DRAFT_H

#include "tflite/tflite.h"

/** All zeros: empty. */
typedef struct tfl_draft {
    mv_arena arena;
    tfl_tensor *tensors;
    tfl_op *ops;
    tfl_named *inputs, *outputs; ///< of the one signature, in order
    int n_tensors, n_ops, n_inputs, n_outputs;
    bool failed;
} tfl_draft;

/** A list of tensors, for tfl_draft_op. */
#define TFL_IDS(...)                                                                               \
    (int)(sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t)), (const int32_t[]){__VA_ARGS__}

/** A tensor that an op writes, or an input; its index. Names are copied. */
int tfl_draft_tensor(tfl_draft *draft, const char *name, movinet_type type, int rank,
                     const int32_t *shape);
/** A constant with a copy of `data` (NULL: zeros). */
int tfl_draft_constant(tfl_draft *draft, const char *name, movinet_type type, int rank,
                       const int32_t *shape, const void *data);
/** A vector of int32, shared by all that ask for the same numbers. */
int tfl_draft_ints(tfl_draft *draft, int n, const int32_t *values);
/** The bytes of a constant made here, to be filled in; NULL after a failure. */
void *tfl_draft_data(tfl_draft *draft, int tensor);
/** Scales along `axis`, zero points 0; both copied. */
void tfl_draft_quantize(tfl_draft *draft, int tensor, int n, const float *scales, int axis);

/** An op with one output, in the lowest version that will do. options NULL: all zero. */
void tfl_draft_op(tfl_draft *draft, int code, int n_inputs, const int32_t *inputs, int output,
                  const tfl_options *options);

/** Ends of the model, in the order of the calls; the names are the signature's. */
void tfl_draft_input(tfl_draft *draft, const char *name, int tensor);
void tfl_draft_output(tfl_draft *draft, const char *name, int tensor);

/** Begins with all that a model has but its ops and ends; data and names stay the
 * model's, which must outlive the draft and what becomes of it. */
void tfl_draft_copy_tensors(tfl_draft *draft, const tfl_model *model);
/** Adds the model's ops as they are. */
void tfl_draft_copy_ops(tfl_draft *draft, const tfl_model *model);

/** Makes the model, with signature "serving_default" over all ends, and empties the
 * draft. Labels and description are copied. Error: MEMORY. */
movinet_status tfl_draft_end(tfl_draft *draft, const char *description, int n_labels,
                             const char *const *labels, tfl_model *out, movinet_error *err);
/** The same with the ends, signatures, labels and description of another model,
 * which must outlive it. */
movinet_status tfl_draft_end_as(tfl_draft *draft, const tfl_model *model, tfl_model *out,
                                movinet_error *err);
/** For a draft that is not wanted after all. */
void tfl_draft_free(tfl_draft *draft);

#endif

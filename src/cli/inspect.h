/* What inspect's two formats share. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/text.h"

#include <jansson.h>

/** Ops of one name, together. */
typedef struct op_kind {
    const char *name;
    int count, folded;
    int64_t macs;
} op_kind;

/** Kinds of ops, most multiply-adds first, then most ops; for free(). NULL when
 * out of memory. */
op_kind *count_ops(const movinet_model *model, int *n);

/** "the file's metadata", … */
const char *label_source_words(movinet_label_source source);
/** 64 hex digits. */
void sha256_text(const movinet_model *model, char out[65]);

/** The whole as one JSON object on stdout; `ops`: with every op; `plan`: with
 * every step. False when out of memory. */
bool print_model_json(const movinet_model *model, const char *path, bool ops, bool plan);

/** A line in strong letters. */
void print_heading(const terminal *t, const char *text);
/** "1×172×172×3". Returns the columns it took. */
int print_shape(const terminal *t, const movinet_tensor_info *tensor);

/** The steps that are computed for a frame, as text. */
void print_plan(const terminal *t, const movinet_model *model);
json_t *json_plan(const movinet_model *model);
json_t *json_shape(const movinet_tensor_info *tensor);

#endif

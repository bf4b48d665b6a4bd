/* What inspect's two formats share. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "movinet/movinet.h"

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

/** The whole as one JSON object on stdout; `ops`: with every op. False when out
 * of memory. */
bool print_model_json(const movinet_model *model, const char *path, bool ops);

#endif

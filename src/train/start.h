/* The network that a course begins with. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_START_H
#define MV_TRAIN_START_H

#include "zoo/network.h"

typedef struct mvt_start {
    const movinet_train_options *options;
    int n_classes;
    const char *const *labels; ///< [n_classes]
} mvt_start;

/** Reads options.from, or builds options.variant. *kept: the file's classes are these ones
 * already, and so is its classifier; otherwise that begins anew. Errors: ARGUMENT, IO, FORMAT,
 * UNSUPPORTED (not a streaming MoViNet), MEMORY. */
movinet_status mvt_start_network(mvz_network **out, const mvt_start *start, bool *kept,
                                 movinet_error *err);

#endif

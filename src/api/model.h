/* What a movinet_model is inside: the public objects put the rooms together.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_API_MODEL_H
#define MV_API_MODEL_H

#include "core/lock.h"
#include "engine/plan.h"

#include <stdatomic.h>

struct movinet_model {
    atomic_int references;   ///< the owner's and one a stream
    mv_lock lock;            ///< for what is computed when first asked for
    bool hashed;
    uint8_t sha256[32];
    movinet_model_info info;
    const char *const *labels; ///< [info.n_classes], NULL: numbers only
    char **numbered;         ///< "class 17"; where there are no labels
    mve_plan plan;
    tfl_model file;
    movinet_step_info *steps;///< [info.n_steps]
    uint8_t *bytes;          ///< the file; names, scales and most constants point in
    mv_arena arena;
};

/** Fills in model->info from plan and file. */
void mva_describe(movinet_model *model);
/** Whether the op is a depthwise convolution over the picture. */
bool mva_is_spatial(const mvg_graph *graph, const mvg_op *op);
/** Fills in model->steps. Errors: MEMORY. */
movinet_status mva_describe_steps(movinet_model *model, movinet_error *err);

/** The labels of a text file of at most `limit` bytes, one a line, in the arena. Errors,
 * which name the file: IO, FORMAT, MEMORY. */
movinet_status mva_read_labels(mv_arena *arena, const char *path, size_t limit,
                               const char *const **labels, int *n, movinet_error *err);

movinet_model *mva_model_hold(movinet_model *model);

#endif

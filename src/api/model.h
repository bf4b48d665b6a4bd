/* What a movinet_model is inside: the public objects put the rooms together.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_API_MODEL_H
#define MV_API_MODEL_H

#include "engine/plan.h"

#include <stdatomic.h>

struct movinet_model {
    atomic_int references;   ///< the owner's and one a stream
    movinet_model_info info;
    const char *const *labels; ///< [info.n_classes], NULL: numbers only
    char **numbered;         ///< "class 17"; where there are no labels
    mve_plan plan;
    tfl_model file;
    uint8_t *bytes;          ///< the file; constants were copied out, names point in
    mv_arena arena;
};

/** Fills in model->info from plan and file. */
void mva_describe(movinet_model *model);

movinet_model *mva_model_hold(movinet_model *model);

#endif

/* Many clips, in folders that are a data set: DIR/SPLIT/CLASS/00012.mp4.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_BATCH_H
#define CM_BATCH_H

#include "core/error.h"
#include "shot.h"

/** One clip's file: writes it, or says why not. Any thread. */
typedef movinet_status cm_maker(void *user, int index, const char *path, movinet_error *err);

typedef struct cm_batch {
    const char *dir; ///< of the split
    int clips;       ///< clip i is of class i % CM_CLASSES
    int threads;
    cm_maker *make;
    void *user;
    bool quiet;
} cm_batch;

/** Makes the folders and the clips. A clip that is there already is left as it is. Errors: of
 * the first clip that fails. */
movinet_status cm_batch_run(const cm_batch *b, movinet_error *err);

#endif

/* What computes: threads with memory of their own for intermediate values, loops, matrix
 * products. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_MACHINE_H
#define MV_TRAIN_MACHINE_H

#include "core/pool.h"
#include "train/loops.h"
#include "train/product.h"

typedef struct mvt_machine {
    mv_pool *pool;
    int threads;
    const mvt_loops *loops;
    mvt_multiply *multiply;
    mvt_real **scratch;  ///< [threads], scratch_size each
    size_t scratch_size; ///< numbers
} mvt_machine;

/** Errors: ARGUMENT, MEMORY, UNSUPPORTED. */
movinet_status mvt_machine_open(mvt_machine *m, int threads, movinet_error *err);
void mvt_machine_close(mvt_machine *m);
/** Gives every thread at least so many numbers of scratch. false: out of memory. */
bool mvt_machine_scratch(mvt_machine *m, size_t size);

/** One part of a loop. What it writes must not depend on the other parts, so that it is
 * the same for any number of threads. */
typedef void mvt_item(void *user, int item, mvt_real *scratch);

/** Does items 0 … n-1, each thread a run of them, and returns when all are done. */
void mvt_run(const mvt_machine *m, mvt_item *work, void *user, int n);

#endif

/* A pool of threads that share one loop at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_POOL_H
#define MV_CORE_POOL_H

#include "core/error.h"

typedef struct mv_pool mv_pool;

/** Does tasks begin … end-1. */
typedef void mv_pool_work(void *user, int begin, int end);

/** `threads` includes the caller's own; 1 starts none. Errors: ARGUMENT below
 * 1 or above 256, MEMORY, UNSUPPORTED if the system gives no thread. */
movinet_status mv_pool_open(mv_pool **out, int threads, movinet_error *err);
void mv_pool_close(mv_pool *pool);

/** Hands out 0 … n-1 in runs to all threads and returns when all are done. `pool`
 * may be NULL. Not to be called from two threads at once. */
void mv_pool_run(mv_pool *pool, mv_pool_work *work, void *user, int n);

#endif

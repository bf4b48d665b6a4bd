/* The pool of a build without threads: the caller does everything.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <stddef.h>

enum { MAX_THREADS = 256 };

/* More than one thread is no error: what is asked for is speed, and results are the same. */
movinet_status mv_pool_open(mv_pool **out, int threads, movinet_error *err)
{
    *out = NULL; /* which mv_pool_run takes for a pool of one */
    if (threads < 1 || threads > MAX_THREADS)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%d threads: must be 1 to %d", threads,
                       MAX_THREADS);
    return MOVINET_OK;
}

void mv_pool_close(mv_pool *pool)
{
    (void)pool;
}

void mv_pool_run(mv_pool *pool, mv_pool_work *work, void *user, int n)
{
    (void)pool;
    if (n > 0)
        work(user, 0, n);
}

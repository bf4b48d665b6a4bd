/* SPDX-License-Identifier: Apache-2.0 */
#include "train/machine.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#if !defined(MOVINET_HAVE_TRAIN) && !defined(MVT_DOUBLE)
movinet_status mvt_multiply_get(mvt_multiply **out, movinet_error *err)
{
    *out = NULL;
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "this movinet was built without training (oneDNN)");
}
#endif

movinet_status mvt_machine_open(mvt_machine *m, int threads, movinet_error *err)
{
    memset(m, 0, sizeof *m);
    movinet_status status = mvt_multiply_get(&m->multiply, err);
    if (!status)
        status = mv_pool_open(&m->pool, threads, err);
    if (status)
        return status;
    m->threads = threads;
    m->loops = mvt_loops_get();
    m->scratch = calloc((size_t)threads, sizeof *m->scratch);
    return m->scratch ? MOVINET_OK : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
}

void mvt_machine_close(mvt_machine *m)
{
    for (int i = 0; m->scratch && i < m->threads; i++)
        free(m->scratch[i]);
    free(m->scratch);
    mv_pool_close(m->pool);
    memset(m, 0, sizeof *m);
}

bool mvt_machine_scratch(mvt_machine *m, size_t size)
{
    size_t bytes;
    if (size <= m->scratch_size)
        return true;
    if (!mv_mul_size(size, sizeof(mvt_real), &bytes))
        return false;
    m->scratch_size = 0;
    for (int i = 0; i < m->threads; i++) {
        free(m->scratch[i]);
        m->scratch[i] = mv_alloc(bytes);
        if (!m->scratch[i])
            return false;
    }
    m->scratch_size = size;
    return true;
}

typedef struct loop {
    const mvt_machine *m;
    mvt_item *work;
    void *user;
    int n;
} loop;

static void do_runs(void *user, int begin, int end)
{
    const loop *l = user;
    for (int run = begin; run < end; run++) {
        int first = (int)((int64_t)l->n * run / l->m->threads);
        int last = (int)((int64_t)l->n * (run + 1) / l->m->threads);
        for (int i = first; i < last; i++)
            l->work(l->user, i, l->m->scratch[run]);
    }
}

void mvt_run(const mvt_machine *m, mvt_item *work, void *user, int n)
{
    loop l = {m, work, user, n};
    mv_pool_run(m->pool, do_runs, &l, m->threads);
}

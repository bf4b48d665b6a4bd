/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    MAX_THREADS = 256,
    /* A frame is some fifty loops of a few microseconds, one behind the other: a
     * worker that slept between them would be late for each. So it looks for work
     * this many times before it lies down. */
    SPINS = 20000,
    /* The caller looks so often whether the others' last pieces are done, and lies
     * down if not: somebody else may have got the core that they need. */
    LAST_SPINS = 4000,
};

typedef struct worker {
    mv_pool *pool;
    pthread_t thread;
} worker;

/* A loop is over when all its pieces are done, not when all threads have come: one that
 * the system gave no core is not waited for. Who has taken a piece can rely on the loop's
 * description, for the caller waits for that piece. */
struct mv_pool {
    int threads, started;
    _Atomic uint64_t ticket; ///< pieces of this loop, and in the lower half those taken
    atomic_uint done;        ///< pieces of this loop
    atomic_int asleep;       ///< workers that wait for `wake`
    atomic_bool waiting;     ///< the caller waits for `over`
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t wake, over;
    mv_pool_work *work;      ///< this and the rest: set before the ticket
    void *user;
    int n, piece;
    worker workers[];
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool has_pieces(uint64_t ticket)
{
    return (uint32_t)ticket < ticket >> 32;
}

static void finish_piece(mv_pool *pool, uint32_t pieces)
{
    if (atomic_fetch_add(&pool->done, 1) + 1 < pieces || !atomic_load(&pool->waiting))
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_signal(&pool->over);
    pthread_mutex_unlock(&pool->lock);
}

static void do_share(mv_pool *pool)
{
    while (has_pieces(atomic_load_explicit(&pool->ticket, memory_order_relaxed))) {
        uint64_t ticket = atomic_fetch_add(&pool->ticket, 1);
        if (!has_pieces(ticket))
            return;
        int begin = (int)(uint32_t)ticket * pool->piece;
        int end = pool->n - begin < pool->piece ? pool->n : begin + pool->piece;
        pool->work(pool->user, begin, end);
        finish_piece(pool, (uint32_t)(ticket >> 32));
    }
}

/* false: the pool closes. */
static bool wait_for_work(mv_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->stop))
            return false;
        if (has_pieces(atomic_load_explicit(&pool->ticket, memory_order_relaxed)))
            return true;
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->asleep, 1);
    while (!has_pieces(atomic_load(&pool->ticket)) && !atomic_load(&pool->stop))
        pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->asleep, 1);
    pthread_mutex_unlock(&pool->lock);
    return !atomic_load(&pool->stop);
}

static void *worker_main(void *argument)
{
    mv_pool *pool = ((worker *)argument)->pool;
    while (wait_for_work(pool))
        do_share(pool);
    return NULL;
}

/* A worker counts itself asleep before it looks for the last time, so either it sees
 * what is new or the caller sees it asleep. */
static void wake_workers(mv_pool *pool)
{
    if (!atomic_load(&pool->asleep))
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

static void wait_until_over(mv_pool *pool, uint32_t pieces)
{
    for (int i = 0; i < LAST_SPINS; i++) {
        if (atomic_load(&pool->done) == pieces)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->waiting, true);
    while (atomic_load(&pool->done) != pieces)
        pthread_cond_wait(&pool->over, &pool->lock);
    atomic_store(&pool->waiting, false);
    pthread_mutex_unlock(&pool->lock);
}

movinet_status mv_pool_open(mv_pool **out, int threads, movinet_error *err)
{
    if (threads < 1 || threads > MAX_THREADS)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%d threads: must be 1 to %d", threads,
                       MAX_THREADS);
    mv_pool *pool = calloc(1, sizeof *pool + (size_t)(threads - 1) * sizeof *pool->workers);
    if (!pool)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    pool->threads = threads;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->over, NULL);
    for (int i = 1; i < threads; i++) {
        worker *w = &pool->workers[i - 1];
        w->pool = pool;
        if (pthread_create(&w->thread, NULL, worker_main, w)) {
            mv_pool_close(pool);
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "could not start thread %d of %d", i + 1,
                           threads);
        }
        pool->started++;
    }
    *out = pool;
    return MOVINET_OK;
}

void mv_pool_close(mv_pool *pool)
{
    if (!pool)
        return;
    atomic_store(&pool->stop, true);
    wake_workers(pool);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->over);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void mv_pool_run(mv_pool *pool, mv_pool_work *work, void *user, int n)
{
    if (!pool || pool->threads == 1 || n < 2) {
        if (n > 0)
            work(user, 0, n);
        return;
    }
    /* One piece a thread: more, for slower threads to do fewer of, were measured to cost
     * more than they save. */
    int piece = (n + pool->threads - 1) / pool->threads;
    pool->work = work;
    pool->user = user;
    pool->n = n;
    pool->piece = piece;
    uint32_t pieces = (uint32_t)((n + piece - 1) / piece);
    atomic_store(&pool->done, 0);
    atomic_store(&pool->ticket, (uint64_t)pieces << 32);
    wake_workers(pool);
    do_share(pool);
    wait_until_over(pool, pieces);
}

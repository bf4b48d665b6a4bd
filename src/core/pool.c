/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    MAX_THREADS = 256,
    /* A frame is some fifty loops of a few microseconds, one behind the other: a
     * worker that slept between them would be late for each. So it looks for work
     * this many times before it lies down. */
    SPINS = 20000,
    /* Pieces a thread, so that a slower one does fewer. */
    PIECES = 4,
};

typedef struct worker {
    mv_pool *pool;
    pthread_t thread;
} worker;

struct mv_pool {
    int threads, started;
    atomic_uint round;   ///< counts loops; a worker that sees a new number has work
    atomic_int next;     ///< first task that nobody has taken
    atomic_int busy;     ///< workers that have not finished this round
    atomic_int asleep;   ///< workers that wait for `wake`
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    mv_pool_work *work;  ///< this and the rest: set before `round` changes
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

static void do_share(mv_pool *pool)
{
    for (;;) {
        int begin = atomic_fetch_add_explicit(&pool->next, pool->piece, memory_order_relaxed);
        if (begin >= pool->n)
            return;
        int end = pool->n - begin < pool->piece ? pool->n : begin + pool->piece;
        pool->work(pool->user, begin, end);
    }
}

/* Waits for a round after `seen`; false: the pool closes. */
static bool wait_for_work(mv_pool *pool, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&pool->round, memory_order_acquire) != seen)
            return !atomic_load(&pool->stop);
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->asleep, 1);
    while (atomic_load(&pool->round) == seen)
        pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->asleep, 1);
    pthread_mutex_unlock(&pool->lock);
    return !atomic_load(&pool->stop);
}

static void *worker_main(void *argument)
{
    mv_pool *pool = ((worker *)argument)->pool;
    unsigned seen = 0;
    while (wait_for_work(pool, seen)) {
        seen++; /* the caller waits for all, so no round is missed */
        do_share(pool);
        atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_release);
    }
    return NULL;
}

/* A new round: whoever sleeps is woken. A worker counts itself asleep before it
 * looks at the round for the last time, so one of both sees the other. */
static void start_round(mv_pool *pool)
{
    atomic_fetch_add(&pool->round, 1);
    if (!atomic_load(&pool->asleep))
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
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
    start_round(pool);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
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
    int piece = n / (pool->threads * PIECES);
    pool->work = work;
    pool->user = user;
    pool->n = n;
    pool->piece = piece > 0 ? piece : 1;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->busy, pool->started);
    start_round(pool);
    do_share(pool);
    for (int i = 0; atomic_load_explicit(&pool->busy, memory_order_acquire); i++)
        if (i < SPINS)
            relax();
        else
            sched_yield();
}

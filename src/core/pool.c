/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { MAX_THREADS = 256 };

typedef struct worker {
    mv_pool *pool;
    pthread_t thread;
    int index;          ///< 1 …; 0 is the caller
} worker;

struct mv_pool {
    int threads, started;
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    unsigned round;     ///< counts loops; a worker that sees a new number has work
    int left;           ///< workers that have not finished this round
    bool stop;
    mv_pool_work *work;
    void *user;
    int n;
    worker workers[];
};

static void do_share(mv_pool *pool, int index)
{
    int begin = (int)((int64_t)pool->n * index / pool->threads);
    int end = (int)((int64_t)pool->n * (index + 1) / pool->threads);
    if (begin < end)
        pool->work(pool->user, begin, end);
}

static void *worker_main(void *argument)
{
    worker *w = argument;
    mv_pool *pool = w->pool;
    unsigned seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen && !pool->stop)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->stop)
            break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);
        do_share(pool, w->index);
        pthread_mutex_lock(&pool->lock);
        if (!--pool->left)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
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
    pthread_cond_init(&pool->done, NULL);
    for (int i = 1; i < threads; i++) {
        worker *w = &pool->workers[i - 1];
        *w = (worker){.pool = pool, .index = i};
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
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
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
    pthread_mutex_lock(&pool->lock);
    pool->work = work;
    pool->user = user;
    pool->n = n;
    pool->left = pool->started;
    pool->round++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    do_share(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->left)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

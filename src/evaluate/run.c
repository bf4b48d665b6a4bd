/* All clips, a clip a thread. SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"
#include "data/dataset.h"
#include "evaluate/evaluation.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    movinet_evaluation *e;
    const movinet_evaluate_watch *watch;
    const int *missing; ///< [n] places
    int n;
    atomic_int next;
    atomic_bool stop;
    pthread_mutex_t lock; ///< of what follows, and of whatever is told
    int done;
    double seconds; ///< of video
    FILE *results;
    movinet_error failure; ///< status OK: none
} job;

static bool is_stopped(void *user)
{
    return atomic_load(&((job *)user)->stop);
}

/* Only the first reason counts. With the lock. */
static void stop(job *j, const movinet_error *why)
{
    if (!j->failure.status)
        j->failure = *why;
    atomic_store(&j->stop, true);
}

static void tell(job *j, movinet_evaluate_phase phase, int done, int total)
{
    const movinet_evaluate_progress p = {phase, done, total, j->seconds};
    if (j->watch && j->watch->progress && !atomic_load(&j->stop) &&
        !j->watch->progress(j->watch->user, &p))
        stop(j, &(movinet_error){MOVINET_ERR_CANCELLED, "the evaluation was stopped"});
}

static void take(job *j, int place, double seconds, const char *trouble)
{
    movinet_error err;
    pthread_mutex_lock(&j->lock);
    j->done++;
    j->seconds += seconds;
    if (!mvx_results_put(j->e, j->results, place, trouble)) {
        mv_fail(&err, MOVINET_ERR_IO, "%.300s: %s", j->e->results, strerror(errno));
        stop(j, &err);
    }
    tell(j, MOVINET_EVALUATING_CLIPS, j->done, j->e->n);
    pthread_mutex_unlock(&j->lock);
}

static void work(void *user, int begin, int end)
{
    job *j = user;
    mvx_worker *w;
    movinet_error err = {0};
    (void)begin, (void)end;
    movinet_status status = mvx_worker_open(&w, j->e, is_stopped, j, &err);
    bool fatal = status != MOVINET_OK;
    while (!fatal && !atomic_load(&j->stop)) {
        double seconds = 0;
        int i = atomic_fetch_add(&j->next, 1);
        if (i >= j->n)
            break;
        status = mvx_worker_run(w, j->missing[i], &seconds, &fatal, &err);
        if (fatal)
            break;
        if (status)
            mvd_skip(j->e->dataset, j->e->clips[j->missing[i]], err.message);
        take(j, j->missing[i], seconds, status ? err.message : NULL);
    }
    if (fatal && status != MOVINET_ERR_CANCELLED) {
        pthread_mutex_lock(&j->lock);
        stop(j, &err);
        pthread_mutex_unlock(&j->lock);
    }
    mvx_worker_close(w);
}

static int threads_of(const job *j)
{
    long n = j->e->options.threads ? j->e->options.threads : sysconf(_SC_NPROCESSORS_ONLN);
    n = n < j->n ? n : j->n;
    return n < 1 ? 1 : n > 256 ? 256 : (int)n;
}

static movinet_status run_clips(job *j, movinet_error *err)
{
    mv_pool *pool;
    int threads = threads_of(j);
    movinet_status status = mv_pool_open(&pool, threads, err);
    if (status)
        return status;
    mv_pool_run(pool, work, j, threads);
    mv_pool_close(pool);
    return j->failure.status ? mv_fail(err, j->failure.status, "%s", j->failure.message)
                             : MOVINET_OK;
}

static bool go_on(void *user, int done, int total)
{
    job *j = user;
    tell(j, MOVINET_EVALUATING_LATENCY, done, total);
    return !atomic_load(&j->stop);
}

static void say(const job *j, const char *line)
{
    if (j->watch && j->watch->say)
        j->watch->say(j->watch->user, line);
}

/* What is left for the figures. */
static movinet_status count(movinet_evaluation *e, movinet_error *err)
{
    movinet_evaluation_info *info = &e->info;
    const movinet_dataset_clip *first = NULL;
    info->n_counted = info->n_skipped = 0;
    for (int i = 0; i < e->n; i++) {
        const movinet_dataset_clip *clip = mvx_clip(e, i);
        if (e->models[0].outcomes[i].frames)
            e->counted[info->n_counted++] = i;
        else if (clip->skipped && !info->n_skipped++)
            first = clip;
    }
    if (info->n_counted)
        return MOVINET_OK;
    if (first)
        return mv_fail(err, MOVINET_ERR_FORMAT, "none of the %d clips could be read: %.300s",
                       info->n_skipped, first->skipped);
    return mv_fail(err, MOVINET_ERR_FORMAT, "there is no clip to evaluate with");
}

static movinet_status run_all(job *j, movinet_error *err)
{
    movinet_evaluation *e = j->e;
    movinet_status status = mvx_results_append(e, &j->results, err);
    tell(j, MOVINET_EVALUATING_CLIPS, j->done, e->n);
    if (!status && j->n)
        status = run_clips(j, err);
    if (j->results && fclose(j->results) && !status)
        status = mv_fail(err, MOVINET_ERR_IO, "%.300s: %s", e->results, strerror(errno));
    for (int i = 0; i < e->n; i++)
        if (mvx_clip(e, i)->skipped && !e->models[0].outcomes[i].frames)
            say(j, mvx_clip(e, i)->skipped);
    if (!status && (status = count(e, err)))
        mvx_results_end(e, NULL); /* there is nothing to go on with */
    if (!status && !e->options.no_timing)
        status = mvx_time_models(e, go_on, j, err);
    if (!status && j->failure.status)
        status = mv_fail(err, j->failure.status, "%s", j->failure.message);
    if (!status) {
        tell(j, MOVINET_EVALUATING_FIGURES, 0, 1);
        status = mvx_figures(e, err);
    }
    return status ? status : mvx_results_end(e, err);
}

movinet_status movinet_evaluation_run(movinet_evaluation *e, const movinet_evaluate_watch *watch,
                                      movinet_error *err)
{
    job j = {.e = e, .watch = watch};
    int *missing = calloc((size_t)e->n + 1, sizeof *missing);
    if (!missing)
        return mvx_no_memory(err);
    for (int i = 0; i < e->n; i++) {
        if (e->models[0].outcomes[i].frames || mvx_clip(e, i)->skipped)
            j.done++;
        else
            missing[j.n++] = i;
    }
    j.missing = missing;
    pthread_mutex_init(&j.lock, NULL);
    for (int i = 0; i < e->n_notes; i++)
        say(&j, e->notes[i]);
    movinet_status status = e->ready ? MOVINET_OK : run_all(&j, err);
    e->ready |= !status;
    pthread_mutex_destroy(&j.lock);
    free(missing);
    return status;
}

/* Decoding all that is missing: one clip a thread, whoever is free takes the next.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"
#include "data/cache.h"
#include "data/dataset.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

static bool is_missing(const mvd_cache *c, int index)
{
    for (int kind = 0; kind < MVD_KINDS; kind++)
        if (mvd_cache_wants(c, index, (mvd_kind)kind) &&
            !atomic_load(&c->slots[kind][index].frames))
            return true;
    return false;
}

/* ---- how much it will be --------------------------------------------------------- */

/* Seconds of a clip; 0: not known. */
static double length_of(const mvd_cache *c, const movinet_dataset_clip *clip, bool look)
{
    double start, duration, file = 0;
    movinet_video *video;
    bool spanned = clip->end > 0 && !clip->span_if_longer;
    if (!spanned && look &&
        !movinet_video_open(&video, clip->file, &(movinet_video_options){.threads = 1}, NULL)) {
        file = movinet_video_get_info(video)->duration;
        movinet_video_close(video);
    }
    mvd_span_of(clip, &c->shape, file, &start, &duration);
    if (spanned || file <= 0)
        return spanned ? duration : 0;
    double rest = file - start;
    return duration > 0 && duration < rest ? duration : rest > 0 ? rest : 0;
}

/* The mean length of missing clips: of some that lie evenly among them. */
static double mean_length(const mvd_cache *c, int missing)
{
    enum { LOOKED_AT = 24 };
    double sum = 0;
    int known = 0, seen = 0, next = 0;
    for (int i = 0; i < movinet_dataset_get_info(c->dataset)->n_clips; i++) {
        if (!is_missing(c, i))
            continue;
        bool look = (int64_t)seen++ * LOOKED_AT >= (int64_t)next * missing;
        next += look;
        double length = look ? length_of(c, movinet_dataset_get_clip(c->dataset, i), true) : 0;
        sum += length;
        known += length > 0;
    }
    return known ? sum / known : 5;
}

static void count_bytes(const mvd_cache *c, int index, double seconds, mvd_plan *plan)
{
    const mvd_shape *s = &c->shape;
    for (int kind = 0; kind < MVD_KINDS; kind++) {
        if (!mvd_cache_wants(c, index, (mvd_kind)kind))
            continue;
        int frames = atomic_load(&c->slots[kind][index].frames);
        uint64_t bytes = mvd_frame_bytes(s, (mvd_kind)kind);
        double expected = ceil(seconds * s->rate * (kind == MVD_WIDE ? s->steps : 1));
        if (frames)
            plan->ready_bytes += (uint64_t)frames * bytes + MVD_ENTRY_HEAD;
        else
            plan->missing_bytes += (uint64_t)expected * bytes + MVD_ENTRY_HEAD;
    }
}

movinet_status mvd_cache_plan(const mvd_cache *c, mvd_plan *out, movinet_error *err)
{
    struct statvfs disk;
    int n = movinet_dataset_get_info(c->dataset)->n_clips;
    *out = (mvd_plan){0};
    if (statvfs(c->dir, &disk) != 0)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", c->dir, strerror(errno));
    out->free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    for (int i = 0; i < n; i++) {
        out->missing += is_missing(c, i);
        out->ready += !is_missing(c, i) && !movinet_dataset_get_clip(c->dataset, i)->skipped;
    }
    double mean = out->missing ? mean_length(c, out->missing) : 0;
    for (int i = 0; i < n; i++) {
        const movinet_dataset_clip *clip = movinet_dataset_get_clip(c->dataset, i);
        double known = clip->skipped || !is_missing(c, i) ? 0 : length_of(c, clip, false);
        if (!clip->skipped)
            count_bytes(c, i, known > 0 ? known : mean, out);
    }
    return MOVINET_OK;
}

/* ---- doing it ------------------------------------------------------------------ */

typedef struct filling {
    mvd_cache *cache;
    const int *missing; ///< [n]
    int n, done;
    atomic_int next;
    atomic_bool stop;
    pthread_mutex_t lock; ///< of what follows, and of progress
    mvd_progress *progress;
    void *user;
    movinet_error failure; ///< status OK: none
} filling;

static bool is_stopped(void *user)
{
    return atomic_load(&((filling *)user)->stop);
}

static void stop(filling *f, const movinet_error *why)
{
    pthread_mutex_lock(&f->lock);
    if (!f->failure.status)
        f->failure = *why;
    atomic_store(&f->stop, true);
    pthread_mutex_unlock(&f->lock);
}

/* Whether it is not this file's fault. */
static bool no_decoder(movinet_status status)
{
    movinet_video *video;
    if (status != MOVINET_ERR_UNSUPPORTED)
        return false;
    status = movinet_video_open(&video, "/nonexistent.mp4", NULL, NULL);
    movinet_video_close(video);
    return status == MOVINET_ERR_UNSUPPORTED;
}

static void tell_progress(filling *f)
{
    pthread_mutex_lock(&f->lock);
    f->done++;
    if (f->progress && !atomic_load(&f->stop) && !f->progress(f->user, f->done, f->n)) {
        f->failure = (movinet_error){MOVINET_ERR_CANCELLED, "decoding was stopped"};
        atomic_store(&f->stop, true);
    }
    pthread_mutex_unlock(&f->lock);
}

static void decode_one(filling *f, int index, mvd_frames frames[MVD_KINDS])
{
    movinet_error err = {0};
    bool disk;
    movinet_status status =
        mvd_cache_decode(f->cache, index, 1, is_stopped, f, frames, &disk, &err);
    if (status == MOVINET_ERR_CANCELLED)
        return;
    if (disk || status == MOVINET_ERR_MEMORY || no_decoder(status)) {
        stop(f, &err);
        return;
    }
    if (status)
        mvd_skip(f->cache->dataset, index, err.message);
    tell_progress(f);
}

static void work(void *user, int begin, int end)
{
    filling *f = user;
    mvd_frames frames[MVD_KINDS] = {{0}};
    (void)begin, (void)end;
    while (!atomic_load(&f->stop)) {
        int i = atomic_fetch_add(&f->next, 1);
        if (i >= f->n)
            break;
        decode_one(f, f->missing[i], frames);
    }
    free(frames[MVD_VIEW].pixels);
    free(frames[MVD_WIDE].pixels);
}

static movinet_status run(filling *f, int threads, movinet_error *err)
{
    mv_pool *pool;
    threads = threads < f->n ? threads : f->n;
    movinet_status status = mv_pool_open(&pool, threads > 1 ? threads : 1, err);
    if (status)
        return status;
    pthread_mutex_init(&f->lock, NULL);
    mv_pool_run(pool, work, f, threads > 1 ? threads : 1);
    mv_pool_close(pool);
    pthread_mutex_destroy(&f->lock);
    return f->failure.status ? mv_fail(err, f->failure.status, "%s", f->failure.message)
                             : MOVINET_OK;
}

static movinet_status check_room(const mvd_cache *c, movinet_error *err)
{
    mvd_plan plan;
    movinet_status status = mvd_cache_plan(c, &plan, err);
    if (status || plan.missing_bytes <= plan.free_bytes)
        return status;
    return mv_fail(
        err, MOVINET_ERR_IO,
        "%s: decoded clips need about %.0f MiB, but only %.0f MiB are free: give another "
        "folder for them",
        c->dir, (double)plan.missing_bytes / 0x100000, (double)plan.free_bytes / 0x100000);
}

movinet_status mvd_cache_fill(mvd_cache *c, int threads, mvd_progress *progress, void *user,
                              movinet_error *err)
{
    int n_clips = movinet_dataset_get_info(c->dataset)->n_clips;
    filling f = {.cache = c, .progress = progress, .user = user};
    int *missing = calloc((size_t)n_clips, sizeof *missing);
    if (!missing)
        return mv_fail(err, MOVINET_ERR_MEMORY, "decoded clips: out of memory");
    for (int i = 0; i < n_clips; i++)
        if (is_missing(c, i))
            missing[f.n++] = i;
    f.missing = missing;
    movinet_status status = f.n ? check_room(c, err) : MOVINET_OK;
    if (!status && f.n)
        status = run(&f, threads, err);
    free(missing);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "live/capture.h"
#include "core/clock.h"
#include "live/pace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE 10.0 /* seconds that nothing may come */
#define GRACE 0.5     /* seconds that closing waits for the thread */

double mvl_now(void)
{
    return (double)mv_clock_ns() * 1e-9;
}

double mvl_retry_pause(int n)
{
    double pause = 0.5;
    for (int i = 1; i < n && pause < 30; i++)
        pause *= 2;
    return pause < 30 ? pause : 30;
}

static bool is_stopped(void *user)
{
    return atomic_load(&((mvl_capture *)user)->stop);
}

static void set_phase(mvl_capture *c, movinet_live_phase phase, const movinet_error *why,
                      double retry_at)
{
    pthread_mutex_lock(&c->lock);
    c->phase = phase;
    c->retry_at = retry_at;
    if (why)
        c->why = *why;
    pthread_mutex_unlock(&c->lock);
}

/* Sleeps until mvl_now() is `when`, or the capture ends. */
static void sleep_until(mvl_capture *c, double when)
{
    pthread_mutex_lock(&c->lock);
    while (!atomic_load(&c->stop) && mvl_now() < when) {
        const struct timespec until = mvl_deadline(when - mvl_now());
        pthread_cond_timedwait(&c->nudge, &c->lock, &until);
    }
    pthread_mutex_unlock(&c->lock);
}

/* ---- reading ---------------------------------------------------------------------- */

/* A try to read the source. */
typedef struct attempt {
    bool has_end;  ///< its end is no fault
    int n;         ///< pictures that came
    double begun;  ///< mvl_now() of the first
    movinet_error err;
} attempt;

static void note_picture(mvl_capture *c, attempt *a, const movinet_frame *frame)
{
    if (a->n++ == 0)
        a->begun = mvl_now();
    pthread_mutex_lock(&c->lock);
    c->phase = MOVINET_LIVE_RUNNING;
    c->width = frame->width;
    c->height = frame->height;
    pthread_mutex_unlock(&c->lock);
}

/* All pictures of a source that was opened, to its end or until it breaks. */
static movinet_status play(mvl_capture *c, movinet_video *video, mvl_pace *pace, attempt *a)
{
    movinet_frame frame;
    movinet_status status;
    while (!(status = movinet_video_next(video, &frame, &a->err)) && !is_stopped(c)) {
        sleep_until(c, mvl_pace_due(pace, &frame.time, mvl_now()));
        if (is_stopped(c))
            break;
        status = mvl_latest_put(&c->latest, &frame, mvl_now(), &a->err);
        if (status)
            break;
        note_picture(c, a, &frame);
    }
    return status;
}

/* Opens, plays, closes. */
static movinet_status try_once(mvl_capture *c, mvl_pace *pace, attempt *a)
{
    movinet_video *video;
    *a = (attempt){.has_end = c->is_file};
    movinet_status status = movinet_video_open(&video, c->source, &c->options, &a->err);
    if (status)
        return status;
    const movinet_video_info *info = movinet_video_get_info(video);
    a->has_end = c->is_file || info->duration > 0;
    mvl_pace_begin(pace, mvl_pace_of(info, a->has_end), mvl_now());
    status = play(c, video, pace, a);
    movinet_video_close(video);
    return status;
}

/* ---- what becomes of it ------------------------------------------------------------- */

/* What is on this machine and has never worked will not by waiting; nor will what cannot be. */
static bool is_final(const mvl_capture *c, const attempt *a, movinet_status status, bool worked)
{
    bool local = c->kind != MOVINET_SOURCE_URL;
    return c->is_file || (status == MOVINET_END && a->has_end) || (local && !worked) ||
           status == MOVINET_ERR_UNSUPPORTED || status == MOVINET_ERR_ARGUMENT ||
           status == MOVINET_ERR_MEMORY || !strcmp(c->source, "-");
}

/* After a failure: another try, some time from now. One that went well for longer than the last
 * pause makes the pauses short again. */
static void wait_for_it(mvl_capture *c, const attempt *a, int *tries)
{
    bool went_well = a->n > 0 && mvl_now() - a->begun > mvl_retry_pause(*tries);
    *tries = went_well ? 1 : *tries + 1;
    double when = mvl_now() + mvl_retry_pause(*tries);
    set_phase(c, MOVINET_LIVE_WAITING, &a->err, when);
    sleep_until(c, when);
}

static void read_all(mvl_capture *c)
{
    mvl_pace pace;
    bool worked = false;
    int tries = 0;
    mvl_pace_init(&pace, mvl_now(), c->speed);
    while (!is_stopped(c)) {
        attempt a;
        movinet_status status = try_once(c, &pace, &a);
        worked = worked || a.n > 0;
        if (is_stopped(c))
            break;
        if (status == MOVINET_END && a.has_end && c->loop && a.n > 0)
            continue;
        if (is_final(c, &a, status, worked)) {
            set_phase(c, status == MOVINET_END ? MOVINET_LIVE_ENDED : MOVINET_LIVE_FAILED, &a.err,
                      0);
            break;
        }
        if (status == MOVINET_END)
            mv_fail(&a.err, MOVINET_ERR_IO, "%.400s: it has ended", c->source);
        wait_for_it(c, &a, &tries);
    }
}

/* ---- the thread ---------------------------------------------------------------------- */

/* The last one frees all. */
static void let_go(mvl_capture *c)
{
    if (atomic_fetch_sub(&c->owners, 1) > 1)
        return;
    pthread_cond_destroy(&c->nudge);
    pthread_mutex_destroy(&c->lock);
    mvl_latest_free(&c->latest);
    free(c->source);
    free(c->input_format);
    free(c);
}

static void *capture_main(void *user)
{
    mvl_capture *c = user;
    read_all(c);
    mvl_latest_wake(&c->latest);
    pthread_mutex_lock(&c->lock);
    c->done = true;
    pthread_cond_broadcast(&c->nudge);
    pthread_mutex_unlock(&c->lock);
    let_go(c);
    return NULL;
}

/* Standard input may be a file. */
static bool is_file(const char *source, movinet_source_kind kind)
{
    struct stat info;
    if (!strcmp(source, "-"))
        return fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode);
    return kind == MOVINET_SOURCE_FILE || kind == MOVINET_SOURCE_TEST ||
           kind == MOVINET_SOURCE_GRAPH;
}

static bool take_options(mvl_capture *c, const char *source, const movinet_live_options *o)
{
    c->kind = movinet_source_kind_of(source);
    c->is_file = is_file(source, c->kind);
    c->loop = o->loop;
    c->speed = o->speed > 0 ? o->speed : 1;
    c->source = strdup(source);
    c->input_format = o->input_format ? strdup(o->input_format) : NULL;
    c->options = (movinet_video_options){
        .interrupted = is_stopped,
        .user = c,
        .decoded = true,
        .camera_width = o->camera_width,
        .camera_height = o->camera_height,
        .camera_rate = o->camera_rate,
        .input_format = c->input_format,
        .live = true,
        .patience = o->patience > 0 ? o->patience : PATIENCE,
    };
    return c->source && (c->input_format || !o->input_format);
}

movinet_status mvl_capture_open(mvl_capture **out, const char *source,
                                const movinet_live_options *options, movinet_error *err)
{
    *out = NULL;
    mvl_capture *c = calloc(1, sizeof *c);
    if (!c)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    mvl_latest_init(&c->latest);
    pthread_mutex_init(&c->lock, NULL);
    mvl_cond_init(&c->nudge);
    atomic_store(&c->owners, 2);
    movinet_status status = take_options(c, source, options)
                                ? MOVINET_OK
                                : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    if (!status && pthread_create(&c->thread, NULL, capture_main, c))
        status = mv_fail(err, MOVINET_ERR_UNSUPPORTED, "could not start a thread");
    if (!status) {
        *out = c;
        return MOVINET_OK;
    }
    let_go(c);
    let_go(c);
    return status;
}

void mvl_capture_close(mvl_capture *c)
{
    if (!c)
        return;
    const struct timespec until = mvl_deadline(GRACE);
    pthread_mutex_lock(&c->lock);
    atomic_store(&c->stop, true);
    pthread_cond_broadcast(&c->nudge);
    while (!c->done && !pthread_cond_timedwait(&c->nudge, &c->lock, &until))
        continue;
    bool done = c->done;
    pthread_mutex_unlock(&c->lock);
    if (done)
        pthread_join(c->thread, NULL);
    else
        pthread_detach(c->thread);
    let_go(c);
}

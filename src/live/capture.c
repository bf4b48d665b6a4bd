/* SPDX-License-Identifier: Apache-2.0 */
#include "live/capture.h"
#include "core/clock.h"

#include <stdlib.h>
#include <string.h>

/* Seconds that nothing may come. */
#define PATIENCE 10.0

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

/* How the source's times become ours: seconds that never run backwards, whatever begins
 * again. A file keeps its own distances; anything else has come when it came. */
typedef struct timing {
    double origin;  ///< mvl_now() of our time 0
    double base;    ///< our time of the source's 0
    double newest;
} timing;

/* All pictures of a source that was opened, to its end or until it breaks. */
static movinet_status play(mvl_capture *c, movinet_video *video, timing *t, int *n,
                           movinet_error *err)
{
    movinet_frame frame;
    movinet_status status;
    while (!(status = movinet_video_next(video, &frame, err)) && !is_stopped(c)) {
        double time = c->is_file ? t->base + frame.time : mvl_now() - t->origin;
        if (c->is_file)
            sleep_until(c, t->origin + time / c->speed);
        if (is_stopped(c))
            break;
        frame.time = t->newest = time > t->newest ? time : t->newest;
        status = mvl_latest_put(&c->latest, &frame, mvl_now(), err);
        if (status)
            break;
        ++*n;
        pthread_mutex_lock(&c->lock);
        c->phase = MOVINET_LIVE_RUNNING;
        c->width = frame.width;
        c->height = frame.height;
        pthread_mutex_unlock(&c->lock);
    }
    return status;
}

/* One try: opens, plays, closes. *n: pictures that came. */
static movinet_status try_once(mvl_capture *c, timing *t, int *n, movinet_error *err)
{
    movinet_video *video;
    *n = 0;
    movinet_status status = movinet_video_open(&video, c->source, &c->options, err);
    if (status)
        return status;
    status = play(c, video, t, n, err);
    movinet_video_close(video);
    return status;
}

/* What can never work is not tried again. */
static bool is_final(const mvl_capture *c, movinet_status status)
{
    return c->is_file || status == MOVINET_ERR_UNSUPPORTED || status == MOVINET_ERR_ARGUMENT ||
           status == MOVINET_ERR_MEMORY || !strcmp(c->source, "-");
}

static void *capture_main(void *user)
{
    mvl_capture *c = user;
    timing t = {.origin = mvl_now(), .newest = -1};
    for (int tries = 1; !is_stopped(c); tries++) {
        movinet_error err = {0};
        int n;
        movinet_status status = try_once(c, &t, &n, &err);
        tries = n > 0 ? 1 : tries;
        if (is_stopped(c))
            break;
        if (status == MOVINET_END && c->is_file && c->loop && n > 0) {
            t.base = t.newest + 0.04; /* about a frame */
            continue;
        }
        if (is_final(c, status)) {
            set_phase(c, status == MOVINET_END ? MOVINET_LIVE_ENDED : MOVINET_LIVE_FAILED, &err, 0);
            break;
        }
        if (status == MOVINET_END)
            mv_fail(&err, MOVINET_ERR_IO, "%.400s: it has ended", c->source);
        double when = mvl_now() + mvl_retry_pause(tries);
        set_phase(c, MOVINET_LIVE_WAITING, &err, when);
        sleep_until(c, when);
    }
    mvl_latest_wake(&c->latest);
    return NULL;
}

movinet_status mvl_capture_open(mvl_capture *c, const char *source,
                                const movinet_live_options *options, movinet_error *err)
{
    movinet_source_kind kind = movinet_source_kind_of(source);
    memset(c, 0, sizeof *c);
    c->is_file = kind == MOVINET_SOURCE_FILE || kind == MOVINET_SOURCE_TEST ||
                 kind == MOVINET_SOURCE_GRAPH;
    c->loop = options->loop;
    c->speed = options->speed > 0 ? options->speed : 1;
    c->options = (movinet_video_options){
        .interrupted = is_stopped,
        .user = c,
        .camera_width = options->camera_width,
        .camera_height = options->camera_height,
        .camera_rate = options->camera_rate,
        .live = true,
        .patience = options->patience > 0 ? options->patience : PATIENCE,
    };
    if (options->input_format) {
        c->input_format = strdup(options->input_format);
        c->options.input_format = c->input_format;
    }
    c->source = strdup(source);
    if (!c->source || (options->input_format && !c->input_format)) {
        free(c->source);
        free(c->input_format);
        c->source = NULL;
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    }
    mvl_latest_init(&c->latest);
    pthread_mutex_init(&c->lock, NULL);
    mvl_cond_init(&c->nudge);
    c->started = pthread_create(&c->thread, NULL, capture_main, c) == 0;
    if (c->started)
        return MOVINET_OK;
    mvl_capture_close(c);
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "could not start a thread");
}

void mvl_capture_close(mvl_capture *c)
{
    if (!c->source)
        return;
    pthread_mutex_lock(&c->lock);
    atomic_store(&c->stop, true);
    pthread_cond_broadcast(&c->nudge);
    pthread_mutex_unlock(&c->lock);
    if (c->started)
        pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->nudge);
    pthread_mutex_destroy(&c->lock);
    mvl_latest_free(&c->latest);
    free(c->source);
    free(c->input_format);
    c->source = NULL;
}

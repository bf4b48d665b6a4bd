/* The thread that computes, and what others see of it. SPDX-License-Identifier: Apache-2.0 */
#include "live/capture.h"
#include "core/memory.h"
#include "video/preprocess.h"
#include "video/sampler.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS = 256 };
/* How long to wait for a picture before looking around. */
#define LOOK_AROUND 0.25

struct movinet_live {
    mvl_capture capture;
    movinet_stream *stream;
    movinet_smoother *smoother;
    movinet_announcer *announcer;
    movinet_cut *cut;
    mvv_sampler sampler;
    movinet_reset_policy reset;
    double rate;
    int n_classes;
    pthread_t thread;
    bool started;
    atomic_bool stop, paused, wants_reset;
    pthread_mutex_t lock; ///< of what follows
    pthread_cond_t answered;
    movinet_live_state state;
    bool over;            ///< no more answers will come
    float *scores;        ///< [n_classes]
    movinet_meter *meter;
    movinet_event events[EVENTS];
    int64_t first_event, n_events; ///< first_event % EVENTS is the oldest
    /* of the one thread that asks for pictures */
    mvv_preprocess *shrink;
    int shrink_width, shrink_height;
};

/* ---- one frame ---- */

static void keep_events(movinet_live *l, const movinet_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        l->events[(l->first_event + l->n_events) % EVENTS] = events[i];
        if (l->n_events < EVENTS)
            l->n_events++;
        else
            l->first_event++;
    }
}

/* Begins anew if it is time to. What was announced ends there. */
static bool reset_if_due(movinet_live *l, const movinet_frame *frame)
{
    const movinet_event *events;
    bool is_cut = false;
    if (l->reset.kind == MOVINET_RESET_ON_CUT)
        movinet_cut_push(l->cut, frame, &is_cut, NULL);
    bool due = movinet_reset_due(&l->reset, frame->time, is_cut);
    if (!atomic_exchange(&l->wants_reset, false) && !due)
        return false;
    movinet_stream_reset(l->stream);
    movinet_smoother_reset(l->smoother);
    int n = movinet_announcer_finish(l->announcer, &events);
    pthread_mutex_lock(&l->lock);
    keep_events(l, events, n);
    pthread_mutex_unlock(&l->lock);
    return true;
}

/* Grid times that the newest frame has passed, but for its own: frames that should have
 * been classified and were overtaken. Not those that never came. */
static int64_t overtaken(const movinet_live *l, double time, double last, double fps)
{
    if (last < 0 || fps <= 0)
        return 0;
    double could = (time - last) * (fps < l->rate ? fps : l->rate);
    return could > 1.5 ? (int64_t)(could - 0.5) : 0;
}

static movinet_status classify(movinet_live *l, const mvl_picture *p, double last,
                               movinet_error *err)
{
    const movinet_event *events;
    movinet_meter_reading meter;
    bool began = reset_if_due(l, &p->frame);
    double begin = mvl_now();
    movinet_status status = movinet_stream_push(l->stream, &p->frame, NULL, err);
    if (status)
        return status;
    double took = mvl_now() - begin;
    const float *scores =
        movinet_smoother_push(l->smoother, p->frame.time, movinet_stream_scores(l->stream));
    int n = movinet_announcer_push(l->announcer, p->frame.time, scores, &events);
    pthread_mutex_lock(&l->lock);
    keep_events(l, events, n);
    movinet_meter_read(l->meter, p->captured, &meter);
    movinet_meter_dropped(l->meter, began ? 0 : overtaken(l, p->frame.time, last, meter.fps));
    movinet_meter_latency(l->meter, mvl_now() - p->captured);
    memcpy(l->scores, scores, (size_t)l->n_classes * sizeof *scores);
    l->state.n_active =
        movinet_announcer_active(l->announcer, l->state.active, MOVINET_LIVE_ACTIVE);
    l->state.answers++;
    l->state.time = p->frame.time;
    l->state.inference = took;
    l->state.reset = began;
    pthread_cond_broadcast(&l->answered);
    pthread_mutex_unlock(&l->lock);
    return MOVINET_OK;
}

static void finish(movinet_live *l, const movinet_error *failure)
{
    const movinet_event *events;
    int n = movinet_announcer_finish(l->announcer, &events);
    pthread_mutex_lock(&l->lock);
    keep_events(l, events, n);
    l->state.n_active = 0;
    l->over = true;
    if (failure->status) {
        l->state.phase = MOVINET_LIVE_FAILED;
        memcpy(l->state.message, failure->message, sizeof l->state.message);
    }
    pthread_cond_broadcast(&l->answered);
    pthread_mutex_unlock(&l->lock);
}

static void *live_main(void *user)
{
    movinet_live *l = user;
    movinet_error err = {0};
    double last = -1;
    int64_t seen = 0;
    while (!atomic_load(&l->stop) && !err.status) {
        const mvl_picture *p = mvl_latest_take(&l->capture.latest, seen, LOOK_AROUND);
        bool take = false;
        if (!p && mvl_latest_is_over(&l->capture.latest))
            break;
        if (!p)
            continue;
        pthread_mutex_lock(&l->lock);
        for (; seen < p->number; seen++) /* those between came as well */
            movinet_meter_frame(l->meter, p->captured);
        pthread_mutex_unlock(&l->lock);
        if (!mvv_sampler_take(&l->sampler, p->frame.time, &take, NULL) && take &&
            !atomic_load(&l->paused)) {
            if (classify(l, p, last, &err))
                err.status = err.status ? err.status : MOVINET_ERR_ARGUMENT;
            last = p->frame.time;
        }
        mvl_latest_give(&l->capture.latest, p);
    }
    finish(l, &err);
    return NULL;
}

/* ---- opening and closing ---- */

static movinet_status open_parts(movinet_live *l, movinet_model *model,
                                 const movinet_live_options *o, movinet_error *err)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    const movinet_stream_options how = {.preprocess = o->preprocess, .threads = o->threads};
    l->n_classes = info->n_classes;
    l->rate = o->sample_rate > 0 ? o->sample_rate : info->frame_rate;
    l->reset = o->reset;
    mvv_sampler_init(&l->sampler, l->rate);
    l->scores = calloc((size_t)l->n_classes, sizeof *l->scores);
    if (!l->scores)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = movinet_stream_open(&l->stream, model, &how, err);
    if (!status)
        status = movinet_smoother_open(&l->smoother, l->n_classes, o->smooth, err);
    if (!status)
        status = movinet_announcer_open(&l->announcer, l->n_classes, &o->announce, err);
    if (!status)
        status = movinet_cut_open(&l->cut, err);
    if (!status)
        status = movinet_meter_open(&l->meter, l->rate, err);
    return status;
}

movinet_status movinet_live_open(movinet_live **out, movinet_model *model, const char *source,
                                 const movinet_live_options *options, movinet_error *err)
{
    static const movinet_live_options defaults;
    *out = NULL;
    options = options ? options : &defaults;
    if (!source || !*source)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no source given");
    if (!(options->sample_rate >= 0 && options->sample_rate <= MVV_RATE_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "sample rate %g: must be 0 to %g",
                       options->sample_rate, MVV_RATE_LIMIT);
    movinet_live *l = calloc(1, sizeof *l);
    if (!l)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    pthread_mutex_init(&l->lock, NULL);
    mvl_cond_init(&l->answered);
    movinet_status status = open_parts(l, model, options, err);
    if (!status)
        status = mvl_capture_open(&l->capture, source, options->loop, !options->unpaced, err);
    if (!status) {
        l->started = pthread_create(&l->thread, NULL, live_main, l) == 0;
        if (!l->started)
            status = mv_fail(err, MOVINET_ERR_UNSUPPORTED, "could not start a thread");
    }
    if (status)
        movinet_live_close(l);
    else
        *out = l;
    return status;
}

void movinet_live_close(movinet_live *l)
{
    if (!l)
        return;
    atomic_store(&l->stop, true);
    if (l->started) {
        mvl_latest_wake(&l->capture.latest);
        pthread_join(l->thread, NULL);
    }
    mvl_capture_close(&l->capture);
    movinet_stream_close(l->stream);
    movinet_smoother_close(l->smoother);
    movinet_announcer_close(l->announcer);
    movinet_cut_close(l->cut);
    movinet_meter_close(l->meter);
    mvv_preprocess_close(l->shrink);
    pthread_cond_destroy(&l->answered);
    pthread_mutex_destroy(&l->lock);
    free(l->scores);
    free(l);
}

/* ---- what others see ---- */

/* The source's phase, unless computing has failed or is over. */
static void add_source(movinet_live *l, movinet_live_state *state)
{
    mvl_capture *c = &l->capture;
    pthread_mutex_lock(&c->lock);
    state->width = c->width;
    state->height = c->height;
    if (state->phase != MOVINET_LIVE_FAILED) {
        state->phase = c->phase;
        if (c->phase == MOVINET_LIVE_WAITING || c->phase == MOVINET_LIVE_FAILED)
            memcpy(state->message, c->why.message, sizeof state->message);
        double left = c->retry_at - mvl_now();
        state->retry_in = c->phase == MOVINET_LIVE_WAITING && left > 0 ? left : 0;
    }
    pthread_mutex_unlock(&c->lock);
}

bool movinet_live_wait(movinet_live *l, int64_t seen, double seconds, movinet_live_state *state,
                       float *scores)
{
    const struct timespec until = mvl_deadline(seconds);
    pthread_mutex_lock(&l->lock);
    while (l->state.answers <= seen && !l->over &&
           !pthread_cond_timedwait(&l->answered, &l->lock, &until))
        continue;
    bool is_new = l->state.answers > seen;
    movinet_meter_read(l->meter, mvl_now(), &l->state.meter);
    *state = l->state;
    if (scores)
        memcpy(scores, l->scores, (size_t)l->n_classes * sizeof *scores);
    bool over = l->over;
    pthread_mutex_unlock(&l->lock);
    add_source(l, state);
    /* The source may be over while its last frame is still being computed. */
    if (!over && (state->phase == MOVINET_LIVE_ENDED || state->phase == MOVINET_LIVE_FAILED))
        state->phase = MOVINET_LIVE_RUNNING;
    return is_new;
}

int movinet_live_events(movinet_live *l, movinet_event *out, int capacity)
{
    int n = 0;
    pthread_mutex_lock(&l->lock);
    for (; n < capacity && l->n_events > 0; n++, l->n_events--, l->first_event++)
        out[n] = l->events[l->first_event % EVENTS];
    pthread_mutex_unlock(&l->lock);
    return n;
}

typedef struct canvas {
    uint8_t *rgb;
    size_t row;
} canvas;

static void put_row(void *user, int y, const uint8_t *row)
{
    const canvas *c = user;
    memcpy(c->rgb + (size_t)y * c->row, row, c->row);
}

bool movinet_live_picture(movinet_live *l, int width, int height, uint8_t *rgb)
{
    canvas c = {rgb, (size_t)width * 3};
    const mvv_sink sink = {.u8 = put_row, .user = &c};
    if (!l->shrink || l->shrink_width != width || l->shrink_height != height) {
        mvv_preprocess_close(l->shrink);
        l->shrink = NULL;
        if (mvv_preprocess_open(&l->shrink, width, height, MOVINET_PREPROCESS_SQUASH, NULL))
            return false;
        l->shrink_width = width;
        l->shrink_height = height;
    }
    const mvl_picture *p = mvl_latest_take(&l->capture.latest, 0, 0);
    if (!p)
        return false;
    bool fine = !mvv_preprocess_run(l->shrink, &p->frame, &sink, NULL);
    mvl_latest_give(&l->capture.latest, p);
    return fine;
}

void movinet_live_reset(movinet_live *l)
{
    atomic_store(&l->wants_reset, true);
}

void movinet_live_pause(movinet_live *l, bool paused)
{
    atomic_store(&l->paused, paused);
}

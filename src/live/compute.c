/* The thread that computes. SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"

#include <string.h>

/* How long to wait for a picture before looking around, seconds. */
#define LOOK_AROUND 0.25

static void keep_events(movinet_live *l, const movinet_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        l->events[(l->first_event + l->n_events) % MVL_EVENTS] = events[i];
        if (l->n_events < MVL_EVENTS)
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
    int n = mvl_answerer_reset(l->answerer, &events);
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
    double rate = l->answerer->rate, could = (time - last) * (fps < rate ? fps : rate);
    return could > 1.5 ? (int64_t)(could - 0.5) : 0;
}

static movinet_status classify(movinet_live *l, const movinet_frame *frame, double captured,
                               double last, movinet_error *err)
{
    const movinet_event *events;
    movinet_meter_reading meter;
    int n;
    bool began = reset_if_due(l, frame);
    double begin = mvl_now();
    movinet_status status = mvl_answerer_push(l->answerer, frame, &events, &n, err);
    if (status)
        return status;
    double took = mvl_now() - begin;
    pthread_mutex_lock(&l->lock);
    keep_events(l, events, n);
    movinet_meter_read(l->meter, captured, &meter);
    movinet_meter_dropped(l->meter, began ? 0 : overtaken(l, frame->time, last, meter.fps));
    movinet_meter_latency(l->meter, mvl_now() - captured);
    memcpy(l->scores, l->answerer->scores, (size_t)l->n_classes * sizeof *l->scores);
    l->state.n_active =
        movinet_announcer_active(l->answerer->announcer, l->state.active, MOVINET_LIVE_ACTIVE);
    l->state.answers++;
    l->state.time = frame->time;
    l->state.inference = took;
    l->state.reset = began;
    pthread_cond_broadcast(&l->answered);
    pthread_mutex_unlock(&l->lock);
    return MOVINET_OK;
}

movinet_frame mvl_seen_frame(movinet_live *l, const movinet_frame *as_it_is)
{
    movinet_frame frame = *as_it_is;
    frame.mirrored ^= atomic_load(&l->mirrored);
    return frame;
}

/* Classifies the picture if it is its time. */
static movinet_status take_picture(movinet_live *l, const mvl_picture *p, double *last,
                                   movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    bool take = false;
    pthread_mutex_lock(&l->busy);
    if (!mvv_sampler_take(&l->sampler, p->frame.time, &take, NULL) && take &&
        !atomic_load(&l->paused)) {
        const movinet_frame frame = mvl_seen_frame(l, &p->frame);
        status = classify(l, &frame, p->captured, *last, err);
        *last = p->frame.time;
    }
    pthread_mutex_unlock(&l->busy);
    return status;
}

static void finish(movinet_live *l, const movinet_error *failure)
{
    const movinet_event *events;
    pthread_mutex_lock(&l->busy);
    int n = movinet_announcer_finish(l->answerer->announcer, &events);
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
    pthread_mutex_unlock(&l->busy);
}

void *mvl_compute_main(void *user)
{
    movinet_live *l = user;
    movinet_error err = {0};
    double last = -1;
    int64_t seen = 0;
    while (!atomic_load(&l->stop) && !err.status) {
        const mvl_picture *p = mvl_latest_take(&l->capture->latest, seen, LOOK_AROUND);
        if (!p && mvl_latest_is_over(&l->capture->latest))
            break;
        if (!p)
            continue;
        pthread_mutex_lock(&l->lock);
        for (; seen < p->number; seen++) /* those between came as well */
            movinet_meter_frame(l->meter, p->captured);
        pthread_mutex_unlock(&l->lock);
        take_picture(l, p, &last, &err);
        mvl_latest_give(&l->capture->latest, p);
    }
    finish(l, &err);
    return NULL;
}

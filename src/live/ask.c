/* What others see and ask for. SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"

#include <stdlib.h>
#include <string.h>

/* The source's phase, unless computing has failed or is over. */
static void add_source(movinet_live *l, movinet_live_state *state)
{
    mvl_capture *c = l->capture;
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
        out[n] = l->events[l->first_event % MVL_EVENTS];
    pthread_mutex_unlock(&l->lock);
    return n;
}

bool movinet_live_picture(movinet_live *l, int width, int height, uint8_t *rgb)
{
    const mvl_picture *p = mvl_latest_take(&l->capture->latest, 0, 0);
    if (!p)
        return false;
    const movinet_frame frame = mvl_seen_frame(l, &p->frame);
    bool fine = !movinet_scaler_run(l->scaler, &frame, width, height, rgb, NULL);
    mvl_latest_give(&l->capture->latest, p);
    return fine;
}

bool movinet_live_take(movinet_live *l, int64_t seen, double seconds, movinet_live_held *out)
{
    const mvl_picture *p = mvl_latest_take(&l->capture->latest, seen, seconds);
    if (!p)
        return false;
    *out = (movinet_live_held){
        .frame = mvl_seen_frame(l, &p->frame), .number = p->number, .held = p};
    return true;
}

void movinet_live_give(movinet_live *l, movinet_live_held *held)
{
    mvl_latest_give(&l->capture->latest, held->held);
    held->held = NULL;
}

void movinet_live_mirror(movinet_live *l, bool mirrored)
{
    atomic_store(&l->mirrored, mirrored);
}

movinet_status movinet_live_set_threads(movinet_live *l, int threads, movinet_error *err)
{
    pthread_mutex_lock(&l->busy);
    movinet_status status = mvl_answerer_threads(l->answerer, threads, err);
    pthread_mutex_unlock(&l->busy);
    return status;
}

movinet_status movinet_live_set_model(movinet_live *l, movinet_model *model,
                                      const movinet_live_options *options, movinet_error *err)
{
    mvl_answerer *answerer, *old;
    float *scores, *old_scores;
    movinet_status status = mvl_check_options(options, err);
    if (!status)
        status = mvl_answerer_open(&answerer, model, options, err);
    if (status)
        return status;
    scores = calloc((size_t)answerer->n_classes, sizeof *scores);
    if (!scores) {
        mvl_answerer_close(answerer);
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    }
    pthread_mutex_lock(&l->busy);
    old = l->answerer;
    l->answerer = answerer;
    mvv_sampler_init(&l->sampler, answerer->rate);
    pthread_mutex_lock(&l->lock);
    old_scores = l->scores;
    l->scores = scores;
    l->n_classes = answerer->n_classes;
    l->state.n_active = 0;
    l->n_events = 0;
    pthread_mutex_unlock(&l->lock);
    pthread_mutex_unlock(&l->busy);
    mvl_answerer_close(old);
    free(old_scores);
    return MOVINET_OK;
}

void movinet_live_reset(movinet_live *l)
{
    atomic_store(&l->wants_reset, true);
}

void movinet_live_pause(movinet_live *l, bool paused)
{
    atomic_store(&l->paused, paused);
}

/* One clip through all models. SPDX-License-Identifier: Apache-2.0 */
#include "data/decode.h"
#include "evaluate/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mvx_worker {
    movinet_evaluation *e;
    movinet_stream *streams[MOVINET_EVALUATE_MODELS];
    float *scores;                     ///< [n_answers] after the last frame, of the model at hand
    int room[MOVINET_EVALUATE_MODELS]; ///< stretches there is memory for
    bool (*interrupted)(void *user);
    void *user;
};

movinet_status mvx_worker_open(mvx_worker **out, movinet_evaluation *e,
                               bool (*interrupted)(void *user), void *user, movinet_error *err)
{
    mvx_worker *w = *out = calloc(1, sizeof *w);
    if (!w)
        return mvx_no_memory(err);
    w->e = e;
    w->interrupted = interrupted;
    w->user = user;
    w->scores = calloc((size_t)e->info.n_answers + 1, sizeof *w->scores);
    movinet_status status = w->scores ? MOVINET_OK : mvx_no_memory(err);
    const movinet_stream_options how = {.preprocess = e->options.preprocess};
    for (int m = 0; !status && m < e->info.n_models; m++)
        status = movinet_stream_open(&w->streams[m], e->models[m].model, &how, err);
    return status;
}

void mvx_worker_close(mvx_worker *w)
{
    if (!w)
        return;
    for (int m = 0; m < w->e->info.n_models; m++)
        movinet_stream_close(w->streams[m]);
    free(w->scores);
    free(w);
}

/* ---- answers -------------------------------------------------------------------------- */

/* Probabilities of the answers. One label a clip: of classes that stand for the same, the sum;
 * several: each on its own, so the highest. */
static void score(mvx_worker *w, int model)
{
    const mvx_model *k = &w->e->models[model];
    const float *p = movinet_stream_scores(w->streams[model]);
    const float *logits = movinet_stream_logits(w->streams[model]);
    memset(w->scores, 0, (size_t)w->e->info.n_answers * sizeof *w->scores);
    for (int i = 0; i < k->n_classes; i++) {
        float *s = &w->scores[k->answers[i]];
        if (w->e->info.multi_label)
            *s = fmaxf(*s, 1 / (1 + expf(-logits[i])));
        else
            *s += p[i];
    }
}

static double rounded(float p)
{
    return !(p > 0) ? 0 : p < 1 ? (double)llround((double)p * 1e9) / 1e9 : 1;
}

static bool add_frame(mvx_worker *w, int model, mvx_outcome *o)
{
    score(w, model);
    int top = mvx_top(w->scores, w->e->info.n_answers);
    o->frames++;
    if (o->n_stretches && o->stretches[o->n_stretches - 1].answer == top) {
        o->stretches[o->n_stretches - 1].frames++;
        return true;
    }
    if (o->n_stretches == w->room[model]) {
        int room = w->room[model] * 2 + 8;
        mvx_stretch *larger = realloc(o->stretches, (size_t)room * sizeof *larger);
        if (!larger)
            return false;
        o->stretches = larger;
        w->room[model] = room;
    }
    o->stretches[o->n_stretches++] = (mvx_stretch){top, 1};
    return true;
}

/* The best answers, and where the clip's own class is among all. */
static void rank(mvx_worker *w, const movinet_dataset_clip *clip, mvx_outcome *o)
{
    const movinet_evaluation_info *info = &w->e->info;
    o->rank = -1;
    for (int i = 0; i < clip->n_classes; i++) {
        int r = mvx_rank(w->scores, info->n_answers, clip->classes[i]);
        if (o->rank < 0 || r < o->rank) {
            o->rank = r;
            o->truth = rounded(w->scores[clip->classes[i]]);
        }
    }
    for (o->n_top = 0; o->n_top < MVX_TOP && o->n_top < info->n_answers; o->n_top++) {
        int top = mvx_top(w->scores, info->n_answers);
        o->top[o->n_top] = top;
        o->p[o->n_top] = rounded(w->scores[top]);
        w->scores[top] = -1;
    }
}

static movinet_status finish(mvx_worker *w, int place, int model, mvx_outcome *o,
                             movinet_error *err)
{
    const movinet_evaluation *e = w->e;
    const movinet_dataset_clip *clip = mvx_clip(e, place);
    if (o->frames < MVD_FEWEST)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%.300s: only %d frame%s at %g a second: a clip must have %d at least",
                       clip->file, o->frames, o->frames == 1 ? "" : "s", e->models[model].rate,
                       MVD_FEWEST);
    score(w, model);
    if (e->info.multi_label) {
        o->scores = calloc((size_t)e->info.n_classes + 1, sizeof *o->scores);
        if (!o->scores)
            return mvx_no_memory(err);
        for (int i = 0; i < e->info.n_classes; i++)
            o->scores[i] = rounded(w->scores[i]);
    }
    rank(w, clip, o);
    return MOVINET_OK;
}

/* ---- frames --------------------------------------------------------------------------- */

/* At `options->start` after the clip's own beginning. */
static movinet_status open_video(const movinet_evaluation *e, const movinet_dataset_clip *clip,
                                 movinet_video_options *options, movinet_video **video,
                                 movinet_error *err)
{
    const mvd_shape shape = {.rate = options->sample_rate, .seconds = e->options.seconds};
    double file = 0, start, duration;
    *video = NULL;
    if (clip->span_if_longer) {
        const movinet_video_options whole = {.threads = 1};
        movinet_status status = movinet_video_open(video, clip->file, &whole, err);
        if (status)
            return status;
        file = movinet_video_get_info(*video)->duration;
        movinet_video_close(*video);
        *video = NULL;
    }
    mvd_span_of(clip, &shape, file, &start, &duration);
    options->duration = duration > options->start ? duration - options->start : 0;
    options->start += start;
    return movinet_video_open(video, clip->file, options, err);
}

movinet_status mvx_open_clip(const movinet_evaluation *e, const movinet_dataset_clip *clip,
                             double rate, double at, movinet_video **video, movinet_error *err)
{
    movinet_video_options options = {.sample_rate = rate, .start = at, .threads = 1};
    return open_video(e, clip, &options, video, err);
}

static movinet_status push(mvx_worker *w, int place, const bool *with, const movinet_frame *frame,
                           movinet_error *err)
{
    for (int m = 0; m < w->e->info.n_models; m++) {
        if (!with[m])
            continue;
        movinet_status status = movinet_stream_push(w->streams[m], frame, NULL, err);
        if (status)
            return status;
        if (!add_frame(w, m, &w->e->models[m].outcomes[place]))
            return mvx_no_memory(err);
    }
    return MOVINET_OK;
}

/* Decodes it once for all models that take frames at this rate. */
static movinet_status run_at(mvx_worker *w, int place, double rate, const bool *with,
                             double *seconds, movinet_error *err)
{
    movinet_video *video = NULL;
    movinet_frame frame;
    int frames = 0;
    for (int m = 0; m < w->e->info.n_models; m++)
        if (with[m])
            movinet_stream_reset(w->streams[m]);
    movinet_video_options options = {.sample_rate = rate,
                                     .decoded = true,
                                     .threads = 1,
                                     .interrupted = w->interrupted,
                                     .user = w->user};
    movinet_status status = open_video(w->e, mvx_clip(w->e, place), &options, &video, err);
    while (!status && !(status = movinet_video_next(video, &frame, err))) {
        status = push(w, place, with, &frame, err);
        frames++;
    }
    movinet_video_close(video);
    *seconds = frames / rate;
    status = status == MOVINET_END ? MOVINET_OK : status;
    for (int m = 0; !status && m < w->e->info.n_models; m++)
        if (with[m])
            status = finish(w, place, m, &w->e->models[m].outcomes[place], err);
    return status;
}

/* Whether it is not this file's fault. */
static bool is_fatal(movinet_status status)
{
    movinet_video *video;
    if (status != MOVINET_ERR_UNSUPPORTED)
        return status == MOVINET_ERR_MEMORY || status == MOVINET_ERR_CANCELLED;
    status = movinet_video_open(&video, "/nonexistent.mp4", NULL, NULL);
    movinet_video_close(video);
    return status == MOVINET_ERR_UNSUPPORTED;
}

movinet_status mvx_worker_run(mvx_worker *w, int place, double *seconds, bool *fatal,
                              movinet_error *err)
{
    movinet_evaluation *e = w->e;
    movinet_status status = MOVINET_OK;
    bool done[MOVINET_EVALUATE_MODELS] = {false};
    for (int m = 0; m < e->info.n_models; m++) {
        mvx_outcome_free(&e->models[m].outcomes[place]);
        w->room[m] = 0;
    }
    for (int m = 0; !status && m < e->info.n_models; m++) {
        bool with[MOVINET_EVALUATE_MODELS] = {false};
        if (done[m])
            continue;
        for (int k = m; k < e->info.n_models; k++)
            done[k] |= with[k] = !done[k] && e->models[k].rate == e->models[m].rate;
        status = run_at(w, place, e->models[m].rate, with, seconds, err);
    }
    for (int m = 0; status && m < e->info.n_models; m++)
        mvx_outcome_free(&e->models[m].outcomes[place]);
    *fatal = is_fatal(status);
    return status;
}

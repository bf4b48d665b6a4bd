/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answers.h"

#include "cli/filter.h"
#include "cli/rows.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>

/* A frame may be early by so much of the time between two that are classified. */
#define EARLY 0.1

void answer_defaults(answer_settings *s)
{
    s->top = 5;
    s->smooth = s->hold = 1;
    s->threshold = 0.3;
}

bool check_answers(const answer_settings *s, movinet_reset_policy *reset)
{
    movinet_error err;
    *reset = (movinet_reset_policy){0};
    if (!s->reset || !movinet_reset_parse(s->reset, reset, &err))
        return true;
    complain(NULL, err.message);
    return false;
}

/* ---- opening --------------------------------------------------------------- */

static bool make_room(answers *a, const movinet_model_info *info)
{
    size_t n = (size_t)info->n_classes + 1;
    a->bars = calloc(n, sizeof *a->bars);
    a->results = calloc(n, sizeof *a->results);
    a->rows = calloc(n, sizeof *a->rows);
    a->small = malloc((size_t)info->frame_width * (size_t)info->frame_height * 3);
    if (a->bars && a->results && a->rows && a->small)
        return true;
    complain(NULL, "out of memory");
    return false;
}

static movinet_status open_parts(answers *a, const answer_settings *s, movinet_error *err)
{
    const movinet_stream_options how = {.threads = s->threads,
                                        .preprocess = chosen_preprocess(s->preprocess)};
    const movinet_announcer_options announce = {.threshold = s->threshold,
                                                .release = s->release,
                                                .hold = s->hold,
                                                .only_top = s->only_top,
                                                .filter = a->filter};
    movinet_status status = movinet_stream_open(&a->stream, a->model, &how, err);
    if (!status)
        status = movinet_smoother_open(&a->smoother, a->n_classes, s->smooth, err);
    if (!status)
        status = movinet_announcer_open(&a->announcer, a->n_classes, &announce, err);
    if (!status)
        status = movinet_cut_open(&a->cut, err);
    return status ? status : movinet_scaler_open(&a->scaler, err);
}

bool open_answers(answers *a, const char *model, const answer_settings *s)
{
    const model_choice choice = {model, s->labels, s->cpu};
    movinet_error err;
    if (!open_model(&choice, &a->model, a->path) ||
        !open_filter(&a->filter, a->model, &s->deny, &s->allow))
        return false;
    const movinet_model_info *info = movinet_model_get_info(a->model);
    a->n_classes = info->n_classes;
    a->rate = s->fps > 0 ? s->fps : info->frame_rate;
    movinet_filter_set_top(a->filter, s->top);
    if (!check_answers(s, &a->reset) || !make_room(a, info))
        return false;
    if (open_parts(a, s, &err)) {
        complain(a->path, err.message);
        return false;
    }
    return true;
}

void close_answers(answers *a)
{
    movinet_scaler_close(a->scaler);
    movinet_cut_close(a->cut);
    movinet_announcer_close(a->announcer);
    movinet_smoother_close(a->smoother);
    movinet_stream_close(a->stream);
    movinet_filter_close(a->filter);
    movinet_model_close(a->model);
    free(a->bars);
    free(a->results);
    free(a->rows);
    free(a->small);
}

/* ---- frames ---------------------------------------------------------------- */

/* Whether the frame is the first one at or after a time on the grid. */
static bool is_due(answers *a, double time)
{
    if (a->next == 0)
        a->first = time;
    int64_t reached = (int64_t)floor((time - a->first) * a->rate + EARLY) + 1;
    if (reached <= a->next)
        return false;
    a->next = reached;
    return true;
}

/* Begins anew where a new scene does. */
static movinet_status reset_if_due(answers *a, const movinet_frame *frame, movinet_error *err)
{
    const movinet_model_info *info = movinet_model_get_info(a->model);
    movinet_frame small = {.pixels = a->small, .width = info->frame_width,
                           .height = info->frame_height, .time = frame->time};
    bool is_cut = false;
    movinet_status status = MOVINET_OK;
    if (a->reset.kind == MOVINET_RESET_ON_CUT) {
        status = movinet_scaler_run(a->scaler, frame, small.width, small.height, a->small, err);
        if (!status)
            status = movinet_cut_push(a->cut, &small, &is_cut, err);
    }
    if (status || !movinet_reset_due(&a->reset, frame->time, is_cut))
        return status;
    movinet_stream_reset(a->stream);
    movinet_smoother_reset(a->smoother);
    movinet_announcer_finish(a->announcer, NULL);
    return MOVINET_OK;
}

static movinet_status classify(answers *a, const movinet_frame *frame, movinet_error *err)
{
    movinet_status status = reset_if_due(a, frame, err);
    if (!status)
        status = movinet_stream_push(a->stream, frame, NULL, err);
    if (status)
        return status;
    a->scores = movinet_smoother_push(a->smoother, frame->time, movinet_stream_scores(a->stream));
    movinet_announcer_push(a->announcer, frame->time, a->scores, NULL);
    a->n_active = movinet_announcer_active(a->announcer, a->active, ANSWERS_ACTIVE);
    a->n_results = movinet_filter_apply(a->filter, a->scores, a->results, a->n_classes);
    return MOVINET_OK;
}

/* Bars follow the scores, and rows the bars. */
static void move_rows(answers *a, double time)
{
    double passed = time > a->moved ? time - a->moved : 0;
    move_bars(a->bars, a->scores, a->n_classes, passed);
    a->moved = time;
    fill_rows(a->rows, a->results, a->n_results, a->model, a->bars, a->active, a->n_active);
}

movinet_status push_answers(answers *a, const movinet_frame *frame, movinet_error *err)
{
    if (a->next == 0)
        a->moved = frame->time;
    movinet_status status = is_due(a, frame->time) ? classify(a, frame, err) : MOVINET_OK;
    if (!status)
        move_rows(a, frame->time);
    return status;
}

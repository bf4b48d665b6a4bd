/* SPDX-License-Identifier: Apache-2.0 */
#include "live/answer.h"

#include <stdlib.h>

movinet_status mvl_answerer_open(mvl_answerer **out, movinet_model *model,
                                 const movinet_live_options *o, movinet_error *err)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    const movinet_stream_options how = {.preprocess = o->preprocess, .threads = o->threads};
    mvl_answerer *a = calloc(1, sizeof *a);
    *out = NULL;
    if (!a)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    a->model = model;
    a->preprocess = o->preprocess;
    a->n_classes = info->n_classes;
    a->rate = o->sample_rate > 0 ? o->sample_rate : info->frame_rate;
    movinet_status status = movinet_stream_open(&a->stream, model, &how, err);
    if (!status)
        status = movinet_smoother_open(&a->smoother, a->n_classes, o->smooth, err);
    if (!status)
        status = movinet_announcer_open(&a->announcer, a->n_classes, &o->announce, err);
    if (status)
        mvl_answerer_close(a);
    else
        *out = a;
    return status;
}

void mvl_answerer_close(mvl_answerer *a)
{
    if (!a)
        return;
    movinet_stream_close(a->stream);
    movinet_smoother_close(a->smoother);
    movinet_announcer_close(a->announcer);
    free(a);
}

movinet_status mvl_answerer_threads(mvl_answerer *a, int threads, movinet_error *err)
{
    const movinet_stream_options how = {.preprocess = a->preprocess, .threads = threads};
    size_t size = movinet_stream_save_size(a->stream);
    movinet_stream *stream;
    movinet_status status = movinet_stream_open(&stream, a->model, &how, err);
    if (status)
        return status;
    void *states = malloc(size);
    if (!states)
        status = mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    if (!status)
        status = movinet_stream_save(a->stream, states, size, err);
    if (!status)
        status = movinet_stream_restore(stream, states, size, err);
    free(states);
    if (status) {
        movinet_stream_close(stream);
        return status;
    }
    movinet_stream_close(a->stream);
    a->stream = stream;
    return MOVINET_OK;
}

movinet_status mvl_answerer_push(mvl_answerer *a, const movinet_frame *frame,
                                 const movinet_event **events, int *n, movinet_error *err)
{
    *n = 0;
    movinet_status status = movinet_stream_push(a->stream, frame, NULL, err);
    if (status)
        return status;
    a->scores = movinet_smoother_push(a->smoother, frame->time, movinet_stream_scores(a->stream));
    *n = movinet_announcer_push(a->announcer, frame->time, a->scores, events);
    return MOVINET_OK;
}

int mvl_answerer_reset(mvl_answerer *a, const movinet_event **events)
{
    movinet_stream_reset(a->stream);
    movinet_smoother_reset(a->smoother);
    return movinet_announcer_finish(a->announcer, events);
}

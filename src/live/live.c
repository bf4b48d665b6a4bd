/* Opening and closing. SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static movinet_status open_parts(movinet_live *l, movinet_model *model,
                                 const movinet_live_options *o, movinet_error *err)
{
    l->reset = o->reset;
    movinet_status status = mvl_answerer_open(&l->answerer, model, o, err);
    if (status)
        return status;
    l->n_classes = l->answerer->n_classes;
    mvv_sampler_init(&l->sampler, l->answerer->rate);
    l->scores = calloc((size_t)l->n_classes, sizeof *l->scores);
    if (!l->scores)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    status = movinet_scaler_open(&l->scaler, err);
    if (!status)
        status = movinet_cut_open(&l->cut, err);
    if (!status)
        status = movinet_meter_open(&l->meter, l->answerer->rate, err);
    return status;
}

movinet_status mvl_check_options(const movinet_live_options *o, movinet_error *err)
{
    if (!(o->sample_rate >= 0 && o->sample_rate <= MVV_RATE_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "sample rate %g: must be 0 to %g",
                       o->sample_rate, MVV_RATE_LIMIT);
    if (!(o->speed >= 0 && o->speed <= 1000))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "speed %g: must be 0 to 1000", o->speed);
    return MOVINET_OK;
}

movinet_status movinet_live_open(movinet_live **out, movinet_model *model, const char *source,
                                 const movinet_live_options *options, movinet_error *err)
{
    static const movinet_live_options defaults;
    *out = NULL;
    options = options ? options : &defaults;
    if (!source || !*source)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no source given");
    movinet_status status = mvl_check_options(options, err);
    if (status)
        return status;
    movinet_live *l = calloc(1, sizeof *l);
    if (!l)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    pthread_mutex_init(&l->busy, NULL);
    pthread_mutex_init(&l->lock, NULL);
    mvl_cond_init(&l->answered);
    status = open_parts(l, model, options, err);
    if (!status)
        status = mvl_capture_open(&l->capture, source, options, err);
    if (!status) {
        l->started = pthread_create(&l->thread, NULL, mvl_compute_main, l) == 0;
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
        mvl_latest_wake(&l->capture->latest);
        pthread_join(l->thread, NULL);
    }
    mvl_capture_close(l->capture);
    mvl_answerer_close(l->answerer);
    movinet_cut_close(l->cut);
    movinet_meter_close(l->meter);
    movinet_scaler_close(l->scaler);
    pthread_cond_destroy(&l->answered);
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->busy);
    free(l->scores);
    free(l);
}

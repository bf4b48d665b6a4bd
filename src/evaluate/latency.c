/* How long the models take for a frame: one thread, nothing else of this program running, in
 * turn frame by frame, so that whatever else the machine does is the same for all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "evaluate/evaluation.h"

#include <stdlib.h>

enum { WARM_UP = 10, MOST = 200, FEWEST = 30, FRAMES = 8 };
#define LONGEST 2.0 /* seconds a model, unless FEWEST take longer */

typedef struct bench {
    movinet_evaluation *e;
    movinet_stream *streams[MOVINET_EVALUATE_MODELS];
    uint8_t *frames[MOVINET_EVALUATE_MODELS]; ///< [FRAMES][height][width][3]
    int n_frames;                             ///< in turn, again and again
} bench;

/* Frames of a clip in each model's own size, so that nothing but the network is timed. */
static movinet_status read_frames(bench *b, const movinet_dataset_clip *clip, movinet_error *err)
{
    movinet_video *video;
    movinet_scaler *scaler;
    movinet_frame frame;
    const movinet_video_options options = {
        .sample_rate = b->e->models[0].rate, .start = clip->start, .threads = 1};
    movinet_status status = movinet_scaler_open(&scaler, err);
    if (status)
        return status;
    status = movinet_video_open(&video, clip->file, &options, err);
    while (!status && b->n_frames < FRAMES && !(status = movinet_video_next(video, &frame, err))) {
        for (int m = 0; !status && m < b->e->info.n_models; m++) {
            const movinet_model_info *info = movinet_model_get_info(b->e->models[m].model);
            size_t size = (size_t)info->frame_width * (size_t)info->frame_height * 3;
            status = movinet_scaler_run(scaler, &frame, info->frame_width, info->frame_height,
                                        b->frames[m] + size * (size_t)b->n_frames, err);
        }
        b->n_frames += !status;
    }
    movinet_video_close(video);
    movinet_scaler_close(scaler);
    return status == MOVINET_END ? MOVINET_OK : status;
}

static movinet_status make_ready(bench *b, movinet_error *err)
{
    movinet_evaluation *e = b->e;
    movinet_status status = MOVINET_OK;
    for (int m = 0; !status && m < e->info.n_models; m++) {
        mvx_model *k = &e->models[m];
        const movinet_model_info *info = movinet_model_get_info(k->model);
        size_t size = (size_t)info->frame_width * (size_t)info->frame_height * 3;
        free(k->latencies);
        b->frames[m] = malloc(size * FRAMES);
        k->latencies = calloc(MOST, sizeof *k->latencies);
        status = b->frames[m] && k->latencies
                     ? movinet_stream_open(&b->streams[m], k->model, NULL, err)
                     : mvx_no_memory(err);
    }
    return status;
}

static movinet_status time_one(bench *b, int model, int i, double *ms, movinet_error *err)
{
    const movinet_model_info *info = movinet_model_get_info(b->e->models[model].model);
    size_t size = (size_t)info->frame_width * (size_t)info->frame_height * 3;
    const movinet_frame frame = {.pixels = b->frames[model] + size * (size_t)(i % b->n_frames),
                                 .width = info->frame_width,
                                 .height = info->frame_height};
    uint64_t before = mv_clock_ns();
    movinet_status status = movinet_stream_push(b->streams[model], &frame, NULL, err);
    *ms = (double)(mv_clock_ns() - before) / 1e6;
    return status;
}

static movinet_status time_all(bench *b, mvx_go_on *go_on, void *user, movinet_error *err)
{
    movinet_evaluation *e = b->e;
    uint64_t began = mv_clock_ns();
    for (int i = -WARM_UP; i < MOST; i++) {
        double seconds = (double)(mv_clock_ns() - began) / 1e9;
        if (i >= FEWEST && seconds > LONGEST * e->info.n_models)
            break;
        if (!go_on(user, i + WARM_UP, MOST + WARM_UP))
            return mv_fail(err, MOVINET_ERR_CANCELLED, "the evaluation was stopped");
        for (int k = 0; k < e->info.n_models; k++) {
            /* Forwards and backwards, for whoever comes second finds other caches. */
            int m = i & 1 ? e->info.n_models - 1 - k : k;
            double ms;
            movinet_status status = time_one(b, m, i + WARM_UP, &ms, err);
            if (status)
                return status;
            if (i >= 0)
                e->models[m].latencies[i] = ms;
        }
        e->n_latencies = i + 1;
    }
    return MOVINET_OK;
}

movinet_status mvx_time_models(movinet_evaluation *e, mvx_go_on *go_on, void *user,
                               movinet_error *err)
{
    bench b = {.e = e};
    movinet_error why;
    e->n_latencies = 0;
    movinet_status status = make_ready(&b, err);
    /* A clip of an earlier run may be gone. */
    for (int i = 0; !status && !b.n_frames && i < e->info.n_counted && i < 10; i++)
        if (read_frames(&b, mvx_clip(e, e->counted[i]), &why) == MOVINET_ERR_MEMORY)
            status = mvx_no_memory(err);
    if (!status && b.n_frames)
        status = time_all(&b, go_on, user, err);
    for (int m = 0; m < e->info.n_models; m++) {
        movinet_stream_close(b.streams[m]);
        free(b.frames[m]);
    }
    return status;
}

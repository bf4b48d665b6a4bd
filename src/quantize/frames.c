/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/frames.h"

#include "core/cpu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

movinet_status mvq_frames_open(mvq_frames *f, int width, int height, movinet_preprocess how,
                               movinet_error *err)
{
    *f = (mvq_frames){.width = width, .height = height, .begins = true};
    return mvv_preprocess_open(&f->preprocess, width, height, how, err);
}

void mvq_frames_free(mvq_frames *f)
{
    mvv_preprocess_close(f->preprocess);
    free(f->pixels);
    free(f->first);
    *f = (mvq_frames){0};
}

static size_t frame_bytes(const mvq_frames *f)
{
    return (size_t)f->width * (size_t)f->height * 3;
}

static uint8_t *row_of(const mvq_frames *f, int frame, int y)
{
    return f->pixels + (size_t)frame * frame_bytes(f) + (size_t)y * (size_t)f->width * 3;
}

static bool make_room(mvq_frames *f)
{
    int room = f->room ? f->room * 2 : 64;
    if (f->n < f->room)
        return true;
    uint8_t *pixels = realloc(f->pixels, (size_t)room * frame_bytes(f));
    f->pixels = pixels ? pixels : f->pixels;
    bool *first = realloc(f->first, (size_t)room * sizeof *first);
    f->first = first ? first : f->first;
    if (pixels && first)
        f->room = room;
    return pixels && first;
}

static void put_u8(void *user, int y, const uint8_t *row)
{
    const mvq_frames *f = user;
    memcpy(row_of(f, f->n, y), row, (size_t)f->width * 3);
}

static void put_f32(void *user, int y, const float *row)
{
    const mvq_frames *f = user;
    uint8_t *to = row_of(f, f->n, y);
    for (int i = 0; i < f->width * 3; i++)
        to[i] = (uint8_t)lrintf(fminf(fmaxf(row[i], 0), 1) * 255);
}

movinet_status mvq_frames_add(mvq_frames *f, const movinet_frame *frame, movinet_error *err)
{
    const mvv_sink sink = {put_u8, put_f32, f};
    if (!make_room(f))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory after %d frames", f->n);
    movinet_status status = mvv_preprocess_run(f->preprocess, frame, &sink, err);
    if (status)
        return status;
    f->first[f->n++] = f->begins;
    f->begins = false;
    return MOVINET_OK;
}

static movinet_status run_plan(const mvq_frames *f, int n, const mve_plan *plan,
                               mve_observer *observe, void *user, movinet_error *err)
{
    mve_stream stream;
    float *logits = malloc((size_t)plan->graph.n_classes * sizeof *logits);
    if (!logits)
        return mv_fail(err, MOVINET_ERR_MEMORY, "calibration: out of memory");
    movinet_status status = mve_stream_open(&stream, plan, 1, err);
    if (!status) {
        stream.observe = observe;
        stream.user = user;
        for (int i = 0; i < n; i++) {
            if (f->first[i])
                mve_stream_reset(&stream);
            for (int y = 0; y < f->height; y++)
                mve_stream_put_u8(&stream, y, row_of(f, i, y));
            mve_stream_step(&stream, logits);
        }
        mve_stream_close(&stream);
    }
    free(logits);
    return status;
}

movinet_status mvq_frames_run(const mvq_frames *f, int n, const tfl_model *model,
                              mve_observer *observe, void *user, movinet_error *err)
{
    mve_plan plan;
    const mve_options options = {.cpu = mv_cpu_flags(), .plain = true};
    movinet_status status = mve_plan_build(&plan, model, &options, err);
    if (status)
        return status;
    status = run_plan(f, n < f->n ? n : f->n, &plan, observe, user, err);
    mve_plan_free(&plan);
    return status;
}

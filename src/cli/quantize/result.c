/* What movinet quantize has made: how near, how large, how fast.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/quantize/quantize.h"

#include "cli/clock.h"
#include "cli/model.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>

static movinet_status push_comparison(void *to, const movinet_frame *frame, movinet_error *err)
{
    return movinet_comparison_push(to, frame, err);
}

static void reset_comparison(void *to)
{
    movinet_comparison_reset(to);
}

/* The least time of a frame, milliseconds: both in turns, so that what else the machine does hits
 * both. */
static void time_both(movinet_model *models[2], double ms[2])
{
    enum { ROUNDS = 60 };
    movinet_stream *streams[2] = {NULL, NULL};
    movinet_error err;
    const movinet_model_info *info = movinet_model_get_info(models[0]);
    uint8_t *pixels = calloc((size_t)info->frame_width * (size_t)info->frame_height, 3);
    movinet_frame frame = {.pixels = pixels, .width = info->frame_width,
                           .height = info->frame_height};
    bool ok = pixels != NULL;
    for (int i = 0; i < 2; i++) {
        ok = ok && !movinet_stream_open(&streams[i], models[i], NULL, &err);
        ms[i] = 1e9;
    }
    for (int round = 0; ok && round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
            double begin = seconds_now();
            frame.time = round * 0.2;
            ok = ok && !movinet_stream_push(streams[i], &frame, NULL, &err);
            double took = (seconds_now() - begin) * 1e3;
            ms[i] = took < ms[i] ? took : ms[i];
        }
    }
    movinet_stream_close(streams[0]);
    movinet_stream_close(streams[1]);
    free(pixels);
}

static bool compare(quantize_job *j, movinet_model *made)
{
    movinet_comparison *comparison;
    movinet_error err;
    j->bar = progress_of("comparing", j->s->quiet);
    if (movinet_comparison_open(&comparison, j->model, made, chosen_preprocess(j->s->preprocess),
                                &err)) {
        complain(j->s->out, err.message);
        return false;
    }
    bool fine = quantize_push_clips(j, true, push_comparison, comparison, reset_comparison);
    movinet_comparison_info info = movinet_comparison_get_info(comparison);
    if (fine && info.frames)
        printf("clips held back: %d, %d frames: same top class on %.1f %%, its probability off by "
               "%.3f\n", info.clips, info.frames, 100.0 * info.same_top / info.frames,
               info.difference);
    else if (fine)
        puts("no clips held back: with five or more, a fifth would tell how good it is");
    movinet_comparison_close(comparison);
    return fine;
}

bool quantize_tell(quantize_job *j)
{
    movinet_model *made;
    movinet_error err;
    double ms[2];
    if (j->s->quiet)
        return true;
    if (movinet_model_open(&made, j->s->out, NULL, &err)) {
        complain(NULL, err.message);
        return false;
    }
    bool fine = j->s->scheme != INT8 || compare(j, made);
    if (fine) {
        movinet_model *both[] = {j->model, made};
        size_t before = movinet_model_get_info(j->model)->file_bytes;
        size_t after = movinet_model_get_info(made)->file_bytes;
        time_both(both, ms);
        printf("wrote %s: %.2f MB (%s: %.2f), %.2f ms a frame (%.2f)\n", j->s->out,
               (double)after / 1e6, j->name, (double)before / 1e6, ms[1], ms[0]);
    }
    movinet_model_close(made);
    return fine && output_arrived();
}

/* The clips of movinet quantize: most to calibrate with, some held back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/quantize/quantize.h"

#include "cli/interrupt.h"
#include "cli/text.h"

#include <stdio.h>

/* One clip in this many is held back, to see how good the result is. */
enum { HELD_BACK = 5, HELD_BACK_AT_LEAST = 5 };

/* The i-th of the clips that are looked at, evenly taken from all. */
static const char *clip_of(const quantize_job *j, int i)
{
    return j->sources.items[(long long)i * j->sources.n / j->n_clips];
}

static bool is_held_back(const quantize_job *j, int i)
{
    return j->n_clips >= HELD_BACK_AT_LEAST && i % HELD_BACK == HELD_BACK - 1;
}

static bool is_interrupted(void *user)
{
    (void)user;
    return was_interrupted();
}

/* The frames of a clip; *n: how many. */
static movinet_status each_frame(const quantize_job *j, const char *source, quantize_push *push, void *to,
                                 int *n, movinet_error *err)
{
    movinet_video *video;
    movinet_frame frame;
    double rate = movinet_model_get_info(j->model)->frame_rate;
    const movinet_video_options how = {.sample_rate = j->s->fps > 0 ? j->s->fps : rate,
                                       .decoded = true,
                                       .interrupted = is_interrupted};
    movinet_status status = movinet_video_open(&video, source, &how, err);
    *n = 0;
    if (status)
        return status;
    while (!status && *n < j->s->frames && !was_interrupted()) {
        status = movinet_video_next(video, &frame, err);
        if (!status)
            status = push(to, &frame, err);
        *n += !status;
    }
    movinet_video_close(video);
    return status == MOVINET_END ? MOVINET_OK : status;
}

void quantize_show(quantize_job *j, int done, int total, const char *what)
{
    char words[80];
    if (!progress_is_due(&j->bar, done, total))
        return;
    snprintf(words, sizeof words, "%s %d of %d", what, done, total);
    progress_show(&j->bar, done, total, words);
}

/* All clips that are held back, or all others. Those that cannot be read are named. */
bool quantize_push_clips(quantize_job *j, bool held_back, quantize_push *push, void *to,
                       void (*reset)(void *to))
{
    movinet_error err;
    for (int i = 0; i < j->n_clips && !was_interrupted(); i++) {
        int n;
        if (is_held_back(j, i) != held_back)
            continue;
        quantize_show(j, i, j->n_clips, "clip");
        reset(to);
        movinet_status status = each_frame(j, clip_of(j, i), push, to, &n, &err);
        if (status == MOVINET_ERR_MEMORY) {
            complain(NULL, err.message);
            return false;
        }
        if (status && !was_interrupted()) {
            progress_clear(&j->bar);
            complain(clip_of(j, i), err.message);
        }
    }
    progress_clear(&j->bar);
    return !was_interrupted();
}

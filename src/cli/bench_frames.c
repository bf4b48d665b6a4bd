/* The frames that bench pushes. SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/interrupt.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { NOISE_FRAMES = 2, MOST_FRAMES = 32 };
#define MOST_BYTES ((size_t)16 << 20) /* of a video's frames, but at least one is held */

static bool no_memory(void)
{
    complain(NULL, "out of memory");
    return false;
}

static bool make_noise(bench_frames *f, int width, int height)
{
    size_t size = (size_t)width * (size_t)height * 3;
    uint32_t state = 1;
    f->items = calloc(NOISE_FRAMES, sizeof *f->items);
    f->pixels = malloc(size * NOISE_FRAMES);
    if (!f->items || !f->pixels)
        return no_memory();
    f->bytes = size * NOISE_FRAMES;
    for (size_t i = 0; i < f->bytes; i++) {
        /* xorshift, Marsaglia 2003 */
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f->pixels[i] = (uint8_t)(state >> 24);
    }
    for (f->n = 0; f->n < NOISE_FRAMES; f->n++)
        f->items[f->n] = (movinet_frame){.pixels = f->pixels + (size_t)f->n * size,
                                         .width = width, .height = height};
    return true;
}

/* Appends a copy, without gaps between its rows. */
static bool hold_frame(bench_frames *f, const movinet_frame *frame)
{
    size_t row = (size_t)frame->width * 3, size = row * (size_t)frame->height;
    ptrdiff_t stride = frame->stride ? frame->stride : (ptrdiff_t)row;
    uint8_t *pixels = realloc(f->pixels, f->bytes + size);
    if (!pixels)
        return no_memory();
    f->pixels = pixels;
    for (int y = 0; y < frame->height; y++)
        memcpy(pixels + f->bytes + (size_t)y * row, (const uint8_t *)frame->pixels + y * stride,
               row);
    f->bytes += size;
    f->items[f->n] = *frame;
    f->items[f->n].stride = 0;
    f->n++;
    return true;
}

static bool is_interrupted(void *user)
{
    (void)user;
    return was_interrupted();
}

static bool hold_frames(bench_frames *f, movinet_video *video, const char *source)
{
    movinet_frame frame;
    movinet_error err;
    movinet_status status = MOVINET_OK;
    while (f->n < MOST_FRAMES && (f->n == 0 || f->bytes + f->bytes / (size_t)f->n <= MOST_BYTES)) {
        status = movinet_video_next(video, &frame, &err);
        if (status)
            break;
        if (!hold_frame(f, &frame))
            return false;
    }
    if (status && status != MOVINET_END) {
        complain(source, err.message);
        return false;
    }
    if (f->n == 0)
        complain(source, "no frames");
    size_t at = 0;
    for (int i = 0; i < f->n; i++) { /* where they ended up; sizes may differ */
        f->items[i].pixels = f->pixels + at;
        at += (size_t)f->items[i].width * (size_t)f->items[i].height * 3;
    }
    return f->n > 0;
}

bool open_frames(bench_frames *f, const movinet_model_info *info, const char *source)
{
    movinet_video *video;
    movinet_error err;
    if (!source)
        return make_noise(f, info->frame_width, info->frame_height);
    const movinet_video_options how = {.sample_rate = info->frame_rate,
                                       .interrupted = is_interrupted};
    f->items = calloc(MOST_FRAMES, sizeof *f->items);
    if (!f->items)
        return no_memory();
    if (movinet_video_open(&video, source, &how, &err)) {
        complain(source, err.message);
        return false;
    }
    bool fine = hold_frames(f, video, source);
    movinet_video_close(video);
    return fine;
}

void free_frames(bench_frames *f)
{
    free(f->items);
    free(f->pixels);
}

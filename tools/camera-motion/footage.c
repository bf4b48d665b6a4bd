/* SPDX-License-Identifier: Apache-2.0 */
#include "footage.h"

#include <stdlib.h>
#include <string.h>

enum { MEASURED_WIDTH = 200 };

/* out[h / k][w / k][3]: each pixel the mean of k × k. */
static void shrink(const uint8_t *in, size_t stride, int w, int h, int k, uint8_t *out)
{
    for (int y = 0; y < h / k; y++) {
        for (int x = 0; x < w / k; x++) {
            int sum[3] = {0};
            for (int i = 0; i < k * k; i++) {
                const uint8_t *p =
                    in + (size_t)(y * k + i / k) * stride + (size_t)(x * k + i % k) * 3;
                for (int c = 0; c < 3; c++)
                    sum[c] += p[c];
            }
            for (int c = 0; c < 3; c++)
                *out++ = (uint8_t)(sum[c] / (k * k));
        }
    }
}

static int shrink_by(int width, int height, int widest)
{
    int larger = width > height ? width : height;
    return (larger + widest - 1) / widest;
}

/* Frames of a size that changes meanwhile end the video. */
static movinet_status add_frame(cm_clip *c, const movinet_frame *frame, movinet_error *err)
{
    int k = shrink_by(frame->width, frame->height, CM_WIDEST), w = frame->width / k,
        h = frame->height / k;
    if (c->frames && (w != c->width || h != c->height))
        return MOVINET_END;
    size_t size = (size_t)w * (size_t)h * 3;
    uint8_t *larger = realloc(c->pixels, size * ((size_t)c->frames + 1));
    if (!larger)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a video's frames");
    c->pixels = larger;
    c->width = w;
    c->height = h;
    shrink(frame->pixels, frame->stride ? (size_t)frame->stride : (size_t)frame->width * 3,
           frame->width, frame->height, k, larger + size * (size_t)c->frames++);
    return MOVINET_OK;
}

static movinet_status read_frames(cm_clip *c, const char *path, movinet_error *err)
{
    const movinet_video_options options = {.sample_rate = c->rate};
    movinet_video *video;
    movinet_frame frame;
    movinet_status status = movinet_video_open(&video, path, &options, err);
    if (status)
        return status;
    while (!status && c->frames < CM_MOST_FRAMES &&
           !(status = movinet_video_next(video, &frame, err)))
        status = add_frame(c, &frame, err);
    movinet_video_close(video);
    if (status && status != MOVINET_END)
        return status;
    if (c->frames < 2)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: fewer than two frames", path);
    return MOVINET_OK;
}

static bool measure(cm_footage *f)
{
    const cm_clip *c = &f->clip;
    int k = shrink_by(c->width, c->height, MEASURED_WIDTH);
    cm_clip small = {c->frames, c->width / k, c->height / k, c->rate, NULL};
    size_t size = (size_t)small.width * (size_t)small.height * 3, whole = (size_t)c->width * 3;
    small.pixels = malloc(size * (size_t)c->frames);
    f->steps = malloc((size_t)c->frames * sizeof *f->steps);
    for (int i = 0; i < c->frames && small.pixels; i++)
        shrink(c->pixels + (size_t)i * whole * (size_t)c->height, whole, c->width, c->height, k,
               small.pixels + (size_t)i * size);
    bool fine = small.pixels && f->steps && cm_measure_clip(&small, f->steps);
    free(small.pixels);
    return fine;
}

movinet_status cm_footage_open(cm_footage *f, const char *path, double rate, movinet_error *err)
{
    memset(f, 0, sizeof *f);
    f->clip.rate = rate;
    movinet_status status = read_frames(&f->clip, path, err);
    if (!status && !measure(f))
        status = mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a video's frames");
    if (status)
        cm_footage_close(f);
    return status;
}

void cm_footage_close(cm_footage *f)
{
    cm_clip_close(&f->clip);
    free(f->steps);
    f->steps = NULL;
}

cm_summary cm_footage_moves(const cm_footage *f, int first, int n)
{
    return cm_sum_up(f->steps + first, n - 1, (double)f->clip.height / f->clip.width);
}

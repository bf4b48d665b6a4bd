/* Raw RGB24 frames, one after another, from a file or standard input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"
#include "video/pipe.h"
#include "video/sampler.h"
#include "video/source.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RAW_RATE 5.0

typedef struct raw_source {
    movinet_video video;
    movinet_video_options options;
    char *name;
    mvv_pipe pipe;
    uint8_t *pixels; ///< [raw_height][raw_width][3]
    size_t bytes;
    int64_t first;   ///< the frame that is on the screen at the start
    int64_t frames;  ///< read so far
    mvv_hold grid;
    bool ended;
    size_t rest;     ///< bytes read of a frame that is not whole yet
} raw_source;

/* One whole frame, or `ended` and the rest. */
static movinet_status read_frame(raw_source *s, movinet_error *err)
{
    while (s->rest < s->bytes) {
        size_t n;
        movinet_status status =
            mvv_pipe_read(&s->pipe, s->pixels + s->rest, s->bytes - s->rest, &n, err);
        if (status)
            return status;
        if (n == 0) {
            s->ended = true;
            s->video.info.damaged += s->frames && s->rest;
            return MOVINET_OK;
        }
        s->rest += n;
    }
    s->rest = 0;
    s->frames++;
    return MOVINET_OK;
}

/* What there is to say once no whole frame is left. */
static movinet_status end_of(const raw_source *s, movinet_error *err)
{
    const movinet_video_options *o = &s->options;
    if (!s->frames)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%s: no frame could be decoded: has %zu bytes, a frame of %d×%d has %zu",
                       s->name, s->rest, o->raw_width, o->raw_height, s->bytes);
    if (s->frames <= s->first)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%s: ends at %.3f s, before the start at %.3f s",
                       s->name, (double)s->frames / s->grid.rate, o->start);
    return MOVINET_END;
}

static movinet_status raw_next(movinet_video *video, movinet_frame *frame, movinet_error *err)
{
    raw_source *s = (raw_source *)video;
    if (mvv_hold_done(&s->grid))
        return MOVINET_END;
    do {
        movinet_status status = s->ended ? MOVINET_OK : read_frame(s, err);
        if (status)
            return status;
        if (s->ended)
            return end_of(s, err);
    } while (s->frames <= s->first);
    *frame = (movinet_frame){
        .pixels = s->pixels,
        .width = s->options.raw_width,
        .height = s->options.raw_height,
        .pixel = MOVINET_RGB8,
        .time = mvv_hold_time(&s->grid),
    };
    s->grid.next++;
    return MOVINET_OK;
}

static void raw_close(movinet_video *video)
{
    raw_source *s = (raw_source *)video;
    mvv_pipe_close(&s->pipe);
    free(s->pixels);
    free(s->name);
    free(s);
}

static movinet_status open_file(raw_source *s, movinet_error *err)
{
    struct stat info;
    movinet_status status = mvv_pipe_open(&s->pipe, s->name, &s->options, err);
    if (status || !strcmp(s->name, "-"))
        return status;
    if (fstat(s->pipe.fd, &info))
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", s->name, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return mv_fail(err, MOVINET_ERR_IO, "%s: is a folder, not a file", s->name);
    if (S_ISREG(info.st_mode))
        s->video.info.duration = (double)(info.st_size / (off_t)s->bytes) / s->grid.rate;
    return MOVINET_OK;
}

movinet_status mvv_raw_open(movinet_video **out, const char *source,
                            const movinet_video_options *options, movinet_error *err)
{
    static const mvv_source_kind kind = {raw_next, raw_close};
    raw_source *s = calloc(1, sizeof *s);
    if (!s)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", source);
    double rate = options->sample_rate > 0 ? options->sample_rate : RAW_RATE;
    s->video.kind = &kind;
    s->options = *options;
    s->first = (int64_t)floor((options->start + MVV_TIME_SLACK) * rate);
    mvv_hold_init(&s->grid, rate, options->start, options->duration);
    s->name = strdup(source);
    size_t row;
    if (mv_mul_size((size_t)options->raw_width, 3, &row) &&
        mv_mul_size(row, (size_t)options->raw_height, &s->bytes))
        s->pixels = mv_alloc(s->bytes);
    s->video.info = (movinet_video_info){
        .width = options->raw_width,
        .height = options->raw_height,
        .frame_rate = rate,
        .format = "raw",
        .codec = "rawvideo",
    };
    movinet_status status = s->name && s->pixels
                                ? open_file(s, err)
                                : mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", source);
    if (status)
        raw_close(&s->video);
    else
        *out = &s->video;
    return status;
}

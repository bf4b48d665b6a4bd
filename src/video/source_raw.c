/* Raw RGB24 frames, one after another, from a file or standard input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"
#include "video/sampler.h"
#include "video/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a caller who may give up is asked while no bytes come, milliseconds. */
enum { POLL_MS = 100 };
#define RAW_RATE 5.0

typedef struct raw_source {
    movinet_video video;
    movinet_video_options options;
    char *name;
    int fd;
    uint8_t *pixels; ///< [raw_height][raw_width][3]
    size_t bytes;
    int64_t first;   ///< the frame that is on the screen at the start
    int64_t frames;  ///< read so far
    mvv_hold grid;
    bool ended;
    size_t rest;     ///< bytes read of a frame that is not whole yet
} raw_source;

/* Waits until something can be read. */
static movinet_status wait_for_bytes(const raw_source *s, movinet_error *err)
{
    struct pollfd wait = {.fd = s->fd, .events = POLLIN};
    for (;;) {
        if (mvv_interrupted(&s->options))
            return mv_fail(err, MOVINET_ERR_CANCELLED, "%s: interrupted", s->name);
        int ready = poll(&wait, 1, s->options.interrupted ? POLL_MS : -1);
        if (ready > 0)
            return MOVINET_OK;
        if (ready < 0 && errno != EINTR)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", s->name, strerror(errno));
    }
}

/* One whole frame, or `ended` and the rest. */
static movinet_status read_frame(raw_source *s, movinet_error *err)
{
    while (s->rest < s->bytes) {
        movinet_status status = wait_for_bytes(s, err);
        if (status)
            return status;
        ssize_t n = read(s->fd, s->pixels + s->rest, s->bytes - s->rest);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", s->name, strerror(errno));
        if (n == 0) {
            s->ended = true;
            s->video.info.damaged += s->frames && s->rest;
            return MOVINET_OK;
        }
        s->rest += n > 0 ? (size_t)n : 0;
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
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    free(s->pixels);
    free(s->name);
    free(s);
}

static movinet_status open_file(raw_source *s, movinet_error *err)
{
    struct stat info;
    if (!strcmp(s->name, "-"))
        return MOVINET_OK;
    s->fd = open(s->name, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", s->name, strerror(errno));
    if (fstat(s->fd, &info))
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

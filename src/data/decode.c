/* A clip, decoded once for both kinds. SPDX-License-Identifier: Apache-2.0 */
#include "data/decode.h"
#include "core/memory.h"
#include "picture/preprocess.h"

#include <stdlib.h>
#include <string.h>

/* A file of a Kinetics clip that lasts no longer than the span and this, seconds, is the
 * span itself: it was cut at key frames. */
#define CUT_SLACK 2.0

typedef struct job {
    const mvd_shape *shape;
    mvd_frames *out;                       ///< [MVD_KINDS]
    mvv_preprocess *preprocess[MVD_KINDS]; ///< NULL: not wanted
    int steps;                             ///< frames of the video for one of MVD_VIEW
    uint8_t *to;                           ///< where the next row goes
    size_t row;
} job;

static void put_row(void *user, int y, const uint8_t *row)
{
    job *j = user;
    (void)y;
    memcpy(j->to, row, j->row);
    j->to += j->row;
}

static bool make_room(mvd_frames *f)
{
    size_t frame = (size_t)f->width * (size_t)f->height * 3;
    size_t need = frame * ((size_t)f->frames + 1);
    if (need <= f->capacity)
        return true;
    size_t capacity = f->capacity * 2 > frame * 16 ? f->capacity * 2 : frame * 16;
    uint8_t *larger = realloc(f->pixels, capacity > need ? capacity : need);
    if (!larger)
        return false;
    f->pixels = larger;
    f->capacity = capacity > need ? capacity : need;
    return true;
}

static movinet_status take_frame(job *j, mvd_kind kind, const movinet_frame *frame,
                                 movinet_error *err)
{
    mvd_frames *f = &j->out[kind];
    const mvv_sink sink = {.u8 = put_row, .user = j};
    if (!make_room(f))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for decoded frames");
    j->row = (size_t)f->width * 3;
    j->to = f->pixels + (size_t)f->frames * (size_t)f->height * j->row;
    f->frames++;
    return mvv_preprocess_run(j->preprocess[kind], frame, &sink, err);
}

static movinet_status read_frames(job *j, movinet_video *video, movinet_error *err)
{
    movinet_frame frame;
    movinet_status status;
    for (int i = 0; !(status = movinet_video_next(video, &frame, err)); i++) {
        if (j->preprocess[MVD_WIDE])
            status = take_frame(j, MVD_WIDE, &frame, err);
        if (!status && j->preprocess[MVD_VIEW] && i % j->steps == 0)
            status = take_frame(j, MVD_VIEW, &frame, err);
        if (status)
            return status;
    }
    return status == MOVINET_END ? MOVINET_OK : status;
}

/* ---- opening ------------------------------------------------------------------- */

void mvd_span_of(const movinet_dataset_clip *clip, const mvd_shape *shape, double file_duration,
                 double *start, double *duration)
{
    double length = clip->end > 0 ? clip->end - clip->start : 0;
    bool whole = clip->span_if_longer && file_duration <= length + CUT_SLACK;
    *start = whole ? 0 : clip->start;
    *duration = whole ? 0 : length;
    if (shape->seconds > 0 && !(*duration > 0 && *duration <= shape->seconds))
        *duration = shape->seconds;
}

static movinet_status open_at(movinet_video **video, const movinet_dataset_clip *clip,
                              const mvd_shape *shape, movinet_video_options *options,
                              movinet_error *err)
{
    double duration = 0;
    if (clip->span_if_longer) {
        movinet_status status = movinet_video_open(video, clip->file, options, err);
        if (status)
            return status;
        duration = movinet_video_get_info(*video)->duration;
        movinet_video_close(*video);
    }
    mvd_span_of(clip, shape, duration, &options->start, &options->duration);
    return movinet_video_open(video, clip->file, options, err);
}

static movinet_status open_kind(job *j, mvd_kind kind, int width, int height,
                                movinet_preprocess mode, movinet_error *err)
{
    mvd_frames *f = &j->out[kind];
    f->frames = 0;
    f->width = width;
    f->height = height;
    return mvv_preprocess_open(&j->preprocess[kind], width, height, mode, err);
}

static movinet_status open_kinds(job *j, const bool wanted[MVD_KINDS], movinet_error *err)
{
    const mvd_shape *s = j->shape;
    /* What the network is evaluated on is a fixed part of the picture; random parts are cut
     * from as much as there is of that shape. */
    movinet_preprocess wide =
        s->preprocess == MOVINET_PREPROCESS_TRAIN ? MOVINET_PREPROCESS_CROP : s->preprocess;
    movinet_status status = MOVINET_OK;
    if (wanted[MVD_VIEW])
        status = open_kind(j, MVD_VIEW, s->width, s->height, s->preprocess, err);
    if (!status && wanted[MVD_WIDE])
        status = open_kind(j, MVD_WIDE, s->wide_width, s->wide_height, wide, err);
    return status;
}

static movinet_status check_length(const job *j, const movinet_dataset_clip *clip,
                                   movinet_error *err)
{
    mvd_kind kind = j->preprocess[MVD_VIEW] ? MVD_VIEW : MVD_WIDE;
    int frames =
        kind == MVD_VIEW ? j->out[kind].frames : (j->out[kind].frames + j->steps - 1) / j->steps;
    if (frames >= MVD_FEWEST)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_FORMAT,
                   "%s: only %d frame%s at %g a second: a clip must have %d at least", clip->file,
                   frames, frames == 1 ? "" : "s", j->shape->rate, MVD_FEWEST);
}

movinet_status mvd_decode(const movinet_dataset_clip *clip, const mvd_shape *shape,
                          const bool wanted[MVD_KINDS], int threads,
                          bool (*interrupted)(void *user), void *user, mvd_frames out[MVD_KINDS],
                          movinet_error *err)
{
    job j = {.shape = shape, .out = out, .steps = wanted[MVD_WIDE] ? shape->steps : 1};
    movinet_video_options options = {.sample_rate = shape->rate * j.steps,
                                     .decoded = true,
                                     .threads = threads,
                                     .interrupted = interrupted,
                                     .user = user};
    movinet_video *video = NULL;
    movinet_status status = open_kinds(&j, wanted, err);
    if (!status)
        status = open_at(&video, clip, shape, &options, err);
    if (!status)
        status = read_frames(&j, video, err);
    if (!status)
        status = check_length(&j, clip, err);
    movinet_video_close(video);
    mvv_preprocess_close(j.preprocess[MVD_VIEW]);
    mvv_preprocess_close(j.preprocess[MVD_WIDE]);
    return status;
}

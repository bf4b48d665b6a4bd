/* Decoded pictures on the grid of times: files, pipes, URLs, cameras.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "video/convert.h"
#include "video/decode.h"
#include "video/ffmpeg.h"
#include "video/sampler.h"

#include <math.h>
#include <stdlib.h>

/* From here on, seconds, seeking is faster than decoding all before. */
#define SEEK_FROM 5.0

typedef struct ffmpeg_source {
    movinet_video video;
    movinet_video_options options;
    mvv_decoder decoder;
    mvv_converter converter;
    mvv_hold grid;
    mvv_picture held;       ///< on the screen
    mvv_picture ahead;      ///< comes after it
    bool has_held, has_ahead;
    bool ended;             ///< nothing comes after `ahead`
    movinet_error failure;  ///< why it ended; status OK: it was the end
    bool converted;         ///< `shown` is of `held`
    movinet_frame shown;
} ffmpeg_source;

/* Reads `ahead`. Only what must not wait is returned; other errors are kept until
 * the pictures before them are out. */
static movinet_status read_ahead(ffmpeg_source *s, movinet_error *err)
{
    if (s->ended)
        return MOVINET_OK;
    movinet_status status = mvv_decoder_next(&s->decoder, &s->ahead, &s->failure);
    s->video.info.damaged = s->decoder.damaged;
    s->has_ahead = status == MOVINET_OK;
    s->ended = status != MOVINET_OK;
    if (status == MOVINET_OK || status == MOVINET_END)
        s->failure.status = MOVINET_OK;
    if (status != MOVINET_ERR_CANCELLED && status != MOVINET_ERR_MEMORY)
        return MOVINET_OK;
    s->ended = false; /* may be asked again */
    return mv_fail(err, status, "%s", s->failure.message);
}

/* `ahead` comes onto the screen. */
static void advance(ffmpeg_source *s)
{
    AVFrame *old = s->held.frame;
    s->held = s->ahead;
    s->ahead.frame = old;
    s->has_held = true;
    s->has_ahead = false;
    s->converted = false;
}

/* Nothing more to show. */
static movinet_status finish(const ffmpeg_source *s, movinet_error *err)
{
    double end = s->held.time + s->held.shown;
    if (s->failure.status)
        return mv_fail(err, s->failure.status, "%s", s->failure.message);
    if (s->options.start > 0 && s->grid.next == 0 && s->has_held)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%s: ends at %.3f s, before the start at %.3f s",
                       s->decoder.name, end, s->options.start);
    return MOVINET_END;
}

/* ---- how a picture is to be seen ------------------------------------------------- */

static void set_looks(ffmpeg_source *s, const mvv_picture *picture, movinet_frame *frame)
{
    AVRational aspect =
        av_guess_sample_aspect_ratio(s->decoder.format, s->decoder.stream, picture->frame);
    double value = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;
    bool sane = value >= 1 / MVV_ASPECT_LIMIT && value <= MVV_ASPECT_LIMIT;
    frame->pixel_aspect = sane ? value : 1;
    frame->rotation = picture->turn.rotation;
    frame->mirrored = picture->turn.mirrored;
}

/* What `held` looks like; its pixels are made only now, and only once. */
static movinet_status show(ffmpeg_source *s, double time, movinet_frame *frame, movinet_error *err)
{
    if (!s->converted) {
        s->shown = (movinet_frame){0};
        movinet_status status =
            (s->options.decoded ? mvv_convert_decoded : mvv_convert)(&s->converter, s->held.frame,
                                                                     &s->shown, err);
        if (status) {
            mv_error_prefix(err, s->decoder.name);
            return status;
        }
        set_looks(s, &s->held, &s->shown);
        s->converted = true;
    }
    *frame = s->shown;
    frame->time = time;
    s->grid.next++;
    return MOVINET_OK;
}

/* ---- two ways to go on ----------------------------------------------------------- */

/* Whatever is on the screen at the next time of the grid. */
static movinet_status next_on_grid(ffmpeg_source *s, movinet_frame *frame, movinet_error *err)
{
    if (mvv_hold_done(&s->grid))
        return MOVINET_END;
    for (;;) {
        if (!s->has_ahead) {
            movinet_status status = read_ahead(s, err);
            if (status)
                return status;
        }
        if (!s->has_ahead || (s->has_held && !mvv_hold_shown(&s->grid, s->ahead.time)))
            break;
        advance(s);
    }
    if (!s->has_held || (!s->has_ahead && !mvv_hold_before(&s->grid, s->held.time + s->held.shown)))
        return finish(s, err);
    return show(s, mvv_hold_time(&s->grid), frame, err);
}

/* Every picture from the start to the end. */
static movinet_status next_of_all(ffmpeg_source *s, movinet_frame *frame, movinet_error *err)
{
    const movinet_video_options *o = &s->options;
    do {
        if (!s->has_ahead) {
            movinet_status status = read_ahead(s, err);
            if (status)
                return status;
        }
        if (!s->has_ahead)
            return finish(s, err);
        if (o->duration > 0 && s->ahead.time >= o->start + o->duration - MVV_TIME_SLACK)
            return MOVINET_END;
        advance(s);
    } while (s->held.time < o->start - MVV_TIME_SLACK);
    return show(s, s->held.time, frame, err);
}

static movinet_status source_next(movinet_video *video, movinet_frame *frame, movinet_error *err)
{
    ffmpeg_source *s = (ffmpeg_source *)video;
    return s->grid.rate > 0 ? next_on_grid(s, frame, err) : next_of_all(s, frame, err);
}

/* ---- opening --------------------------------------------------------------------- */

static void source_close(movinet_video *video)
{
    ffmpeg_source *s = (ffmpeg_source *)video;
    mvv_converter_free(&s->converter);
    av_frame_free(&s->held.frame);
    av_frame_free(&s->ahead.frame);
    mvv_decoder_close(&s->decoder);
    free(s);
}

static void fill_info(ffmpeg_source *s)
{
    const AVFormatContext *format = s->decoder.format;
    const AVStream *stream = s->decoder.stream;
    movinet_video_info *info = &s->video.info;
    AVFrame *picture = s->ahead.frame;
    movinet_frame seen = {.width = picture->width, .height = picture->height};
    AVRational rate = stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate
                                                     : stream->r_frame_rate;

    set_looks(s, &s->ahead, &seen);
    bool turned = seen.rotation % 180 != 0;
    int width = (int)floor(seen.width * seen.pixel_aspect + 0.5);
    width = width > 0 ? width : 1;
    info->width = turned ? seen.height : width;
    info->height = turned ? width : seen.height;
    info->frame_rate = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    if (format->duration > 0)
        info->duration = (double)format->duration / AV_TIME_BASE;
    else if (stream->duration > 0)
        info->duration = (double)stream->duration * av_q2d(stream->time_base);
    info->format = format->iformat->name;
    info->codec = avcodec_get_name(stream->codecpar->codec_id);
    info->damaged = s->decoder.damaged;
    info->origin = mvv_clock_origin(&s->decoder.clock);
}

/* The first picture: it is time 0, and says what the video looks like. */
static movinet_status read_first(ffmpeg_source *s, movinet_error *err)
{
    movinet_status status = read_ahead(s, err);
    if (status)
        return status;
    if (s->failure.status && !s->has_ahead)
        return mv_fail(err, s->failure.status, "%s", s->failure.message);
    if (!s->has_ahead)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: no frame could be decoded%s", s->decoder.name,
                       mvv_decoder_hint(&s->decoder));
    fill_info(s);
    if (s->options.start < SEEK_FROM)
        return MOVINET_OK;
    status = mvv_decoder_seek(&s->decoder, s->options.start, &s->ahead, err);
    return status == MOVINET_END
               ? mv_fail(err, MOVINET_ERR_IO, "%s: cannot seek to %.3f s", s->decoder.name,
                         s->options.start)
               : status;
}

movinet_status mvv_video_open(movinet_video **out, const char *source,
                              const movinet_video_options *options, movinet_error *err)
{
    static const mvv_source_kind kind = {source_next, source_close};
    ffmpeg_source *s = calloc(1, sizeof *s);
    if (!s)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", source);
    s->video.kind = &kind;
    s->options = *options;
    mvv_hold_init(&s->grid, options->sample_rate, options->start, options->duration);
    s->held.frame = av_frame_alloc();
    s->ahead.frame = av_frame_alloc();
    movinet_status status = s->held.frame && s->ahead.frame
                                ? mvv_decoder_open(&s->decoder, source, options, err)
                                : mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", source);
    if (!status && options->sample_rate > 0)
        mvv_decoder_sample(&s->decoder, &s->grid);
    if (!status)
        status = read_first(s, err);
    if (status)
        source_close(&s->video);
    else
        *out = &s->video;
    return status;
}

/* Opens a source with FFmpeg, picks the video stream and opens its decoder.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/decode.h"
#include "video/location.h"

#include <libavutil/cpu.h>
#include <libavutil/mem.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Frames a second where nothing says so. */
#define UNKNOWN_RATE 25.0

enum {
    THREADS = 4,               /* of the decoder, at most: each holds a picture */
    PIXELS_MAX = 1 << 27,      /* of a picture: 16384 × 8192 */
    PIPE_BYTES = 1 << 15,      /* read from a pipe at once, at most */
    LIVE_PIXELS = 1280 * 720,  /* one thread decodes as many, of a live source */
};

/* ---- errors ------------------------------------------------------------------- */

movinet_status mvv_av_status(int code)
{
    switch (code) {
    case AVERROR(ENOMEM): return MOVINET_ERR_MEMORY;
    case AVERROR_EXIT: return MOVINET_ERR_CANCELLED;
    case AVERROR_INVALIDDATA:
    case AVERROR_EOF:
    case AVERROR_STREAM_NOT_FOUND: return MOVINET_ERR_FORMAT;
    case AVERROR_PATCHWELCOME:
    case AVERROR_PROTOCOL_NOT_FOUND:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_DECODER_NOT_FOUND: return MOVINET_ERR_UNSUPPORTED;
    default: return MOVINET_ERR_IO;
    }
}

movinet_status mvv_av_fail(movinet_error *err, const char *source, const char *what, int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof text);
    text[0] = (char)tolower((unsigned char)text[0]);
    return mv_fail(err, mvv_av_status(code), "%s: %s: %s", source, what, text);
}

static movinet_status out_of_memory(const mvv_decoder *d, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", d->name);
}

/* ---- the container --------------------------------------------------------------- */

/* Asked by FFmpeg while it waits. */
static int ask_interrupted(void *decoder)
{
    const mvv_decoder *d = decoder;
    return mvv_interrupted(&d->options) || mvv_decoder_gives_up(d);
}

static movinet_status open_failed(const mvv_decoder *d, const mvv_location *at, int code,
                                  movinet_error *err)
{
    if (code == AVERROR_EXIT && mvv_interrupted(&d->options))
        return mv_fail(err, MOVINET_ERR_CANCELLED, "%s: interrupted", d->name);
    if (code == AVERROR_EXIT || code == AVERROR(ETIMEDOUT))
        return mvv_decoder_gave_up(d, err);
    if (at->kind == MOVINET_SOURCE_SCREEN && code == AVERROR(EIO))
        return mv_fail(err, MOVINET_ERR_IO, "%s: X11 display %s cannot be opened", d->name,
                       getenv("DISPLAY"));
    if (at->kind == MOVINET_SOURCE_SCREEN && code == AVERROR(EINVAL))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%s: this part is not all on the screen",
                       d->name);
    if (code == AVERROR_PROTOCOL_NOT_FOUND)
        return mv_fail(err, MOVINET_ERR_IO,
                       "%s: no such file, nor a kind of URL that this FFmpeg knows", d->name);
    if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%s: not a video, or damaged at its beginning or its index", d->name);
    return mvv_av_fail(err, d->name, "cannot be opened", code);
}

static int read_pipe(void *decoder, uint8_t *to, int size)
{
    mvv_decoder *d = decoder;
    size_t n;
    movinet_status status = mvv_pipe_read(&d->pipe, to, (size_t)size, &n, NULL);
    if (status)
        return status == MOVINET_ERR_CANCELLED ? AVERROR_EXIT : AVERROR(EIO);
    return n ? (int)n : AVERROR_EOF;
}

/* FFmpeg's own reading of a pipe cannot be interrupted. */
static movinet_status open_pipe(mvv_decoder *d, movinet_error *err)
{
    movinet_status status = mvv_pipe_open(&d->pipe, d->name, &d->options, err);
    if (status)
        return status;
    uint8_t *buffer = av_malloc(PIPE_BYTES);
    d->pipe_io =
        buffer ? avio_alloc_context(buffer, PIPE_BYTES, 0, d, read_pipe, NULL, NULL) : NULL;
    if (!d->pipe_io) {
        av_free(buffer);
        return out_of_memory(d, err);
    }
    d->format->pb = d->pipe_io;
    return MOVINET_OK;
}

/* Pictures and nothing around them: there is nothing to find out, and it would take seconds. */
static bool is_bare(const AVFormatContext *format)
{
    return format->nb_streams == 1 &&
           !strcmp(format->iformat->name,
                   avcodec_get_name(format->streams[0]->codecpar->codec_id));
}

static movinet_status open_container(mvv_decoder *d, mvv_location *at, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    d->format = avformat_alloc_context();
    if (!d->format)
        return out_of_memory(d, err);
    d->format->interrupt_callback = (AVIOInterruptCB){ask_interrupted, d};
    if (mvv_location_is_alive(at))
        mvv_decoder_hopes(d);
    if (mvv_location_is_known(at)) /* nor can a device be that has nothing to give */
        d->format->flags |= AVFMT_FLAG_NONBLOCK;
    if (at->kind == MOVINET_SOURCE_PIPE)
        status = open_pipe(d, err);
    if (status)
        return status;
    int code = avformat_open_input(&d->format, at->url, at->input, &at->options);
    if (code < 0)
        return open_failed(d, at, code, err);
    status = mvv_location_check(at, d->name, err);
    if (status || mvv_location_is_known(at) || (d->options.live && is_bare(d->format)))
        return status;
    /* If this fails the file may still decode: the first picture will tell. */
    code = avformat_find_stream_info(d->format, NULL);
    if (code == AVERROR_EXIT || code == AVERROR(ENOMEM))
        return open_failed(d, at, code, err);
    return MOVINET_OK;
}

static bool is_video(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
           !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

/* FFmpeg's best video stream, but never a cover picture; the others are not read. */
static movinet_status pick_stream(mvv_decoder *d, movinet_error *err)
{
    int best = av_find_best_stream(d->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    for (unsigned i = 0; (best < 0 || !is_video(d->format->streams[best])) &&
                         i < d->format->nb_streams; i++) {
        if (is_video(d->format->streams[i]))
            best = (int)i;
    }
    if (best < 0 || !is_video(d->format->streams[best]))
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: no video stream", d->name);
    d->stream = d->format->streams[best];
    for (unsigned i = 0; i < d->format->nb_streams; i++) {
        if ((int)i != best)
            d->format->streams[i]->discard = AVDISCARD_ALL;
    }
    return MOVINET_OK;
}

/* ---- the decoder ------------------------------------------------------------------- */

/* One for each processor, and one that goes on while our own thread computes. */
static int decoder_threads(void)
{
    int cpus = av_cpu_count();
    return cpus < 2 ? 1 : cpus < THREADS ? cpus + 1 : THREADS;
}

static movinet_status open_codec(mvv_decoder *d, movinet_error *err)
{
    const AVCodecParameters *parameters = d->stream->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    if (!codec)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: this FFmpeg has no decoder for %s",
                       d->name, avcodec_get_name(parameters->codec_id));
    d->codec = avcodec_alloc_context3(codec);
    d->packet = av_packet_alloc();
    d->waiting = av_packet_alloc();
    if (!d->codec || !d->packet || !d->waiting)
        return out_of_memory(d, err);
    int code = avcodec_parameters_to_context(d->codec, parameters);
    if (code >= 0) {
        d->codec->pkt_timebase = d->stream->time_base;
        d->codec->max_pixels = PIXELS_MAX;
        /* Threads that each take a picture give it later. */
        if (d->options.live && (int64_t)parameters->width * parameters->height <= LIVE_PIXELS)
            d->codec->thread_type = FF_THREAD_SLICE;
        d->codec->thread_count =
            d->options.threads > 0 ? d->options.threads : decoder_threads();
        code = avcodec_open2(d->codec, codec, NULL);
    }
    if (code < 0)
        return mvv_av_fail(err, d->name, "its decoder cannot be opened", code);
    return MOVINET_OK;
}

/* The container's turn; FFmpeg moved it. */
static void read_turn(mvv_decoder *d)
{
#if LIBAVFORMAT_VERSION_MAJOR >= 61
    const AVCodecParameters *parameters = d->stream->codecpar;
    const AVPacketSideData *side =
        av_packet_side_data_get(parameters->coded_side_data, parameters->nb_coded_side_data,
                                AV_PKT_DATA_DISPLAYMATRIX);
    const uint8_t *data = side ? side->data : NULL;
    size_t size = side ? side->size : 0;
#else
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(d->stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
    if (data && size >= 9 * sizeof(int32_t))
        d->turn = mvv_turn_of((const int32_t *)(const void *)data);
}

static void start_clock(mvv_decoder *d)
{
    AVRational rate = av_guess_frame_rate(d->format, d->stream, NULL);
    double fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : UNKNOWN_RATE;
    if (!(fps >= 0.01 && fps <= 1000))
        fps = UNKNOWN_RATE;
    mvv_clock_init(&d->clock, av_q2d(d->stream->time_base), 1 / fps,
                   d->format->iformat->flags & AVFMT_TS_DISCONT);
}

movinet_status mvv_decoder_open(mvv_decoder *d, const char *source,
                                const movinet_video_options *options, movinet_error *err)
{
    mvv_location at;
    /* The library never prints; FFmpeg would, unless told, for the whole process. */
    av_log_set_level(AV_LOG_QUIET);
    d->options = *options;
    d->name = strdup(source);
    if (!d->name)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", source);
    movinet_status status = mvv_locate(&at, source, options, err);
    if (!status)
        status = open_container(d, &at, err);
    mvv_location_free(&at);
    if (!status)
        status = pick_stream(d, err);
    if (!status)
        status = open_codec(d, err);
    if (!status) {
        start_clock(d);
        read_turn(d);
    }
    return status;
}

void mvv_decoder_close(mvv_decoder *d)
{
    av_packet_free(&d->packet);
    av_packet_free(&d->waiting);
    avcodec_free_context(&d->codec);
    avformat_close_input(&d->format);
    if (d->pipe_io)
        av_freep(&d->pipe_io->buffer);
    avio_context_free(&d->pipe_io);
    mvv_pipe_close(&d->pipe);
    free(d->name);
    *d = (mvv_decoder){0};
}

/* Finds out what a source string means, opens it with FFmpeg, picks the video stream
 * and opens its decoder. SPDX-License-Identifier: Apache-2.0 */
#include "video/decode.h"
#include "video/where.h"

#include <libavdevice/avdevice.h>
#include <libavutil/cpu.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Network streams that say nothing for so long have gone away, microseconds. */
#define NETWORK_TIMEOUT "30000000"
/* Frames a second where nothing says so. */
#define UNKNOWN_RATE 25.0

enum {
    THREADS = 4,               /* of the decoder, at most: each holds a picture */
    PIXELS_MAX = 1 << 27,      /* of a picture: 16384 × 8192 */
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

/* ---- what the string means ------------------------------------------------------ */

/* What FFmpeg is to open. */
typedef struct location {
    char *url;          ///< for free()
    const char *device; ///< name of the input device, or NULL
    bool file;          ///< something that exists
} location;

/* What else exists than what has a meaning of its own is a file even if its name looks
 * like a URL. */
static bool locate(const char *source, location *at)
{
    struct stat info;
    const char *prefix = "", *rest = source;
    *at = (location){0};
    switch (movinet_source_kind_of(source)) {
    case MOVINET_SOURCE_PIPE: rest = strcmp(source, "-") ? source : "pipe:0"; break;
    case MOVINET_SOURCE_CAMERA:
        at->device = "video4linux2,v4l2";
        rest = strcmp(source, MVV_FIRST_CAMERA) ? source : "/dev/video0";
        break;
    case MOVINET_SOURCE_GRAPH:
        at->device = "lavfi";
        rest = source + 6;
        break;
    case MOVINET_SOURCE_FILE:
        at->file = stat(source, &info) == 0;
        prefix = at->file ? "file:" : "";
        break;
    default: break;
    }
    size_t size = strlen(prefix) + strlen(rest) + 1;
    at->url = malloc(size);
    if (at->url)
        snprintf(at->url, size, "%s%s", prefix, rest);
    return at->url != NULL;
}

static const AVInputFormat *device_format(const char *name)
{
    avdevice_register_all();
    return av_find_input_format(name);
}

/* What can be said more clearly than FFmpeg would. */
static movinet_status check_file(const char *source, movinet_error *err)
{
    struct stat info;
    if (stat(source, &info))
        return MOVINET_OK;
    if (S_ISDIR(info.st_mode))
        return mv_fail(err, MOVINET_ERR_IO, "%s: is a folder, not a video", source);
    if (S_ISREG(info.st_mode) && access(source, R_OK))
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", source, strerror(errno));
    if (S_ISREG(info.st_mode) && info.st_size == 0)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%s: no frame could be decoded: the file is empty", source);
    return MOVINET_OK;
}

/* ---- the container --------------------------------------------------------------- */

static int ask_interrupted(void *decoder)
{
    return mvv_interrupted(&((mvv_decoder *)decoder)->options);
}

static void network_options(const char *url, AVDictionary **options)
{
    if (!strncmp(url, "rtsp", 4)) {
        av_dict_set(options, "rtsp_flags", "prefer_tcp", 0);
        av_dict_set(options, "timeout", NETWORK_TIMEOUT, 0);
    } else if (strstr(url, "://")) {
        av_dict_set(options, "rw_timeout", NETWORK_TIMEOUT, 0);
    }
}

static movinet_status open_failed(const mvv_decoder *d, int code, movinet_error *err)
{
    if (code == AVERROR_EXIT)
        return mv_fail(err, MOVINET_ERR_CANCELLED, "%s: interrupted", d->name);
    if (code == AVERROR_PROTOCOL_NOT_FOUND)
        return mv_fail(err, MOVINET_ERR_IO,
                       "%s: no such file, nor a kind of URL that this FFmpeg knows", d->name);
    if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%s: not a video, or damaged at its beginning or its index", d->name);
    return mvv_av_fail(err, d->name, "cannot be opened", code);
}

static movinet_status open_container(mvv_decoder *d, const location *at, movinet_error *err)
{
    AVDictionary *options = NULL;
    const AVInputFormat *input = at->device ? device_format(at->device) : NULL;
    if (at->device && !input)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: this FFmpeg has no %s input", d->name,
                       at->device);
    d->format = avformat_alloc_context();
    if (!d->format)
        return out_of_memory(d, err);
    d->format->interrupt_callback = (AVIOInterruptCB){ask_interrupted, d};
    network_options(at->url, &options);
    int code = avformat_open_input(&d->format, at->url, input, &options);
    av_dict_free(&options);
    if (code < 0)
        return open_failed(d, code, err);
    /* If this fails the file may still decode: the first picture will tell. */
    code = avformat_find_stream_info(d->format, NULL);
    if (code == AVERROR_EXIT || code == AVERROR(ENOMEM))
        return open_failed(d, code, err);
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
    location at;
    /* The library never prints; FFmpeg would, unless told, for the whole process. */
    av_log_set_level(AV_LOG_QUIET);
    d->options = *options;
    d->name = strdup(source);
    if (!d->name || !locate(source, &at))
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", source);
    movinet_status status = at.file ? check_file(source, err) : MOVINET_OK;
    if (!status)
        status = open_container(d, &at, err);
    free(at.url);
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
    free(d->name);
    *d = (mvv_decoder){0};
}

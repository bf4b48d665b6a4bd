/* SPDX-License-Identifier: Apache-2.0 */
#include "record/audio.h"
#include "record/muxer.h"
#include "video/decode.h"

#include <math.h>
#include <stdlib.h>

/* From here on, seconds, seeking is faster than reading all before. */
#define SEEK_FROM 5.0

/* ---- opening --------------------------------------------------------------- */

static int open_file(mvv_audio *a, const char *path)
{
    char *url = mvv_file_url(path);
    if (!url)
        return AVERROR(ENOMEM);
    int code = avformat_open_input(&a->format, url, NULL, NULL);
    free(url);
    return code < 0 ? code : avformat_find_stream_info(a->format, NULL);
}

/* Where the file's own pictures begin. */
static double first_picture(AVFormatContext *format)
{
    int i = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    const AVStream *video = i >= 0 ? format->streams[i] : NULL;
    return video && video->start_time != AV_NOPTS_VALUE
               ? (double)video->start_time * av_q2d(video->time_base)
               : 0;
}

static movinet_status open_stream(mvv_audio *a, const char *path, const mvv_container *container,
                                  movinet_error *err)
{
    a->packet = av_packet_alloc();
    a->parameters = avcodec_parameters_alloc();
    if (!a->packet || !a->parameters)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", path);
    int code;
    if (mvv_container_holds(container, a->stream->codecpar->codec_id)) {
        a->tick = a->stream->time_base;
        code = avcodec_parameters_copy(a->parameters, a->stream->codecpar);
    } else {
        movinet_status status = mvv_transcoder_open(&a->transcoder, a->stream, container, err);
        if (status) {
            mv_error_prefix(err, path);
            return status;
        }
        const AVCodecContext *codec = mvv_transcoder_codec(a->transcoder);
        a->tick = codec->time_base;
        code = avcodec_parameters_from_context(a->parameters, codec);
    }
    return code < 0 ? mvv_av_fail(err, path, "its audio cannot be kept", code) : MOVINET_OK;
}

movinet_status mvv_audio_open(mvv_audio *a, const char *path, double origin,
                              const mvv_container *container, movinet_error *err)
{
    int code = open_file(a, path);
    if (code < 0) {
        mvv_audio_close(a);
        return mvv_av_fail(err, path, "its audio cannot be read", code);
    }
    int chosen = av_find_best_stream(a->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    if (chosen < 0) {
        mvv_audio_close(a);
        return MOVINET_OK;
    }
    a->zero = origin != 0 ? origin : first_picture(a->format);
    a->from_zero = container->ticks;
    a->stream = a->format->streams[chosen];
    for (unsigned i = 0; i < a->format->nb_streams; i++)
        if ((int)i != chosen)
            a->format->streams[i]->discard = AVDISCARD_ALL;
    movinet_status status = open_stream(a, path, container, err);
    if (status)
        mvv_audio_close(a);
    return status;
}

void mvv_audio_close(mvv_audio *a)
{
    mvv_transcoder_close(a->transcoder);
    avcodec_parameters_free(&a->parameters);
    av_packet_free(&a->packet);
    avformat_close_input(&a->format);
    *a = (mvv_audio){0};
}

void mvv_audio_begin(mvv_audio *a, double time)
{
    a->zero += time;
    if (a->format && time >= SEEK_FROM) {
        int64_t pts = llrint((a->zero - 1) / av_q2d(a->stream->time_base));
        av_seek_frame(a->format, a->stream->index, pts, AVSEEK_FLAG_BACKWARD);
    }
}

/* ---- packets --------------------------------------------------------------- */

/* A packet of the stream; false at the end. */
static bool read_packet(mvv_audio *a)
{
    int code;
    do {
        av_packet_unref(a->packet);
        code = av_read_frame(a->format, a->packet);
    } while (code >= 0 && a->packet->stream_index != a->stream->index);
    return code >= 0;
}

/* Its times on the new clock; false: it is over before that begins, or has none. */
static bool shift(mvv_audio *a)
{
    AVPacket *p = a->packet;
    int64_t zero = llrint(a->zero / av_q2d(a->tick));
    if (p->pts == AV_NOPTS_VALUE)
        p->pts = p->dts;
    if (p->pts == AV_NOPTS_VALUE)
        return false;
    p->pts -= zero;
    p->dts = p->pts;
    return p->pts >= 0 || (!a->from_zero && p->pts + p->duration > 0);
}

static bool next_copied(mvv_audio *a)
{
    while (read_packet(a))
        if (shift(a))
            return true;
    return false;
}

static bool next_transcoded(mvv_audio *a)
{
    for (;;) {
        if (mvv_transcoder_receive(a->transcoder, a->packet)) {
            if (!a->from_zero || a->packet->pts >= 0)
                return true;
            av_packet_unref(a->packet);
            continue;
        }
        if (a->ended)
            return false;
        a->ended = !read_packet(a);
        mvv_transcoder_send(a->transcoder, a->ended ? NULL : a->packet, a->zero);
    }
}

AVPacket *mvv_audio_next(mvv_audio *a, double until)
{
    if (!a->format)
        return NULL;
    if (!a->waiting)
        a->waiting = a->transcoder ? next_transcoded(a) : next_copied(a);
    if (!a->waiting || (double)a->packet->pts * av_q2d(a->tick) >= until)
        return NULL;
    a->waiting = false;
    return a->packet;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "record/muxer.h"
#include "video/decode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening --------------------------------------------------------------- */

static AVStream *add_stream(mvv_muxer *m, AVRational tick)
{
    AVStream *stream = avformat_new_stream(m->format, NULL);
    if (stream)
        stream->time_base = tick;
    return stream;
}

static int add_video(mvv_muxer *m, const AVCodecContext *video)
{
    AVStream *stream = add_stream(m, video->time_base);
    if (!stream)
        return AVERROR(ENOMEM);
    stream->avg_frame_rate = video->framerate;
    stream->sample_aspect_ratio = video->sample_aspect_ratio;
    return avcodec_parameters_from_context(stream->codecpar, video);
}

static int add_audio(mvv_muxer *m, const AVCodecParameters *audio, AVRational tick)
{
    AVStream *stream = audio ? add_stream(m, tick) : NULL;
    if (!stream)
        return audio ? AVERROR(ENOMEM) : 0;
    int code = avcodec_parameters_copy(stream->codecpar, audio);
    stream->codecpar->codec_tag = 0; /* another container's */
    return code;
}

static int write_head(mvv_muxer *m)
{
    AVDictionary *options = NULL;
    char *url = mvv_file_url(m->path);
    if (!url)
        return AVERROR(ENOMEM);
    int code = avio_open(&m->format->pb, url, AVIO_FLAG_WRITE);
    free(url);
    if (code < 0)
        return code;
    /* A packet is in the file when it was written, not some time later. */
    m->format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    mvv_add_options(&options, m->container->playable);
    code = avformat_write_header(m->format, &options);
    av_dict_free(&options);
    /* The mp4 muxer takes this away where its index is first empty; ours waits for what filters
     * find out, as AAC in MPEG-TS needs. */
    m->format->flags |= AVFMT_FLAG_AUTO_BSF;
    m->begun = code >= 0;
    return code;
}

movinet_status mvv_muxer_open(mvv_muxer *m, const char *path, const mvv_container *container,
                              const AVCodecContext *video, const AVCodecParameters *audio,
                              AVRational audio_tick, movinet_error *err)
{
    m->container = container;
    m->path = strdup(path);
    int code = m->path ? 0 : AVERROR(ENOMEM);
    if (!code)
        code = avformat_alloc_output_context2(&m->format, NULL, container->muxer, NULL);
    if (code >= 0)
        code = add_video(m, video);
    if (code >= 0)
        code = add_audio(m, audio, audio_tick);
    if (code >= 0)
        code = write_head(m);
    return code < 0 ? mvv_av_fail(err, path, "cannot be written", code) : MOVINET_OK;
}

/* ---- packets --------------------------------------------------------------- */

movinet_status mvv_muxer_write(mvv_muxer *m, AVPacket *packet, int stream, AVRational tick,
                               movinet_error *err)
{
    packet->stream_index = stream;
    packet->pos = -1;
    av_packet_rescale_ts(packet, tick, m->format->streams[stream]->time_base);
    int code = av_write_frame(m->format, packet);
    if (code >= 0)
        code = m->format->pb->error;
    m->packets++;
    if (code >= 0)
        return MOVINET_OK;
    m->failed = true;
    return mvv_av_fail(err, m->path, "cannot be written", code);
}

/* ---- closing --------------------------------------------------------------- */

/* What a file would be without a picture in it. */
static void remove_empty(const mvv_muxer *m)
{
    struct stat info;
    if (!m->packets && !lstat(m->path, &info) && S_ISREG(info.st_mode))
        unlink(m->path);
}

movinet_status mvv_muxer_close(mvv_muxer *m, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    int code = 0, closed = 0;
    if (m->begun)
        code = av_write_trailer(m->format);
    if (m->begun && code >= 0)
        code = m->format->pb->error;
    bool opened = m->format && m->format->pb;
    if (opened)
        closed = avio_closep(&m->format->pb);
    code = code < 0 ? code : closed;
    if (code < 0 && m->begun && m->packets && !m->failed)
        status = mvv_av_fail(err, m->path, "cannot be written", code);
    if (opened)
        remove_empty(m);
    if (m->begun && m->packets && !m->failed && !status)
        mvv_make_plain(m->path, m->container);
    avformat_free_context(m->format);
    free(m->path);
    *m = (mvv_muxer){0};
    return status;
}

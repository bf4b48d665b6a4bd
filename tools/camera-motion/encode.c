/* SPDX-License-Identifier: Apache-2.0 */
#include "encode.h"
#include "core/file.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

#include <stdio.h>
#include <string.h>

typedef struct coder {
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *stream;
    AVFrame *frame;
    AVPacket *packet;
    struct SwsContext *scale;
} coder;

void cm_encode_quietly(void)
{
    av_log_set_level(AV_LOG_ERROR);
}

cm_quality cm_quality_draw(mv_random *r)
{
    double lot = mv_random_unit(r);
    if (lot < 0.6)
        return (cm_quality){CM_H264, (int)cm_between(r, 17, 37)};
    return (cm_quality){lot < 0.85 ? CM_MPEG4 : CM_MJPEG, (int)cm_between_log(r, 2, 16)};
}

static movinet_status fail(const char *path, int code, movinet_error *err)
{
    char why[128] = "";
    av_strerror(code, why, sizeof why);
    return mv_fail(err, code == AVERROR(ENOMEM) ? MOVINET_ERR_MEMORY : MOVINET_ERR_IO, "%.300s: %s",
                   path, why);
}

static const AVCodec *find(cm_quality *q)
{
    const AVCodec *codec = q->codec == CM_H264 ? avcodec_find_encoder_by_name("libx264") : NULL;
    if (q->codec == CM_H264 && !codec) {
        q->codec = CM_MPEG4;
        q->level = 2 + (q->level - 15) * 2 / 3;
    }
    return codec
               ? codec
               : avcodec_find_encoder(q->codec == CM_MJPEG ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_MPEG4);
}

static void set_up(AVCodecContext *c, const cm_clip *clip, cm_quality q, bool header)
{
    c->width = clip->width;
    c->height = clip->height;
    c->time_base = (AVRational){1000, (int)(clip->rate * 1000 + 0.5)};
    c->framerate = (AVRational){c->time_base.den, c->time_base.num};
    c->pix_fmt = q.codec == CM_MJPEG ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
    c->thread_count = 1;
    c->flags |= AV_CODEC_FLAG_BITEXACT | (header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
    c->gop_size = 50;
    if (q.codec == CM_H264) {
        av_opt_set(c->priv_data, "preset", "veryfast", 0);
        av_opt_set_int(c->priv_data, "crf", q.level, 0);
    } else {
        c->flags |= AV_CODEC_FLAG_QSCALE;
        c->global_quality = q.level * FF_QP2LAMBDA;
    }
}

static int open_coder(coder *c, const cm_clip *clip, cm_quality q)
{
    const AVCodec *codec = find(&q);
    int code = avformat_alloc_output_context2(&c->format, NULL, "mp4", NULL);
    if (code < 0 || !codec)
        return code < 0 ? code : AVERROR_ENCODER_NOT_FOUND;
    c->format->flags |= AVFMT_FLAG_BITEXACT;
    c->codec = avcodec_alloc_context3(codec);
    c->stream = avformat_new_stream(c->format, NULL);
    c->frame = av_frame_alloc();
    c->packet = av_packet_alloc();
    if (!c->codec || !c->stream || !c->frame || !c->packet)
        return AVERROR(ENOMEM);
    set_up(c->codec, clip, q, c->format->oformat->flags & AVFMT_GLOBALHEADER);
    c->frame->width = clip->width;
    c->frame->height = clip->height;
    c->frame->format = c->codec->pix_fmt;
    c->scale = sws_getContext(clip->width, clip->height, AV_PIX_FMT_RGB24, clip->width,
                              clip->height, c->codec->pix_fmt,
                              SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
    if (!c->scale)
        return AVERROR(ENOMEM);
    c->stream->time_base = c->codec->time_base;
    if ((code = avcodec_open2(c->codec, codec, NULL)) < 0 ||
        (code = avcodec_parameters_from_context(c->stream->codecpar, c->codec)) < 0 ||
        (code = avio_open_dyn_buf(&c->format->pb)) < 0 ||
        (code = av_frame_get_buffer(c->frame, 0)) < 0)
        return code;
    return avformat_write_header(c->format, NULL);
}

/* NULL: there are no more frames. */
static int send(coder *c, AVFrame *frame)
{
    int code = avcodec_send_frame(c->codec, frame);
    while (code >= 0) {
        code = avcodec_receive_packet(c->codec, c->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return 0;
        if (code < 0)
            break;
        c->packet->stream_index = 0;
        c->packet->duration = 1;
        av_packet_rescale_ts(c->packet, c->codec->time_base, c->stream->time_base);
        code = av_interleaved_write_frame(c->format, c->packet);
    }
    return code;
}

static int put_frames(coder *c, const cm_clip *clip)
{
    size_t size = (size_t)clip->width * (size_t)clip->height * 3;
    for (int i = 0; i < clip->frames; i++) {
        const uint8_t *rgb[1] = {clip->pixels + (size_t)i * size};
        int stride[1] = {clip->width * 3}, code = av_frame_make_writable(c->frame);
        if (code < 0)
            return code;
        sws_scale(c->scale, rgb, stride, 0, clip->height, c->frame->data, c->frame->linesize);
        c->frame->pts = i;
        c->frame->quality = c->codec->global_quality;
        if ((code = send(c, c->frame)) < 0)
            return code;
    }
    int code = send(c, NULL);
    return code < 0 ? code : av_write_trailer(c->format);
}

static void close_coder(coder *c)
{
    uint8_t *bytes = NULL;
    if (c->format && c->format->pb)
        avio_close_dyn_buf(c->format->pb, &bytes);
    av_free(bytes);
    sws_freeContext(c->scale);
    av_frame_free(&c->frame);
    av_packet_free(&c->packet);
    avcodec_free_context(&c->codec);
    avformat_free_context(c->format);
}

movinet_status cm_encode(const char *path, const cm_clip *clip, cm_quality quality,
                         movinet_error *err)
{
    coder c = {0};
    uint8_t *bytes = NULL;
    movinet_status status = MOVINET_OK;
    int code = open_coder(&c, clip, quality);
    if (code >= 0)
        code = put_frames(&c, clip);
    if (code == AVERROR_ENCODER_NOT_FOUND)
        status = mv_fail(err, MOVINET_ERR_UNSUPPORTED, "FFmpeg has no encoder for it");
    else if (code < 0)
        status = fail(path, code, err);
    if (!status) {
        int size = avio_close_dyn_buf(c.format->pb, &bytes);
        c.format->pb = NULL;
        status = mv_write_file(path, &(mv_bytes){bytes, (size_t)size}, 1, false, err);
        av_free(bytes);
    }
    close_coder(&c);
    return status;
}

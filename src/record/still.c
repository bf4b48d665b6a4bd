/* One picture as a PNG or JPEG. SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "picture/fit.h"
#include "record/paint.h"
#include "video/decode.h"
#include "video/ffmpeg.h"

#include <string.h>
#include <strings.h>

typedef struct kind {
    const char *endings[2];
    const char *encoder;
    enum AVPixelFormat format;
    int quality; ///< FFmpeg's, 1 the best; 0: it has none
} kind;

static const kind kinds[] = {
    {{".png"}, "png", AV_PIX_FMT_RGB24, 0},
    {{".jpg", ".jpeg"}, "mjpeg", AV_PIX_FMT_YUVJ444P, 2},
};

static const kind *kind_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
        for (int k = 0; k < 2 && kinds[i].endings[k]; k++)
            if (!strcasecmp(dot, kinds[i].endings[k]))
                return &kinds[i];
    return NULL;
}

/* What is taken while a picture is written. */
typedef struct work {
    const kind *kind;
    AVCodecContext *codec;
    AVFrame *picture;
    AVPacket *packet;
    mvv_painter painter;
    mvv_fit fit;
} work;

static int open_codec(work *w)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(w->kind->encoder);
    if (!encoder)
        return AVERROR_ENCODER_NOT_FOUND;
    w->codec = avcodec_alloc_context3(encoder);
    w->picture = av_frame_alloc();
    w->packet = av_packet_alloc();
    if (!w->codec || !w->picture || !w->packet)
        return AVERROR(ENOMEM);
    w->codec->width = w->fit.width;
    w->codec->height = w->fit.height;
    w->codec->pix_fmt = w->kind->format;
    w->codec->time_base = (AVRational){1, 1};
    w->codec->thread_count = 1;
    if (w->kind->quality) {
        w->codec->flags |= AV_CODEC_FLAG_QSCALE;
        w->codec->global_quality = FF_QP2LAMBDA * w->kind->quality;
    }
    return avcodec_open2(w->codec, encoder, NULL);
}

/* A picture of the codec's own kind. */
static int make_room(work *w)
{
    w->picture->format = w->kind->format;
    w->picture->width = w->fit.width;
    w->picture->height = w->fit.height;
    w->picture->quality = w->codec->global_quality;
    return av_frame_get_buffer(w->picture, 0);
}

static int encode(work *w)
{
    int code = avcodec_send_frame(w->codec, w->picture);
    if (code >= 0)
        code = avcodec_send_frame(w->codec, NULL);
    return code >= 0 ? avcodec_receive_packet(w->codec, w->packet) : code;
}

static movinet_status encode_rgb(work *w, const char *path, const movinet_frame *rgb,
                                 movinet_error *err)
{
    int code = open_codec(w);
    if (code >= 0)
        code = make_room(w);
    if (code < 0)
        return mvv_av_fail(err, path, "cannot be encoded", code);
    movinet_status status = mvv_painter_open(&w->painter, rgb->width, rgb->height, w->kind->format,
                                             SWS_CS_ITU601, true, err);
    if (status)
        return status;
    mvv_paint(&w->painter, rgb, w->picture);
    code = encode(w);
    return code < 0 ? mvv_av_fail(err, path, "cannot be encoded", code) : MOVINET_OK;
}

static movinet_status write_picture(work *w, const char *path, const movinet_frame *frame,
                                    movinet_error *err)
{
    movinet_frame rgb;
    int width, height;
    movinet_status status = movinet_frame_size(frame, &width, &height, err);
    if (status)
        return status;
    mvv_fit_init(&w->fit, width, height);
    status = mvv_fit_run(&w->fit, frame, &rgb, err);
    if (status) {
        mv_error_prefix(err, path);
        return status;
    }
    status = encode_rgb(w, path, &rgb, err);
    if (status)
        return status;
    const mv_bytes bytes = {w->packet->data, (size_t)w->packet->size};
    return mv_write_file(path, &bytes, 1, false, err);
}

movinet_status mvv_picture_write(const char *path, const movinet_frame *frame, movinet_error *err)
{
    work w = {.kind = kind_of(path)};
    if (!w.kind)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "%.300s: not a kind of picture that is written: use .png or .jpg", path);
    av_log_set_level(AV_LOG_QUIET);
    movinet_status status = write_picture(&w, path, frame, err);
    avcodec_free_context(&w.codec);
    av_frame_free(&w.picture);
    av_packet_free(&w.packet);
    mvv_painter_free(&w.painter);
    mvv_fit_free(&w.fit);
    return status;
}

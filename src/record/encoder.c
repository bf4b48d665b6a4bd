/* SPDX-License-Identifier: Apache-2.0 */
#include "record/encoder.h"
#include "picture/copy.h"
#include "picture/view.h"
#include "record/record.h"
#include "video/convert.h"
#include "video/decode.h"

#include <math.h>
#include <string.h>

/* Units a second: whole numbers of them for all usual rates, and no more than MPEG-4 can. */
enum { TICKS = 60000 };

/* ---- opening --------------------------------------------------------------- */

static int even(int side)
{
    return side + side % 2;
}

/* Whether pictures of these colours may go on as they are. Where the codec cannot tell the
 * matrix, it must be that which unmarked pictures are taken for. */
static bool keeps_colours(const mvv_codec *about, const movinet_frame *like)
{
    const mvv_planes *planes = like && like->pixel == MOVINET_DECODED ? like->pixels : NULL;
    return planes && planes->colour == MVV_COLOUR_YUV && !planes->full_range &&
           (about->says_matrix || planes->kr == 0.299);
}

/* Limited range; the colours of a frame, else the matrix of HD where that can be told. */
static void set_colours(mvv_encoder *e, const movinet_frame *like)
{
    const mvv_planes as_hd = {
        .kr = 0.2126,
        .kb = 0.0722,
        .marks = {AVCOL_SPC_BT709, AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCHROMA_LOC_CENTER}};
    const mvv_planes as_sd = {
        .kr = 0.299,
        .kb = 0.114,
        .marks = {AVCOL_SPC_SMPTE170M, AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCHROMA_LOC_CENTER}};
    const mvv_planes *as = keeps_colours(e->about, like) ? like->pixels
                           : e->about->says_matrix       ? &as_hd
                                                         : &as_sd;
    e->matrix = (mvv_matrix){as->kr, as->kb};
    memcpy(e->marks, as->marks, sizeof e->marks);
    e->codec->pix_fmt = AV_PIX_FMT_YUV420P;
    e->codec->color_range = AVCOL_RANGE_MPEG;
    e->codec->colorspace = e->marks[0];
    e->codec->color_primaries = e->marks[1];
    e->codec->color_trc = e->marks[2];
    e->codec->chroma_sample_location = e->marks[3];
}

static void set_times(mvv_encoder *e, const mvv_encoder_options *o)
{
    double rate = o->frame_rate > 0 ? o->frame_rate : MVV_RECORD_RATE;
    AVCodecContext *codec = e->codec;
    codec->framerate = av_d2q(rate, TICKS);
    codec->time_base = o->container->ticks ? av_inv_q(codec->framerate) : (AVRational){1, TICKS};
    e->key_every = llrint(o->key_every / av_q2d(codec->time_base));
    /* Key frames are asked for by time; this is only so that nothing else asks for them. */
    codec->gop_size = 1 << 15;
}

static movinet_status open_codec(mvv_encoder *e, const AVCodec *encoder,
                                 const mvv_encoder_options *o, movinet_error *err)
{
    AVDictionary *options = NULL;
    mvv_add_options(&options, e->about->quality);
    if (o->prompt)
        mvv_add_options(&options, e->about->prompt);
    if (o->prompt || o->container->ticks)
        e->codec->max_b_frames = 0;
    if (o->prompt)
        e->codec->thread_type = FF_THREAD_SLICE;
    int code = avcodec_open2(e->codec, encoder, &options);
    av_dict_free(&options);
    if (code < 0)
        return mvv_av_fail(err, e->about->name, "cannot write pictures of this size", code);
    return MOVINET_OK;
}

movinet_status mvv_encoder_open(mvv_encoder *e, const mvv_encoder_options *o, movinet_error *err)
{
    const AVCodec *encoder;
    /* The library never prints; FFmpeg would, unless told, for the whole process. */
    av_log_set_level(AV_LOG_QUIET);
    movinet_status status = mvv_container_codec(o->container, o->codec, &e->about, &encoder, err);
    if (status)
        return status;
    mvv_fit_init(&e->fit, o->width, o->height);
    e->codec = avcodec_alloc_context3(encoder);
    e->picture = av_frame_alloc();
    e->packet = av_packet_alloc();
    if (!e->codec || !e->picture || !e->packet)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    e->codec->width = even(o->width);
    e->codec->height = even(o->height);
    e->codec->sample_aspect_ratio = (AVRational){1, 1};
    e->codec->thread_count = 0;
    /* What decoders need first stands in the file's head, not before each key frame. */
    e->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    set_colours(e, o->like);
    set_times(e, o);
    status = open_codec(e, encoder, o, err);
    if (status)
        return status;
    return mvv_painter_open(&e->painter, o->width, o->height, e->codec->pix_fmt, mvv_sws_matrix(e->marks[0]),
                            false, err);
}

void mvv_encoder_close(mvv_encoder *e)
{
    avcodec_free_context(&e->codec);
    av_frame_free(&e->picture);
    av_packet_free(&e->packet);
    mvv_painter_free(&e->painter);
    mvv_fit_free(&e->fit);
    *e = (mvv_encoder){0};
}

/* ---- pictures -------------------------------------------------------------- */

/* Repeats the last column and row where a side is odd. Chroma has them already. */
static void pad_luma(AVFrame *picture, int width, int height)
{
    uint8_t *luma = picture->data[0];
    int stride = picture->linesize[0];
    for (int y = 0; y < height && width < picture->width; y++)
        luma[(ptrdiff_t)y * stride + width] = luma[(ptrdiff_t)y * stride + width - 1];
    if (height < picture->height)
        memcpy(luma + (ptrdiff_t)height * stride, luma + (ptrdiff_t)(height - 1) * stride,
               (size_t)picture->width);
}

/* A picture that nobody else looks at. */
static movinet_status make_room(mvv_encoder *e, movinet_error *err)
{
    AVFrame *picture = e->picture;
    if (picture->buf[0] && av_frame_is_writable(picture))
        return MOVINET_OK;
    av_frame_unref(picture);
    picture->format = e->codec->pix_fmt;
    picture->width = e->codec->width;
    picture->height = e->codec->height;
    picture->color_range = e->codec->color_range;
    picture->colorspace = e->codec->colorspace;
    if (av_frame_get_buffer(picture, 0) < 0)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a picture of %d×%d",
                       e->codec->width, e->codec->height);
    return MOVINET_OK;
}

/* Of the size, the kind and the colours that are wanted already. */
static bool is_ready(const mvv_encoder *e, const movinet_frame *frame)
{
    if (!mvv_can_copy(frame, e->fit.width, e->fit.height))
        return false;
    const mvv_planes *planes = frame->pixels;
    return !memcmp(planes->marks, e->marks, sizeof e->marks);
}

static movinet_status paint(mvv_encoder *e, const movinet_frame *frame, const uint32_t *argb,
                            movinet_error *err)
{
    movinet_frame rgb;
    movinet_status status = mvv_frame_check(frame, err);
    bool ready = !status && is_ready(e, frame);
    if (!status && !ready)
        status = mvv_fit_run(&e->fit, frame, &rgb, err);
    if (!status)
        status = make_room(e, err);
    if (status)
        return status;
    AVFrame *picture = e->picture;
    if (ready)
        mvv_copy(frame, picture->data, picture->linesize);
    else
        mvv_paint(&e->painter, &rgb, picture);
    if (argb)
        mvv_put_over(argb, e->fit.width, e->fit.height, e->matrix, picture->data,
                     picture->linesize);
    pad_luma(picture, e->fit.width, e->fit.height);
    return MOVINET_OK;
}

/* ---- times ----------------------------------------------------------------- */

static movinet_status check_time(const mvv_encoder *e, double time, movinet_error *err)
{
    if (!(fabs(time) <= 1e9))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame time %g: no time", time);
    if (e->begun && time <= e->last)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "frame time %.6f: not later than the last one's, %.6f", time, e->last);
    return MOVINET_OK;
}

int64_t mvv_encoder_pts(const mvv_encoder *e, double time)
{
    double pts = (time - e->first) / av_q2d(e->codec->time_base);
    return llrint(fmin(fmax(pts, -1e17), 1e17));
}

double mvv_encoder_time(const mvv_encoder *e, int64_t pts)
{
    return e->first + (double)pts * av_q2d(e->codec->time_base);
}

/* The frame's time stamp; false: it falls on that of the last one, and is left out. */
static bool stamp(mvv_encoder *e, double time)
{
    if (!e->begun)
        e->first = time;
    int64_t pts = mvv_encoder_pts(e, time);
    if (e->begun && pts <= e->last_pts)
        return false;
    bool key = !e->begun || e->wants_key || pts - e->key_pts >= e->key_every;
    e->picture->pts = e->last_pts = pts;
    e->picture->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    if (key)
        e->key_pts = pts;
    e->wants_key = false;
    e->begun = true;
    return true;
}

void mvv_encoder_want_key(mvv_encoder *e)
{
    e->wants_key = true;
}

void mvv_encoder_restart(mvv_encoder *e, double time)
{
    double tick = av_q2d(e->codec->time_base);
    /* Time stamps go on. */
    e->first = time - (double)e->last_pts * tick - mvv_encoder_step(e);
    e->last = -INFINITY;
    e->wants_key = true;
}

double mvv_encoder_end(const mvv_encoder *e)
{
    return (double)e->last_pts * av_q2d(e->codec->time_base) + mvv_encoder_step(e);
}

double mvv_encoder_step(const mvv_encoder *e)
{
    return 1 / av_q2d(e->codec->framerate);
}

/* ---- frames and packets ---------------------------------------------------- */

movinet_status mvv_encoder_send(mvv_encoder *e, const movinet_frame *frame, const uint32_t *argb,
                                movinet_error *err)
{
    movinet_status status = check_time(e, frame->time, err);
    if (!status)
        status = paint(e, frame, argb, err);
    if (status)
        return status;
    bool taken = stamp(e, frame->time);
    e->last = frame->time;
    int code = taken ? avcodec_send_frame(e->codec, e->picture) : 0;
    return code < 0 ? mvv_av_fail(err, e->about->name, "encoding failed", code) : MOVINET_OK;
}

void mvv_encoder_finish(mvv_encoder *e)
{
    avcodec_send_frame(e->codec, NULL);
}

movinet_status mvv_encoder_receive(mvv_encoder *e, AVPacket **packet, movinet_error *err)
{
    int code = avcodec_receive_packet(e->codec, e->packet);
    *packet = e->packet;
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
        return MOVINET_END;
    if (code < 0)
        return mvv_av_fail(err, e->about->name, "encoding failed", code);
    if (e->packet->duration <= 0)
        e->packet->duration = llrint(mvv_encoder_step(e) / av_q2d(e->codec->time_base));
    return MOVINET_OK;
}

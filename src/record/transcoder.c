/* Audio that a container cannot hold as it is becomes audio that it can.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record/audio.h"
#include "video/decode.h"

#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>

#include <math.h>
#include <stdlib.h>

enum {
    USUAL_RATE = 48000,
    CHANNEL_BITS = 80000, /* a second */
    PIECE = 1024,         /* samples, where the encoder does not care */
};
/* A longer hole in the audio is filled with silence, seconds; one longer than the second is no
 * hole, but a broken time stamp. */
#define HOLE 0.1
#define LONGEST_HOLE 3600.0

struct mvv_transcoder {
    AVRational tick; ///< of the packets that come
    AVCodecContext *decoder, *encoder;
    SwrContext *resampler;
    AVAudioFifo *fifo; ///< samples as the encoder wants them
    AVFrame *decoded, *piece;
    uint8_t **samples; ///< resampled, on their way into the fifo
    int room;          ///< samples that fit there
    int format, rate, channels; ///< of what the resampler takes
    int64_t begin;     ///< of the first sample in the fifo, samples from time 0
    bool begun, ended;
};

/* ---- opening --------------------------------------------------------------- */

static int open_decoder(mvv_transcoder *t, const AVStream *stream)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (!codec)
        return AVERROR_DECODER_NOT_FOUND;
    t->decoder = avcodec_alloc_context3(codec);
    if (!t->decoder)
        return AVERROR(ENOMEM);
    int code = avcodec_parameters_to_context(t->decoder, stream->codecpar);
    t->decoder->pkt_timebase = stream->time_base;
    return code < 0 ? code : avcodec_open2(t->decoder, codec, NULL);
}

static int pick_rate(const AVCodec *codec, int rate)
{
    for (const int *r = codec->supported_samplerates; r && *r; r++)
        if (*r == rate)
            return rate;
    return codec->supported_samplerates ? USUAL_RATE : rate;
}

/* The same channels, or else two, or one. */
static int pick_channels(AVChannelLayout *to, const AVCodec *codec, const AVChannelLayout *from)
{
    AVChannelLayout usual = {0};
    av_channel_layout_default(&usual, from->nb_channels);
    for (const AVChannelLayout *l = codec->ch_layouts; l && l->nb_channels; l++)
        if (!av_channel_layout_compare(l, &usual))
            return av_channel_layout_copy(to, &usual);
    if (codec->ch_layouts || usual.nb_channels > 2)
        av_channel_layout_default(&usual, from->nb_channels > 1 ? 2 : 1);
    return av_channel_layout_copy(to, &usual);
}

static int open_encoder(mvv_transcoder *t, const AVCodec *codec)
{
    t->encoder = avcodec_alloc_context3(codec);
    if (!t->encoder)
        return AVERROR(ENOMEM);
    AVCodecContext *e = t->encoder;
    int code = pick_channels(&e->ch_layout, codec, &t->decoder->ch_layout);
    if (code < 0)
        return code;
    e->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : t->decoder->sample_fmt;
    e->sample_rate = pick_rate(codec, t->decoder->sample_rate);
    e->time_base = (AVRational){1, e->sample_rate};
    e->bit_rate = (int64_t)CHANNEL_BITS * e->ch_layout.nb_channels;
    e->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    return avcodec_open2(e, codec, NULL);
}

/* Files may tell a number of channels only: then they are the usual ones. */
static void name_channels(AVCodecContext *decoder)
{
    int n = decoder->ch_layout.nb_channels;
    if (decoder->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC)
        return;
    av_channel_layout_uninit(&decoder->ch_layout);
    av_channel_layout_default(&decoder->ch_layout, n);
}

static int open_resampler(mvv_transcoder *t)
{
    AVCodecContext *from = t->decoder, *to = t->encoder;
    name_channels(from);
    int code = swr_alloc_set_opts2(&t->resampler, &to->ch_layout, to->sample_fmt, to->sample_rate,
                                   &from->ch_layout, from->sample_fmt, from->sample_rate, 0, NULL);
    if (code >= 0)
        code = swr_init(t->resampler);
    t->format = from->sample_fmt;
    t->rate = from->sample_rate;
    t->channels = from->ch_layout.nb_channels;
    t->fifo = av_audio_fifo_alloc(to->sample_fmt, to->ch_layout.nb_channels, PIECE);
    t->decoded = av_frame_alloc();
    t->piece = av_frame_alloc();
    return code < 0 ? code : t->fifo && t->decoded && t->piece ? 0 : AVERROR(ENOMEM);
}

movinet_status mvv_transcoder_open(mvv_transcoder **out, const AVStream *stream,
                                   const mvv_container *container, movinet_error *err)
{
    const char *name = avcodec_get_name(stream->codecpar->codec_id);
    const AVCodec *codec = NULL;
    mvv_transcoder *t = calloc(1, sizeof *t);
    *out = NULL;
    for (int i = 0; !codec && container->audio_encoders[i]; i++)
        codec = avcodec_find_encoder_by_name(container->audio_encoders[i]);
    int code = !t ? AVERROR(ENOMEM) : !codec ? AVERROR_ENCODER_NOT_FOUND : 0;
    if (code >= 0)
        code = open_decoder(t, stream);
    if (code >= 0)
        code = open_encoder(t, codec);
    if (code >= 0)
        code = open_resampler(t);
    if (code >= 0) {
        t->tick = stream->time_base;
        *out = t;
        return MOVINET_OK;
    }
    mvv_transcoder_close(t);
    mvv_av_fail(err, name, "this audio cannot be kept", code);
    return MOVINET_ERR_UNSUPPORTED;
}

void mvv_transcoder_close(mvv_transcoder *t)
{
    if (!t)
        return;
    avcodec_free_context(&t->decoder);
    avcodec_free_context(&t->encoder);
    swr_free(&t->resampler);
    if (t->fifo)
        av_audio_fifo_free(t->fifo);
    av_frame_free(&t->decoded);
    av_frame_free(&t->piece);
    if (t->samples)
        av_freep(&t->samples[0]);
    av_freep(&t->samples);
    free(t);
}

const AVCodecContext *mvv_transcoder_codec(const mvv_transcoder *t)
{
    return t->encoder;
}

/* ---- samples --------------------------------------------------------------- */

static bool reserve(mvv_transcoder *t, int samples)
{
    const AVCodecContext *e = t->encoder;
    if (samples <= t->room)
        return true;
    if (t->samples)
        av_freep(&t->samples[0]);
    av_freep(&t->samples);
    t->room = 0;
    if (av_samples_alloc_array_and_samples(&t->samples, NULL, e->ch_layout.nb_channels, samples,
                                           e->sample_fmt, 0) < 0)
        return false;
    t->room = samples;
    return true;
}

static void add_silence(mvv_transcoder *t, int64_t samples)
{
    const AVCodecContext *e = t->encoder;
    while (samples > 0 && reserve(t, PIECE)) {
        int n = samples < PIECE ? (int)samples : PIECE;
        av_samples_set_silence(t->samples, 0, n, e->ch_layout.nb_channels, e->sample_fmt);
        if (av_audio_fifo_write(t->fifo, (void **)t->samples, n) < n)
            return;
        samples -= n;
    }
}

/* Where these samples belong: fills a hole before them, drops what lies before time 0. */
static void place(mvv_transcoder *t, double time)
{
    int rate = t->encoder->sample_rate;
    if (!isfinite(time) || fabs(time) > 1e9)
        return;
    int64_t at = llrint(time * rate);
    if (!t->begun) {
        t->begin = at;
        t->begun = true;
        return;
    }
    int64_t hole = at - (t->begin + av_audio_fifo_size(t->fifo));
    if ((double)hole > HOLE * rate && (double)hole < LONGEST_HOLE * rate)
        add_silence(t, hole);
}

static void cut_front(mvv_transcoder *t)
{
    int n = av_audio_fifo_size(t->fifo);
    int64_t before = t->begin < 0 ? -t->begin : 0;
    if (before > n)
        before = n;
    if (before > 0)
        av_audio_fifo_drain(t->fifo, (int)before);
    t->begin += before;
}

static void add_samples(mvv_transcoder *t, const uint8_t **data, int samples)
{
    int room = swr_get_out_samples(t->resampler, samples);
    if (room <= 0 || !reserve(t, room))
        return;
    int n = swr_convert(t->resampler, t->samples, room, data, samples);
    if (n > 0)
        av_audio_fifo_write(t->fifo, (void **)t->samples, n);
    cut_front(t);
}

/* Whether the samples are of the kind that the resampler was made for: streams may change
 * midway. */
static bool is_same(const mvv_transcoder *t)
{
    return t->decoded->format == t->format && t->decoded->sample_rate == t->rate &&
           t->decoded->ch_layout.nb_channels == t->channels;
}

void mvv_transcoder_send(mvv_transcoder *t, const AVPacket *packet, double zero)
{
    avcodec_send_packet(t->decoder, packet);
    while (avcodec_receive_frame(t->decoder, t->decoded) >= 0) {
        int64_t pts = t->decoded->best_effort_timestamp;
        if (pts != AV_NOPTS_VALUE)
            place(t, (double)pts * av_q2d(t->tick) - zero);
        if (is_same(t))
            add_samples(t, (const uint8_t **)t->decoded->extended_data, t->decoded->nb_samples);
        av_frame_unref(t->decoded);
    }
    if (!packet) {
        add_samples(t, NULL, 0);
        t->ended = true;
    }
}

/* ---- packets --------------------------------------------------------------- */

/* Gives the encoder a piece from the fifo, or tells it that there is no more. */
static bool feed(mvv_transcoder *t)
{
    AVCodecContext *e = t->encoder;
    int size = e->frame_size > 0 ? e->frame_size : PIECE, there = av_audio_fifo_size(t->fifo);
    if (there < size && !t->ended)
        return false;
    if (there == 0)
        return avcodec_send_frame(e, NULL) >= 0;
    AVFrame *piece = t->piece;
    av_frame_unref(piece);
    piece->nb_samples = there < size ? there : size;
    piece->format = e->sample_fmt;
    piece->sample_rate = e->sample_rate;
    piece->pts = t->begin;
    if (av_channel_layout_copy(&piece->ch_layout, &e->ch_layout) < 0 ||
        av_frame_get_buffer(piece, 0) < 0)
        return false;
    t->begin += av_audio_fifo_read(t->fifo, (void **)piece->extended_data, piece->nb_samples);
    return avcodec_send_frame(e, piece) >= 0;
}

bool mvv_transcoder_receive(mvv_transcoder *t, AVPacket *packet)
{
    for (;;) {
        int code = avcodec_receive_packet(t->encoder, packet);
        if (code >= 0)
            return true;
        if (code != AVERROR(EAGAIN) || !feed(t))
            return false;
    }
}

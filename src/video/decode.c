/* Packets in, pictures out. What is damaged is counted and passed over.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/decode.h"
#include "core/clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum {
    BAD_LIMIT = 1000,    /* damaged packets in a row: no more will come */
    WAIT_NS = 5000000,   /* between looks at a device that has nothing yet */
};
#define PATIENCE 30.0    /* seconds, where nothing else is asked for */

/* ---- patience ------------------------------------------------------------------ */

static double patience(const mvv_decoder *d)
{
    return d->options.patience > 0 ? d->options.patience : PATIENCE;
}

void mvv_decoder_hopes(mvv_decoder *d)
{
    d->since = mv_clock_ns();
}

bool mvv_decoder_gives_up(const mvv_decoder *d)
{
    return d->since && (double)(mv_clock_ns() - d->since) * 1e-9 > patience(d);
}

movinet_status mvv_decoder_gave_up(const mvv_decoder *d, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_IO, "%s: nothing has come for %g seconds", d->name,
                   patience(d));
}

/* ---- packets --------------------------------------------------------------------- */

static movinet_status interrupted(const mvv_decoder *d, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_CANCELLED, "%s: interrupted", d->name);
}

static void end_input(mvv_decoder *d, int code);

static void count_damage(mvv_decoder *d)
{
    d->damaged++;
    if (++d->bad >= BAD_LIMIT && !d->input_ended)
        end_input(d, AVERROR_EOF);
}

/* Decodes a packet, if need be, and gives it back. The loop filter is never left out:
 * wanted pictures, and those that they are built on, need it. */
static void send_packet(mvv_decoder *d, AVPacket *packet)
{
    bool unused = d->skip.kind != MVV_SKIP_NONE &&
                  mvv_skip_unused(&d->skip, &d->clock, d->grid, packet->pts);
    d->codec->skip_frame = unused ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
    if (!(unused && d->skip.kind == MVV_SKIP_ANY) && avcodec_send_packet(d->codec, packet) < 0)
        count_damage(d);
    av_packet_unref(packet);
}

/* Decodes the packet that waits, now that the one behind it is known. */
static void send_waiting(mvv_decoder *d)
{
    if (d->waiting->size > 0)
        send_packet(d, d->waiting);
}

/* No more packets: lets the decoder give what it holds. */
static void end_input(mvv_decoder *d, int code)
{
    if (code == AVERROR_EXIT || code == AVERROR(ETIMEDOUT))
        mvv_decoder_gave_up(d, &d->failure);
    else if (code != AVERROR_EOF)
        mvv_av_fail(&d->failure, d->name, "reading failed", code);
    d->input_ended = true;
    send_waiting(d);
    avcodec_send_packet(d->codec, NULL);
}

static void take_packet(mvv_decoder *d)
{
    AVPacket *packet = d->packet;
    /* An empty packet would mean the end to the decoder; files use it for "no change". */
    if (packet->stream_index != d->stream->index || packet->size <= 0) {
        av_packet_unref(packet);
        return;
    }
    if (packet->pts == AV_NOPTS_VALUE)
        d->skip.kind = MVV_SKIP_NONE; /* it may be half a picture, or come out anywhere */
    else if (!(packet->flags & (AV_PKT_FLAG_CORRUPT | AV_PKT_FLAG_DISCARD)))
        mvv_skip_saw(&d->skip, packet->pts);
    if (d->skip.kind == MVV_SKIP_NONE && d->waiting->size <= 0) {
        send_packet(d, packet);
        return;
    }
    send_waiting(d);
    av_packet_move_ref(d->waiting, packet);
}

/* Gives the decoder one more packet. */
static movinet_status feed(mvv_decoder *d, movinet_error *err)
{
    int code = av_read_frame(d->format, d->packet);
    if (code >= 0 && d->since)
        mvv_decoder_hopes(d);
    if (code == AVERROR(EAGAIN) && mvv_decoder_gives_up(d))
        code = AVERROR(ETIMEDOUT);
    if (code >= 0)
        take_packet(d);
    else if (code == AVERROR_EXIT && mvv_interrupted(&d->options))
        return interrupted(d, err);
    else if (code == AVERROR(ENOMEM))
        return mvv_av_fail(err, d->name, "reading failed", code);
    else if (code == AVERROR(EAGAIN))
        nanosleep(&(struct timespec){.tv_nsec = WAIT_NS}, NULL);
    else if (code == AVERROR_INVALIDDATA)
        count_damage(d);
    else
        end_input(d, code);
    return MOVINET_OK;
}

/* FFmpeg turned the name of a frame's duration. */
static int64_t duration_of(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 0)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

static bool is_key(const AVFrame *frame)
{
#ifdef AV_FRAME_FLAG_KEY
    return frame->flags & AV_FRAME_FLAG_KEY;
#else
    return frame->key_frame;
#endif
}

/* A picture's own turn holds for those after it as well. */
static void update_turn(mvv_decoder *d, const AVFrame *frame)
{
    const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (side && (size_t)side->size >= 9 * sizeof(int32_t))
        d->turn = mvv_turn_of((const int32_t *)(const void *)side->data);
}

static void stamp(mvv_decoder *d, mvv_picture *picture)
{
    AVFrame *frame = picture->frame;
    if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT))
        d->damaged++;
    d->bad = 0;
    update_turn(d, frame);
    picture->turn = d->turn;
    picture->time = mvv_clock_frame(&d->clock, frame->best_effort_timestamp, duration_of(frame),
                                    &picture->shown);
}

movinet_status mvv_decoder_next(mvv_decoder *d, mvv_picture *picture, movinet_error *err)
{
    av_frame_unref(picture->frame);
    if (d->since)
        mvv_decoder_hopes(d); /* the time since the last call was the caller's */
    for (;;) {
        if (mvv_interrupted(&d->options))
            return interrupted(d, err);
        int code = avcodec_receive_frame(d->codec, picture->frame);
        if (code >= 0) {
            stamp(d, picture);
            return MOVINET_OK;
        }
        if (code == AVERROR(ENOMEM))
            return mvv_av_fail(err, d->name, "decoding failed", code);
        if (code == AVERROR_EOF || (d->input_ended && d->bad >= 2 * BAD_LIMIT)) {
            if (d->failure.status && err)
                *err = d->failure;
            return d->failure.status ? d->failure.status : MOVINET_END;
        }
        movinet_status status = MOVINET_OK;
        if (code == AVERROR(EAGAIN) && !d->input_ended)
            status = feed(d, err);
        else
            count_damage(d);
        if (status)
            return status;
    }
}

/* ---- sampling --------------------------------------------------------------- */

/* What FFmpeg leaves out as a picture that none is built on must be just that. */
static mvv_skip_kind kind_of(const AVCodecParameters *codec)
{
    switch (codec->codec_id) {
    case AV_CODEC_ID_MJPEG:
    case AV_CODEC_ID_JPEG2000:
    case AV_CODEC_ID_PNG:
    case AV_CODEC_ID_PRORES:
    case AV_CODEC_ID_DNXHD:
    case AV_CODEC_ID_DVVIDEO: return MVV_SKIP_ANY;
    case AV_CODEC_ID_H264: return MVV_SKIP_NONREF;
    case AV_CODEC_ID_HEVC:
        /* It is so within one temporal layer; an mp4's or Matroska's codec data (hvcC)
         * says whether there is but one. */
        return codec->extradata_size > 22 && codec->extradata[0] == 1 &&
                       (codec->extradata[21] >> 3 & 7) == 1
                   ? MVV_SKIP_NONREF
                   : MVV_SKIP_NONE;
    default: return MVV_SKIP_NONE;
    }
}

void mvv_decoder_sample(mvv_decoder *d, const mvv_hold *grid)
{
    const AVCodecParameters *codec = d->stream->codecpar;
    /* Not where stamps may begin anew, nor where waiting for one more packet could be
     * felt, nor where a packet may be one field of two. */
    bool steady = !(d->format->iformat->flags & (AVFMT_TS_DISCONT | AVFMT_NOTIMESTAMPS)) &&
                  d->format->pb && (d->format->pb->seekable & AVIO_SEEKABLE_NORMAL);
    bool whole =
        codec->field_order == AV_FIELD_PROGRESSIVE || codec->field_order == AV_FIELD_UNKNOWN;
    d->grid = grid;
    if (steady && whole)
        d->skip.kind = kind_of(codec);
}

const char *mvv_decoder_hint(const mvv_decoder *d)
{
    bool seekable = d->format->pb && (d->format->pb->seekable & AVIO_SEEKABLE_NORMAL);
    if (d->codec->codec_id == AV_CODEC_ID_WEBP)
        return " (this FFmpeg may not read animated WebP: make it a GIF or APNG)";
    if (!seekable && strstr(d->format->iformat->name, "mp4"))
        return " (an mp4 whose index is at its end cannot come through a pipe: give the file)";
    return "";
}

/* ---- seeking ---------------------------------------------------------------- */

/* Moves the demuxer; false if it cannot. */
static bool seek_to(mvv_decoder *d, int64_t pts)
{
    if (av_seek_frame(d->format, d->stream->index, pts, AVSEEK_FLAG_BACKWARD) < 0)
        return false;
    avcodec_flush_buffers(d->codec);
    av_packet_unref(d->waiting);
    mvv_skip_restart(&d->skip);
    d->input_ended = false;
    d->bad = 0;
    d->failure.status = MOVINET_OK;
    mvv_clock_jump(&d->clock);
    return true;
}

/* The first whole picture from here on. *good: it has a time stamp not after `time`. */
static movinet_status first_key(mvv_decoder *d, double time, mvv_picture *picture, bool *good,
                                movinet_error *err)
{
    *good = false;
    for (;;) {
        mvv_clock_jump(&d->clock);
        movinet_status status = mvv_decoder_next(d, picture, err);
        if (status == MOVINET_END)
            return MOVINET_OK;
        if (status || picture->time > time)
            return status;
        if (picture->frame->best_effort_timestamp == AV_NOPTS_VALUE)
            return MOVINET_OK;
        *good = is_key(picture->frame) && !picture->frame->decode_error_flags;
        if (*good)
            return MOVINET_OK;
    }
}

/* Formats whose pictures build on all before, or that have no stamps to seek by. */
static bool can_seek(const mvv_decoder *d)
{
    enum AVCodecID id = d->codec->codec_id;
    return d->clock.has_origin && !(d->format->iformat->flags & AVFMT_NOTIMESTAMPS) &&
           !(d->format->ctx_flags & AVFMTCTX_UNSEEKABLE) &&
           (!d->format->pb || (d->format->pb->seekable & AVIO_SEEKABLE_NORMAL)) &&
           id != AV_CODEC_ID_GIF && id != AV_CODEC_ID_APNG && id != AV_CODEC_ID_WEBP;
}

movinet_status mvv_decoder_seek(mvv_decoder *d, double time, mvv_picture *picture,
                                movinet_error *err)
{
    static const double back[] = {2, 10, 60}; /* seconds; further if that is not enough */
    bool moved = false, good = false;
    if (!can_seek(d))
        return MOVINET_OK;
    for (size_t i = 0; i < sizeof back / sizeof *back && time > back[i]; i++) {
        if (!seek_to(d, mvv_clock_pts(&d->clock, time - back[i])))
            break;
        moved = true;
        movinet_status status = first_key(d, time, picture, &good, err);
        if (status || good)
            return status;
    }
    if (!moved)
        return MOVINET_OK;
    if (!seek_to(d, d->clock.origin))
        return mv_fail(err, MOVINET_ERR_IO, "%s: cannot seek to %.3f s", d->name, time);
    return mvv_decoder_next(d, picture, err);
}

/* The last seconds of a live source, encoded, and clips of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record/encoder.h"
#include "record/muxer.h"
#include "record/ring.h"
#include "video/ffmpeg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From one key frame to the next: clips begin that much too early at most. */
#define KEY_EVERY 1.0
#define USUAL_BYTES ((size_t)64 << 20)

/* A file that packets of the ring go to. */
typedef struct clip {
    mvv_muxer muxer;
    bool open;
    int64_t next;   ///< number of the packet that is to be written next
    int64_t origin; ///< of the file, in the packets' units
    double end;     ///< frames up to here are wanted
    movinet_span written;
} clip;

typedef struct keeper {
    movinet_keeper base;
    mvv_encoder encoder;
    mvv_ring ring;
    AVPacket *packet;
    clip clip;
} keeper;

/* ---- clips ----------------------------------------------------------------- */

static double time_of(const keeper *k, const AVPacket *packet)
{
    return mvv_encoder_time(&k->encoder, packet->pts);
}

static movinet_status check_container(const keeper *k, const mvv_container *container,
                                      const char *path, movinet_error *err)
{
    for (int i = 0; !container->ticks && container->codecs[i]; i++)
        if (!strcmp(container->codecs[i], k->encoder.about->name))
            return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "%.300s: clips cannot be written to %s: use .mp4, .mov or .mkv", path,
                   container->ending);
}

static movinet_status open_clip(keeper *k, clip *c, const char *path, double begin,
                                movinet_error *err)
{
    const mvv_container *container = mvv_container_of(path, err);
    if (!container)
        return MOVINET_ERR_UNSUPPORTED;
    movinet_status status = check_container(k, container, path, err);
    if (!status)
        status = mvv_muxer_open(&c->muxer, path, container, k->encoder.codec, NULL,
                                (AVRational){1, 1}, err);
    if (status) {
        mvv_muxer_close(&c->muxer, NULL);
        return status;
    }
    c->open = true;
    c->end = begin;
    c->next = mvv_ring_find(&k->ring, mvv_encoder_pts(&k->encoder, begin));
    return MOVINET_OK;
}

static movinet_status write_packet(keeper *k, clip *c, const AVPacket *packet, movinet_error *err)
{
    double time = time_of(k, packet);
    if (!c->muxer.packets) {
        c->origin = packet->pts;
        c->written.begin = time;
    }
    if (av_packet_ref(k->packet, packet) < 0)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", c->muxer.path);
    k->packet->pts -= c->origin;
    k->packet->dts -= c->origin;
    movinet_status status =
        mvv_muxer_write(&c->muxer, k->packet, 0, k->encoder.codec->time_base, err);
    av_packet_unref(k->packet);
    if (!status)
        c->written.end = time;
    return status;
}

/* Writes what is there and wanted; a clip that cannot be written is given up. */
static movinet_status write_clip(keeper *k, clip *c, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    if (!c->open)
        return MOVINET_OK;
    if (c->next < k->ring.number)
        c->next = k->ring.number; /* a key frame */
    for (; c->next < mvv_ring_end(&k->ring) && !status; c->next++) {
        const AVPacket *packet = mvv_ring_get(&k->ring, c->next);
        if (time_of(k, packet) > c->end + 1e-9)
            break;
        status = write_packet(k, c, packet, err);
    }
    if (status) {
        mvv_muxer_close(&c->muxer, NULL);
        c->open = false;
    }
    return status;
}

static movinet_status close_clip(keeper *k, clip *c, movinet_span *written, movinet_error *err)
{
    movinet_status status = write_clip(k, c, err);
    if (status)
        return status;
    if (!c->muxer.packets)
        status =
            mv_fail(err, MOVINET_ERR_ARGUMENT, "%.300s: no frame is in this clip", c->muxer.path);
    if (written)
        *written = c->written;
    movinet_status closed = mvv_muxer_close(&c->muxer, status ? NULL : err);
    *c = (clip){0};
    return status ? status : closed;
}

/* ---- frames ---------------------------------------------------------------- */

/* The source began anew: nothing that came before belongs to it. */
static movinet_status begin_anew(keeper *k, double time, movinet_error *err)
{
    movinet_status status = k->clip.open ? close_clip(k, &k->clip, NULL, err) : MOVINET_OK;
    mvv_ring_clear(&k->ring);
    mvv_encoder_restart(&k->encoder, time);
    return status == MOVINET_ERR_ARGUMENT ? MOVINET_OK : status;
}

static movinet_status keep_packets(keeper *k, movinet_error *err)
{
    AVPacket *packet;
    movinet_status status;
    while (!(status = mvv_encoder_receive(&k->encoder, &packet, err))) {
        bool lost = false;
        status = mvv_ring_add(&k->ring, packet, &lost, err);
        if (lost)
            mvv_encoder_want_key(&k->encoder);
        if (!status)
            status = write_clip(k, &k->clip, err);
        if (status)
            return status;
    }
    return status == MOVINET_END ? MOVINET_OK : status;
}

movinet_status mvv_keeper_push(movinet_keeper *base, const movinet_frame *frame, movinet_error *err)
{
    keeper *k = (keeper *)base;
    movinet_status anew = MOVINET_OK;
    if (k->encoder.begun && frame->time < k->encoder.last)
        anew = begin_anew(k, frame->time, err);
    movinet_status status = mvv_encoder_send(&k->encoder, frame, NULL, anew ? NULL : err);
    if (!status)
        status = keep_packets(k, anew ? NULL : err);
    return anew ? anew : status;
}

/* ---- the open clip --------------------------------------------------------- */

static movinet_status need_clip(const keeper *k, movinet_error *err)
{
    return k->clip.open ? MOVINET_OK : mv_fail(err, MOVINET_ERR_ARGUMENT, "no clip is open");
}

movinet_status mvv_keeper_begin(movinet_keeper *base, const char *path, double begin,
                                movinet_error *err)
{
    keeper *k = (keeper *)base;
    if (k->clip.open)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.300s: another clip is open: end it first",
                       path);
    k->clip = (clip){0};
    return open_clip(k, &k->clip, path, begin, err);
}

movinet_status mvv_keeper_extend(movinet_keeper *base, double end, movinet_error *err)
{
    keeper *k = (keeper *)base;
    movinet_status status = need_clip(k, err);
    if (status)
        return status;
    k->clip.end = fmax(k->clip.end, end);
    return write_clip(k, &k->clip, err);
}

movinet_status mvv_keeper_end(movinet_keeper *base, double end, movinet_span *written,
                              movinet_error *err)
{
    keeper *k = (keeper *)base;
    movinet_status status = need_clip(k, err);
    if (status)
        return status;
    k->clip.end = fmax(k->clip.end, end);
    return close_clip(k, &k->clip, written, err);
}

bool mvv_keeper_is_open(const movinet_keeper *base)
{
    return ((const keeper *)base)->clip.open;
}

movinet_status mvv_keeper_save(movinet_keeper *base, const char *path, double begin, double end,
                               movinet_error *err)
{
    keeper *k = (keeper *)base;
    clip c = {0};
    movinet_status status = open_clip(k, &c, path, begin, err);
    if (status)
        return status;
    c.end = end;
    return close_clip(k, &c, NULL, err);
}

/* ---- opening --------------------------------------------------------------- */

static movinet_status open_parts(keeper *k, int width, int height, double seconds,
                                 const movinet_keeper_options *o, movinet_error *err)
{
    const mvv_encoder_options how = {.container = mvv_container_of(".mp4", err),
                                     .codec = o->codec,
                                     .width = width,
                                     .height = height,
                                     .frame_rate = o->frame_rate,
                                     .key_every = KEY_EVERY,
                                     .prompt = true};
    k->packet = av_packet_alloc();
    if (!k->packet)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = mvv_encoder_open(&k->encoder, &how, err);
    if (status)
        return status;
    k->ring.span = llrint(seconds / av_q2d(k->encoder.codec->time_base));
    k->ring.most_bytes = o->bytes ? o->bytes : USUAL_BYTES;
    return MOVINET_OK;
}

movinet_status mvv_keeper_open(movinet_keeper **out, int width, int height, double seconds,
                               const movinet_keeper_options *options, movinet_error *err)
{
    keeper *k = calloc(1, sizeof *k);
    if (!k)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = open_parts(k, width, height, seconds, options, err);
    if (status)
        mvv_keeper_close(&k->base);
    else
        *out = &k->base;
    return status;
}

void mvv_keeper_close(movinet_keeper *base)
{
    keeper *k = (keeper *)base;
    if (k->clip.open)
        close_clip(k, &k->clip, NULL, NULL);
    mvv_ring_free(&k->ring);
    mvv_encoder_close(&k->encoder);
    av_packet_free(&k->packet);
    free(k);
}

const char *mvv_keeper_codec(const movinet_keeper *base)
{
    return ((const keeper *)base)->encoder.about->name;
}

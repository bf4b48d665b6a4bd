/* A video file, picture by picture, with the audio of another beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record/audio.h"
#include "record/encoder.h"
#include "record/muxer.h"
#include "video/ffmpeg.h"

#include <math.h>
#include <stdlib.h>

/* From one key frame to the next, and so what is lost at most if the program is killed. */
#define KEY_EVERY 2.0

typedef struct recorder {
    movinet_recorder base;
    mvv_encoder encoder;
    mvv_audio audio;
    mvv_muxer muxer;
    bool failed; ///< nothing more can be written, and that was said
} recorder;

/* ---- opening --------------------------------------------------------------- */

static movinet_status open_parts(recorder *r, const char *path, int width, int height,
                                 const movinet_recorder_options *o, movinet_error *err)
{
    mvv_encoder_options how = {.codec = o->codec,
                               .width = width,
                               .height = height,
                               .like = o->like,
                               .frame_rate = o->frame_rate,
                               .key_every = KEY_EVERY};
    how.container = mvv_container_of(path, err);
    if (!how.container)
        return MOVINET_ERR_UNSUPPORTED;
    movinet_status status = mvv_encoder_open(&r->encoder, &how, err);
    if (status) {
        mv_error_prefix(err, path);
        return status;
    }
    if (o->audio_from)
        status = mvv_audio_open(&r->audio, o->audio_from, o->audio_origin, how.container, err);
    if (status)
        return status;
    return mvv_muxer_open(&r->muxer, path, how.container, r->encoder.codec, r->audio.parameters,
                          r->audio.tick, err);
}

static void free_recorder(recorder *r)
{
    mvv_encoder_close(&r->encoder);
    mvv_audio_close(&r->audio);
    free(r);
}

movinet_status mvv_recorder_open(movinet_recorder **out, const char *path, int width, int height,
                                 const movinet_recorder_options *options, movinet_error *err)
{
    recorder *r = calloc(1, sizeof *r);
    if (!r)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%.300s: out of memory", path);
    movinet_status status = open_parts(r, path, width, height, options, err);
    if (status) {
        mvv_muxer_close(&r->muxer, NULL);
        free_recorder(r);
        return status;
    }
    *out = &r->base;
    return MOVINET_OK;
}

const char *mvv_recorder_codec(const movinet_recorder *base)
{
    return ((const recorder *)base)->encoder.about->name;
}

/* ---- frames ---------------------------------------------------------------- */

/* Writes the audio that begins before a time, seconds from the beginning of the file. */
static movinet_status write_audio(recorder *r, double until, movinet_error *err)
{
    AVPacket *packet;
    movinet_status status = MOVINET_OK;
    while (!status && (packet = mvv_audio_next(&r->audio, until)))
        status = mvv_muxer_write(&r->muxer, packet, 1, r->audio.tick, err);
    return status;
}

/* Writes all packets that are ready, audio before the pictures that it belongs to. */
static movinet_status write_packets(recorder *r, movinet_error *err)
{
    AVRational tick = r->encoder.codec->time_base;
    AVPacket *packet;
    movinet_status status;
    while (!(status = mvv_encoder_receive(&r->encoder, &packet, err))) {
        /* What begins before time 0 must be in front: containers shift all by the first. */
        status = write_audio(r, fmax((double)packet->dts * av_q2d(tick), 0), err);
        if (!status)
            status = mvv_muxer_write(&r->muxer, packet, 0, tick, err);
        if (status)
            break;
    }
    r->failed = status != MOVINET_END;
    return r->failed ? status : MOVINET_OK;
}

movinet_status mvv_recorder_push(movinet_recorder *base, const movinet_frame *frame,
                                 const uint32_t *argb, movinet_error *err)
{
    recorder *r = (recorder *)base;
    if (r->failed)
        return mv_fail(err, MOVINET_ERR_IO, "%s: could not be written", r->muxer.path);
    bool first = !r->encoder.begun;
    movinet_status status = mvv_encoder_send(&r->encoder, frame, argb, err);
    if (!status && first)
        mvv_audio_begin(&r->audio, frame->time);
    if (status) {
        mv_error_prefix(err, r->muxer.path);
        return status;
    }
    return write_packets(r, err);
}

movinet_status mvv_recorder_close(movinet_recorder *base, movinet_error *err)
{
    recorder *r = (recorder *)base;
    movinet_status status = MOVINET_OK;
    if (!r->failed) {
        mvv_encoder_finish(&r->encoder);
        status = write_packets(r, err);
    }
    if (!r->failed && r->encoder.begun)
        status = write_audio(r, mvv_encoder_end(&r->encoder), err);
    movinet_status closed = mvv_muxer_close(&r->muxer, status ? NULL : err);
    free_recorder(r);
    return status ? status : closed;
}

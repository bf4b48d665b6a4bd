/* The audio of a file, for another file. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_AUDIO_H
#define MV_RECORD_AUDIO_H

#include "record/container.h"

#include <libavformat/avformat.h>

typedef struct mvv_transcoder mvv_transcoder;

/** All zeros is none. */
typedef struct mvv_audio {
    AVFormatContext *format;
    AVStream *stream;
    AVPacket *packet;           ///< that was read or made last
    mvv_transcoder *transcoder; ///< NULL: packets go on as they are
    double zero;                ///< seconds of the file's clock that become time 0
    bool waiting;               ///< `packet` was not taken yet
    bool ended;
    bool from_zero;                ///< the container cannot begin before time 0
    AVCodecParameters *parameters; ///< of the packets to come
    AVRational tick;               ///< of theirs
} mvv_audio;

/** Opens the audio of a file; where it has none, a->format stays NULL. `a` is all zeros.
 * origin: as movinet_recorder_options.audio_origin. Errors: IO, FORMAT, UNSUPPORTED, MEMORY. */
movinet_status mvv_audio_open(mvv_audio *a, const char *path, double origin,
                              const mvv_container *container, movinet_error *err);
void mvv_audio_close(mvv_audio *a);
/** Makes `time`, on the pictures' clock, time 0. Before the first packet is asked for. */
void mvv_audio_begin(mvv_audio *a, double time);
/** The next packet, if it begins before `until`, seconds; its times count from time 0. NULL:
 * there is none. Audio that cannot be read ends there. Valid until the next call. */
AVPacket *mvv_audio_next(mvv_audio *a, double until);

/* In transcoder.c: */

/** To the first of the container's encoders that there is. */
movinet_status mvv_transcoder_open(mvv_transcoder **out, const AVStream *stream,
                                   const mvv_container *container, movinet_error *err);
void mvv_transcoder_close(mvv_transcoder *t);
const AVCodecContext *mvv_transcoder_codec(const mvv_transcoder *t);
/** Takes a packet of the stream; NULL: there are no more. zero: as in mvv_audio. */
void mvv_transcoder_send(mvv_transcoder *t, const AVPacket *packet, double zero);
/** Gives a packet, in units of the codec's time base. False: it wants one first. */
bool mvv_transcoder_receive(mvv_transcoder *t, AVPacket *packet);

#endif

/* Kinds of files to write, and what goes into them. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_CONTAINER_H
#define MV_RECORD_CONTAINER_H

#include "core/error.h"

#include <libavcodec/avcodec.h>

/** An encoder of pictures. Only those of this table are used: hardware never by itself. */
typedef struct mvv_codec {
    const char *name;    ///< FFmpeg's
    const char *quality; ///< options
    const char *prompt;  ///< further ones for a packet a frame, at once
    bool says_matrix;    ///< what it writes tells the colours' matrix
} mvv_codec;

typedef struct mvv_container {
    const char *ending;    ///< ".mp4"
    const char *muxer;     ///< FFmpeg's
    const char *playable;  ///< options with which it can be played while it is being written
    const char *plain;     ///< options of a file that is finished; NULL: it is finished as it is
    const char *codecs[4]; ///< encoders of pictures, the best first
    const char *audio;     ///< the codecs that may be copied, "aac mp3 …"
    const char *audio_encoders[3]; ///< for all others, the best first
    bool ticks;                    ///< a frame for each tick of its rate, in the order of decoding
} mvv_container;

/** By the ending of the path, upper or lower case. NULL: there is none, `err` says which there
 * are. */
const mvv_container *mvv_container_of(const char *path, movinet_error *err);

/** The encoder of this name, or, if it is NULL, the first that this FFmpeg has. Errors:
 * ARGUMENT (not for this container), UNSUPPORTED (not there). */
movinet_status mvv_container_codec(const mvv_container *c, const char *name,
                                   const mvv_codec **codec, const AVCodec **encoder,
                                   movinet_error *err);

/** Whether audio of this kind may be copied. */
bool mvv_container_holds(const mvv_container *c, enum AVCodecID audio);

/** "a=1:b=2" to a dictionary. */
void mvv_add_options(AVDictionary **to, const char *options);

#endif

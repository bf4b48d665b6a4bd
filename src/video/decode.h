/* The video stream of whatever FFmpeg can open, as decoded pictures with times.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_DECODE_H
#define MV_VIDEO_DECODE_H

#include "video/clock.h"
#include "video/pipe.h"
#include "video/skip.h"
#include "video/source.h"
#include "video/turn.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

typedef struct mvv_decoder {
    char *name;                    ///< the source as the caller gave it, for messages
    movinet_video_options options; ///< for `interrupted`
    mvv_pipe pipe;                 ///< of a source that is one
    AVIOContext *pipe_io;
    uint64_t since;                ///< when something last came; 0: that is of no matter
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *codec;
    AVPacket *packet;
    AVPacket *waiting;     ///< the one before, not yet decoded; only if skipping
    mvv_skip skip;
    const mvv_hold *grid;  ///< times that want a picture; NULL: every picture is wanted
    mvv_clock clock;
    mvv_turn turn;         ///< of the newest picture; at first what the container says
    int64_t damaged;       ///< packets and pictures
    int bad;               ///< damaged ones since the last good picture
    bool input_ended;      ///< only what is inside the decoder is left
    movinet_error failure; ///< why the input ended; status OK: it was the end
} mvv_decoder;

/** A decoded picture and when it is seen. */
typedef struct mvv_picture {
    AVFrame *frame;
    double time;  ///< seconds from the first picture
    double shown; ///< seconds that it stays
    mvv_turn turn;
} mvv_picture;

/** In open.c. `d` is all zeros; mvv_decoder_close also after a failure. */
movinet_status mvv_decoder_open(mvv_decoder *d, const char *source,
                                const movinet_video_options *options, movinet_error *err);
void mvv_decoder_close(mvv_decoder *d);
/** Something has come, or is waited for from now on: patience begins anew. */
void mvv_decoder_hopes(mvv_decoder *d);
/** Whether nothing has come for too long; and what is then to be said (IO). */
bool mvv_decoder_gives_up(const mvv_decoder *d);
movinet_status mvv_decoder_gave_up(const mvv_decoder *d, movinet_error *err);

/** In open.c: what an FFmpeg error means. */
movinet_status mvv_av_status(int code);
/** In open.c: "SOURCE: WHAT: what FFmpeg says". */
movinet_status mvv_av_fail(movinet_error *err, const char *source, const char *what, int code);

/** From now on only pictures that are on the screen at some time of the grid are wanted:
 * of others, those may be left out that cost nothing else. The wanted ones keep their
 * bits, but where packets are damaged. `grid` must live as long as the decoder. */
void mvv_decoder_sample(mvv_decoder *d, const mvv_hold *grid);

/** The next picture. Returns MOVINET_END after the last, or an error: CANCELLED and
 * MEMORY at once, IO only after every picture read so far. */
movinet_status mvv_decoder_next(mvv_decoder *d, mvv_picture *picture, movinet_error *err);

/** Moves on to a picture not after `time`, which is then in `*picture`, as near as
 * is safe. Where the source cannot seek, `*picture` and the place stay. */
movinet_status mvv_decoder_seek(mvv_decoder *d, double time, mvv_picture *picture,
                                movinet_error *err);

/** Why nothing may have come out: "" or " (…)". Static. */
const char *mvv_decoder_hint(const mvv_decoder *d);

#endif

/* Packets become a file that can be played while it is being written.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_MUXER_H
#define MV_RECORD_MUXER_H

#include "record/container.h"

#include <libavformat/avformat.h>

typedef struct mvv_muxer {
    const mvv_container *container;
    char *path;
    AVFormatContext *format;
    bool begun;  ///< the file is there and has its head
    bool failed; ///< nothing more can be written
    int64_t packets;
} mvv_muxer;

/** Stream 0 is the encoder's; stream 1, if `audio` is not NULL, has packets in units of
 * `audio_tick`. `m` is all zeros; mvv_muxer_close also after a failure. Errors: IO,
 * UNSUPPORTED, MEMORY. */
movinet_status mvv_muxer_open(mvv_muxer *m, const char *path, const mvv_container *container,
                              const AVCodecContext *video, const AVCodecParameters *audio,
                              AVRational audio_tick, movinet_error *err);
/** The packet's times are in `tick`; they may be changed, its bytes are not. Packets of a
 * stream come in the order of decoding. Errors: IO; nothing is written any more then. */
movinet_status mvv_muxer_write(mvv_muxer *m, AVPacket *packet, int stream, AVRational tick,
                               movinet_error *err);
/** Finishes the file, after a failure as well as it can. Without any packets, no file is left.
 * Errors: IO, but not one that mvv_muxer_write gave. */
movinet_status mvv_muxer_close(mvv_muxer *m, movinet_error *err);

/** In finish.c. Makes a plain file of one in fragments, in its place, if it is small. Where
 * that cannot be done, it stays as it is, which is good enough. */
void mvv_make_plain(const char *path, const mvv_container *container);

/** In finish.c. "file:PATH", for free(): never a URL, whatever it looks like. */
char *mvv_file_url(const char *path);

#endif

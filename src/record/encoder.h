/* Pictures become packets. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_ENCODER_H
#define MV_RECORD_ENCODER_H

#include "picture/fit.h"
#include "picture/over.h"
#include "record/container.h"
#include "record/paint.h"

typedef struct mvv_encoder_options {
    const mvv_container *container;
    const char *codec; ///< or NULL
    int width, height;
    const movinet_frame *like; ///< whose colours the packets have where they can; or NULL
    double frame_rate;         ///< usual, 0: not known
    double key_every;          ///< seconds from one key frame to the next, at most
    bool prompt;               ///< a packet for each frame, at once, in the order of time
} mvv_encoder_options;

typedef struct mvv_encoder {
    AVCodecContext *codec; ///< its time base is that of the packets
    const mvv_codec *about;
    mvv_matrix matrix; ///< of its pictures
    uint8_t marks[4];  ///< and their marks, as in mvv_planes
    mvv_fit fit;
    mvv_painter painter;
    AVFrame *picture;
    AVPacket *packet;
    double first, last;                   ///< times of frames
    int64_t last_pts, key_pts, key_every; ///< in units of the time base
    bool begun;                           ///< the first frame has come
    bool wants_key;
} mvv_encoder;

/** `e` is all zeros; mvv_encoder_close also after a failure. */
movinet_status mvv_encoder_open(mvv_encoder *e, const mvv_encoder_options *options,
                                movinet_error *err);
void mvv_encoder_close(mvv_encoder *e);

/** Takes a frame; its packet has the frame's time, from the first frame's on, as its time
 * stamp. argb: a drawing over it, as in movinet_recorder_push_over, or NULL. All packets must
 * have been received before. */
movinet_status mvv_encoder_send(mvv_encoder *e, const movinet_frame *frame, const uint32_t *argb,
                                movinet_error *err);
/** No more frames will come. */
void mvv_encoder_finish(mvv_encoder *e);
/** The next packet, valid until the next call. MOVINET_END: it wants a frame first, or all are
 * out. */
movinet_status mvv_encoder_receive(mvv_encoder *e, AVPacket **packet, movinet_error *err);

/** The next frame is a key frame. */
void mvv_encoder_want_key(mvv_encoder *e);
/** The frames' clock was set back: the next frame has this time, and is a key frame. */
void mvv_encoder_restart(mvv_encoder *e, double time);

/** Seconds, on the frames' clock; and back. */
double mvv_encoder_time(const mvv_encoder *e, int64_t pts);
int64_t mvv_encoder_pts(const mvv_encoder *e, double time);
/** When the last frame is over, seconds from the first. */
double mvv_encoder_end(const mvv_encoder *e);
/** Seconds that a frame usually stays. */
double mvv_encoder_step(const mvv_encoder *e);

#endif

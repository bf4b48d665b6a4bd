/* A clip as a video file, compressed as badly as videos are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_ENCODE_H
#define CM_ENCODE_H

#include "core/error.h"
#include "shot.h"

typedef enum cm_codec {
    CM_H264, ///< where FFmpeg has libx264, else CM_MPEG4
    CM_MPEG4,
    CM_MJPEG,
} cm_codec;

typedef struct cm_quality {
    cm_codec codec;
    int level; ///< H.264: 15 (good) … 45, others 2 … 31
} cm_quality;

/** Keeps FFmpeg from telling of every clip. */
void cm_encode_quietly(void);

cm_quality cm_quality_draw(mv_random *r);

/** Writes an .mp4, whole or not at all; an equal clip gives equal bytes. Errors: IO,
 * UNSUPPORTED (no such encoder), MEMORY. */
movinet_status cm_encode(const char *path, const cm_clip *clip, cm_quality quality,
                         movinet_error *err);

#endif

/* A clip's frames, small. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_DECODE_H
#define MV_DATA_DECODE_H

#include "core/error.h"

/** How clips are decoded, in two sizes: */
typedef enum mvd_kind {
    MVD_VIEW, ///< just what movinet_stream_push makes of the frames for the network
    MVD_WIDE, ///< somewhat larger, and more often: to cut random parts from
} mvd_kind;
enum { MVD_KINDS = 2 };

typedef struct mvd_shape {
    int width, height;           ///< of the network's input, pixels
    int wide_width, wide_height; ///< of MVD_WIDE
    int steps;                   ///< frames of MVD_WIDE for one of MVD_VIEW
    double rate;                 ///< of MVD_VIEW, frames a second
    double seconds;              ///< what comes later in a clip is left out
    movinet_preprocess preprocess;
} mvd_shape;

/** Sides of MVD_WIDE, 15 % above the network's. */
static inline int mvd_wide_side(int side)
{
    return (side * 23 + 19) / 20;
}

typedef struct mvd_frames {
    int frames, height, width;
    uint8_t *pixels; ///< [frames][height][width][3], for free()
    size_t capacity; ///< bytes
} mvd_frames;

/** Seconds of the file that are taken: from *start for *duration (0: to the end). */
void mvd_span_of(const movinet_dataset_clip *clip, const mvd_shape *shape, double file_duration,
                 double *start, double *duration);

/** Decodes the kinds that are wanted into out[kind], which may hold memory of an earlier
 * call. threads: of the decoder. Errors: as movinet_video_open and _next; FORMAT if there are
 * fewer than MVD_FEWEST frames of MVD_VIEW. */
movinet_status mvd_decode(const movinet_dataset_clip *clip, const mvd_shape *shape,
                          const bool wanted[MVD_KINDS], int threads,
                          bool (*interrupted)(void *user), void *user, mvd_frames out[MVD_KINDS],
                          movinet_error *err);

/** Frames of a clip that a network can learn from. */
enum { MVD_FEWEST = 3 };

#endif

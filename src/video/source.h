/* What every kind of video source looks like from video.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_SOURCE_H
#define MV_VIDEO_SOURCE_H

#include "core/error.h"

typedef struct mvv_source_kind {
    movinet_status (*next)(movinet_video *video, movinet_frame *frame, movinet_error *err);
    void (*close)(movinet_video *video);
} mvv_source_kind;

/** The first member of every source's own structure. */
struct movinet_video {
    const mvv_source_kind *kind;
    movinet_video_info info;
};

/** Takes options that video.c has checked. `options` is copied. */
movinet_status mvv_raw_open(movinet_video **out, const char *source,
                            const movinet_video_options *options, movinet_error *err);

/** The moving test picture. */
movinet_status mvv_test_open(movinet_video **out, const movinet_video_options *options,
                             movinet_error *err);

/** Whether the caller wants to give up. */
static inline bool mvv_interrupted(const movinet_video_options *options)
{
    return options->interrupted && options->interrupted(options->user);
}

#endif

/* What FFmpeg is to open, and how. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_LOCATION_H
#define MV_VIDEO_LOCATION_H

#include "core/error.h"

#include <libavformat/avformat.h>

typedef struct mvv_location {
    char *url;                 ///< for FFmpeg
    movinet_source_kind kind;
    const AVInputFormat *input; ///< NULL: FFmpeg is to find out
    AVDictionary *options;
} mvv_location;

/** `at` is to be freed, also after a failure. Errors: ARGUMENT (a part of the screen, a name of a
 * format), IO (no such file), UNSUPPORTED (this FFmpeg cannot), MEMORY. */
movinet_status mvv_locate(mvv_location *at, const char *source,
                          const movinet_video_options *options, movinet_error *err);
void mvv_location_free(mvv_location *at);

/** Whether all is known of its stream before anything was read. */
bool mvv_location_is_known(const mvv_location *at);
/** Whether nothing coming for a while means that it has broken. */
bool mvv_location_is_alive(const mvv_location *at);

/** After opening, with what FFmpeg has not taken of at->options: whether something was asked for
 * that there is no choice of. Error: ARGUMENT. */
movinet_status mvv_location_check(const mvv_location *at, const char *source, movinet_error *err);

#endif

/* All that FFmpeg does for the library: one table, which the shared library loads when it is
 * first used. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_FFMPEG_H
#define MV_VIDEO_FFMPEG_H

#include "core/error.h"

/** As the functions of these names in movinet.h, with arguments that were checked.
 * recorder_push: argb may be NULL. */
typedef struct mvv_ffmpeg {
    movinet_status (*video_open)(movinet_video **out, const char *source,
                                 const movinet_video_options *options, movinet_error *err);

    movinet_status (*recorder_open)(movinet_recorder **out, const char *path, int width, int height,
                                    const movinet_recorder_options *options, movinet_error *err);
    movinet_status (*recorder_push)(movinet_recorder *recorder, const movinet_frame *frame,
                                    const uint32_t *argb, movinet_error *err);
    movinet_status (*recorder_close)(movinet_recorder *recorder, movinet_error *err);
    const char *(*recorder_codec)(const movinet_recorder *recorder);

    movinet_status (*keeper_open)(movinet_keeper **out, int width, int height, double seconds,
                                  const movinet_keeper_options *options, movinet_error *err);
    void (*keeper_close)(movinet_keeper *keeper);
    movinet_status (*keeper_push)(movinet_keeper *keeper, const movinet_frame *frame,
                                  movinet_error *err);
    movinet_status (*keeper_begin)(movinet_keeper *keeper, const char *path, double begin,
                                   movinet_error *err);
    movinet_status (*keeper_extend)(movinet_keeper *keeper, double end, movinet_error *err);
    movinet_status (*keeper_end)(movinet_keeper *keeper, double end, movinet_span *written,
                                 movinet_error *err);
    bool (*keeper_is_open)(const movinet_keeper *keeper);
    movinet_status (*keeper_save)(movinet_keeper *keeper, const char *path, double begin,
                                  double end, movinet_error *err);
    const char *(*keeper_codec)(const movinet_keeper *keeper);

    movinet_status (*picture_write)(const char *path, const movinet_frame *frame,
                                    movinet_error *err);
} mvv_ffmpeg;

/** NULL: `err` says why there is none. */
const mvv_ffmpeg *mvv_ffmpeg_get(movinet_error *err);

/* What is in the table. */
movinet_status mvv_video_open(movinet_video **out, const char *source,
                              const movinet_video_options *options, movinet_error *err);
movinet_status mvv_recorder_open(movinet_recorder **out, const char *path, int width, int height,
                                 const movinet_recorder_options *options, movinet_error *err);
movinet_status mvv_recorder_push(movinet_recorder *recorder, const movinet_frame *frame,
                                 const uint32_t *argb, movinet_error *err);
movinet_status mvv_recorder_close(movinet_recorder *recorder, movinet_error *err);
const char *mvv_recorder_codec(const movinet_recorder *recorder);
movinet_status mvv_keeper_open(movinet_keeper **out, int width, int height, double seconds,
                               const movinet_keeper_options *options, movinet_error *err);
void mvv_keeper_close(movinet_keeper *keeper);
movinet_status mvv_keeper_push(movinet_keeper *keeper, const movinet_frame *frame,
                               movinet_error *err);
movinet_status mvv_keeper_begin(movinet_keeper *keeper, const char *path, double begin,
                                movinet_error *err);
movinet_status mvv_keeper_extend(movinet_keeper *keeper, double end, movinet_error *err);
movinet_status mvv_keeper_end(movinet_keeper *keeper, double end, movinet_span *written,
                              movinet_error *err);
bool mvv_keeper_is_open(const movinet_keeper *keeper);
movinet_status mvv_keeper_save(movinet_keeper *keeper, const char *path, double begin, double end,
                               movinet_error *err);
const char *mvv_keeper_codec(const movinet_keeper *keeper);
movinet_status mvv_picture_write(const char *path, const movinet_frame *frame, movinet_error *err);

/** What the public functions know of what the table opened: the first member of each. */
struct movinet_recorder {
    const mvv_ffmpeg *ffmpeg;
};
struct movinet_keeper {
    const mvv_ffmpeg *ffmpeg;
};

#endif

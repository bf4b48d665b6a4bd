/* The table itself. SPDX-License-Identifier: Apache-2.0 */
#include "video/ffmpeg.h"

const mvv_ffmpeg *mvv_ffmpeg_get(movinet_error *err)
{
    static const mvv_ffmpeg table = {
        .video_open = mvv_video_open,
        .recorder_open = mvv_recorder_open,
        .recorder_push = mvv_recorder_push,
        .recorder_close = mvv_recorder_close,
        .recorder_codec = mvv_recorder_codec,
        .picture_write = mvv_picture_write,
    };
    (void)err;
    return &table;
}

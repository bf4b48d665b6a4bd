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
        .keeper_open = mvv_keeper_open,
        .keeper_close = mvv_keeper_close,
        .keeper_push = mvv_keeper_push,
        .keeper_begin = mvv_keeper_begin,
        .keeper_extend = mvv_keeper_extend,
        .keeper_end = mvv_keeper_end,
        .keeper_is_open = mvv_keeper_is_open,
        .keeper_save = mvv_keeper_save,
        .keeper_codec = mvv_keeper_codec,
        .picture_write = mvv_picture_write,
    };
    (void)err;
    return &table;
}

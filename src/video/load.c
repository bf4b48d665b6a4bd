/* FFmpeg, loaded when the first video is opened. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "video/ffmpeg.h"

typedef const mvv_ffmpeg *get_function(movinet_error *err);

const mvv_ffmpeg *mvv_ffmpeg_get(movinet_error *err)
{
    const mv_module *module = mv_module_load("movinet-ffmpeg", err);
    return module ? ((get_function *)module->entry)(err) : NULL;
}

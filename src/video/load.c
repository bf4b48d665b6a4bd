/* FFmpeg, loaded when the first video is opened. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "video/source.h"

typedef movinet_status open_function(movinet_video **out, const char *source,
                                     const movinet_video_options *options, movinet_error *err);

movinet_status mvv_ffmpeg_open(movinet_video **out, const char *source,
                               const movinet_video_options *options, movinet_error *err)
{
    movinet_error why;
    const mv_module *module = mv_module_load("movinet-ffmpeg", &why);
    if (!module)
        return mv_fail(err, why.status, "%.100s: cannot read videos: %s", source, why.message);
    return ((open_function *)module->entry)(out, source, options, err);
}

/* Which files of a folder are videos. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <string.h>
#include <strings.h>

bool movinet_is_video_name(const char *name)
{
    static const char *const endings[] = {
        "3gp",  "apng", "asf",   "avi",  "divx", "dv",   "flv", "gif",  "h264", "hevc",
        "m2ts", "m4v",  "mjpeg", "mjpg", "mkv",  "mov",  "mp4", "mpeg", "mpg",  "mts",
        "mxf",  "ogv",  "ts",    "vob",  "webm", "webp", "wmv", "y4m",
    };
    const char *point = strrchr(name, '.');
    for (size_t i = 0; point && name[0] != '.' && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(point + 1, endings[i]) == 0)
            return true;
    return false;
}

/* What a source's name means. SPDX-License-Identifier: Apache-2.0 */
#include "video/where.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* "rtsp://…": a letter, then letters, digits, "+", "-" and ".". */
static bool is_url(const char *source)
{
    const char *p = source;
    if (!isalpha((unsigned char)*p))
        return false;
    while (isalnum((unsigned char)*p) || *p == '+' || *p == '-' || *p == '.')
        p++;
    return begins(p, "://");
}

static bool is_camera(const char *source)
{
    return (begins(source, "/dev/video") && isdigit((unsigned char)source[10])) ||
           begins(source, "/dev/v4l/");
}

movinet_source_kind movinet_source_kind_of(const char *source)
{
    struct stat info;
    if (!strcmp(source, "-"))
        return MOVINET_SOURCE_PIPE;
    if (!strcmp(source, "test"))
        return MOVINET_SOURCE_TEST;
    if (!strcmp(source, MVV_FIRST_CAMERA) || is_camera(source))
        return MOVINET_SOURCE_CAMERA;
    if (!strcmp(source, "screen") || begins(source, "screen:"))
        return MOVINET_SOURCE_SCREEN;
    if (begins(source, "lavfi:"))
        return MOVINET_SOURCE_GRAPH;
    if (stat(source, &info) == 0)
        return S_ISFIFO(info.st_mode) ? MOVINET_SOURCE_PIPE : MOVINET_SOURCE_FILE;
    return is_url(source) ? MOVINET_SOURCE_URL : MOVINET_SOURCE_FILE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "video/location.h"
#include "video/where.h"

#include <libavdevice/avdevice.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Network streams that say nothing for so long have gone away, seconds. */
#define PATIENCE 30.0
/* Pictures of the screen a second. */
#define SCREEN_RATE 30.0
/* What a live stream is looked at before it begins, at most, microseconds; and how many of its
 * pictures, to find a rate that nobody needs. */
#define LOOK "2000000"
#define LOOK_PICTURES "0"

static movinet_status set(mvv_location *at, const char *key, const char *value)
{
    return av_dict_set(&at->options, key, value, 0) < 0 ? MOVINET_ERR_MEMORY : MOVINET_OK;
}

static movinet_status set_url(mvv_location *at, const char *prefix, const char *rest)
{
    size_t size = strlen(prefix) + strlen(rest) + 1;
    at->url = malloc(size);
    if (!at->url)
        return MOVINET_ERR_MEMORY;
    snprintf(at->url, size, "%s%s", prefix, rest);
    return MOVINET_OK;
}

/* ---- what is to be chosen ------------------------------------------------------------ */

static movinet_status set_size(mvv_location *at, int width, int height)
{
    char text[40];
    if (!width)
        return MOVINET_OK;
    snprintf(text, sizeof text, "%dx%d", width, height);
    return set(at, "video_size", text);
}

static movinet_status set_rate(mvv_location *at, double rate)
{
    char text[40];
    if (!(rate > 0))
        return MOVINET_OK;
    AVRational fraction = av_d2q(rate, 1000000);
    snprintf(text, sizeof text, "%d/%d", fraction.num, fraction.den);
    return set(at, "framerate", text);
}

static movinet_status set_format(mvv_location *at, const char *source, const char *name,
                                 movinet_error *err)
{
    if (!name)
        return MOVINET_OK;
    at->input = av_find_input_format(name);
    return at->input ? MOVINET_OK
                     : mv_fail(err, MOVINET_ERR_ARGUMENT,
                               "%s: this FFmpeg reads no format that is called %s", source, name);
}

static movinet_status set_device(mvv_location *at, const char *source, const char *device,
                                 movinet_error *err)
{
    avdevice_register_all();
    at->input = av_find_input_format(device);
    return at->input ? MOVINET_OK
                     : mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: this FFmpeg has no %s input",
                               source, device);
}

/* ---- the kinds ----------------------------------------------------------------------- */

static movinet_status locate_camera(mvv_location *at, const char *source,
                                    const movinet_video_options *o, movinet_error *err)
{
    movinet_status status = set_device(at, source, "video4linux2,v4l2", err);
    if (!status)
        status = set_url(at, "", source);
    if (!status)
        status = set_size(at, o->camera_width, o->camera_height);
    if (!status)
        status = set_rate(at, o->camera_rate);
    if (!status && o->input_format)
        status = set(at, "input_format", o->input_format);
    return status;
}

static movinet_status locate_screen(mvv_location *at, const char *source,
                                    const movinet_video_options *o, movinet_error *err)
{
    mvv_rectangle part;
    char place[40];
    const char *display = getenv("DISPLAY");
    if (!mvv_screen_part(source, &part))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "%s: a part of the screen is screen:WIDTHxHEIGHT+X,Y", source);
    if (!display || !*display)
        return mv_fail(err, MOVINET_ERR_IO, "%s: there is no X11 display (DISPLAY is not set)",
                       source);
    movinet_status status = set_device(at, source, "x11grab", err);
    if (!status && !part.width) {
        part.width = o->camera_width;
        part.height = o->camera_height;
    }
    if (!status)
        status = set_size(at, part.width, part.height);
    if (!status)
        status = set_rate(at, o->camera_rate > 0 ? o->camera_rate : SCREEN_RATE);
    snprintf(place, sizeof place, "+%d,%d", part.x, part.y);
    return status ? status : set_url(at, display, place);
}

static movinet_status locate_graph(mvv_location *at, const char *source, movinet_error *err)
{
    movinet_status status = set_device(at, source, "lavfi", err);
    return status ? status : set_url(at, "", source + strlen("lavfi:"));
}

/* A live stream is not to be waited for longer than need be. */
static movinet_status set_look(mvv_location *at, const movinet_video_options *o)
{
    movinet_status status = o->live ? set(at, "analyzeduration", LOOK) : MOVINET_OK;
    return status || !o->live ? status : set(at, "fpsprobesize", LOOK_PICTURES);
}

static movinet_status locate_url(mvv_location *at, const char *source,
                                 const movinet_video_options *o)
{
    char timeout[40];
    double patience = o->patience > 0 ? o->patience : PATIENCE;
    bool rtsp = !strncmp(source, "rtsp", 4);
    snprintf(timeout, sizeof timeout, "%.0f", patience * 1e6);
    movinet_status status = set(at, rtsp ? "timeout" : "rw_timeout", timeout);
    if (!status && rtsp)
        status = set(at, "rtsp_flags", "prefer_tcp");
    if (!status)
        status = set_look(at, o);
    return status ? status : set_url(at, "", source);
}

static movinet_status locate_pipe(mvv_location *at, const char *source,
                                  const movinet_video_options *o)
{
    movinet_status status = set_look(at, o);
    return status ? status : set_url(at, "", source);
}

/* What can be said more clearly than FFmpeg would. */
static movinet_status check_file(const char *source, movinet_error *err)
{
    struct stat info;
    if (stat(source, &info))
        return MOVINET_OK;
    if (S_ISDIR(info.st_mode))
        return mv_fail(err, MOVINET_ERR_IO, "%s: is a folder, not a video", source);
    if (S_ISREG(info.st_mode) && access(source, R_OK))
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", source, strerror(errno));
    if (S_ISREG(info.st_mode) && info.st_size == 0)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: no frame could be decoded: the file is empty",
                       source);
    return MOVINET_OK;
}

static movinet_status locate_file(mvv_location *at, const char *source, movinet_error *err)
{
    struct stat info;
    movinet_status status = check_file(source, err);
    return status ? status : set_url(at, stat(source, &info) == 0 ? "file:" : "", source);
}

movinet_status mvv_locate(mvv_location *at, const char *source, const movinet_video_options *o,
                          movinet_error *err)
{
    movinet_status status;
    movinet_error said = {0};
    *at = (mvv_location){.kind = movinet_source_kind_of(source)};
    switch (at->kind) {
    case MOVINET_SOURCE_CAMERA: status = locate_camera(at, source, o, &said); break;
    case MOVINET_SOURCE_SCREEN: status = locate_screen(at, source, o, &said); break;
    case MOVINET_SOURCE_GRAPH: status = locate_graph(at, source, &said); break;
    case MOVINET_SOURCE_URL: status = locate_url(at, source, o); break;
    case MOVINET_SOURCE_PIPE: status = locate_pipe(at, source, o); break;
    default: status = locate_file(at, source, &said); break;
    }
    if (!status && !at->input) {
        status = set_format(at, source, o->input_format, &said);
        if (!status)
            status = set_size(at, o->camera_width, o->camera_height);
        if (!status)
            status = set_rate(at, o->camera_rate);
    }
    if (said.status)
        return mv_fail(err, status, "%s", said.message);
    return status ? mv_fail(err, status, "%s: out of memory", source) : MOVINET_OK;
}

void mvv_location_free(mvv_location *at)
{
    free(at->url);
    av_dict_free(&at->options);
    *at = (mvv_location){0};
}

bool mvv_location_is_known(const mvv_location *at)
{
    return at->kind == MOVINET_SOURCE_CAMERA || at->kind == MOVINET_SOURCE_SCREEN;
}

bool mvv_location_is_alive(const mvv_location *at)
{
    return mvv_location_is_known(at) || at->kind == MOVINET_SOURCE_URL;
}

movinet_status mvv_location_check(const mvv_location *at, const char *source, movinet_error *err)
{
    static const char *const chosen[][2] = {{"video_size", "size"}, {"framerate", "rate"}};
    for (int i = 0; i < 2; i++)
        if (av_dict_get(at->options, chosen[i][0], NULL, 0))
            return mv_fail(err, MOVINET_ERR_ARGUMENT,
                           "%s: its %s cannot be chosen; that of a camera, the screen, the test "
                           "picture and raw video can",
                           source, chosen[i][1]);
    return MOVINET_OK;
}

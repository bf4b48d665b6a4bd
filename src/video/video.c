/* The public face of video: checks the arguments and picks the source.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "video/camera.h"
#include "video/ffmpeg.h"
#include "video/sampler.h"
#include "video/source.h"

static movinet_status check_options(const movinet_video_options *o, movinet_error *err)
{
    if (!(o->sample_rate >= 0 && o->sample_rate <= MVV_RATE_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "sample rate %g: must be 0 (every frame) to %g frames a second",
                       o->sample_rate, MVV_RATE_LIMIT);
    if (!(o->start >= 0 && o->start <= MVV_TIME_LIMIT / 1000))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "start %g: must be 0 or more seconds", o->start);
    if (!(o->duration >= 0 && o->duration <= MVV_TIME_LIMIT / 1000))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "duration %g: must be 0 (to the end) or more seconds", o->duration);
    return MOVINET_OK;
}

static movinet_status check_camera(const movinet_video_options *o, movinet_error *err)
{
    int width = o->camera_width, height = o->camera_height;
    if ((width || height) &&
        (width < 1 || height < 1 || width > MVV_SIDE_LIMIT || height > MVV_SIDE_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "a size of %d×%d: both sides must be 1 to %d",
                       width, height, MVV_SIDE_LIMIT);
    if (!(o->camera_rate >= 0 && o->camera_rate <= MVV_RATE_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%g frames a second: must be 0 to %g",
                       o->camera_rate, MVV_RATE_LIMIT);
    if (!(o->patience >= 0 && o->patience <= MVV_TIME_LIMIT / 1000))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "patience %g: must be 0 or more seconds",
                       o->patience);
    return MOVINET_OK;
}

static movinet_status check_raw(const movinet_video_options *o, movinet_error *err)
{
    if (!o->raw_width && !o->raw_height)
        return MOVINET_OK;
    if (o->raw_width < 1 || o->raw_height < 1 || o->raw_width > MVV_SIDE_LIMIT ||
        o->raw_height > MVV_SIDE_LIMIT)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "raw frames of %d×%d: both sides must be 1 to %d",
                       o->raw_width, o->raw_height, MVV_SIDE_LIMIT);
    return MOVINET_OK;
}

#ifdef MOVINET_HAVE_FFMPEG
static movinet_status open_ffmpeg(movinet_video **out, const char *source,
                                  const movinet_video_options *options, movinet_error *err)
{
    char device[MVV_DEVICE_ROOM];
    movinet_video_options chosen;
    movinet_error why;
    const mvv_ffmpeg *ffmpeg = mvv_ffmpeg_get(&why);
    if (!ffmpeg)
        return mv_fail(err, why.status, "%.100s: cannot read videos: %s", source, why.message);
    if (movinet_source_kind_of(source) != MOVINET_SOURCE_CAMERA)
        return ffmpeg->video_open(out, source, options, err);
    movinet_status status =
        mvv_camera_find(mvv_camera_here(), source, options, device, &chosen, err);
    return status ? status : ffmpeg->video_open(out, device, &chosen, err);
}
#else
static movinet_status open_ffmpeg(movinet_video **out, const char *source,
                                  const movinet_video_options *options, movinet_error *err)
{
    (void)out, (void)options;
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "%s: this movinet was built without FFmpeg: it reads raw RGB frames and test "
                   "only",
                   source);
}
#endif

MOVINET_API movinet_status movinet_video_open(movinet_video **out, const char *source,
                                              const movinet_video_options *options,
                                              movinet_error *err)
{
    static const movinet_video_options defaults;
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "video: nowhere to put it (out is NULL)");
    *out = NULL;
    options = options ? options : &defaults;
    if (!source || !*source)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "video source is empty: give a file, a URL, or - for standard input");
    movinet_status status = check_options(options, err);
    if (!status)
        status = check_raw(options, err);
    if (!status)
        status = check_camera(options, err);
    if (status)
        return status;
    if (options->raw_width)
        return mvv_raw_open(out, source, options, err);
    if (movinet_source_kind_of(source) == MOVINET_SOURCE_TEST)
        return mvv_test_open(out, options, err);
    return open_ffmpeg(out, source, options, err);
}

MOVINET_API movinet_status movinet_video_next(movinet_video *video, movinet_frame *frame,
                                              movinet_error *err)
{
    if (!video || !frame)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "video: no %s given", video ? "frame" : "video");
    return video->kind->next(video, frame, err);
}

MOVINET_API const movinet_video_info *movinet_video_get_info(const movinet_video *video)
{
    return &video->info;
}

MOVINET_API void movinet_video_close(movinet_video *video)
{
    if (video)
        video->kind->close(video);
}

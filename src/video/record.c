/* The public face of recording: checks the arguments, and finds FFmpeg.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/record.h"
#include "video/ffmpeg.h"

/* FFmpeg, or NULL: `err` says of `path` why there is none. */
static const mvv_ffmpeg *need_ffmpeg(const char *path, movinet_error *err)
{
#ifdef MOVINET_HAVE_FFMPEG
    movinet_error why;
    const mvv_ffmpeg *ffmpeg = mvv_ffmpeg_get(&why);
    if (!ffmpeg)
        mv_fail(err, why.status, "%.100s: cannot be written: %s", path, why.message);
    return ffmpeg;
#else
    mv_fail(err, MOVINET_ERR_UNSUPPORTED,
            "%.300s: this movinet was built without FFmpeg: it writes no videos or pictures", path);
    return NULL;
#endif
}

static movinet_status check_path(const char *path, movinet_error *err)
{
    return path && *path ? MOVINET_OK
                         : mv_fail(err, MOVINET_ERR_ARGUMENT, "no name of a file to write to");
}

static movinet_status check_size(int width, int height, movinet_error *err)
{
    if (width >= 1 && height >= 1 && width <= MVV_RECORD_SIDE_LIMIT &&
        height <= MVV_RECORD_SIDE_LIMIT)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_ARGUMENT, "a video of %d×%d: sides must be 1 to %d", width,
                   height, MVV_RECORD_SIDE_LIMIT);
}

static movinet_status check_rate(double rate, movinet_error *err)
{
    if (rate == 0 || (rate >= 1 && rate <= MVV_RECORD_RATE_LIMIT))
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_ARGUMENT,
                   "a video of %g frames a second: must be 1 to %g, or 0 for %g", rate,
                   MVV_RECORD_RATE_LIMIT, MVV_RECORD_RATE);
}

/* ---- recorder -------------------------------------------------------------- */

movinet_status movinet_recorder_open(movinet_recorder **out, const char *path, int width,
                                     int height, const movinet_recorder_options *options,
                                     movinet_error *err)
{
    static const movinet_recorder_options defaults;
    *out = NULL;
    options = options ? options : &defaults;
    movinet_status status = check_path(path, err);
    if (!status)
        status = check_size(width, height, err);
    if (!status)
        status = check_rate(options->frame_rate, err);
    if (status)
        return status;
    const mvv_ffmpeg *ffmpeg = need_ffmpeg(path, err);
    if (!ffmpeg)
        return MOVINET_ERR_UNSUPPORTED;
    status = ffmpeg->recorder_open(out, path, width, height, options, err);
    if (!status)
        (*out)->ffmpeg = ffmpeg;
    return status;
}

movinet_status movinet_recorder_push(movinet_recorder *recorder, const movinet_frame *frame,
                                     movinet_error *err)
{
    return recorder->ffmpeg->recorder_push(recorder, frame, err);
}

movinet_status movinet_recorder_close(movinet_recorder *recorder, movinet_error *err)
{
    return recorder ? recorder->ffmpeg->recorder_close(recorder, err) : MOVINET_OK;
}

const char *movinet_recorder_codec(const movinet_recorder *recorder)
{
    return recorder->ffmpeg->recorder_codec(recorder);
}

/* ---- pictures -------------------------------------------------------------- */

movinet_status movinet_picture_write(const char *path, const movinet_frame *frame,
                                     movinet_error *err)
{
    movinet_status status = check_path(path, err);
    if (status)
        return status;
    const mvv_ffmpeg *ffmpeg = need_ffmpeg(path, err);
    return ffmpeg ? ffmpeg->picture_write(path, frame, err) : MOVINET_ERR_UNSUPPORTED;
}

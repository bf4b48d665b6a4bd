/* The public face of recording: checks the arguments, and finds FFmpeg.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"
#include "video/ffmpeg.h"

#include <math.h>

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
    return recorder->ffmpeg->recorder_push(recorder, frame, NULL, err);
}

movinet_status movinet_recorder_push_over(movinet_recorder *recorder, const movinet_frame *frame,
                                          const uint32_t *argb, movinet_error *err)
{
    return recorder->ffmpeg->recorder_push(recorder, frame, argb, err);
}

movinet_status movinet_recorder_close(movinet_recorder *recorder, movinet_error *err)
{
    return recorder ? recorder->ffmpeg->recorder_close(recorder, err) : MOVINET_OK;
}

const char *movinet_recorder_codec(const movinet_recorder *recorder)
{
    return recorder->ffmpeg->recorder_codec(recorder);
}

/* ---- keeper ---------------------------------------------------------------- */

static movinet_status check_span(double seconds, movinet_error *err)
{
    if (seconds > 0 && seconds <= MVV_KEEP_LIMIT)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_ARGUMENT, "%g seconds to be kept: must be above 0, up to %g",
                   seconds, MVV_KEEP_LIMIT);
}

static movinet_status check_clip(const char *path, double begin, double end, movinet_error *err)
{
    movinet_status status = check_path(path, err);
    if (!status && !(isfinite(begin) && isfinite(end) && begin <= end))
        status = mv_fail(err, MOVINET_ERR_ARGUMENT, "%.300s: a clip from %g to %g s cannot be",
                         path, begin, end);
    return status;
}

static movinet_status check_end(double end, movinet_error *err)
{
    return isfinite(end) ? MOVINET_OK
                         : mv_fail(err, MOVINET_ERR_ARGUMENT, "a clip cannot end at %g s", end);
}

movinet_status movinet_keeper_open(movinet_keeper **out, int width, int height, double seconds,
                                   const movinet_keeper_options *options, movinet_error *err)
{
    static const movinet_keeper_options defaults;
    *out = NULL;
    options = options ? options : &defaults;
    movinet_status status = check_size(width, height, err);
    if (!status)
        status = check_span(seconds, err);
    if (!status)
        status = check_rate(options->frame_rate, err);
    if (status)
        return status;
    const mvv_ffmpeg *ffmpeg = need_ffmpeg("clips", err);
    if (!ffmpeg)
        return MOVINET_ERR_UNSUPPORTED;
    status = ffmpeg->keeper_open(out, width, height, seconds, options, err);
    if (!status)
        (*out)->ffmpeg = ffmpeg;
    return status;
}

void movinet_keeper_close(movinet_keeper *keeper)
{
    if (keeper)
        keeper->ffmpeg->keeper_close(keeper);
}

movinet_status movinet_keeper_push(movinet_keeper *keeper, const movinet_frame *frame,
                                   movinet_error *err)
{
    return keeper->ffmpeg->keeper_push(keeper, frame, err);
}

movinet_status movinet_keeper_begin(movinet_keeper *keeper, const char *path, double begin,
                                    movinet_error *err)
{
    movinet_status status = check_clip(path, begin, begin, err);
    return status ? status : keeper->ffmpeg->keeper_begin(keeper, path, begin, err);
}

movinet_status movinet_keeper_extend(movinet_keeper *keeper, double end, movinet_error *err)
{
    movinet_status status = check_end(end, err);
    return status ? status : keeper->ffmpeg->keeper_extend(keeper, end, err);
}

movinet_status movinet_keeper_end(movinet_keeper *keeper, double end, movinet_span *written,
                                  movinet_error *err)
{
    movinet_status status = check_end(end, err);
    return status ? status : keeper->ffmpeg->keeper_end(keeper, end, written, err);
}

bool movinet_keeper_is_open(const movinet_keeper *keeper)
{
    return keeper->ffmpeg->keeper_is_open(keeper);
}

movinet_status movinet_keeper_save(movinet_keeper *keeper, const char *path, double begin,
                                   double end, movinet_error *err)
{
    movinet_status status = check_clip(path, begin, end, err);
    return status ? status : keeper->ffmpeg->keeper_save(keeper, path, begin, end, err);
}

const char *movinet_keeper_codec(const movinet_keeper *keeper)
{
    return keeper->ffmpeg->keeper_codec(keeper);
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

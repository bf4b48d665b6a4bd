/* The source "test". SPDX-License-Identifier: Apache-2.0 */
#include "video/pattern.h"
#include "video/sampler.h"
#include "video/source.h"

#include <math.h>
#include <stdlib.h>

/* What it is where nothing is asked for: pixels, frames a second, seconds. */
enum { WIDTH = 640, HEIGHT = 480 };
#define RATE 30.0
#define LENGTH 10.0

typedef struct test_source {
    movinet_video video;
    movinet_video_options options;
    mvv_pattern *pattern;
    mvv_hold grid;
    double rate;   ///< pictures a second
    double end;    ///< seconds; INFINITY: none
    int64_t shown; ///< number of the picture that is drawn; -1: none
    const uint8_t *pixels;
} test_source;

static movinet_status test_next(movinet_video *video, movinet_frame *frame, movinet_error *err)
{
    test_source *s = (test_source *)video;
    double time = mvv_hold_time(&s->grid);
    if (mvv_interrupted(&s->options))
        return mv_fail(err, MOVINET_ERR_CANCELLED, "test: interrupted");
    if (time >= s->end - MVV_TIME_SLACK)
        return MOVINET_END;
    /* The picture that is on the screen then. */
    int64_t number = (int64_t)floor((time + MVV_TIME_SLACK) * s->rate);
    if (number != s->shown)
        s->pixels = mvv_pattern_draw(s->pattern, (double)number / s->rate);
    s->shown = number;
    s->grid.next++;
    *frame = (movinet_frame){
        .pixels = s->pixels,
        .width = s->video.info.width,
        .height = s->video.info.height,
        .pixel = MOVINET_RGB8,
        .time = time,
    };
    return MOVINET_OK;
}

static void test_close(movinet_video *video)
{
    test_source *s = (test_source *)video;
    mvv_pattern_close(s->pattern);
    free(s);
}

static movinet_status check_size(int width, int height, double start, double end,
                                 movinet_error *err)
{
    if (width < MVV_PATTERN_SIDE || height < MVV_PATTERN_SIDE ||
        (int64_t)width * height > MVV_PATTERN_PIXELS)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "test: a picture of %d×%d: sides must be %d or more, and not so long", width,
                       height, MVV_PATTERN_SIDE);
    if (start >= end)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "test: ends at %.3f s, before the start at %.3f s; give a duration", end,
                       start);
    return MOVINET_OK;
}

movinet_status mvv_test_open(movinet_video **out, const movinet_video_options *o,
                             movinet_error *err)
{
    static const mvv_source_kind kind = {test_next, test_close};
    int width = o->camera_width ? o->camera_width : WIDTH;
    int height = o->camera_height ? o->camera_height : HEIGHT;
    double end = o->duration > 0 ? o->start + o->duration : o->live ? INFINITY : LENGTH;
    movinet_status status = check_size(width, height, o->start, end, err);
    if (status)
        return status;
    test_source *s = calloc(1, sizeof *s);
    if (s)
        s->pattern = mvv_pattern_open(width, height);
    if (!s || !s->pattern) {
        free(s);
        return mv_fail(err, MOVINET_ERR_MEMORY, "test: out of memory");
    }
    s->video.kind = &kind;
    s->options = *o;
    s->rate = o->camera_rate > 0 ? o->camera_rate : RATE;
    s->end = end;
    s->shown = -1;
    /* Every picture: the grid is the pictures' own. */
    mvv_hold_init(&s->grid, o->sample_rate > 0 ? o->sample_rate : s->rate, o->start, 0);
    s->video.info = (movinet_video_info){
        .width = width,
        .height = height,
        .frame_rate = s->rate,
        .duration = isfinite(end) ? end : 0,
        .format = "test",
        .codec = "rawvideo",
    };
    *out = &s->video;
    return MOVINET_OK;
}

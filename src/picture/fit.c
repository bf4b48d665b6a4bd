/* SPDX-License-Identifier: Apache-2.0 */
#include "picture/fit.h"
#include "core/memory.h"
#include "picture/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void mvv_fit_init(mvv_fit *f, int width, int height)
{
    *f = (mvv_fit){.width = width, .height = height};
}

void mvv_fit_free(mvv_fit *f)
{
    mvv_preprocess_close(f->preprocess);
    free(f->canvas);
    *f = (mvv_fit){0};
}

static bool fits_already(const mvv_fit *f, const movinet_frame *frame)
{
    /* libswscale counts in ints, and reads a little behind each row. */
    bool near = frame->stride >= 0 && frame->stride <= INT32_MAX;
    return near && frame->pixel == MOVINET_RGB8 && frame->width == f->width &&
           frame->height == f->height && frame->rotation == 0 && !frame->mirrored &&
           (frame->pixel_aspect == 0 || frame->pixel_aspect == 1);
}

static int at_least_one(double side)
{
    return side < 1 ? 1 : (int)side;
}

/* The largest size of the picture's shape on the canvas. A pixel of difference is not worth a
 * border. */
static void inner_size(const mvv_fit *f, const movinet_frame *frame, int *width, int *height)
{
    mvv_view view = mvv_view_of(frame);
    double shape = view.width * view.aspect / view.height;
    *width = f->width;
    *height = at_least_one(floor(f->width / shape + 0.5));
    if (*height > f->height) {
        *height = f->height;
        *width = at_least_one(floor(f->height * shape + 0.5));
    }
    if (*width >= f->width - 1)
        *width = f->width;
    if (*height >= f->height - 1)
        *height = f->height;
}

/* A canvas for pictures of this size, black where they do not come. */
static movinet_status prepare(mvv_fit *f, int width, int height, movinet_error *err)
{
    size_t bytes = (size_t)f->width * (size_t)f->height * 3;
    if (f->canvas && f->preprocess && width == f->inner_width && height == f->inner_height)
        return MOVINET_OK;
    if (!f->canvas)
        f->canvas = mv_alloc(bytes);
    if (!f->canvas)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a picture of %d×%d", f->width,
                       f->height);
    memset(f->canvas, 0, bytes);
    mvv_preprocess_close(f->preprocess);
    f->preprocess = NULL;
    f->inner_width = width;
    f->inner_height = height;
    return mvv_preprocess_open(&f->preprocess, width, height, MOVINET_PREPROCESS_SQUASH, err);
}

static void put_row(void *user, int y, const uint8_t *row)
{
    const mvv_fit *f = user;
    size_t left = (size_t)(f->width - f->inner_width) / 2;
    size_t top = (size_t)(f->height - f->inner_height) / 2;
    memcpy(f->canvas + ((top + (size_t)y) * (size_t)f->width + left) * 3, row,
           (size_t)f->inner_width * 3);
}

movinet_status mvv_fit_run(mvv_fit *f, const movinet_frame *frame, movinet_frame *rgb,
                           movinet_error *err)
{
    const mvv_sink sink = {.u8 = put_row, .user = f};
    int width, height;
    movinet_status status = mvv_frame_check(frame, err);
    if (!status && frame->pixel == MOVINET_RGBF32)
        status = mv_fail(err, MOVINET_ERR_ARGUMENT, "pictures of floats cannot be written");
    if (status)
        return status;
    if (fits_already(f, frame)) {
        *rgb = *frame;
        rgb->stride = frame->stride ? frame->stride : (ptrdiff_t)frame->width * 3;
        return MOVINET_OK;
    }
    inner_size(f, frame, &width, &height);
    status = prepare(f, width, height, err);
    if (!status)
        status = mvv_preprocess_run(f->preprocess, frame, &sink, err);
    *rgb = (movinet_frame){.pixels = f->canvas,
                           .width = f->width,
                           .height = f->height,
                           .stride = (ptrdiff_t)f->width * 3,
                           .time = frame->time};
    return status;
}

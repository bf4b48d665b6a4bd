/* What a frame says of itself. SPDX-License-Identifier: Apache-2.0 */
#include "video/view.h"
#include "video/planes.h"
#include "video/preprocess.h"

size_t mvv_value_size(movinet_pixel pixel)
{
    switch (pixel) {
    case MOVINET_RGB8: return sizeof(uint8_t);
    case MOVINET_RGBF32: return sizeof(float);
    default: return 0;
    }
}

/* The planes are our own; only who made up a frame around them can be wrong. */
static movinet_status check_decoded(const movinet_frame *f, movinet_error *err)
{
    const mvv_planes *planes = f->pixels;
    if (f->width == planes->width && f->height == planes->height)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_ARGUMENT,
                   "decoded frame: give it as movinet_video_next gave it, without changes");
}

static movinet_status check_layout(const movinet_frame *f, movinet_error *err)
{
    if (f->pixel != MOVINET_RGB8 && f->pixel != MOVINET_RGBF32 && f->pixel != MOVINET_DECODED)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame pixel type %d: use RGB8 or RGBF32",
                       (int)f->pixel);
    if (f->width < 1 || f->height < 1 || f->width > MVV_SIDE_LIMIT || f->height > MVV_SIDE_LIMIT)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame of %d×%d: sides must be 1 to %d",
                       f->width, f->height, MVV_SIDE_LIMIT);
    if (f->pixel == MOVINET_DECODED)
        return check_decoded(f, err);
    ptrdiff_t row = (ptrdiff_t)f->width * 3 * (ptrdiff_t)mvv_value_size(f->pixel);
    if (f->stride && f->stride < row && f->stride > -row)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "frame stride %td: a row of %d pixels has %td bytes; use 0 for no gap",
                       f->stride, f->width, row);
    ptrdiff_t stride = f->stride ? f->stride : row, last;
    if (stride == PTRDIFF_MIN || __builtin_mul_overflow(stride, (ptrdiff_t)f->height, &last))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame stride %td: too large for %d rows",
                       f->stride, f->height);
    if (f->pixel == MOVINET_RGBF32 &&
        ((uintptr_t)f->pixels % sizeof(float) || stride % (ptrdiff_t)sizeof(float)))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "float frame: pixels and stride must be multiples of %zu bytes",
                       sizeof(float));
    return MOVINET_OK;
}

movinet_status mvv_frame_check(const movinet_frame *f, movinet_error *err)
{
    if (!f || !f->pixels)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame without pixels");
    if (f->rotation != 0 && f->rotation != 90 && f->rotation != 180 && f->rotation != 270)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame rotation %d: use 0, 90, 180 or 270",
                       f->rotation);
    if (f->pixel_aspect != 0 && !(f->pixel_aspect >= 1 / MVV_ASPECT_LIMIT &&
                                  f->pixel_aspect <= MVV_ASPECT_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "frame pixel aspect %g: must be %g to %g, or 0 for square pixels",
                       f->pixel_aspect, 1 / MVV_ASPECT_LIMIT, MVV_ASPECT_LIMIT);
    return check_layout(f, err);
}

/* Where a turn clockwise takes the stored picture's corners and edges. */
mvv_view mvv_view_of(const movinet_frame *f)
{
    ptrdiff_t pixel = 3 * (ptrdiff_t)mvv_value_size(f->pixel);
    ptrdiff_t row = f->stride ? f->stride : f->width * pixel;
    ptrdiff_t last_pixel = (f->width - 1) * pixel, last_row = (f->height - 1) * row, first = 0;
    bool turned = f->rotation == 90 || f->rotation == 270;
    double aspect = f->pixel_aspect != 0 ? f->pixel_aspect : 1;
    mvv_view v = {.right = pixel, .down = row, .pixel = f->pixel};

    v.width = turned ? f->height : f->width;
    v.height = turned ? f->width : f->height;
    v.aspect = turned ? 1 / aspect : aspect;
    if (f->rotation == 90) {
        first = last_row; /* the bottom left corner comes to the top left */
        v.right = -row;
        v.down = pixel;
    } else if (f->rotation == 180) {
        first = last_row + last_pixel;
        v.right = -pixel;
        v.down = -row;
    } else if (f->rotation == 270) {
        first = last_pixel;
        v.right = row;
        v.down = -pixel;
    }
    if (f->mirrored) {
        first += (v.width - 1) * v.right;
        v.right = -v.right;
    }
    v.first = (const uint8_t *)f->pixels + first;
    return v;
}

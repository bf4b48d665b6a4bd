/* What a frame says of itself. SPDX-License-Identifier: Apache-2.0 */
#include "picture/view.h"
#include "picture/planes.h"
#include "picture/preprocess.h"

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
mvv_grid mvv_turn_grid(mvv_grid stored, int rotation, bool mirrored)
{
    ptrdiff_t last_column = (stored.width - 1) * stored.right;
    ptrdiff_t last_row = (stored.height - 1) * stored.down;
    mvv_grid seen = stored;
    if (rotation == 90 || rotation == 270) {
        seen.width = stored.height;
        seen.height = stored.width;
    }
    if (rotation == 90) {
        seen.first += last_row; /* the bottom left corner comes to the top left */
        seen.right = -stored.down;
        seen.down = stored.right;
    } else if (rotation == 180) {
        seen.first += last_row + last_column;
        seen.right = -stored.right;
        seen.down = -stored.down;
    } else if (rotation == 270) {
        seen.first += last_column;
        seen.right = stored.down;
        seen.down = -stored.right;
    }
    if (mirrored) {
        seen.first += (seen.width - 1) * seen.right;
        seen.right = -seen.right;
    }
    return seen;
}

mvv_view mvv_view_of(const movinet_frame *f)
{
    ptrdiff_t pixel = 3 * (ptrdiff_t)mvv_value_size(f->pixel);
    const mvv_grid stored = {f->pixels, pixel, f->stride ? f->stride : f->width * pixel, f->width,
                             f->height};
    mvv_grid seen = mvv_turn_grid(stored, f->rotation, f->mirrored);
    bool turned = f->rotation == 90 || f->rotation == 270;
    double aspect = f->pixel_aspect != 0 ? f->pixel_aspect : 1;
    return (mvv_view){.first = seen.first,
                      .right = seen.right,
                      .down = seen.down,
                      .width = seen.width,
                      .height = seen.height,
                      .aspect = turned ? 1 / aspect : aspect,
                      .pixel = f->pixel};
}

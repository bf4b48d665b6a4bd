/* SPDX-License-Identifier: Apache-2.0 */
#include "picture/copy.h"
#include "picture/view.h"

#include <string.h>

enum { BLOCK = 16 }; /* samples that are turned at a time: rows of one are columns of the other */

static bool is_420(const mvv_planes *p)
{
    if (p->colour != MVV_COLOUR_YUV || p->n != 3 || p->full_range)
        return false;
    for (int i = 0; i < 3; i++) {
        const mvv_plane *plane = &p->plane[i];
        if (plane->step != 1 || plane->channel[0] != i || plane->shift_x != (i > 0) ||
            plane->shift_y != (i > 0))
            return false;
    }
    return true;
}

bool mvv_can_copy(const movinet_frame *frame, int width, int height)
{
    if (frame->pixel != MOVINET_DECODED || !is_420(frame->pixels) ||
        (frame->pixel_aspect != 0 && frame->pixel_aspect != 1))
        return false;
    /* Turned, the last chroma sample of an odd side would come first. */
    bool turned = frame->rotation != 0 || frame->mirrored;
    if (turned && (frame->width % 2 || frame->height % 2))
        return false;
    mvv_view view = mvv_view_of(frame);
    return view.width == width && view.height == height;
}

/* One sample a byte, `right` and `down` bytes apart. */
static void copy_plane(const uint8_t *from, ptrdiff_t right, ptrdiff_t down, int width, int height,
                       uint8_t *to, ptrdiff_t stride)
{
    if (right == 1) {
        for (int y = 0; y < height; y++)
            memcpy(to + y * stride, from + y * down, (size_t)width);
        return;
    }
    for (int y0 = 0; y0 < height; y0 += BLOCK)
        for (int x0 = 0; x0 < width; x0 += BLOCK)
            for (int y = y0; y < height && y < y0 + BLOCK; y++) {
                const uint8_t *pixel = from + y * down + x0 * right;
                uint8_t *row = to + y * stride;
                for (int x = x0; x < width && x < x0 + BLOCK; x++, pixel += right)
                    row[x] = *pixel;
            }
}

void mvv_copy(const movinet_frame *frame, uint8_t *const planes[3], const int strides[3])
{
    const mvv_planes *p = frame->pixels;
    for (int i = 0; i < 3; i++) {
        const mvv_plane *plane = &p->plane[i];
        int half = i > 0;
        const mvv_grid grid = {plane->bytes, 1, plane->stride, (p->width + half) >> half,
                               (p->height + half) >> half};
        mvv_grid seen = mvv_turn_grid(grid, frame->rotation, frame->mirrored);
        copy_plane(seen.first, seen.right, seen.down, seen.width, seen.height, planes[i],
                   strides[i]);
    }
}

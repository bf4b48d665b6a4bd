/* What a source's name means. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_WHERE_H
#define MV_VIDEO_WHERE_H

#include "core/error.h"

/** The name of the first camera that can be used. */
#define MVV_FIRST_CAMERA "camera"

/** A part of the screen, pixels; width and height 0: to its end. */
typedef struct mvv_rectangle {
    int x, y, width, height;
} mvv_rectangle;

/** In screen_part.c. Of "screen", "screen:WxH+X,Y" (or WxH+X+Y), "screen:WxH", "screen:+X,Y".
 * false: it is none of these. */
bool mvv_screen_part(const char *source, mvv_rectangle *out);

#endif

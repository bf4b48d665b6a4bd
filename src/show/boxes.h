/* Rectangles of pixels. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_BOXES_H
#define MV_SHOW_BOXES_H

#include <stdbool.h>

typedef struct mvs_box {
    int x, y, width, height;
} mvs_box;

enum {
    MVS_BOXES = 8,                         ///< that are added
    MVS_APART = 2 * MVS_BOXES * MVS_BOXES, ///< that they can become when taken apart
};

typedef struct mvs_boxes {
    int n;
    mvs_box at[MVS_APART];
} mvs_boxes;

static inline int mvs_min(int a, int b)
{
    return a < b ? a : b;
}

static inline int mvs_max(int a, int b)
{
    return a > b ? a : b;
}

/** Adds what of `box` lies within width × height; at most MVS_BOXES are taken. */
void mvs_boxes_add(mvs_boxes *boxes, mvs_box box, int width, int height);

/** The same pixels as boxes that do not overlap, from top to bottom and left to right. */
void mvs_boxes_apart(const mvs_boxes *boxes, mvs_boxes *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "show/boxes.h"

void mvs_boxes_add(mvs_boxes *boxes, mvs_box box, int width, int height)
{
    int right = mvs_min(box.x + box.width, width), bottom = mvs_min(box.y + box.height, height);
    box.x = mvs_max(box.x, 0);
    box.y = mvs_max(box.y, 0);
    box.width = right - box.x;
    box.height = bottom - box.y;
    if (box.width > 0 && box.height > 0 && boxes->n < MVS_BOXES)
        boxes->at[boxes->n++] = box;
}

/* The next edge of a box below y; `end` if there is none. */
static int next_edge(const mvs_boxes *boxes, int y, int end)
{
    for (int i = 0; i < boxes->n; i++) {
        int top = boxes->at[i].y, bottom = top + boxes->at[i].height;
        end = top > y && top < end ? top : end;
        end = bottom > y && bottom < end ? bottom : end;
    }
    return end;
}

/* The leftmost run of pixels of row y that boxes cover, from x on. False: there is none. */
static bool next_run(const mvs_boxes *boxes, int y, int x, int *begin, int *end)
{
    bool found = false;
    *begin = *end = x;
    for (int i = 0; i < boxes->n; i++) {
        const mvs_box *b = &boxes->at[i];
        if (y < b->y || y >= b->y + b->height || b->x + b->width <= x)
            continue;
        if (!found || b->x < *begin) {
            *begin = mvs_max(b->x, x);
            *end = b->x + b->width;
            found = true;
        }
    }
    for (int i = 0; found && i < boxes->n; i++) {
        const mvs_box *b = &boxes->at[i];
        if (y >= b->y && y < b->y + b->height && b->x <= *end && b->x + b->width > *end) {
            *end = b->x + b->width;
            i = -1; /* it may now touch one that was passed */
        }
    }
    return found;
}

void mvs_boxes_apart(const mvs_boxes *boxes, mvs_boxes *out)
{
    const int far = 1 << 30;
    out->n = 0;
    for (int y = next_edge(boxes, -1, far), bottom; y < far; y = bottom) {
        int begin, end = -1;
        bottom = next_edge(boxes, y, far);
        for (int x = 0; next_run(boxes, y, x, &begin, &end) && out->n < MVS_APART; x = end)
            out->at[out->n++] = (mvs_box){begin, y, end - begin, bottom - y};
    }
}

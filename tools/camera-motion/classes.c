/* SPDX-License-Identifier: Apache-2.0 */
#include "classes.h"

#include <math.h>

typedef struct row {
    const char *name;
    cm_range range;
} row;

static const row rows[CM_CLASSES] = {
    [CM_STILL] = {"still", {CM_PAN, 0, 0, 0}},
    [CM_PAN_LEFT] = {"pan left", {CM_PAN, -1, 0.06, 1.0}},
    [CM_PAN_RIGHT] = {"pan right", {CM_PAN, 1, 0.06, 1.0}},
    [CM_TILT_UP] = {"tilt up", {CM_TILT, 1, 0.06, 1.0}},
    [CM_TILT_DOWN] = {"tilt down", {CM_TILT, -1, 0.06, 1.0}},
    [CM_ZOOM_IN] = {"zoom in", {CM_ZOOM, 1, 0.08, 0.7}},
    [CM_ZOOM_OUT] = {"zoom out", {CM_ZOOM, -1, 0.08, 0.7}},
    [CM_ROLL_CLOCKWISE] = {"roll clockwise", {CM_ROLL, 1, 0.105, 1.05}},
    [CM_ROLL_COUNTER] = {"roll counter-clockwise", {CM_ROLL, -1, 0.105, 1.05}},
    [CM_SHAKE] = {"shake", {CM_PAN, 0, 0.012, 0.08}},
};

const char *cm_class_name(cm_class c)
{
    return rows[c].name;
}

cm_range cm_class_range(cm_class c)
{
    return rows[c].range;
}

double cm_reach(cm_axis axis, double aspect)
{
    if (axis == CM_PAN)
        return 1;
    if (axis == CM_TILT)
        return aspect;
    /* Mean distance from the middle, of a rectangle: near enough to 0.386 of the square
     * root of its area for all that are not long strips. */
    return 0.386 * sqrt(aspect);
}

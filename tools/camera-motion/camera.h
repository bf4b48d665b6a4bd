/* The camera: how a move becomes one of planes. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_CAMERA_H
#define CM_CAMERA_H

#include "path.h"

/** Maps a picture's coordinates (widths, from its middle) to others: a homography. */
typedef struct cm_map {
    double m[3][3];
} cm_map;

typedef struct cm_camera {
    cm_path path;
    double focal;    ///< widths
    double dolly;    ///< share of the move that is done by going there instead of turning
    double x, y;     ///< about which it zooms and rolls, widths from the middle
    double exposure; ///< seconds that the shutter is open
    double aspect;
} cm_camera;

void cm_camera_draw(cm_camera *c, mv_random *r, cm_class label, double seconds, double aspect);
/** From the picture at a time to a plane at a depth. false: the camera is past it. */
bool cm_camera_map(const cm_camera *c, double time, double depth, cm_map *out);
cm_map cm_map_times(const cm_map *a, const cm_map *b);
/** false: there is none. */
bool cm_map_turn_round(const cm_map *a, cm_map *out);
void cm_map_point(const cm_map *a, double x, double y, double *u, double *v);

#endif

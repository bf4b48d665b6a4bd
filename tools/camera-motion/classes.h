/* The ten ways a camera moves, and how fast. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_CLASSES_H
#define CM_CLASSES_H

/** Named by what the camera does; the picture's content does the opposite: when the camera
 * pans left it goes right, when it rolls clockwise (seen from behind) it turns the other way. */
typedef enum cm_class {
    CM_STILL,
    CM_PAN_LEFT,
    CM_PAN_RIGHT,
    CM_TILT_UP,
    CM_TILT_DOWN,
    CM_ZOOM_IN,
    CM_ZOOM_OUT,
    CM_ROLL_CLOCKWISE,
    CM_ROLL_COUNTER,
    CM_SHAKE,
} cm_class;
enum { CM_CLASSES = 10 };

/** "pan left". Static. */
const char *cm_class_name(cm_class c);

/** The parts of a move, each with its unit. */
typedef enum cm_axis {
    CM_PAN,  ///< widths of the picture that its middle goes left, as the camera turns right
    CM_TILT, ///< heights of the picture that its middle goes down, as the camera turns up
    CM_ZOOM, ///< natural logarithm of how much larger things become
    CM_ROLL, ///< radians that the picture turns counter-clockwise, the camera clockwise
} cm_axis;
enum { CM_AXES = 4 };

/** What a class is. Means over the whole clip, units a second; of shake, the quadratic mean
 * of the steps from frame to frame at 5 a second, units a step. */
typedef struct cm_range {
    cm_axis axis;
    double sign; ///< of the class, on its axis; 0: it has none
    double slowest, fastest;
} cm_range;
cm_range cm_class_range(cm_class c);

/** How much an axis moves the average pixel of a picture, widths for one unit. aspect: its
 * height by its width. What makes a little roll and a little pan comparable. */
double cm_reach(cm_axis axis, double aspect);

#endif

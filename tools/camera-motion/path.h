/* Where the camera points over time. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_PATH_H
#define CM_PATH_H

#include "classes.h"
#include "draws.h"

/** A smooth random walk about 0: knots at equal times, a cubic through them. */
enum { CM_KNOTS = 64 };
typedef struct cm_wobble {
    double spacing; ///< seconds between knots; 0: it is 0 throughout
    double at[CM_KNOTS];
} cm_wobble;

/** Draws one for `seconds`, without a trend, whose steps of 0.2 s are `step` in the quadratic
 * mean. hertz: knots a second, at most 20. */
void cm_wobble_draw(cm_wobble *w, mv_random *r, double seconds, double hertz, double step);
double cm_wobble_at(const cm_wobble *w, double time);

/** How a move goes on: its speed over the clip. The mean is 1 whatever the kind. */
typedef enum cm_profile {
    CM_STEADY,
    CM_EASED,   ///< slow, fast, slow
    CM_GAINED,  ///< ever faster, or ever slower
    CM_UNEVEN,  ///< in waves
    CM_DELAYED, ///< nothing at first
} cm_profile;

typedef struct cm_path {
    cm_class label;
    double seconds;
    cm_profile profile;
    double bend, phase;   ///< of the profile
    double rate[CM_AXES]; ///< units a second
    cm_wobble wobble[CM_AXES];
    double speed; ///< of the class, as cm_range has it
} cm_path;

/** Draws a move of this class; aspect as cm_reach. steady: no hand trembles. */
void cm_path_draw(cm_path *p, mv_random *r, cm_class label, double seconds, double aspect);

/** Where it is on each axis at a time; 0 in the middle of the clip, but for the wobble. */
void cm_path_at(const cm_path *p, double time, double axes[CM_AXES]);

#endif

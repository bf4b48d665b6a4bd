/* How the camera moved, from the pictures alone: one similarity for two pictures, by least
 * squares on their brightness, from coarse to fine, with what does not go along left out. It
 * checks the labels, and finds where real videos stand still.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_MEASURE_H
#define CM_MEASURE_H

#include "shot.h"

typedef struct cm_step {
    double axes[CM_AXES]; ///< from one picture to the next, as classes.h has them
    double fit;           ///< share of the picture that goes along
} cm_step;

/** a, b: [height][width][3]. false: out of memory. */
bool cm_measure(const uint8_t *a, const uint8_t *b, int width, int height, cm_step *out);

/** All of a clip: steps[frames - 1]. */
bool cm_measure_clip(const cm_clip *clip, cm_step *steps);

/** What n steps say together, widths for one step of the average pixel. */
typedef struct cm_summary {
    double mean[CM_AXES]; ///< with signs
    double about;         ///< quadratic mean of what is left of each step
} cm_summary;
cm_summary cm_sum_up(const cm_step *steps, int n, double aspect);

/** The class that they make. */
cm_class cm_guess(const cm_summary *s);

#endif

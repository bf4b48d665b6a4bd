/* Scene cuts: a frame is boiled down to a sketch, and sketches are compared.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CLASSIFY_CUT_H
#define MV_CLASSIFY_CUT_H

#include "core/error.h"

enum {
    MVK_SIDE = 24,    ///< cells along a side of a sketch
    MVK_COLOURS = 64, ///< four steps each of red, green, blue
};

/** A frame, boiled down. */
typedef struct mvk_sketch {
    uint8_t luma[MVK_SIDE][MVK_SIDE]; ///< mean of each cell
    uint16_t colours[MVK_COLOURS];    ///< cells of each colour, at equal exposure
    bool empty;                       ///< there is nothing to see in it
} mvk_sketch;

/** What is remembered from frame to frame; all zeros at first. */
struct movinet_cut {
    mvk_sketch seen[2]; ///< the newest frames that were not empty, newest first
    int n_seen;
    double unrest;      ///< how different frames usually are of late, 0 … 1
    movinet_scaler *scaler; ///< of DECODED frames; NULL: none came yet
};

/** The frame must be in order and of RGB8 or RGBF32. */
void mvk_draw(mvk_sketch *sketch, const movinet_frame *frame);
/** How much of b's picture is found in a, not far from where it is in b: 0 … 1. Neither
 * brightness nor contrast matter. */
double mvk_alike(const mvk_sketch *a, const mvk_sketch *b);
/** How much of b's colours are those of a: 0 … 1. */
double mvk_same_colours(const mvk_sketch *a, const mvk_sketch *b);
/** One step: takes the frame's sketch, tells whether it is the first of a scene. */
bool mvk_step(movinet_cut *cut, const mvk_sketch *sketch);

#endif

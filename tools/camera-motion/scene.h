/* What the camera sees: painted planes at several depths, some of which move.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_SCENE_H
#define CM_SCENE_H

#include "path.h"
#include "textures.h"

/** Lengths are widths of the picture, as seen at the start from where the camera stands. */
typedef struct cm_layer {
    cm_canvas canvas;
    double depth;       ///< of the background 1; nearer is less
    double span;        ///< that the canvas covers
    bool whole;         ///< goes on for ever, in mirror images; else there is nothing beside it
    bool moves;         ///< on its own
    double x, y, angle; ///< of its middle, in the middle of the clip
    double vx, vy;      ///< a second
    double spin, grow;  ///< radians, and logarithm of the size, a second
    cm_wobble sway[3];  ///< x, y, angle
    double px, py;      ///< the joint about which it sways and spins, from its middle
    double swing, swing_rate, swing_phase; ///< radians, radians a second: a limb
    double ripple; ///< how far rows are shifted to and fro: water, leaves, flags
} cm_layer;

enum { CM_MOST_LAYERS = 48 };

typedef struct cm_scene {
    int n;
    cm_layer layers[CM_MOST_LAYERS]; ///< from far to near; 0 is the background
} cm_scene;

/** Draws one for a clip of so many seconds. Close it also after false: out of memory. */
bool cm_scene_draw(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect);
void cm_scene_close(cm_scene *s);

/* Parts of it, in things.c: */

/** What stands before the background and goes with it: trunks, posts, leaves, furniture. */
bool cm_add_near(cm_scene *s, mv_random *r, cm_set set);
/** Things that move: of any outline, or somebody with arms and legs. size: widths. */
bool cm_add_thing(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect,
                  double size);
bool cm_add_person(cm_scene *s, mv_random *r, cm_set set, double seconds, double aspect,
                   double size);
/** A new layer with an empty canvas; NULL: out of memory or of room. */
cm_layer *cm_add_layer(cm_scene *s, int side);

#endif

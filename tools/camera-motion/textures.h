/* Families of painted surfaces. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_TEXTURES_H
#define CM_TEXTURES_H

#include "canvas.h"

typedef enum cm_family {
    CM_NOISE,   ///< clouds, rock, foliage: octaves of noise through a ramp of colours
    CM_LEAVES,  ///< shapes of all sizes that hide one another
    CM_STRIPES, ///< stripes, checks, tiles, bricks
    CM_TEXT,    ///< a page with lines, headings and pictures
    CM_LAND,    ///< sky, hills, trees, ground; or water that mirrors them
    CM_ROOM,    ///< walls, floor, windows, shelves, furniture
    CM_PLAIN,   ///< nearly nothing: a wall, a sky, a few marks
    CM_STROKES, ///< grass, hair, twigs
    /* never in what is trained on: */
    CM_CELLS,  ///< cobbles, mosaics: Voronoi's cells
    CM_CITY,   ///< houses with rows of windows
    CM_MARBLE, ///< veins, wood
    CM_DISCS,  ///< soft lights, bubbles, balls
} cm_family;
enum { CM_FAMILIES = 12, CM_TRAINED_FAMILIES = 8 };

/** Which families a clip is made of. */
typedef enum cm_set {
    CM_FOR_TRAINING,
    CM_FOR_TEST,
} cm_set;

cm_family cm_family_draw(mv_random *r, cm_set set);
/** Paints all of the canvas; it is not settled yet. false: out of memory. */
bool cm_texture(cm_canvas *c, mv_random *r, cm_family family);

/* What cm_texture calls. */
bool cm_texture_noise(cm_canvas *c, mv_random *r, const cm_palette *p);
bool cm_texture_plain(cm_canvas *c, mv_random *r, const cm_palette *p);
bool cm_texture_marble(cm_canvas *c, mv_random *r, const cm_palette *p);
bool cm_texture_cells(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_leaves(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_stripes(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_text(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_strokes(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_discs(cm_canvas *c, mv_random *r, const cm_palette *p);
bool cm_texture_land(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_room(cm_canvas *c, mv_random *r, const cm_palette *p);
void cm_texture_city(cm_canvas *c, mv_random *r, const cm_palette *p);

/** Text-like marks in a box: lines of words of strokes. */
void cm_write(cm_canvas *c, mv_random *r, double x0, double y0, double x1, double y1, double height,
              const cm_paint *ink);

#endif

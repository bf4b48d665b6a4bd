/* A square painted surface that repeats in mirror image, and what is drawn on it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_CANVAS_H
#define CM_CANVAS_H

#include "draws.h"

#include <stdint.h>

typedef struct cm_colour {
    float r, g, b; ///< 0 … 255
} cm_colour;

enum { CM_LEVELS = 4 };

/** Level 0 is [side][side][4], R, G, B, opacity; each further one is half as wide. Colours are
 * multiplied by the opacity once it is cut out. */
typedef struct cm_canvas {
    int side; ///< a power of 2, 32 at least
    uint8_t *level[CM_LEVELS];
    uint8_t *memory;
} cm_canvas;

/** false: out of memory. */
bool cm_canvas_open(cm_canvas *c, int side);
void cm_canvas_close(cm_canvas *c);
/** Level 0 is painted: softens its edges, multiplies by the opacity, makes the smaller levels. */
void cm_canvas_settle(cm_canvas *c);
/** Only makes the smaller levels. */
void cm_canvas_shrink(cm_canvas *c);

static inline uint8_t *cm_texel(const cm_canvas *c, int x, int y)
{
    return c->level[0] + ((size_t)y * (size_t)c->side + (size_t)x) * 4;
}
static inline uint8_t cm_byte(float x)
{
    return (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : x + 0.5f);
}
static inline void cm_put(uint8_t *texel, cm_colour c)
{
    texel[0] = cm_byte(c.r);
    texel[1] = cm_byte(c.g);
    texel[2] = cm_byte(c.b);
    texel[3] = 255;
}
static inline cm_colour cm_mix(cm_colour a, cm_colour b, float share)
{
    return (cm_colour){a.r + (b.r - a.r) * share, a.g + (b.g - a.g) * share,
                       a.b + (b.b - a.b) * share};
}
static inline cm_colour cm_lit(cm_colour c, float factor)
{
    return (cm_colour){c.r * factor, c.g * factor, c.b * factor};
}

/* ---- colours ---------------------------------------------------------------------------- */

enum { CM_COLOURS = 8 };
typedef struct cm_palette {
    cm_colour colour[CM_COLOURS];
} cm_palette;

/** Colours that go together, from dark to light. */
void cm_palette_draw(cm_palette *p, mv_random *r);
cm_colour cm_palette_any(const cm_palette *p, mv_random *r);
/** 256 colours from first to last; a few with hard edges between them, or all smooth. */
void cm_palette_ramp(const cm_palette *p, mv_random *r, cm_colour out[256]);

/* ---- noise ----------------------------------------------------------------------------------- */

/** out[side][side]: octaves of smooth random numbers, the coarsest of `cells` a side, each
 * further one twice as fine and `keep` times as strong. 0 … 1, all of that range used. false: out
 * of memory. stretch: so many times as wide as high. */
bool cm_noise(float *out, int side, mv_random *r, int cells, int octaves, double keep,
              double stretch);

/* ---- shapes
 * --------------------------------------------------------------------------------------- */

/** A colour that goes over into another along a direction, with grain. */
typedef struct cm_paint {
    cm_colour from, to;
    float dx, dy; ///< share = dx · x + dy · y + at, texels
    float at;
    float grain;   ///< standard deviation of each texel's brightness, 0 … 255
    uint64_t seed; ///< of the grain
} cm_paint;

cm_paint cm_paint_of(cm_colour c);
/** Somewhat lighter at one end, with or without grain. x, y, radius: where. */
cm_paint cm_paint_draw(mv_random *r, cm_colour c, double x, double y, double radius);

enum { CM_MOST_CORNERS = 16 };
typedef struct cm_shape {
    int n; ///< corners of a convex or concave outline
    double x[CM_MOST_CORNERS], y[CM_MOST_CORNERS];
} cm_shape;

cm_shape cm_box(double x0, double y0, double x1, double y1);
/** A box about (x, y), turned. */
cm_shape cm_turned_box(double x, double y, double width, double height, double angle);
/** An uneven outline about (x, y). */
cm_shape cm_blob(mv_random *r, double x, double y, double radius, int corners, double uneven);

/** Inside by the even-odd rule; what lies outside of the canvas is cut off. */
void cm_fill(cm_canvas *c, const cm_shape *s, const cm_paint *p);
void cm_fill_ellipse(cm_canvas *c, double x, double y, double rx, double ry, const cm_paint *p);
void cm_line(cm_canvas *c, double x0, double y0, double x1, double y1, double width,
             const cm_paint *p);
void cm_fill_all(cm_canvas *c, const cm_paint *p);

#endif

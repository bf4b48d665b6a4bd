/* The painter's parts. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_PAINT_H
#define MV_SHOW_PAINT_H

#include <pango/pangocairo.h>

#include "show/painter.h"

/** How much of what is below a plate is hidden. The video stays visible, and white on it
 * is still readable over white. */
#define MVS_PLATE_ALPHA 0.70
#define MVS_HELP_ALPHA 0.88

/** One drawing. */
typedef struct mvs_paint {
    cairo_t *cairo;
    PangoContext *text;
    const mvs_scene *scene;
    mvs_boxes *boxes;
} mvs_paint;

void mvs_paint_colour(const mvs_paint *p, uint32_t rgb, double alpha);
/** Puts a plate with round corners and a thin edge there, instead of whatever is there. Until the
 * end nothing outside the box is touched, however far letters reach. */
void mvs_paint_begin(const mvs_paint *p, mvs_box box, uint32_t rgb, double alpha);
void mvs_paint_end(const mvs_paint *p);
void mvs_paint_round(const mvs_paint *p, mvs_box box, double radius);

/** A piece of text, `type` pixels large; for g_object_unref. */
PangoLayout *mvs_text(const mvs_paint *p, const char *text, int type, bool bold);
int mvs_text_width(PangoLayout *text);
int mvs_text_height(PangoLayout *text);
/** From now on it is at most that wide: broken into at most `lines` lines, with an
 * ellipsis where that is not enough. */
void mvs_text_limit(PangoLayout *text, int width, int lines);
/** Its top left corner at (x, y). */
void mvs_text_show(const mvs_paint *p, PangoLayout *text, int x, int y, uint32_t rgb);
/** A line of text `type` pixels large stands in the middle of `height` pixels from y on,
 * the same for every script. */
void mvs_text_show_line(const mvs_paint *p, PangoLayout *text, int x, int y, int type, int height,
                        uint32_t rgb);

/** Parts of the scene. */
void mvs_paint_row(const mvs_paint *p, int i);
/** The warning and the lines below it; returns the topmost row of pixels they are on. */
int mvs_paint_bottom(const mvs_paint *p);
/** bottom: where that is. */
void mvs_paint_badges(const mvs_paint *p, int bottom);
void mvs_paint_help(const mvs_paint *p);

#endif

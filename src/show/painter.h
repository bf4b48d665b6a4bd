/* Who draws. It brings cairo and pango along, so it is loaded when the first overlay is
 * opened. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_PAINTER_H
#define MV_SHOW_PAINTER_H

#include "core/error.h"
#include "show/scene.h"

/* Colours, 0xRRGGBB. */
enum {
    MVS_PLATE = 0x000000,
    MVS_INK = 0xffffff,
    MVS_STRONG_BAR = 0x4ade80, ///< of what is announced
    MVS_WEAK_BAR = 0xa8b8cc,
    MVS_WARNING = 0xfbbf24, ///< the plate; the text on it is dark
    MVS_WARNING_INK = 0x1c1400,
    MVS_RECORDING = 0xef4444,
};

typedef struct mvs_painter mvs_painter;

typedef struct mvs_painter_kind {
    /** Draws the scene on argb[height][width], premultiplied; adds to `boxes` what was drawn
     * on. before: what is on it, from which nothing but rows is different (`boxes` then stay
     * as they are); NULL: nothing, all is 0. Error: MEMORY. */
    movinet_status (*paint)(mvs_painter *painter, const mvs_scene *scene, const mvs_scene *before,
                            uint32_t *argb, mvs_boxes *boxes, movinet_error *err);
    void (*close)(mvs_painter *painter);
} mvs_painter_kind;

/** The first member of the painter's own structure. */
struct mvs_painter {
    const mvs_painter_kind *kind;
};

/** Errors: MEMORY, UNSUPPORTED (no fonts). */
movinet_status mvs_painter_open(mvs_painter **out, movinet_error *err);

#endif

/* The answer over a picture: says what is to be drawn, and when; the painter draws.
 * SPDX-License-Identifier: Apache-2.0 */
#include "show/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "show/blend.h"
#include "show/painter.h"

struct movinet_overlay {
    mvs_painter *painter;
    uint32_t *argb;         ///< [layout.height][layout.width]; NULL: nothing was drawn yet
    mvs_scene scene, next;  ///< what is drawn; room for what will be
    mvs_boxes drawn, apart; ///< where; the same without overlaps
};

movinet_status movinet_overlay_open(movinet_overlay **out, movinet_error *err)
{
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "overlay: nowhere to put it (out is NULL)");
    *out = NULL;
#ifdef MOVINET_HAVE_OVERLAY
    movinet_overlay *o = calloc(1, sizeof *o);
    if (!o)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = mvs_painter_open(&o->painter, err);
    if (status) {
        free(o);
        return status;
    }
    *out = o;
    return MOVINET_OK;
#else
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "this movinet was built without cairo and pango: it draws nothing on pictures");
#endif
}

void movinet_overlay_close(movinet_overlay *o)
{
    if (!o)
        return;
    o->painter->kind->close(o->painter);
    free(o->argb);
    free(o);
}

/* An empty canvas, of the size of o->next. */
static movinet_status clear(movinet_overlay *o, movinet_error *err)
{
    const mvs_layout *now = &o->scene.layout, *next = &o->next.layout;
    if (o->argb && now->width == next->width && now->height == next->height) {
        for (int i = 0; i < o->apart.n; i++) {
            const mvs_box *b = &o->apart.at[i];
            for (int y = b->y; y < b->y + b->height; y++)
                memset(o->argb + (size_t)y * (size_t)now->width + b->x, 0, (size_t)b->width * 4);
        }
        o->drawn.n = o->apart.n = 0;
        return MOVINET_OK;
    }
    free(o->argb);
    o->drawn.n = o->apart.n = 0;
    o->argb = calloc((size_t)next->width * (size_t)next->height, sizeof *o->argb);
    return o->argb ? MOVINET_OK
                   : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for an overlay of %d×%d",
                             next->width, next->height);
}

/* Draws o->next. What fails leaves a canvas of which nothing is known. Rows that the help may
 * cover are not drawn alone. */
static movinet_status redraw(movinet_overlay *o, movinet_error *err)
{
    bool rows = o->argb && !o->next.n_help && mvs_scene_only_rows(&o->scene, &o->next);
    const mvs_scene *before = rows ? &o->scene : NULL;
    movinet_status status = before ? MOVINET_OK : clear(o, err);
    if (!status)
        status = o->painter->kind->paint(o->painter, &o->next, before, o->argb, &o->drawn, err);
    if (status) {
        free(o->argb);
        o->argb = NULL;
        o->drawn.n = o->apart.n = 0;
        return status;
    }
    mvs_boxes_apart(&o->drawn, &o->apart);
    memcpy(&o->scene, &o->next, sizeof o->scene); /* padding, too */
    return MOVINET_OK;
}

movinet_status movinet_overlay_draw(movinet_overlay *o, int width, int height,
                                    const movinet_overlay_content *content, const uint32_t **argb,
                                    bool *changed, movinet_error *err)
{
    if (!o)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no overlay given");
    if (width < 1 || height < 1 || width > MVS_SIDE_LIMIT || height > MVS_SIDE_LIMIT)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "overlay of %d×%d: both sides must be 1 to %d",
                       width, height, MVS_SIDE_LIMIT);
    mvs_scene_make(&o->next, width, height, content);
    bool differs = !o->argb || memcmp(&o->scene, &o->next, sizeof o->scene);
    movinet_status status = differs ? redraw(o, err) : MOVINET_OK;
    if (changed)
        *changed = differs && !status;
    if (argb)
        *argb = o->argb;
    return status;
}

void movinet_overlay_blend(const movinet_overlay *o, uint8_t *rgb, ptrdiff_t stride)
{
    const mvs_layout *l = &o->scene.layout;
    stride = stride ? stride : (ptrdiff_t)l->width * 3;
    for (int i = 0; i < o->apart.n; i++) {
        const mvs_box *b = &o->apart.at[i];
        for (int y = b->y; y < b->y + b->height; y++)
            mvs_blend_row(rgb + y * stride + b->x * 3,
                          o->argb + (size_t)y * (size_t)l->width + b->x, b->width);
    }
}

const mvs_boxes *mvs_overlay_boxes(const movinet_overlay *o)
{
    return &o->apart;
}

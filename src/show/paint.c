/* Draws a scene with cairo and pango. SPDX-License-Identifier: Apache-2.0 */
#include "show/paint.h"

#include <stdlib.h>
#include <string.h>

typedef struct painter {
    mvs_painter base;
    PangoFontMap *fonts; ///< its own: nothing is shared with whoever else uses pango
    PangoContext *text;
} painter;

static void paint_rows(const mvs_paint *p, const mvs_scene *before)
{
    for (int i = 0; i < p->scene->layout.n_rows; i++) {
        const mvs_box *all = &p->scene->layout.rows[i].all;
        if (before && !memcmp(&before->rows[i], &p->scene->rows[i], sizeof before->rows[i]))
            continue;
        cairo_save(p->cairo);
        cairo_rectangle(p->cairo, all->x, all->y, all->width, all->height);
        cairo_clip(p->cairo);
        if (before) {
            cairo_set_operator(p->cairo, CAIRO_OPERATOR_SOURCE);
            mvs_paint_colour(p, MVS_PLATE, MVS_PLATE_ALPHA);
            cairo_paint(p->cairo);
            cairo_set_operator(p->cairo, CAIRO_OPERATOR_OVER);
        }
        mvs_paint_row(p, i);
        cairo_restore(p->cairo);
    }
}

static void paint_all(const mvs_paint *p)
{
    if (p->scene->layout.n_rows) {
        mvs_paint_begin(p, p->scene->layout.plate, MVS_PLATE, MVS_PLATE_ALPHA);
        paint_rows(p, NULL);
        mvs_paint_end(p);
    }
    mvs_paint_badges(p, mvs_paint_bottom(p));
    mvs_paint_help(p);
}

static movinet_status paint(mvs_painter *base, const mvs_scene *scene, const mvs_scene *before,
                            uint32_t *argb, mvs_boxes *boxes, movinet_error *err)
{
    painter *own = (painter *)base;
    int width = scene->layout.width, height = scene->layout.height;
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)argb, CAIRO_FORMAT_ARGB32, width, height, width * 4);
    mvs_paint p = {cairo_create(surface), own->text, scene, boxes};
    if (before)
        paint_rows(&p, before);
    else
        paint_all(&p);
    cairo_status_t status = cairo_status(p.cairo);
    cairo_destroy(p.cairo);
    cairo_surface_flush(surface);
    cairo_surface_destroy(surface);
    if (status)
        return mv_fail(err, MOVINET_ERR_MEMORY, "cannot draw on a picture of %d×%d: %s", width,
                       height, cairo_status_to_string(status));
    return MOVINET_OK;
}

static void close_painter(mvs_painter *base)
{
    painter *p = (painter *)base;
    g_object_unref(p->text);
    g_object_unref(p->fonts);
    free(p);
}

/* Without a single font pango draws boxes. */
static bool can_write(PangoContext *text)
{
    PangoLayout *layout = pango_layout_new(text);
    pango_layout_set_text(layout, "Ag0%", -1);
    int unknown = pango_layout_get_unknown_glyphs_count(layout);
    g_object_unref(layout);
    return !unknown;
}

static void set_options(PangoContext *text)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    pango_cairo_context_set_font_options(text, options);
    cairo_font_options_destroy(options);
}

movinet_status mvs_painter_open(mvs_painter **out, movinet_error *err)
{
    static const mvs_painter_kind kind = {paint, close_painter};
    painter *p = calloc(1, sizeof *p);
    if (!p)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    p->base.kind = &kind;
    p->fonts = pango_cairo_font_map_new();
    p->text = pango_font_map_create_context(p->fonts);
    set_options(p->text);
    if (!can_write(p->text)) {
        close_painter(&p->base);
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "cannot write on pictures: there are no "
                       "fonts (install fonts-dejavu-core)");
    }
    *out = &p->base;
    return MOVINET_OK;
}

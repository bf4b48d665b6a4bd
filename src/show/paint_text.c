/* SPDX-License-Identifier: Apache-2.0 */
#include "show/paint.h"

PangoLayout *mvs_text(const mvs_paint *p, const char *text, int type, bool bold)
{
    PangoLayout *layout = pango_layout_new(p->text);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, "Sans");
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font, (double)type * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, -1);
    /* "Left" is where a script begins: to the right in Arabic. All stand at the left here. */
    if (pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL)
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    return layout;
}

int mvs_text_width(PangoLayout *text)
{
    int width, height;
    pango_layout_get_pixel_size(text, &width, &height);
    return width;
}

int mvs_text_height(PangoLayout *text)
{
    int width, height;
    pango_layout_get_pixel_size(text, &width, &height);
    return height;
}

void mvs_text_limit(PangoLayout *text, int width, int lines)
{
    pango_layout_set_width(text, (width > 1 ? width : 1) * PANGO_SCALE);
    pango_layout_set_wrap(text, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(text, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(text, -lines);
}

void mvs_text_show(const mvs_paint *p, PangoLayout *text, int x, int y, uint32_t rgb)
{
    mvs_paint_colour(p, rgb, 1);
    cairo_move_to(p->cairo, x, y);
    pango_cairo_show_layout(p->cairo, text);
}

/* Fonts that step in for others are higher or lower: lines stand on the same baseline. */
void mvs_text_show_line(const mvs_paint *p, PangoLayout *text, int x, int y, int type, int height,
                        uint32_t rgb)
{
    int baseline = PANGO_PIXELS(pango_layout_get_baseline(text));
    mvs_text_show(p, text, x, y + (height + type * 7 / 10) / 2 - baseline, rgb);
}

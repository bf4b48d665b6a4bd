/* The parts of a scene. SPDX-License-Identifier: Apache-2.0 */
#include "show/paint.h"

#include <math.h>
#include <stdio.h>

#define PI 3.14159265358979323846

void mvs_paint_colour(const mvs_paint *p, uint32_t rgb, double alpha)
{
    cairo_set_source_rgba(p->cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                          (rgb & 255) / 255.0, alpha);
}

/* Makes the path of a box with round corners. */
static void round_box(cairo_t *c, mvs_box b, double radius)
{
    double r = fmin(radius, fmin(b.width, b.height) / 2.0);
    cairo_new_sub_path(c);
    cairo_arc(c, b.x + b.width - r, b.y + r, r, -PI / 2, 0);
    cairo_arc(c, b.x + b.width - r, b.y + b.height - r, r, 0, PI / 2);
    cairo_arc(c, b.x + r, b.y + b.height - r, r, PI / 2, PI);
    cairo_arc(c, b.x + r, b.y + r, r, PI, PI * 3 / 2);
    cairo_close_path(c);
}

void mvs_paint_round(const mvs_paint *p, mvs_box box, double radius)
{
    round_box(p->cairo, box, radius);
    cairo_fill(p->cairo);
}

void mvs_paint_begin(const mvs_paint *p, mvs_box box, uint32_t rgb, double alpha)
{
    const mvs_layout *l = &p->scene->layout;
    box.width = MAX(box.width, 0); /* of a picture of a few pixels */
    box.height = MAX(box.height, 0);
    cairo_save(p->cairo);
    cairo_rectangle(p->cairo, box.x, box.y, box.width, box.height);
    cairo_clip(p->cairo);
    cairo_set_operator(p->cairo, CAIRO_OPERATOR_SOURCE);
    mvs_paint_colour(p, rgb, alpha);
    mvs_paint_round(p, box, l->radius);
    cairo_set_operator(p->cairo, CAIRO_OPERATOR_OVER);
    round_box(p->cairo, box, l->radius);
    cairo_set_line_width(p->cairo, 2); /* half of it is outside */
    mvs_paint_colour(p, MVS_INK, 0.16);
    cairo_stroke(p->cairo);
    mvs_boxes_add(p->boxes, box, l->width, l->height);
}

void mvs_paint_end(const mvs_paint *p)
{
    cairo_restore(p->cairo);
}

/* The label, made smaller and then cut where it is too long; the number at the right, with
 * room for two digits, so that labels do not jump; the bar on its track. */
void mvs_paint_row(const mvs_paint *p, int i)
{
    const mvs_row *row = &p->scene->rows[i];
    const mvs_row_place *place = &p->scene->layout.rows[i];
    const mvs_box *text = &place->text;
    char number[16];
    snprintf(number, sizeof number, "%d %%", row->percent);
    PangoLayout *percent = mvs_text(p, number, place->type, row->strong);
    PangoLayout *usual = mvs_text(p, "88 %", place->type, true);
    int taken = MAX(mvs_text_width(usual), mvs_text_width(percent));
    int room = text->width - taken - place->type / 2;
    PangoLayout *label = mvs_text(p, row->label, place->type, row->strong);
    int type = place->type, width = mvs_text_width(label);
    if (width > room && room > 0) {
        type = type * room / width;
        type = type > place->least_type ? type : place->least_type;
        g_object_unref(label);
        label = mvs_text(p, row->label, type, row->strong);
    }
    mvs_text_limit(label, room, 1);
    mvs_text_show_line(p, label, text->x, text->y, place->type, text->height, MVS_INK);
    mvs_text_show_line(p, percent, text->x + text->width - mvs_text_width(percent), text->y,
                       place->type, text->height, MVS_INK);
    g_object_unref(label);
    g_object_unref(usual);
    g_object_unref(percent);
    mvs_box bar = place->bar;
    mvs_paint_colour(p, MVS_INK, 0.22);
    mvs_paint_round(p, bar, bar.height / 2.0);
    bar.width = row->bar;
    mvs_paint_colour(p, row->strong ? MVS_STRONG_BAR : MVS_WEAK_BAR, 1);
    if (bar.width)
        mvs_paint_round(p, bar, bar.height / 2.0);
}

/* Lines of status, as many as `room` pixels of height have room for. */
static int make_lines(const mvs_paint *p, int room, PangoLayout *lines[MVS_STATUS], int *width,
                      int *height)
{
    const mvs_layout *l = &p->scene->layout;
    int n = 0;
    *width = *height = 0;
    for (int i = 0; i < MVS_STATUS; i++) {
        if (!*p->scene->status[i])
            continue;
        PangoLayout *line = mvs_text(p, p->scene->status[i], l->status_type, false);
        mvs_text_limit(line, l->width - 2 * (l->margin + l->pad), 2);
        if (*height + mvs_text_height(line) > room) {
            g_object_unref(line);
            break;
        }
        *width = MAX(*width, mvs_text_width(line));
        *height += mvs_text_height(line);
        lines[n++] = line;
    }
    return n;
}

/* On a plate that fits, at the bottom left. Returns where the plate begins. */
static int paint_status(const mvs_paint *p, int room)
{
    const mvs_layout *l = &p->scene->layout;
    PangoLayout *lines[MVS_STATUS];
    int width, height, up = l->pad / 2, n = make_lines(p, room - 2 * up, lines, &width, &height);
    if (!n)
        return l->height;
    mvs_box plate = {l->margin, l->height - l->margin - height - 2 * up, width + 2 * l->pad,
                     height + 2 * up};
    mvs_paint_begin(p, plate, MVS_PLATE, MVS_PLATE_ALPHA);
    for (int i = 0, y = plate.y + up; i < n; i++) {
        mvs_text_show(p, lines[i], plate.x + l->pad, y, MVS_INK);
        y += mvs_text_height(lines[i]);
        g_object_unref(lines[i]);
    }
    mvs_paint_end(p);
    return plate.y;
}

/* Where the rows leave little room, the warning comes first. */
int mvs_paint_bottom(const mvs_paint *p)
{
    const mvs_layout *l = &p->scene->layout;
    int room = l->height - 2 * l->margin - (l->n_rows ? l->plate.y + l->plate.height : 0);
    if (!*p->scene->warning)
        return paint_status(p, room);
    PangoLayout *text = mvs_text(p, p->scene->warning, l->warning_type, true);
    mvs_text_limit(text, l->width - 2 * (l->margin + l->pad), 2);
    int height = mvs_text_height(text) + l->pad;
    int bottom = paint_status(p, room - height - l->margin);
    mvs_box plate = {l->margin, bottom - l->margin - height, mvs_text_width(text) + 2 * l->pad,
                     height};
    mvs_paint_begin(p, plate, MVS_WARNING, 0.96);
    mvs_text_show(p, text, plate.x + l->pad, plate.y + l->pad / 2, MVS_WARNING_INK);
    mvs_paint_end(p);
    g_object_unref(text);
    return plate.y;
}

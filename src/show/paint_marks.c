/* The marks of pause and recording, and the box of help. SPDX-License-Identifier: Apache-2.0 */
#include "show/paint.h"

#include <math.h>
#include <string.h>

/* A dot, or the two bars of a pause, `size` pixels high. */
static void paint_sign(const mvs_paint *p, bool dot, int x, int y, int size)
{
    mvs_paint_colour(p, dot ? MVS_RECORDING : MVS_INK, 1);
    if (dot) {
        mvs_paint_round(p, (mvs_box){x, y, size, size}, size / 2.0);
        return;
    }
    int bar = MAX(size * 3 / 8, 1);
    mvs_paint_round(p, (mvs_box){x, y, bar, size}, 0);
    mvs_paint_round(p, (mvs_box){x + size - bar, y, bar, size}, 0);
}

static int badge_height(const mvs_layout *l)
{
    return l->warning_type * 13 / 10 + l->pad / 2;
}

/* With its right edge and its top there; word may be "". Returns its left edge. */
static int paint_badge(const mvs_paint *p, bool dot, const char *word, int right, int top)
{
    const mvs_layout *l = &p->scene->layout;
    int type = l->warning_type, sign = type * 7 / 10, height = badge_height(l);
    int gap = *word ? type / 2 : 0;
    PangoLayout *text = mvs_text(p, word, type, true);
    int width = sign + gap + mvs_text_width(text) + 2 * l->pad;
    mvs_box plate = {right - width, top, width, height};
    mvs_paint_begin(p, plate, MVS_PLATE, MVS_PLATE_ALPHA);
    paint_sign(p, dot, plate.x + l->pad, plate.y + (height - sign) / 2, sign);
    mvs_text_show_line(p, text, plate.x + l->pad + sign + gap, plate.y, type, height, MVS_INK);
    mvs_paint_end(p);
    g_object_unref(text);
    return plate.x;
}

/* At the top right; below the rows where they leave no room beside them; without words at
 * the bottom right where there is no room there either. */
void mvs_paint_badges(const mvs_paint *p, int bottom)
{
    const mvs_layout *l = &p->scene->layout;
    int right = l->width - l->margin, top = l->margin, n = p->scene->paused + p->scene->recording;
    if (l->n_rows && right - l->plate.x - l->plate.width - l->margin < n * 8 * l->warning_type)
        top = l->plate.y + l->plate.height + l->margin;
    bool words = top + badge_height(l) <= bottom;
    if (!words)
        top = l->height - l->margin - badge_height(l);
    if (p->scene->recording)
        right = paint_badge(p, true, words ? "recording" : "", right, top) - l->margin;
    if (p->scene->paused)
        paint_badge(p, false, words ? "paused" : "", right, top);
}

typedef struct help_size {
    int type, line;       ///< of the letters; from line to line
    int left, right, gap; ///< columns, and between them
} help_size;

/* What stands before the tab, in `left`, and behind it; one of them may be empty. */
static const char *split(const char *line, char left[MVS_TEXT])
{
    const char *tab = strchr(line, '\t');
    size_t n = tab ? (size_t)(tab - line) : 0;
    memcpy(left, line, n);
    left[n] = 0;
    return tab ? tab + 1 : line;
}

static help_size measure(const mvs_paint *p, int type)
{
    help_size s = {.type = type, .line = type * 3 / 2};
    for (int i = 0; i < p->scene->n_help; i++) {
        char keys[MVS_TEXT];
        const char *rest = split(p->scene->help[i], keys);
        PangoLayout *left = mvs_text(p, keys, type, true);
        PangoLayout *right = mvs_text(p, rest, type, false);
        s.left = MAX(s.left, mvs_text_width(left));
        s.right = MAX(s.right, mvs_text_width(right));
        g_object_unref(left);
        g_object_unref(right);
    }
    s.gap = s.left ? type : 0;
    return s;
}

/* As large as there is room for, up to layout.help_type; what is too long even at 8 pixels
 * is cut. */
static help_size fit(const mvs_paint *p, int width, int height)
{
    const mvs_layout *l = &p->scene->layout;
    int type = MIN(l->help_type, height / MAX(p->scene->n_help, 1) * 2 / 3);
    help_size s = measure(p, MAX(type, 8));
    int all = s.left + s.gap + s.right;
    if (all > width)
        s = measure(p, MAX(s.type * width / all, 8));
    s.left = MIN(s.left, width / 2);
    s.right = MIN(s.right, width - s.left - s.gap);
    return s;
}

static void paint_cell(const mvs_paint *p, const char *words, bool bold, const help_size *s, int x,
                       int y, int width)
{
    PangoLayout *text = mvs_text(p, words, s->type, bold);
    mvs_text_limit(text, width, 1);
    mvs_text_show_line(p, text, x, y, s->type, s->line, MVS_INK);
    g_object_unref(text);
}

void mvs_paint_help(const mvs_paint *p)
{
    const mvs_layout *l = &p->scene->layout;
    int pad = 2 * l->pad, n = p->scene->n_help;
    if (!n)
        return;
    int room = l->height - 2 * (l->margin + l->pad);
    help_size s = fit(p, l->width - 2 * (l->margin + pad), room);
    n = MIN(n, MAX(room / s.line, 1));
    mvs_box plate = {0, 0, s.left + s.gap + s.right + 2 * pad, n * s.line + 2 * l->pad};
    plate.x = (l->width - plate.width) / 2;
    plate.y = (l->height - plate.height) / 2;
    mvs_paint_begin(p, plate, MVS_PLATE, MVS_HELP_ALPHA);
    for (int i = 0; i < n; i++) {
        char keys[MVS_TEXT];
        const char *rest = split(p->scene->help[i], keys);
        int x = plate.x + pad, y = plate.y + l->pad + i * s.line;
        paint_cell(p, keys, true, &s, x, y, s.left);
        paint_cell(p, rest, false, &s, x + s.left + s.gap, y, s.right);
    }
    mvs_paint_end(p);
}

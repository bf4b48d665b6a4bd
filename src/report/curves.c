/* How learning went. SPDX-License-Identifier: Apache-2.0 */
#include "report/axis.h"
#include "report/plots.h"

#include <math.h>
#include <stdio.h>

/* Pixels. */
enum { WIDTH = 960, HEIGHT = 380, TOP = 76, BOTTOM = 332, LEFT = 56, PANEL = 372, GAP = 96 };

#define TRAIN "#868e96"
#define VALIDATION "#0c8599"
#define BEST "#e8590c"

typedef struct panel {
    mvr_text *t;
    const char *name;
    mvr_axis x, y;
    const mvr_epoch *epochs;
    int n, best;
    bool percent;
    size_t train, validation; ///< offsets in mvr_epoch
} panel;

static double value_of(const panel *p, int epoch, size_t at)
{
    return *(const double *)((const char *)&p->epochs[epoch] + at);
}

/* The least and the greatest of both curves. Of losses the worst beginnings are left out,
 * where they would press all the rest flat. */
static void find_range(const panel *p, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < p->n; i++) {
        double v[2] = {value_of(p, i, p->train), value_of(p, i, p->validation)};
        for (int k = 0; k < 2; k++) {
            if (!isfinite(v[k]))
                continue;
            *low = v[k] < *low ? v[k] : *low;
            *high = v[k] > *high ? v[k] : *high;
        }
    }
    if (!(*low <= *high))
        *low = 0, *high = 1;
}

static void draw_grid(const panel *p)
{
    mvr_text *t = p->t;
    for (int i = 0;; i++) {
        double v = p->y.low + i * p->y.step, y = mvr_at(&p->y, v);
        if (v > p->y.high + p->y.step / 2)
            break;
        mvr_add(t, "<path d=\"M%s %sH%s\" stroke=\"%s\"/>\n", MVR_N(p->x.from), MVR_N(y),
                MVR_N(p->x.to), i ? "#e9ecef" : "#adb5bd");
        char label[48];
        snprintf(label, sizeof label, "%s%s",
                 mvr_number_of(p->percent ? v * 100 : v, p->percent ? 1 : p->y.digits).text,
                 p->percent ? " %" : "");
        mvr_svg_text(t, p->x.from - 8, y + 4, "faint", "end", label, 0);
    }
    mvr_svg_text(t, p->x.from, BOTTOM + 18, "faint", "middle", mvr_number_of(p->x.low, 0).text, 0);
    for (double v = 0; v <= p->x.high; v += p->x.step)
        if (v - p->x.low >= p->x.step * 0.4)
            mvr_svg_text(t, mvr_at(&p->x, v), BOTTOM + 18, "faint", "middle",
                         mvr_number_of(v, 0).text, 0);
    mvr_svg_text(t, (p->x.from + p->x.to) / 2, BOTTOM + 36, "faint", "middle", "epoch", 0);
}

static void draw_curve(const panel *p, size_t at, const char *colour, double width)
{
    mvr_text *t = p->t;
    bool open = false;
    int last = -1, points = 0;
    mvr_add(t, "<path d=\"");
    for (int i = 0; i < p->n; i++) {
        double v = value_of(p, i, at);
        if (!isfinite(v)) {
            open = false;
            continue;
        }
        mvr_add(t, "%s%s %s", open ? "L" : "M", MVR_N(mvr_at(&p->x, p->epochs[i].number)),
                MVR_N(mvr_at(&p->y, v)));
        open = true;
        last = i;
        points++;
    }
    mvr_add(t, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linejoin=\"round\" "
               "stroke-linecap=\"round\"/>\n", colour, MVR_N(width));
    if (points == 1)
        mvr_add(t, "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>\n",
                MVR_N(mvr_at(&p->x, p->epochs[last].number)),
                MVR_N(mvr_at(&p->y, value_of(p, last, at))), colour);
}

static const char *in_words(const panel *p, double v, char out[40])
{
    snprintf(out, 40, "%s%s", mvr_number_of(p->percent ? v * 100 : v, p->percent ? 1 : 3).text,
             p->percent ? " %" : "");
    return out;
}

/* A name and its colour, above the plot. */
static double draw_key(const panel *p, double x, const char *name, const char *colour)
{
    mvr_add(p->t, "<path d=\"M%s %sh16\" stroke=\"%s\" stroke-width=\"3\" "
                  "stroke-linecap=\"round\"/>\n", MVR_N(x), MVR_N(TOP - 16), colour);
    mvr_svg_text(p->t, x + 22, TOP - 12, "label", "start", name, 0);
    return x + 22 + 7 * mvr_columns(name) + 18;
}

/* Which epoch was kept, and how good it was. */
static void draw_best(const panel *p)
{
    char value[40], words[120];
    double v = p->best >= 0 && p->best < p->n ? value_of(p, p->best, p->validation) : NAN;
    if (!isfinite(v))
        return;
    double x = mvr_at(&p->x, p->epochs[p->best].number), y = mvr_at(&p->y, v);
    bool at_right = x > (p->x.from + p->x.to) / 2;
    snprintf(words, sizeof words, "kept: epoch %s, %s",
             mvr_number_of(p->epochs[p->best].number, 0).text, in_words(p, v, value));
    mvr_add(p->t, "<path d=\"M%s %dV%d\" stroke=\"" BEST "\" stroke-dasharray=\"2 3\"/>\n"
                  "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"" BEST "\" stroke=\"#ffffff\" "
                  "stroke-width=\"1.5\"/>\n", MVR_N(x), TOP, BOTTOM, MVR_N(x), MVR_N(y));
    /* On the empty side of a curve: below accuracies, above losses. */
    mvr_add(p->t, "<text x=\"%s\" y=\"%d\" text-anchor=\"%s\" fill=\"" BEST "\" "
                  "style=\"fill:" BEST ";paint-order:stroke;stroke:#ffffff;stroke-width:4px\">%s"
                  "</text>\n", MVR_N(at_right ? x - 8 : x + 8),
            p->percent ? BOTTOM - 12 : TOP + 14, at_right ? "end" : "start", words);
}

static void draw_panel(panel *p, double left)
{
    double low, high, first = p->n ? p->epochs[0].number : 0;
    double last = p->n ? p->epochs[p->n - 1].number : 1;
    find_range(p, &low, &high);
    p->x = mvr_axis_of(first, last > first ? last : first + 1, left, left + PANEL, 6, true);
    p->x.low = first; /* from the first epoch to the last, not further */
    p->x.high = last > first ? last : first + 1;
    p->y = mvr_axis_of(p->percent ? low : low < 0.3 * high ? 0 : low, high, BOTTOM, TOP, 5, false);
    mvr_svg_text(p->t, left, TOP - 12, "panel", "start", p->name, 0);
    double x = draw_key(p, left + 110, "training", TRAIN);
    draw_key(p, x, "validation", VALIDATION);
    draw_grid(p);
    draw_curve(p, p->train, TRAIN, 1.5);
    draw_curve(p, p->validation, VALIDATION, 2.5);
    draw_best(p);
}

void mvr_curves(mvr_text *t, const char *title, const mvr_epoch *epochs, int n, int best)
{
    panel loss = {.t = t, .name = "Loss", .epochs = epochs, .n = n, .best = best,
                  .train = offsetof(mvr_epoch, train_loss),
                  .validation = offsetof(mvr_epoch, validation_loss)};
    panel accuracy = loss;
    accuracy.name = "Accuracy";
    accuracy.percent = true;
    accuracy.train = offsetof(mvr_epoch, train_accuracy);
    accuracy.validation = offsetof(mvr_epoch, validation_accuracy);
    mvr_svg_begin(t, WIDTH, HEIGHT, title);
    mvr_svg_text(t, LEFT, 32, "title", "start", title, 100);
    draw_panel(&loss, LEFT);
    draw_panel(&accuracy, LEFT + PANEL + GAP);
    mvr_svg_end(t);
}

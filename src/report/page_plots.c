/* Plots of an evaluation: right answers as time passes, and what probabilities are worth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/axis.h"
#include "report/page.h"

#include <math.h>
#include <stdio.h>

/* Units of the picture, about pixels. */
enum { WIDTH = 460, HEIGHT = 300, LEFT = 46, RIGHT = 438, TOP = 12, BOTTOM = 258 };

typedef struct plot {
    mvr_text *t;
    mvr_axis x, y;
} plot;

static plot begin(mvr_page *p, const char *title, mvr_axis x, mvr_axis y)
{
    mvr_add(p->t,
            "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
            "aria-label=\"%s\">\n",
            WIDTH, HEIGHT, WIDTH * 6 / 5, HEIGHT * 6 / 5, title);
    return (plot){p->t, x, y};
}

static void add_label(plot *p, double x, double y, const char *anchor, const char *text)
{
    mvr_add(p->t, "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n", MVR_N(x), MVR_N(y),
            anchor, text);
}

static void add_grid(plot *p, const char *x_name, const char *x_unit)
{
    char text[48];
    for (int i = 0; i <= 5; i++) {
        double y = mvr_at(&p->y, i * 0.2);
        mvr_add(p->t, "<path class=\"%s\" d=\"M%d %sH%d\"/>\n", i ? "grid" : "axis", LEFT, MVR_N(y),
                RIGHT);
        snprintf(text, sizeof text, "%d %%", i * 20);
        add_label(p, LEFT - 8, y + 4, "end", text);
    }
    for (double v = p->x.step * ceil(p->x.low / p->x.step - 1e-9); v <= p->x.high * (1 + 1e-9);
         v += p->x.step) {
        snprintf(text, sizeof text, "%s%s", mvr_number_of(v, p->x.digits).text, x_unit);
        add_label(p, mvr_at(&p->x, v), BOTTOM + 19, "middle", text);
    }
    add_label(p, (LEFT + RIGHT) / 2.0, BOTTOM + 38, "middle", x_name);
}

/* ---- as time passes ------------------------------------------------------------------- */

/* Frames until fewer than a tenth of the clips are as long. */
static int last_frame(const movinet_evaluation *e, int model)
{
    movinet_evaluation_moment m;
    int last = 0, first = 0;
    for (int i = 1; movinet_evaluation_after(e, model, i, &m); i++) {
        first = i == 1 ? m.clips : first;
        if (m.clips * 10 < first)
            break;
        last = i;
    }
    return last;
}

static void add_course(plot *p, const movinet_evaluation *e, int model, int last)
{
    movinet_evaluation_moment m;
    int step = last / 300 + 1; /* a point a pixel is enough */
    mvr_add(p->t, "<g class=\"%s\"><path class=\"band\" d=\"", mvr_model_class(model).text);
    for (int i = 1; i <= last; i += step)
        if (movinet_evaluation_after(e, model, i, &m))
            mvr_add(p->t, "%s%s %s", i == 1 ? "M" : "L", MVR_N(mvr_at(&p->x, m.seconds)),
                    MVR_N(mvr_at(&p->y, m.right.high)));
    for (int i = (last - 1) / step * step + 1; i >= 1; i -= step)
        if (movinet_evaluation_after(e, model, i, &m))
            mvr_add(p->t, "L%s %s", MVR_N(mvr_at(&p->x, m.seconds)),
                    MVR_N(mvr_at(&p->y, m.right.low)));
    mvr_add(p->t, "Z\"/><path class=\"line\" d=\"");
    for (int i = 1; i <= last; i += step)
        if (movinet_evaluation_after(e, model, i, &m))
            mvr_add(p->t, "%s%s %s", i == 1 ? "M" : "L", MVR_N(mvr_at(&p->x, m.seconds)),
                    MVR_N(mvr_at(&p->y, m.right.value)));
    mvr_add(p->t, "\"/></g>\n");
}

static void add_over_time(mvr_page *p)
{
    int last[MOVINET_EVALUATE_MODELS];
    double low = INFINITY, high = 0;
    movinet_evaluation_moment m;
    for (int k = 0; k < p->n_models; k++) {
        last[k] = last_frame(p->e, k);
        if (movinet_evaluation_after(p->e, k, 1, &m))
            low = fmin(low, m.seconds);
        if (movinet_evaluation_after(p->e, k, last[k], &m))
            high = fmax(high, m.seconds);
    }
    if (!(high > low))
        return;
    mvr_axis x = mvr_axis_of(0, high, LEFT, RIGHT, 6, false);
    x.low = 0;
    x.high = high;
    mvr_add(p->t, "<figure>");
    plot view = begin(p, "share of right answers over the seconds seen", x,
                      (mvr_axis){.low = 0, .high = 1, .from = BOTTOM, .to = TOP});
    add_grid(&view, "seconds seen", "");
    for (int k = 0; k < p->n_models; k++)
        add_course(&view, p->e, k, last[k]);
    mvr_add(p->t, "</svg>\n<figcaption><b>As time passes.</b> Share of clips with the right answer "
                  "by then, of those that are as long.</figcaption></figure>\n");
}

/* ---- probabilities -------------------------------------------------------------------- */

static void add_bins(plot *p, const movinet_evaluation *e, int model)
{
    mvr_add(p->t, "<g class=\"%s\">", mvr_model_class(model).text);
    for (int i = 0; i < MOVINET_EVALUATION_BINS; i++) {
        movinet_evaluation_bin b = movinet_evaluation_calibration(e, model, i);
        if (!b.clips)
            continue;
        double x = mvr_at(&p->x, b.probability), share = (double)b.clips / e->info.n_counted;
        mvr_add(p->t,
                "<path class=\"bar\" d=\"M%s %sV%s\"/><circle class=\"point\" cx=\"%s\" "
                "cy=\"%s\" r=\"%s\"><title>%d clips: %s %% sure, %s %% right</title>"
                "</circle>\n",
                MVR_N(x), MVR_N(mvr_at(&p->y, b.right.low)), MVR_N(mvr_at(&p->y, b.right.high)),
                MVR_N(x), MVR_N(mvr_at(&p->y, b.right.value)), MVR_N(2.5 + 9 * sqrt(share)),
                b.clips, MVR_N(100 * b.probability), MVR_N(100 * b.right.value));
    }
    mvr_add(p->t, "</g>\n");
}

static void add_calibration(mvr_page *p)
{
    const mvr_axis x = {.low = 0, .high = 1, .from = LEFT, .to = RIGHT, .step = 0.2};
    mvr_axis percent = x;
    if (p->e->info.multi_label)
        return;
    percent.high = 100;
    percent.step = 20;
    mvr_add(p->t, "<figure>");
    plot view = begin(p, "share of right answers over their probability", percent,
                      (mvr_axis){.low = 0, .high = 1, .from = BOTTOM, .to = TOP});
    add_grid(&view, "probability of the answer", " %");
    view.x = x;
    mvr_add(p->t, "<path class=\"axis\" stroke-dasharray=\"3 4\" d=\"M%d %dL%d %d\"/>\n", LEFT,
            BOTTOM, RIGHT, TOP);
    for (int k = 0; k < p->n_models; k++)
        add_bins(&view, p->e, k);
    mvr_add(p->t, "</svg>\n<figcaption><b>What probabilities are worth.</b> On the dotted line, "
                  "80 %% sure is right in 80 of 100 clips; below it, it is too sure. Larger dots "
                  "are more clips.</figcaption></figure>\n");
}

void mvr_page_plots(mvr_page *p)
{
    mvr_add(p->t, "<div class=\"plots\">\n");
    add_over_time(p);
    add_calibration(p);
    mvr_add(p->t, "</div>\n");
}

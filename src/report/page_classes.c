/* Classes one by one, and what is taken for what. SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN = 24, LARGEST = 60, NUMBERED = 30, LABEL = 26 };

/* ---- one by one ----------------------------------------------------------------------- */

typedef struct ranked {
    int index;
    double worth;
} ranked;

static int by_worth(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->worth == y->worth ? x->index - y->index : x->worth < y->worth ? -1 : 1;
}

/* Classes that have clips, the least known first. */
static ranked *rank(const mvr_page *p, int *n)
{
    ranked *list = calloc((size_t)p->e->info.n_classes + 1, sizeof *list);
    *n = 0;
    for (int i = 0; list && i < p->e->info.n_classes; i++) {
        double sum = 0;
        for (int m = 0; m < p->n_models; m++)
            sum += movinet_evaluation_class(p->e, m, i).f1.value;
        if (movinet_evaluation_class(p->e, 0, i).clips)
            list[(*n)++] = (ranked){i, sum};
    }
    if (list)
        qsort(list, (size_t)*n, sizeof *list, by_worth);
    return list;
}

static void add_share(mvr_page *p, int model, movinet_figure f, bool track)
{
    mvr_add(p->t, "<td class=\"%s\">", mvr_model_class(model).text);
    if (track && !isnan(f.value))
        mvr_add(p->t,
                "<div class=\"track\"><i style=\"left:%s%%;width:%s%%\"></i>"
                "<b style=\"left:%s%%\"></b></div> ",
                MVR_N(100 * f.low), MVR_N(100 * (f.high - f.low)), MVR_N(100 * f.value));
    mvr_add(p->t, "<span>%s</span><small>", mvr_bare(f.value, MOVINET_UNIT_SHARE).text);
    if (!isnan(f.value))
        mvr_add(p->t, "%s–%s", mvr_number_of(100 * f.low, 0).text,
                mvr_number_of(100 * f.high, 0).text);
    mvr_add(p->t, "</small></td>");
}

static void add_class(mvr_page *p, int class)
{
    movinet_class_figures first = movinet_evaluation_class(p->e, 0, class);
    mvr_add(p->t, "<tr><td>");
    mvr_add_escaped(p->t, p->e->labels[class], 0);
    mvr_add(p->t, "</td><td>%d</td>", first.clips);
    if (p->n_models == 1) {
        add_share(p, 0, first.precision, false);
        add_share(p, 0, first.recall, false);
    }
    for (int m = 0; m < p->n_models; m++)
        add_share(p, m, movinet_evaluation_class(p->e, m, class).f1, p->n_models < 3);
    mvr_add(p->t, "</tr>\n");
}

static void add_table(mvr_page *p, const ranked *list, int from, int to)
{
    mvr_add(p->t, "<div class=\"scroll\"><table><tr><th>class</th><th>clips</th>");
    if (p->n_models == 1)
        mvr_add(p->t, "<th>precision %%</th><th>recall %%</th><th>F1 %%</th>");
    for (int m = 0; m < p->n_models && p->n_models > 1; m++) {
        mvr_add(p->t, "<th class=\"%s\"><span class=\"dot\"></span>", mvr_model_class(m).text);
        mvr_add_escaped(p->t, p->e->models[m].name, 24);
        mvr_add(p->t, "</th>");
    }
    mvr_add(p->t, "</tr>\n");
    for (int i = from; i < to; i++)
        add_class(p, list[i].index);
    mvr_add(p->t, "</table></div>\n");
}

void mvr_page_classes(mvr_page *p)
{
    int n;
    ranked *list = rank(p, &n);
    if (!list) {
        p->t->failed = true;
        return;
    }
    mvr_section(p, "Classes",
                p->n_models == 1 ? "Those that are known least come first; small: the interval."
                                 : "F1 in percent, and small its interval. Those that are known "
                                   "least come first.");
    add_table(p, list, 0, n < SHOWN ? n : SHOWN);
    if (n > SHOWN) {
        mvr_add(p->t, "<details><summary>the other %d classes</summary>\n", n - SHOWN);
        add_table(p, list, SHOWN, n);
        mvr_add(p->t, "</details>\n");
    }
    free(list);
}

/* ---- what is taken for what ------------------------------------------------------------- */

typedef struct matrix {
    mvr_page *page;
    int model, n, columns; ///< columns: one more if there are answers that are no classes
    double cell, left, top;
} matrix;

static int count(const matrix *m, int class, int column)
{
    const movinet_evaluation *e = m->page->e;
    int sum = 0;
    if (column < m->n)
        return movinet_evaluation_count(e, m->model, class, column);
    for (int i = m->n; i < e->info.n_answers; i++)
        sum += movinet_evaluation_count(e, m->model, class, i);
    return sum;
}

static const char *label(const matrix *m, int column)
{
    return column < m->n ? m->page->e->labels[column] : "something else";
}

static void add_cell(const matrix *m, int class, int column)
{
    mvr_text *t = m->page->t;
    int n = count(m, class, column);
    int of = movinet_evaluation_class(m->page->e, m->model, class).clips;
    double x = m->left + column * m->cell, y = m->top + class * m->cell;
    if (!n)
        return;
    double share = (double)n / of;
    mvr_add(t,
            "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\" "
            "fill-opacity=\"%s\"><title>",
            class == column ? "ok" : "bad", MVR_N(x), MVR_N(y), MVR_N(m->cell - 1.5),
            MVR_N(m->cell - 1.5), mvr_number_of(0.18 + 0.82 * share, 2).text);
    mvr_add_escaped(t, label(m, class), 0);
    mvr_add(t, class == column ? ": " : " as ");
    if (class != column)
        mvr_add_escaped(t, label(m, column), 0);
    mvr_add(t, "%s%d of %d</title></rect>", class == column ? "" : ": ", n, of);
    if (m->n <= NUMBERED)
        mvr_add(t, "<text class=\"count%s\" x=\"%s\" y=\"%s\" text-anchor=\"middle\">%d</text>",
                share > 0.55 ? " light" : "", MVR_N(x + m->cell / 2 - 0.75),
                MVR_N(y + m->cell / 2 + 3.5), n);
    mvr_add(t, "\n");
}

static int longest(const matrix *m)
{
    int most = 0;
    for (int i = 0; i < m->columns; i++) {
        int columns = mvr_columns(label(m, i));
        most = columns > most ? columns : most;
    }
    return most < LABEL ? most : LABEL;
}

static void add_labels(const matrix *m)
{
    mvr_text *t = m->page->t;
    const char *style = m->cell < 16 ? "label small" : "label";
    for (int i = 0; i < m->columns; i++) {
        double middle = (i + 0.5) * m->cell;
        if (i < m->n)
            mvr_svg_text(t, m->left - 8, m->top + middle + 4, style, "end", label(m, i), LABEL);
        mvr_add(t, "<text class=\"%s\" transform=\"translate(%s %s) rotate(-45)\">", style,
                MVR_N(m->left + middle + 2), MVR_N(m->top - 8));
        mvr_add_escaped(t, label(m, i), LABEL);
        mvr_add(t, "</text>\n");
    }
}

static void add_matrix(mvr_page *p, int model)
{
    int n = p->e->info.n_classes;
    matrix m = {.page = p, .model = model, .n = n};
    m.columns = n + (p->e->info.n_answers > n);
    m.cell = fmin(fmax(620.0 / m.columns, 13), 44);
    double wide = m.cell < 16 ? 5.6 : 6.8, slant = longest(&m) * wide * 0.71 + 14;
    m.left = longest(&m) * wide + 14;
    m.top = slant + 6;
    double width = m.left + m.columns * m.cell + slant, height = m.top + n * m.cell + 4;
    mvr_add(p->t, "<figure><figcaption class=\"%s\"><span class=\"dot\"></span><b>",
            mvr_model_class(model).text);
    mvr_add_escaped(p->t, p->e->models[model].name, 0);
    mvr_add(p->t,
            "</b></figcaption><div class=\"scroll\"><svg class=\"wide\" width=\"%s\" "
            "height=\"%s\" role=\"img\" aria-label=\"confusion matrix\">\n",
            mvr_number_of(width, 0).text, mvr_number_of(height, 0).text);
    mvr_add(p->t, "<rect class=\"empty\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"3\"/>\n",
            MVR_N(m.left), MVR_N(m.top), MVR_N(m.columns * m.cell), MVR_N(n * m.cell));
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m.columns; k++)
            add_cell(&m, i, k);
    add_labels(&m);
    mvr_add(p->t, "</svg></div></figure>\n");
}

void mvr_page_matrices(mvr_page *p)
{
    if (p->e->info.multi_label || p->e->info.n_classes > LARGEST)
        return;
    mvr_section(p, "What is taken for what",
                "A row is what the clips are, a column what they were taken for.");
    for (int m = 0; m < p->n_models; m++)
        add_matrix(p, m);
}

/* What is taken for what. SPDX-License-Identifier: Apache-2.0 */
#include "report/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LABEL = 26, PAIRS = 12, FEW = 3, MARGIN = 28, HEAD = 92 };
#define RIGHT "12,133,153"  /* what is right, and below what is not: R, G, B */
#define WRONG "232,89,12"

typedef struct pair {
    int truth, predicted, count;
} pair;

typedef struct matrix {
    mvr_text *t;
    const int *counts;
    const char *const *labels;
    int n;
    int *support;      ///< [n]
    double cell;       ///< side of a square, pixels
    double left, top;  ///< where the squares begin
    pair worst[PAIRS]; ///< by falling count
    int n_worst;
} matrix;

static int count(const matrix *m, int truth, int predicted)
{
    return m->counts[(size_t)truth * (size_t)m->n + (size_t)predicted];
}

/* ---- looking at the counts ---------------------------------------------------------- */

static void note_pair(matrix *m, int truth, int predicted, int n)
{
    int at = m->n_worst < PAIRS ? m->n_worst++ : PAIRS;
    if (at == PAIRS && m->worst[--at].count >= n)
        return;
    for (; at > 0 && m->worst[at - 1].count < n; at--)
        m->worst[at] = m->worst[at - 1];
    m->worst[at] = (pair){truth, predicted, n};
}

static int longest(const matrix *m)
{
    int most = 0;
    for (int i = 0; i < m->n; i++) {
        int columns = mvr_columns(m->labels[i]);
        most = columns > most ? columns : most;
    }
    return most < LONGEST_LABEL ? most : LONGEST_LABEL;
}

static void look(matrix *m)
{
    for (int i = 0; i < m->n; i++)
        for (int k = 0; k < m->n; k++) {
            m->support[i] += count(m, i, k);
            if (i != k && count(m, i, k) > 0 && m->n > FEW)
                note_pair(m, i, k, count(m, i, k));
        }
}

/* Squares as large as a page of about 700 pixels allows. */
static void lay_out(matrix *m)
{
    double cell = 700.0 / m->n;
    m->cell = m->n <= MVR_NUMBERED ? fmin(fmax(cell, 26), 64) : fmax(floor(cell), 2);
    if (m->n > MVR_NUMBERED && m->n <= MVR_LABELLED)
        m->cell = fmax(m->cell, 11);
    bool labelled = m->n <= MVR_LABELLED;
    m->left = MARGIN + 22 + (labelled ? longest(m) * 6.8 + 10 : 4);
    m->top = HEAD + (labelled ? longest(m) * 4.9 + 16 : 4);
}

/* ---- drawing --------------------------------------------------------------------- */

static double share_of(const matrix *m, int truth, int predicted)
{
    return m->support[truth] ? (double)count(m, truth, predicted) / m->support[truth] : 0;
}

static void draw_square(const matrix *m, int truth, int predicted)
{
    mvr_text *t = m->t;
    double x = m->left + predicted * m->cell, y = m->top + truth * m->cell;
    double share = share_of(m, truth, predicted), gap = m->cell >= 8 ? 1 : 0;
    int n = count(m, truth, predicted);
    if (!n)
        return;
    /* Few must still be seen: not from nothing on, and small squares the better. */
    double seen = m->n <= MVR_LABELLED ? 0.15 + 0.85 * share : 0.45 + 0.55 * sqrt(share);
    mvr_add(t, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"rgb(%s)\" "
               "fill-opacity=\"%s\"><title>", MVR_N(x), MVR_N(y), MVR_N(m->cell - gap),
            MVR_N(m->cell - gap), truth == predicted ? RIGHT : WRONG,
            mvr_number_of(seen, 2).text);
    mvr_add_escaped(t, m->labels[truth], 0);
    if (truth != predicted) {
        mvr_add(t, " taken for ");
        mvr_add_escaped(t, m->labels[predicted], 0);
    }
    mvr_add(t, ": %d of %d</title></rect>\n", n, m->support[truth]);
    if (m->n <= MVR_NUMBERED)
        mvr_add(t, "<text x=\"%s\" y=\"%s\" text-anchor=\"middle\"%s%s>%d</text>\n",
                MVR_N(x + (m->cell - gap) / 2), MVR_N(y + m->cell / 2 + 4),
                n > 999 && m->cell < 40 ? " class=\"small\"" : "",
                share > 0.5 ? " style=\"fill:#ffffff\"" : "", n);
}

static void draw_squares(const matrix *m)
{
    double side = m->n * m->cell;
    mvr_add(m->t, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"#f8f9fa\"/>\n",
            MVR_N(m->left), MVR_N(m->top), MVR_N(side), MVR_N(side));
    if (m->n <= MVR_NUMBERED)
        for (int i = 1; i < m->n; i++)
            mvr_add(m->t, "<path d=\"M%s %sH%sM%s %sV%s\" stroke=\"#ffffff\"/>\n", MVR_N(m->left),
                    MVR_N(m->top + i * m->cell - 0.5), MVR_N(m->left + side),
                    MVR_N(m->left + i * m->cell - 0.5), MVR_N(m->top), MVR_N(m->top + side));
    for (int i = 0; i < m->n; i++)
        for (int k = 0; k < m->n; k++)
            draw_square(m, i, k);
}

/* Labels at the left, and slanted above; at the right how many of each are right. */
static void draw_labels(const matrix *m)
{
    mvr_text *t = m->t;
    const char *style = m->cell < 16 ? "small" : "label";
    double side = m->n * m->cell, low = m->cell < 16 ? 3.5 : 4;
    for (int i = 0; i < m->n && m->n <= MVR_LABELLED; i++) {
        double middle = (i + 0.5) * m->cell;
        char recall[40];
        mvr_svg_text(t, m->left - 8, m->top + middle + low, style, "end", m->labels[i],
                     LONGEST_LABEL);
        mvr_add(t, "<text transform=\"translate(%s %s) rotate(-45)\" class=\"%s\">",
                MVR_N(m->left + middle + 4), MVR_N(m->top - 8), style);
        mvr_add_escaped(t, m->labels[i], LONGEST_LABEL);
        mvr_add(t, "</text>\n");
        if (m->support[i])
            snprintf(recall, sizeof recall, "%s %% of %d",
                     mvr_number_of(100 * share_of(m, i, i), 0).text, m->support[i]);
        else
            snprintf(recall, sizeof recall, "none");
        char faint[20];
        snprintf(faint, sizeof faint, "%s faint", style);
        mvr_svg_text(t, m->left + side + 8, m->top + middle + low, faint, "start", recall, 0);
    }
    mvr_add(t, "<text transform=\"translate(%d %s) rotate(-90)\" class=\"panel\" "
               "text-anchor=\"middle\">what it is</text>\n", MARGIN + 4,
            MVR_N(m->top + side / 2));
    mvr_svg_text(t, m->left + (m->n <= MVR_LABELLED ? 0 : side / 2), HEAD - 10, "panel",
                 m->n <= MVR_LABELLED ? "start" : "middle", "what it was taken for", 0);
}

/* The pairs that are mixed up most, in words. */
static void draw_worst(const matrix *m, double y)
{
    mvr_text *t = m->t;
    if (m->n_worst)
        mvr_svg_text(t, MARGIN, y, "panel", "start", "Most often taken for something else", 0);
    for (int i = 0; i < m->n_worst; i++) {
        const pair *p = &m->worst[i];
        mvr_add(t, "<text x=\"%d\" y=\"%s\">", MARGIN, MVR_N(y + 22 + i * 18));
        mvr_add_escaped(t, m->labels[p->truth], 40);
        mvr_add(t, " <tspan class=\"faint\">as</tspan> ");
        mvr_add_escaped(t, m->labels[p->predicted], 40);
        mvr_add(t, "<tspan class=\"faint\">: %d of %d</tspan></text>\n", p->count,
                m->support[p->truth]);
    }
}

static void draw(matrix *m, const char *title)
{
    int all = 0, right = 0;
    char line[100];
    double side = m->n * m->cell, below = m->top + side + 40;
    double width = m->left + side + (m->n <= MVR_LABELLED ? 110 : MARGIN);
    /* The last label above slants out to the right. */
    double slant = m->left + side + longest(m) * 4.9 + 20;
    width = fmax(fmax(width, m->n <= MVR_LABELLED ? slant : 0), 460);
    mvr_svg_begin(m->t, width, below + (m->n_worst ? 22 + 18 * m->n_worst : -24), title);
    for (int i = 0; i < m->n; i++) {
        all += m->support[i];
        right += count(m, i, i);
    }
    mvr_svg_text(m->t, MARGIN, 32, "title", "start", title, 60);
    snprintf(line, sizeof line, "%d of %d clips right, %s %%", right, all,
             mvr_number_of(all ? 100.0 * right / all : 0, 1).text);
    mvr_svg_text(m->t, MARGIN, 52, "faint", "start", line, 0);
    draw_squares(m);
    draw_labels(m);
    draw_worst(m, below);
    mvr_svg_end(m->t);
}

void mvr_confusion(mvr_text *t, const char *title, const int *counts, const char *const *labels,
                   int n)
{
    matrix m = {.t = t, .counts = counts, .labels = labels, .n = n};
    m.support = calloc((size_t)n + 1, sizeof *m.support);
    if (!m.support || n < 1) {
        t->failed = true;
    } else {
        look(&m);
        lay_out(&m);
        draw(&m, title);
    }
    free(m.support);
}

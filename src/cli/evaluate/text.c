/* The results of an evaluation for people. SPDX-License-Identifier: Apache-2.0 */
#include "cli/evaluate/evaluate.h"

#include "cli/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME = 20,
    INTERVAL = 16,
    WIDE = 112 /* with what figures mean */,
    LABEL = 26,
    MANY_CLASSES = 40,
    WORST = 20,
    PAIRS = 10
};

typedef movinet_figure_kind kind;

const char *evaluate_format(char out[32], double value, movinet_figure_unit unit)
{
    if (isnan(value))
        return "-";
    if (isinf(value))
        return value > 0 ? "never" : "-never";
    switch (unit) {
    case MOVINET_UNIT_SHARE: snprintf(out, 32, "%.1f %%", value * 100); break;
    case MOVINET_UNIT_SECONDS: snprintf(out, 32, "%.2f s", value); break;
    case MOVINET_UNIT_PER_MINUTE: snprintf(out, 32, "%.1f /min", value); break;
    case MOVINET_UNIT_MILLISECONDS:
        snprintf(out, 32, "%.*f ms", fabs(value) < 10 ? 3 : fabs(value) < 100 ? 2 : 1, value);
        break;
    }
    return out;
}

/* The number alone, as it stands in an interval. */
static const char *format_bare(char out[32], double value, movinet_figure_unit unit)
{
    const char *text = evaluate_format(out, value, unit);
    if (text == out)
        out[strcspn(out, " ")] = '\0';
    return text;
}

static void print_strong(const terminal *t, const char *text)
{
    set_style(t, STYLE_STRONG);
    print_clean(t->out, text);
    set_style(t, STYLE_NONE);
}

static void print_faint(const terminal *t, const char *text)
{
    set_style(t, STYLE_FAINT);
    fputs(text, t->out);
    set_style(t, STYLE_NONE);
}

/* "   43.6 - 97.0"; returns the columns it took. */
static int print_interval(const terminal *t, movinet_figure f, movinet_figure_unit unit)
{
    char low[32], high[32], text[80];
    if (isnan(f.low) || isnan(f.high))
        return 0;
    int n = snprintf(text, sizeof text, "%7s %s %s", format_bare(low, f.low, unit),
                     f.low < 0 ? "to"
                     : t->utf8 ? "–"
                               : "-",
                     format_bare(high, f.high, unit));
    print_faint(t, text);
    return f.low >= 0 && t->utf8 ? n - 2 : n; /* the dash is three bytes wide */
}

static void print_name(const terminal *t, const char *name, int left)
{
    print_spaces(t->out, left);
    int used = print_fitted(t, name, NAME + 2 - left);
    print_spaces(t->out, NAME + 2 - left - used);
}

/* ---- what was done ---- */

static void print_setting(const terminal *t, const evaluate_job *j)
{
    static const char *const splits[] = {"", " for training", " for validation", " for test", ""};
    const movinet_evaluation_info *info = movinet_evaluation_get_info(j->evaluation);
    print_strong(t, j->data);
    fprintf(t->out, "\n  %d clip%s%s, %d class%s", info->n_counted, info->n_counted == 1 ? "" : "s",
            splits[info->clips], info->n_classes, info->n_classes == 1 ? "" : "es");
    if (info->n_sources < info->n_counted)
        fprintf(t->out, ", of %d source%s", info->n_sources, info->n_sources == 1 ? "" : "s");
    if (info->n_skipped)
        fprintf(t->out, "; %d could not be read", info->n_skipped);
    if (info->n_unknown)
        fprintf(t->out, "; %d of unknown classes left out", info->n_unknown);
    fputc('\n', t->out);
}

/* ---- figures ---- */

static bool has(const evaluate_job *j, kind k)
{
    for (int m = 0; m < j->n_models; m++)
        if (!isnan(movinet_evaluation_figure(j->evaluation, m, k).value))
            return true;
    return false;
}

static void print_difference(const terminal *t, const evaluate_job *j, int model, kind k)
{
    char text[32], line[40];
    movinet_figure_unit unit = movinet_figure_get_info(k)->unit;
    movinet_figure d = movinet_evaluation_difference(j->evaluation, 0, model, k);
    if (isnan(d.value))
        return;
    bool sure = d.low > 0 || d.high < 0;
    snprintf(line, sizeof line, "%s%s", d.value > 0 ? "+" : "", format_bare(text, d.value, unit));
    if (sure)
        set_style(t, STYLE_STRONG);
    fprintf(t->out, "  %7s", line);
    set_style(t, STYLE_NONE);
    print_interval(t, d, unit);
}

static void print_figure(const terminal *t, const evaluate_job *j, int model, kind k)
{
    char text[32];
    const movinet_figure_info *info = movinet_figure_get_info(k);
    movinet_figure f = movinet_evaluation_figure(j->evaluation, model, k);
    print_name(t, j->n_models > 1 ? j->names[model] : info->title, j->n_models > 1 ? 4 : 2);
    fprintf(t->out, "%10s", evaluate_format(text, f.value, info->unit));
    int used = print_interval(t, f, info->unit);
    if (model) {
        print_spaces(t->out, INTERVAL - used);
        print_difference(t, j, model, k);
    } else if (j->n_models == 1 && t->columns >= WIDE) {
        print_spaces(t->out, INTERVAL + 2 - used);
        print_faint(t, info->means);
    }
    fputc('\n', t->out);
}

static void print_figures(const terminal *t, const evaluate_job *j)
{
    fputc('\n', t->out);
    for (int k = 0; k < MOVINET_FIGURES; k++) {
        const movinet_figure_info *info = movinet_figure_get_info((kind)k);
        if (!has(j, (kind)k))
            continue;
        if (j->n_models > 1) {
            fputs("  ", t->out);
            print_strong(t, info->title);
            fputs("  ", t->out);
            print_faint(t, info->means);
            fputc('\n', t->out);
        }
        for (int m = 0; m < j->n_models; m++)
            print_figure(t, j, m, (kind)k);
    }
}

static void print_memory(const terminal *t, const evaluate_job *j)
{
    char text[32];
    if (j->n_models > 1) {
        fputs("  ", t->out);
        print_strong(t, "memory");
        fputc('\n', t->out);
    }
    for (int m = 0; m < j->n_models; m++) {
        const movinet_model_info *info = movinet_model_get_info(j->models[m]);
        print_name(t, j->n_models > 1 ? j->names[m] : "memory", j->n_models > 1 ? 4 : 2);
        fprintf(t->out, "%10s of weights", format_bytes(text, info->weight_bytes));
        fprintf(t->out, ", %s a stream", format_bytes(text, info->stream_bytes));
        fprintf(t->out, "; the file %s\n", format_bytes(text, info->file_bytes));
    }
}

/* Some moments of the way: the first frame, then about twice as late each time. */
static void print_over_time(const terminal *t, const evaluate_job *j, int model)
{
    movinet_evaluation_moment m;
    double next = 0, last = 0;
    for (int i = 1; movinet_evaluation_after(j->evaluation, model, i, &m); i++)
        last = m.seconds;
    for (int i = 1; movinet_evaluation_after(j->evaluation, model, i, &m); i++) {
        char text[32], name[60], clips[40];
        if (m.seconds < next - 1e-9 && m.seconds < last - 1e-9)
            continue;
        next = m.seconds < 0.95 ? (m.seconds < 0.45 ? 0.5 : 1) : m.seconds * 2;
        snprintf(name, sizeof name, "right after %.1f s", m.seconds);
        print_name(t, name, j->n_models > 1 ? 4 : 2);
        fprintf(t->out, "%10s", evaluate_format(text, m.right.value, MOVINET_UNIT_SHARE));
        print_spaces(t->out, INTERVAL - print_interval(t, m.right, MOVINET_UNIT_SHARE));
        snprintf(clips, sizeof clips, "  of %d clip%s", m.clips, m.clips == 1 ? "" : "s");
        print_faint(t, clips);
        fputc('\n', t->out);
    }
}

/* ---- classes ---- */

typedef struct ranked_class {
    int index;
    double worth;
} ranked_class;

static int by_worth(const void *a, const void *b)
{
    const ranked_class *x = a, *y = b;
    return x->worth == y->worth ? x->index - y->index : x->worth < y->worth ? -1 : 1;
}

/* "  83.3  44 - 97", in 16 columns. */
static void print_share(const terminal *t, movinet_figure f)
{
    char text[40];
    fprintf(t->out, "%7s", isnan(f.value) ? "-" : format_bare(text, f.value, MOVINET_UNIT_SHARE));
    if (isnan(f.value)) {
        print_spaces(t->out, 9);
        return;
    }
    snprintf(text, sizeof text, "%4.0f%s%-4.0f", f.low * 100, t->utf8 ? "–" : "-", f.high * 100);
    print_faint(t, text);
}

static void print_class(const terminal *t, const evaluate_job *j, int model, int class)
{
    movinet_class_figures f = movinet_evaluation_class(j->evaluation, model, class);
    fputs("  ", t->out);
    int used = print_fitted(t, movinet_evaluation_label(j->evaluation, class), LABEL);
    print_spaces(t->out, LABEL - used);
    fprintf(t->out, "%6d", f.clips);
    print_share(t, f.precision);
    print_share(t, f.recall);
    print_share(t, f.f1);
    fputc('\n', t->out);
}

/* All of them, or those that are known least. */
static void print_classes(const terminal *t, const evaluate_job *j, int model)
{
    int n = movinet_evaluation_get_info(j->evaluation)->n_classes, known = 0;
    ranked_class *list = calloc((size_t)n + 1, sizeof *list);
    for (int i = 0; list && i < n; i++) {
        movinet_class_figures f = movinet_evaluation_class(j->evaluation, model, i);
        if (f.clips)
            list[known++] = (ranked_class){i, n > MANY_CLASSES ? f.f1.value : i};
    }
    if (list)
        qsort(list, (size_t)known, sizeof *list, by_worth);
    fputs("\n  ", t->out);
    char title[60] = "class";
    if (n > MANY_CLASSES && known > WORST)
        snprintf(title, sizeof title, "worst %d of %d classes", WORST, known);
    set_style(t, STYLE_FAINT);
    fprintf(t->out, "%-*s%6s%11s%14s%14s", LABEL, title, "clips", "precision", "recall", "F1");
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
    for (int i = 0; list && i < known && (n <= MANY_CLASSES || i < WORST); i++)
        print_class(t, j, model, list[i].index);
    free(list);
}

static void print_confusions(const terminal *t, const evaluate_job *j, int model)
{
    movinet_confusion list[PAIRS];
    int n = movinet_evaluation_confusions(j->evaluation, model, list, PAIRS);
    if (!n)
        return;
    fputs("\n  ", t->out);
    print_faint(t, "most often taken for something else");
    fputc('\n', t->out);
    for (int i = 0; i < n && i < PAIRS; i++) {
        fprintf(t->out, "  %4d of %-4d  ", list[i].clips, list[i].of);
        print_fitted(t, movinet_evaluation_label(j->evaluation, list[i].index), LABEL);
        print_faint(t, " as ");
        print_fitted(t, movinet_evaluation_label(j->evaluation, list[i].answer), LABEL);
        fputc('\n', t->out);
    }
}

/* ---- two models ---- */

static void print_agreement(const terminal *t, const char *name, movinet_figure f)
{
    char text[32];
    if (isnan(f.value))
        return;
    print_name(t, name, 2);
    fprintf(t->out, "%10s", evaluate_format(text, f.value, MOVINET_UNIT_SHARE));
    print_interval(t, f, MOVINET_UNIT_SHARE);
    fputc('\n', t->out);
}

static void print_pair(const terminal *t, const evaluate_job *j, int a, int b)
{
    movinet_disagreement list[PAIRS];
    movinet_evaluation_pair p = movinet_evaluation_compare(j->evaluation, a, b);
    fputc('\n', t->out);
    print_strong(t, j->names[b]);
    print_strong(t, " and ");
    print_strong(t, j->names[a]);
    fprintf(t->out, "\n  both right %d, only ", p.both);
    print_fitted(t, j->names[b], NAME);
    fprintf(t->out, " %d, only ", p.only_b);
    print_fitted(t, j->names[a], NAME);
    fprintf(t->out, " %d, neither %d\n", p.only_a, p.neither);
    print_name(t, "McNemar's test", 2);
    fprintf(t->out, "  p = %-10.3g", p.mcnemar);
    print_faint(t,
                p.mcnemar < 0.05 ? "they are not equally good" : "they may well be equally good");
    fputc('\n', t->out);
    print_agreement(t, "same answer", p.agreement);
    print_agreement(t, "of all frames", p.frames);
    int n = movinet_evaluation_disagreements(j->evaluation, a, b, list, PAIRS);
    if (n) {
        fputs("\n  ", t->out);
        set_style(t, STYLE_FAINT);
        fprintf(t->out, "%-*s%6s%9s%12s%12s", LABEL, "they differ most on", "clips", "differ",
                "only new", "only first");
        set_style(t, STYLE_NONE);
        fputc('\n', t->out);
    }
    for (int i = 0; i < n && i < PAIRS; i++) {
        fputs("  ", t->out);
        int used = print_fitted(t, movinet_evaluation_label(j->evaluation, list[i].index), LABEL);
        print_spaces(t->out, LABEL - used);
        fprintf(t->out, "%6d%9d%12d%12d\n", list[i].clips, list[i].differ, list[i].only_b,
                list[i].only_a);
    }
}

void evaluate_print_text(const evaluate_job *j)
{
    terminal t = terminal_of(stdout);
    print_setting(&t, j);
    print_figures(&t, j);
    print_memory(&t, j);
    for (int m = 0; m < j->n_models; m++) {
        fputc('\n', t.out);
        if (j->n_models > 1) {
            print_strong(&t, j->names[m]);
            fputc('\n', t.out);
        }
        print_over_time(&t, j, m);
        print_classes(&t, j, m);
        print_confusions(&t, j, m);
    }
    for (int m = 1; m < j->n_models; m++)
        print_pair(&t, j, 0, m);
}

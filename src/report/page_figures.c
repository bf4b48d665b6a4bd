/* The figures of models and how they differ, with intervals along a line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <math.h>
#include <stdio.h>

enum { COLOURS = 6 };

typedef movinet_figure_kind kind;

mvr_words mvr_bare(double value, movinet_figure_unit unit)
{
    static const int units[] = {1, 10, 100, 1000};
    mvr_words out;
    bool small = unit == MOVINET_UNIT_MILLISECONDS && fabs(value) < 10;
    int digits = small ? 3 : unit == MOVINET_UNIT_SECONDS ? 2 : 1;
    value *= unit == MOVINET_UNIT_SHARE ? 100 : 1;
    if (isnan(value) || fabs(value) > 1e12) {
        snprintf(out.text, sizeof out.text, isnan(value) ? "–" : "never");
        return out;
    }
    long long all = llround(fabs(value) * units[digits]); /* with a point in every locale */
    snprintf(out.text, sizeof out.text, "%s%lld.%0*lld", value < 0 && all ? "−" : "",
             all / units[digits], digits, all % units[digits]);
    return out;
}

mvr_words mvr_value(double value, movinet_figure_unit unit)
{
    static const char *const units[] = {" %", " s", " /min", " ms"};
    mvr_words bare = mvr_bare(value, unit), out;
    snprintf(out.text, sizeof out.text, "%.40s%s", bare.text, isfinite(value) ? units[unit] : "");
    return out;
}

mvr_words mvr_range(movinet_figure f, movinet_figure_unit unit)
{
    mvr_words out = {""};
    if (!isnan(f.low) && !isnan(f.high))
        snprintf(out.text, sizeof out.text, "%.20s %s %.20s", mvr_bare(f.low, unit).text,
                 f.low < 0 ? "to" : "–", mvr_bare(f.high, unit).text);
    return out;
}

mvr_words mvr_model_class(int model)
{
    mvr_words out;
    snprintf(out.text, sizeof out.text, "m%d", model % COLOURS);
    return out;
}

void mvr_section(mvr_page *p, const char *heading, const char *says)
{
    mvr_add(p->t, "<h2>");
    mvr_add_escaped(p->t, heading, 0);
    mvr_add(p->t, "</h2>\n");
    if (!says)
        return;
    mvr_add(p->t, "<p class=\"says\">");
    mvr_add_escaped(p->t, says, 0);
    mvr_add(p->t, "</p>\n");
}

/* ---- models --------------------------------------------------------------------------- */

static void add_bytes(mvr_page *p, const char *name, double bytes)
{
    mvr_add(p->t, "<dt>%s</dt><dd>%s MiB</dd>", name, mvr_number_of(bytes / 0x100000, 1).text);
}

static void add_model(mvr_page *p, int model)
{
    const movinet_model_info *info = movinet_model_get_info(p->e->models[model].model);
    bool several = p->e->info.multi_label, known = info->variant[0] != 'u';
    kind main = several ? MOVINET_FIGURE_AVERAGE_PRECISION : MOVINET_FIGURE_TOP1;
    movinet_figure f = movinet_evaluation_figure(p->e, model, main);
    movinet_figure ms = movinet_evaluation_figure(p->e, model, MOVINET_FIGURE_LATENCY);
    mvr_add(p->t, "<div class=\"card %s\"><div class=\"name\"><span class=\"dot\"></span>",
            mvr_model_class(model).text);
    mvr_add_escaped(p->t, p->e->models[model].name, 0);
    mvr_add(p->t,
            "</div>\n<div class=\"big number\">%s</div>\n<div class=\"faint number\">%s, %s"
            "</div>\n<dl>",
            mvr_value(f.value, MOVINET_UNIT_SHARE).text, movinet_figure_get_info(main)->title,
            mvr_range(f, MOVINET_UNIT_SHARE).text);
    mvr_add(p->t, "<dt>network</dt><dd>%s%s%s", known ? "MoViNet-" : "", known ? info->variant : "",
            known ? ", " : "");
    mvr_add_escaped(p->t, info->precision, 0);
    mvr_add(p->t, "</dd>");
    if (!isnan(ms.value))
        mvr_add(p->t, "<dt>a frame</dt><dd>%s</dd>",
                mvr_value(ms.value, MOVINET_UNIT_MILLISECONDS).text);
    add_bytes(p, "file", (double)info->file_bytes);
    add_bytes(p, "memory of weights", (double)info->weight_bytes);
    add_bytes(p, "memory a stream", (double)info->stream_bytes);
    mvr_add(p->t, "</dl></div>\n");
}

void mvr_page_models(mvr_page *p)
{
    mvr_add(p->t, "<div class=\"cards\">\n");
    for (int m = 0; m < p->n_models; m++)
        add_model(p, m);
    mvr_add(p->t, "</div>\n");
}

/* ---- figures -------------------------------------------------------------------------- */

static double within(double value, double low, double high)
{
    double at = 100 * (value - low) / (high - low);
    return !(at > 0) ? 0 : at < 100 ? at : 100;
}

/* A line from `low` to `high`, and on it a figure with its interval. */
static void add_track(mvr_page *p, movinet_figure f, double low, double high, bool middle)
{
    mvr_add(p->t, "<div class=\"track%s\">", middle ? " middle" : "");
    if (!isnan(f.value)) {
        double from = within(f.low, low, high), to = within(f.high, low, high);
        mvr_add(p->t, "<i style=\"left:%s%%;width:%s%%\"></i>", MVR_N(from), MVR_N(to - from));
        mvr_add(p->t, "<b style=\"left:%s%%\"></b>", MVR_N(within(f.value, low, high)));
    }
    mvr_add(p->t, "</div>");
}

static void add_row(mvr_page *p, int model, movinet_figure f, movinet_figure_unit unit, double low,
                    double high, bool difference)
{
    bool sure = !difference || f.low > 0 || f.high < 0;
    mvr_add(p->t, "<div class=\"row %s%s\">", mvr_model_class(model).text, sure ? "" : " unsure");
    add_track(p, f, low, high, difference);
    mvr_add(p->t, "<div class=\"value\">%s%s</div><div class=\"range\">%s</div></div>\n",
            difference && f.value > 0 ? "+" : "",
            difference ? mvr_bare(f.value, unit).text : mvr_value(f.value, unit).text,
            mvr_range(f, unit).text);
}

static void begin_figure(mvr_page *p, const movinet_figure_info *info, const char *means)
{
    mvr_add(p->t, "<div class=\"figure\"><div class=\"what\">");
    mvr_add_escaped(p->t, info->title, 0);
    mvr_add(p->t, "<span>");
    mvr_add_escaped(p->t, means, 0);
    mvr_add(p->t, "</span></div><div>\n");
}

static double stretch(double most, double value)
{
    return isfinite(value) && fabs(value) > most ? fabs(value) : most;
}

static void add_figure(mvr_page *p, kind k)
{
    const movinet_figure_info *info = movinet_figure_get_info(k);
    double most = 0;
    bool known = false;
    for (int m = 0; m < p->n_models; m++) {
        movinet_figure f = movinet_evaluation_figure(p->e, m, k);
        known |= !isnan(f.value);
        most = stretch(stretch(most, f.value), f.high);
    }
    if (!known)
        return;
    most = info->unit == MOVINET_UNIT_SHARE ? 1 : most > 0 ? most * 1.1 : 1;
    begin_figure(p, info, info->means);
    for (int m = 0; m < p->n_models; m++)
        add_row(p, m, movinet_evaluation_figure(p->e, m, k), info->unit, 0, most, false);
    mvr_add(p->t, "</div></div>\n");
}

/* Which colour is whose. */
static void add_keys(mvr_page *p, int first)
{
    if (p->n_models < 2)
        return;
    mvr_add(p->t, "<div class=\"keys\">");
    for (int m = first; m < p->n_models; m++) {
        mvr_add(p->t, "<span class=\"%s\"><span class=\"dot\"></span>", mvr_model_class(m).text);
        mvr_add_escaped(p->t, p->e->models[m].name, 0);
        mvr_add(p->t, "</span>");
    }
    mvr_add(p->t, "</div>\n");
}

void mvr_page_figures(mvr_page *p)
{
    mvr_section(p, "Figures",
                "The dot is what these clips gave; the bar is where the figure lies "
                "for all such clips, with 95 % certainty.");
    add_keys(p, 0);
    for (int k = 0; k < MOVINET_FIGURES; k++)
        add_figure(p, (kind)k);
}

/* ---- differences ---------------------------------------------------------------------- */

static void add_difference(mvr_page *p, kind k)
{
    const movinet_figure_info *info = movinet_figure_get_info(k);
    double most = 0;
    bool known = false;
    for (int m = 1; m < p->n_models; m++) {
        movinet_figure f = movinet_evaluation_difference(p->e, 0, m, k);
        known |= !isnan(f.value);
        most = stretch(stretch(stretch(most, f.value), f.low), f.high);
    }
    if (!known)
        return;
    most = most > 0 ? most * 1.1 : 1;
    static const char *const units[] = {"percentage points", "seconds", "a minute", "milliseconds"};
    char means[60];
    snprintf(means, sizeof means, "%s; %s is better", units[info->unit],
             info->less_is_better ? "less" : "more");
    begin_figure(p, info, means);
    for (int m = 1; m < p->n_models; m++)
        add_row(p, m, movinet_evaluation_difference(p->e, 0, m, k), info->unit, -most, most, true);
    mvr_add(p->t, "</div></div>\n");
}

static void add_name(mvr_page *p, int model)
{
    mvr_add(p->t, "<b>");
    mvr_add_escaped(p->t, p->e->models[model].name, 0);
    mvr_add(p->t, "</b>");
}

static void add_pair(mvr_page *p, int a, int b)
{
    movinet_evaluation_pair pair = movinet_evaluation_compare(p->e, a, b);
    mvr_add(p->t, "<h3>");
    mvr_add_escaped(p->t, p->e->models[b].name, 0);
    mvr_add(p->t, " beside ");
    mvr_add_escaped(p->t, p->e->models[a].name, 0);
    mvr_add(p->t, "</h3>\n<div class=\"four\"><span></span><span>");
    add_name(p, a);
    mvr_add(p->t, " right</span><span>wrong</span>\n<span>");
    add_name(p, b);
    mvr_add(p->t,
            " right</span><span class=\"number\">%d</span><span class=\"number\">%d</span>\n"
            "<span>wrong</span><span class=\"number\">%d</span><span class=\"number\">%d"
            "</span></div>\n",
            pair.both, pair.only_b, pair.only_a, pair.neither);
    bool sure = pair.mcnemar < 0.05;
    mvr_add(p->t,
            "<p class=\"says\">Were both equally good, so uneven a %d to %d would come with "
            "a probability of %s (McNemar’s exact test): %s. They give the same answer to "
            "%s of the clips (%s)",
            pair.only_b, pair.only_a,
            pair.mcnemar < 0.001 ? "less than 0.001" : mvr_number_of(pair.mcnemar, 3).text,
            sure ? "they are not" : "they may well be",
            mvr_value(pair.agreement.value, MOVINET_UNIT_SHARE).text,
            mvr_range(pair.agreement, MOVINET_UNIT_SHARE).text);
    if (!isnan(pair.frames.value))
        mvr_add(p->t, ", and after %s of all frames (%s)",
                mvr_value(pair.frames.value, MOVINET_UNIT_SHARE).text,
                mvr_range(pair.frames, MOVINET_UNIT_SHARE).text);
    mvr_add(p->t, ".</p>\n");
}

void mvr_page_pairs(mvr_page *p)
{
    if (p->n_models < 2)
        return;
    mvr_text heading = {0};
    mvr_add(&heading, "Against %s", p->e->models[0].name);
    mvr_section(p, heading.bytes ? heading.bytes : "Differences",
                "On the same clips, so differences are surer than the figures above. A bar that "
                "does not reach the line in the middle is a difference that is there.");
    mvr_free(&heading);
    add_keys(p, 1);
    for (int k = 0; k < MOVINET_FIGURES; k++)
        add_difference(p, (kind)k);
    for (int m = 1; m < p->n_models; m++)
        add_pair(p, 0, m);
}

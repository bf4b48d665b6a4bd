/* The results of classify on stdout. SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include "cli/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void report_begin(report *r, report_format format, const movinet_model *model)
{
    *r = (report){.format = format, .model = model, .time_digits = 1,
                  .screen = terminal_of(stdout)};
    if (format == REPORT_CSV)
        puts("source,frame,time,final,rank,index,label,score");
}

/* ---- text ---- */

enum { TIME_WIDTH = 10, PERCENT_WIDTH = 7 };

/* Labels of Kinetics-600 are up to 49 columns wide; most fit beside the bar. */
static int bar_width(const report *r)
{
    return r->screen.columns >= 110 ? 40 : r->screen.columns >= 70 ? 24 : 10;
}

/* "  99.2 %  ████████  carving ice", from column `left` on. */
static void text_row(const report *r, const movinet_result *result, int left, bool best)
{
    const terminal *t = &r->screen;
    int width = bar_width(r);
    double percent = 100.0 * (double)result->score;
    fprintf(t->out, "%5.1f %%  ", percent);
    print_bar(t, (double)result->score, width);
    fputs("  ", t->out);
    if (best)
        set_style(t, STYLE_STRONG);
    print_fitted(t, movinet_model_label(r->model, result->index),
                 t->columns - left - PERCENT_WIDTH - 2 - width - 2);
    if (best)
        set_style(t, STYLE_NONE);
    fputc('\n', t->out);
}

static void text_frame(const report *r, const moment *m)
{
    char time[32];
    for (int i = 0; i < m->n; i++) {
        fprintf(r->screen.out, "%*s", TIME_WIDTH,
                i ? "" : format_time(time, m->time, r->time_digits));
        fputs("  ", r->screen.out);
        text_row(r, &m->results[i], TIME_WIDTH + 2, i == 0);
    }
    if (m->n == 0)
        fprintf(r->screen.out, "%*s   -\n", TIME_WIDTH, format_time(time, m->time, r->time_digits));
}

static void text_heading(const report *r, const char *source)
{
    set_style(&r->screen, STYLE_STRONG);
    print_clean(r->screen.out, source);
    set_style(&r->screen, STYLE_NONE);
}

static void text_final(const report *r, const moment *m)
{
    const terminal *t = &r->screen;
    char from[32], to[32];
    if (r->every)
        fputs("\n  ", t->out);
    else
        text_heading(r, m->source);
    set_style(t, STYLE_FAINT);
    fprintf(t->out, "%s%s %s %s, %s%" PRId64 " frame%s", r->every ? "" : "  ",
            format_time(from, m->first_time, r->time_digits), t->utf8 ? "–" : "-",
            format_time(to, m->time, r->time_digits), r->average ? "mean of " : "", m->frame + 1,
            m->frame ? "s" : "");
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
    for (int i = 0; i < m->n; i++) {
        fputs("  ", t->out);
        text_row(r, &m->results[i], 2, i == 0);
    }
    if (m->n == 0)
        fputs("  no class passes the filters\n", t->out);
}

/* ---- JSON ---- */

/* Six digits behind the point, as many as a float carries: 0.93, not
 * 0.930000007. */
static json_t *json_rounded(double value)
{
    return json_number(round(value * 1e6) / 1e6);
}

static json_t *json_scores(const report *r, const moment *m)
{
    json_t *scores = json_array();
    for (int i = 0; i < m->n; i++) {
        const movinet_result *result = &m->results[i];
        json_array_append_new(
            scores, json_pack("{s:i,s:o,s:o}", "index", result->index, "label",
                              json_text(movinet_model_label(r->model, result->index)), "score",
                              json_rounded((double)result->score)));
    }
    return scores;
}

static void json_moment(const report *r, const moment *m)
{
    json_t *line = json_pack("{s:o,s:I,s:o,s:o}", "source", json_text(m->source), "frame",
                             (json_int_t)m->frame, "time", json_rounded(m->time), "scores",
                             json_scores(r, m));
    if (line && m->final)
        json_object_set_new(line, "final", json_true());
    print_json(line, JSON_COMPACT | JSON_REAL_PRECISION(15));
}

/* ---- CSV ---- */

static void csv_moment(const report *r, const moment *m)
{
    FILE *out = r->screen.out;
    for (int i = 0; i < m->n; i++) {
        print_csv(out, m->source);
        fprintf(out, ",%" PRId64 ",%.6g,%d,%d,%d,", m->frame, round(m->time * 1e6) / 1e6,
                m->final, i + 1, m->results[i].index);
        print_csv(out, movinet_model_label(r->model, m->results[i].index));
        fprintf(out, ",%.6f\n", (double)m->results[i].score);
    }
}

/* ---- all ---- */

void report_video(report *r, const char *source)
{
    if (r->format != REPORT_TEXT)
        return;
    if (r->videos++)
        fputc('\n', r->screen.out);
    if (r->every) {
        text_heading(r, source);
        fputc('\n', r->screen.out);
    }
}

bool report_moment(report *r, const moment *m)
{
    switch (r->format) {
    case REPORT_TEXT: m->final ? text_final(r, m) : text_frame(r, m); break;
    case REPORT_JSON: json_moment(r, m); break;
    case REPORT_CSV: csv_moment(r, m); break;
    }
    return output_arrived(); /* at once: a live source may run for days */
}

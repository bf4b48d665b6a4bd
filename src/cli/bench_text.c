/* The results of bench for people. SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/text.h"

#include <math.h>
#include <string.h>

enum { NAME_WIDTH = 14 };

static void print_name(const terminal *t, const char *name)
{
    fputs("  ", t->out);
    set_style(t, STYLE_FAINT);
    fprintf(t->out, "%-*s", NAME_WIDTH, name);
    set_style(t, STYLE_NONE);
}

static void print_strong(const terminal *t, const char *text)
{
    set_style(t, STYLE_STRONG);
    print_clean(t->out, text);
    set_style(t, STYLE_NONE);
}

/* "1.23 billion" of a rate that may be small, too. */
static const char *format_rate(char out[32], double rate)
{
    return rate >= 1e6 ? format_count(out, (int64_t)rate)
                       : (snprintf(out, 32, rate >= 100 ? "%.0f" : "%.3g", rate), out);
}

static const char *format_ms(char out[32], double ms)
{
    snprintf(out, 32, "%.*f ms", ms < 10 ? 3 : ms < 100 ? 2 : 1, ms);
    return out;
}

static const char *format_figure(char out[32], figure f, double value)
{
    if (!isfinite(value))
        return "-";
    switch (figure_specs[f].unit) {
    case UNIT_MS: return format_ms(out, value);
    case UNIT_BYTES: return format_bytes(out, (uint64_t)value);
    case UNIT_RATE: return format_rate(out, value);
    case UNIT_SHARE: snprintf(out, 32, "%.1f %%", value * 100); return out;
    }
    return "-";
}

static const char *plural(int n)
{
    return n == 1 ? "" : "s";
}

/* ---- what was done ---- */

static void print_setting(const terminal *t, const bench *b)
{
    const bench_settings *s = b->settings;
    const movinet_model_info *info = b->info;
    bool known = strcmp(info->variant, "unknown") != 0;
    print_name(t, "network");
    fprintf(t->out, "%s%s, %s, %d op%s in %d step%s\n",
            known ? "MoViNet-" : "no MoViNet that is known", known ? info->variant : "",
            info->precision, info->n_ops, plural(info->n_ops), info->n_steps,
            plural(info->n_steps));
    print_name(t, "computed by");
    fprintf(t->out, "%s, %d thread%s, %d stream%s\n", info->cpu, s->threads, plural(s->threads),
            s->streams, plural(s->streams));
    print_name(t, "frames");
    if (s->video)
        print_fitted(t, s->video, t->columns - NAME_WIDTH - 24);
    else
        fputs("noise", t->out);
    fprintf(t->out, ", %d %s %d\n", b->frames.items[0].width, t->utf8 ? "×" : "x",
            b->frames.items[0].height);
    print_name(t, "runs");
    fprintf(t->out, "%d to warm up, %d timed in %d block%s; ", b->warmed_up,
            b->n_samples / s->streams, b->n_blocks, plural(b->n_blocks));
    if (isfinite(b->spread))
        fprintf(t->out, "%ssteady: the last 3 within %.1f %%\n", b->steady ? "" : "not ",
                b->spread * 100);
    else
        fputs("too few to say if steady\n", t->out);
}

/* ---- figures ---- */

static void print_time(const terminal *t, const bench *b, figure f, const char *more)
{
    char text[32];
    print_name(t, figure_specs[f].label);
    fprintf(t->out, "%10s%s\n", format_figure(text, f, b->figures[f]), more);
}

static void print_peaks(const terminal *t, const bench *b)
{
    static const char *const names[PEAK_TYPES] = {"peak int8", "peak float"};
    char text[32];
    for (int k = 0; k < PEAK_TYPES; k++) {
        if (!b->loops[k])
            continue;
        print_name(t, names[k]);
        fprintf(t->out, "%s a second and core: %s\n", format_rate(text, b->peak[k]),
                b->loops[k]->instructions);
    }
}

static void print_share(const terminal *t, const bench *b)
{
    char text[32];
    print_name(t, "share of peak");
    if (!isfinite(b->figures[SHARE_OF_PEAK])) {
        fputs("no multiply-adds\n", t->out);
        return;
    }
    print_strong(t, format_figure(text, SHARE_OF_PEAK, b->figures[SHARE_OF_PEAK]));
    fputs("  ", t->out);
    print_bar(t, b->figures[SHARE_OF_PEAK], 20);
    fprintf(t->out, "  %d core%s: %s at best\n", b->cores, plural(b->cores),
            format_ms(text, b->figures[LEAST_MS]));
}

static void print_figures(const terminal *t, const bench *b)
{
    char text[32], more[64];
    const double *f = b->figures;
    fputc('\n', t->out);
    print_time(t, b, LOAD_MS, "");
    print_time(t, b, OPEN_MS, "");
    print_time(t, b, FIRST_MS, "");
    snprintf(more, sizeof more, "  %s frames a second", format_rate(text, f[FRAMES_A_SECOND]));
    print_time(t, b, MEDIAN_MS, more);
    print_time(t, b, P95_MS, "");
    print_time(t, b, MIN_MS, "");
    print_time(t, b, MEAN_MS, "");
    fputc('\n', t->out);
    print_name(t, "work");
    fprintf(t->out, "%s multiply-adds a frame", format_count(text, b->info->macs));
    if (isfinite(f[MACS_A_SECOND]))
        fprintf(t->out, "; %s a second", format_rate(text, f[MACS_A_SECOND]));
    fputc('\n', t->out);
    print_peaks(t, b);
    print_share(t, b);
    fputc('\n', t->out);
    print_name(t, "memory");
    fprintf(t->out, "%s resident at most", format_bytes(text, (uint64_t)f[RESIDENT_BYTES]));
    fprintf(t->out, ", %s before the model was opened\n",
            format_bytes(text, (uint64_t)f[START_BYTES]));
    print_name(t, "");
    fprintf(t->out, "%s a stream", format_bytes(text, (uint64_t)f[STREAM_BYTES]));
    fprintf(t->out, ", %s of weights", format_bytes(text, (uint64_t)f[WEIGHT_BYTES]));
    fprintf(t->out, ", %s of frames\n", format_bytes(text, (uint64_t)f[FRAME_BYTES]));
}

/* ---- comparison ---- */

/* Less than a hundredth is called the same. */
static const char *verdict(const figure_spec *spec, double ratio)
{
    if (!isfinite(ratio) || fabs(ratio - 1) < 0.01)
        return "";
    return (ratio > 1) == spec->higher_is_better ? "worse" : "better";
}

static void print_comparison(const terminal *t, const bench *b)
{
    fputc('\n', t->out);
    print_strong(t, "Compared with ");
    print_strong(t, b->settings->compare);
    fprintf(t->out, "\n  %-16s%16s%16s%10s\n", "", "old", "new", "old/new");
    for (int i = 0; i < FIGURES; i++) {
        char text[32], ratio_text[32] = "-";
        const figure_spec *spec = &figure_specs[i];
        double old = old_figure(b->old, (figure)i), ratio = old / b->figures[i];
        fprintf(t->out, "  %-16s%16s", spec->label, format_figure(text, (figure)i, old));
        fprintf(t->out, "%16s", format_figure(text, (figure)i, b->figures[i]));
        if (isfinite(ratio))
            snprintf(ratio_text, sizeof ratio_text, "%.3f", ratio);
        const char *word = verdict(spec, ratio);
        fprintf(t->out, "%10s%s%s\n", ratio_text, *word ? "  " : "", word);
    }
}

/* ---- profile ---- */

/* " 12.3 us  4.5 %  38 %": time, part of the frame, share of the peak. */
static void print_cost(const terminal *t, const bench *b, const step_group *g)
{
    double us = g->ns * 1e-3;
    fprintf(t->out, "%8.*f%6.1f", us < 100 ? 2 : us < 10000 ? 1 : 0, us,
            g->ns / b->profile.whole_ns * 100);
    if (g->macs && g->ns > 0)
        fprintf(t->out, "%7.1f", g->least_ns / g->ns * 100);
}

static void print_steps(const terminal *t, const bench *b)
{
    enum { LAYER = 14, KIND = 18, KERNEL = 19 };
    fputc('\n', t->out);
    print_strong(t, "Time by step");
    fprintf(t->out, "\n  %4s  %-*s%-*s%-*s%8s%6s%7s\n", "step", LAYER, "layer", KIND, "kind",
            KERNEL, "kernel", "us", "%", "peak %");
    for (int i = 0; i < b->profile.n_steps; i++) {
        movinet_step_info step;
        if (movinet_model_step(b->model, i, &step))
            continue;
        fprintf(t->out, "  %4d  ", i);
        print_spaces(t->out, LAYER - print_fitted(t, step.layer, LAYER - 1));
        print_spaces(t->out, KIND - print_fitted(t, step.kind, KIND - 1));
        print_spaces(t->out, KERNEL - print_fitted(t, step.kernel, KERNEL - 1));
        print_cost(t, b, &b->profile.steps[i]);
        fputc('\n', t->out);
    }
}

static void print_groups(const terminal *t, const bench *b, const char *title, const char *what,
                         const step_group *groups, int n)
{
    enum { NAME = 24, BAR = 20 };
    fputc('\n', t->out);
    print_strong(t, title);
    fprintf(t->out, "\n  %-*s%6s  %-*s%8s%6s%7s\n", NAME, what, "steps", BAR, "", "us", "%",
            "peak %");
    for (int i = 0; i < n; i++) {
        fputs("  ", t->out);
        print_spaces(t->out, NAME - print_fitted(t, groups[i].name[0] ? groups[i].name : "-",
                                                 NAME - 1));
        fprintf(t->out, "%6d  ", groups[i].n_steps);
        print_bar(t, groups[i].ns / b->profile.whole_ns, BAR);
        print_cost(t, b, &groups[i]);
        fputc('\n', t->out);
    }
}

static void print_profile(const terminal *t, const bench *b)
{
    const bench_profile *p = &b->profile;
    char text[32];
    print_steps(t, b);
    print_groups(t, b, "Time by kind of step", "kind", p->kinds, p->n_kinds);
    print_groups(t, b, "Time by layer", "layer", p->layers, p->n_layers);
    fprintf(t->out, "\n  Medians of %d frames, with the clock read around every step. All steps\n",
            p->frames);
    fprintf(t->out, "  together take %s", format_ms(text, p->steps_ns * 1e-6));
    fprintf(t->out, ", a frame %s: %% is of the frame.\n", format_ms(text, p->whole_ns * 1e-6));
}

void print_bench_text(const bench *b)
{
    const terminal t = terminal_of(stdout);
    print_strong(&t, b->path);
    fputc('\n', t.out);
    print_setting(&t, b);
    print_figures(&t, b);
    if (b->old)
        print_comparison(&t, b);
    if (b->settings->profile)
        print_profile(&t, b);
}

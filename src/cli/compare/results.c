/* What movinet compare has found. SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/compare.h"

#include "cli/json.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KIND = 18, LAYER = 15, BAR = 24 };
#define FULL 60.0 /* decibels of a whole bar: as near as anybody asks */

/* ---- for people ---- */

static const char *format_db(char out[32], double db)
{
    if (isnan(db))
        return "-";
    if (isinf(db))
        return db > 0 ? "same" : "lost";
    snprintf(out, 32, "%.1f", db);
    return out;
}

static void print_head(const terminal *t, const compare_job *j)
{
    movinet_comparison_info info = movinet_comparison_get_info(j->comparison);
    double top = 100.0 * info.same_top / info.frames;
    const movinet_drift *last = &j->drifts[j->n - 1];
    char text[32];
    for (int i = 0; i < 2; i++) {
        fputs(i ? "B " : "A ", t->out);
        set_style(t, STYLE_STRONG);
        print_clean(t->out, j->names[i]);
        set_style(t, STYLE_NONE);
        fprintf(t->out, "  %s\n", movinet_model_get_info(j->models[i])->precision);
    }
    fprintf(t->out, "  %d frames of %d clip%s; %d tensors paired, of %d and %d\n", info.frames,
            info.clips, info.clips == 1 ? "" : "s", info.n_pairs, info.n_a, info.n_b);
    fprintf(t->out,
            "  same top class after %.1f %% of the frames; its probability differs by "
            "%.3f\n",
            top, info.difference);
    fprintf(t->out, "  the end: %s dB\n", format_db(text, last->snr));
}

static void print_db(const terminal *t, double db)
{
    char text[32];
    fprintf(t->out, "%8s", format_db(text, db));
}

/* Layers come in the order of their first ops, which lie among those of others. NULL: op i is not
 * the first of one. */
static const movinet_drift *last_of_layer(const compare_job *j, int i)
{
    const char *layer = j->drifts[i].layer;
    for (int k = 0; k < i; k++)
        if (!strcmp(j->drifts[k].layer, layer))
            return NULL;
    for (int k = j->n - 1; *layer; k--)
        if (!strcmp(j->drifts[k].layer, layer))
            return &j->drifts[k];
    return NULL;
}

/* The last tensor of each layer. */
static void print_layers(const terminal *t, const compare_job *j)
{
    fputc('\n', t->out);
    set_style(t, STYLE_FAINT);
    fprintf(t->out, "  %-*s%8s%8s%8s", LAYER, "at the end of", "dB", "early", "later");
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
    for (int i = 0; i < j->n; i++) {
        const movinet_drift *d = last_of_layer(j, i);
        if (!d)
            continue;
        fprintf(t->out, "  %-*s", LAYER, d->layer);
        print_db(t, d->snr);
        print_db(t, d->early);
        print_db(t, d->late);
        fputs("  ", t->out);
        print_bar(t, isnan(d->snr) ? 0 : fmin(fmax(d->snr, 0) / FULL, 1), BAR);
        fputc('\n', t->out);
    }
}

static void print_row(const terminal *t, const movinet_drift *d)
{
    fprintf(t->out, "%5d%6d  %-*s%-*s", d->op_a, d->op_b, KIND, d->kind, LAYER, d->layer);
    print_db(t, d->lost);
    print_db(t, d->snr);
    print_db(t, d->early);
    print_db(t, d->late);
    if (isnan(d->bias))
        fputs("        -", t->out);
    else
        fprintf(t->out, "%+9.3f", d->bias);
    fputc('\n', t->out);
}

static int by_lost(const void *a, const void *b)
{
    const movinet_drift *x = a, *y = b;
    return x->lost == y->lost ? x->op_a - y->op_a : x->lost < y->lost ? 1 : -1;
}

static void print_rows(const terminal *t, const compare_job *j)
{
    int n = j->settings->all || j->settings->top > j->n ? j->n : j->settings->top;
    fputc('\n', t->out);
    set_style(t, STYLE_FAINT);
    fprintf(t->out, "%5s%6s  %-*s%8s%8s%8s%8s%9s", "op A", "op B", KIND + LAYER,
            j->settings->all ? "every tensor" : "where most is lost", "lost dB", "dB", "early",
            "later", "bias");
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
    for (int i = 0; i < n; i++)
        print_row(t, &j->drifts[i]);
}

void compare_print_text(const compare_job *j)
{
    terminal t = terminal_of(stdout);
    print_head(&t, j);
    print_layers(&t, j);
    if (!j->settings->all) /* layers are printed already: nobody needs the order any more */
        qsort(j->drifts, (size_t)j->n, sizeof *j->drifts, by_lost);
    print_rows(&t, j);
}

/* ---- for programs ---- */

/* null for what is not finite. */
static json_t *rounded(double value)
{
    return json_number(round(value * 1e6) / 1e6);
}

void compare_print_json(const compare_job *j)
{
    movinet_comparison_info info = movinet_comparison_get_info(j->comparison);
    json_t *list = json_array();
    for (int i = 0; i < j->n; i++) {
        const movinet_drift *d = &j->drifts[i];
        json_array_append_new(list,
                              json_pack("{s:i,s:i,s:i,s:i,s:s,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o}",
                                        "op_a", d->op_a, "op_b", d->op_b, "tensor_a", d->tensor_a,
                                        "tensor_b", d->tensor_b, "kind", d->kind, "layer",
                                        json_text(d->layer), "name", json_text(d->name), "same",
                                        isinf(d->snr) && d->snr > 0, "snr_db", rounded(d->snr),
                                        "early_db", rounded(d->early), "late_db", rounded(d->late),
                                        "bias", rounded(d->bias), "lost_db", rounded(d->lost)));
    }
    json_t *all =
        json_pack("{s:o,s:o,s:i,s:i,s:i,s:i,s:i,s:o,s:o,s:o}", "a", json_text(j->names[0]), "b",
                  json_text(j->names[1]), "frames", info.frames, "clips", info.clips, "paired",
                  info.n_pairs, "of_a", info.n_a, "of_b", info.n_b, "same_top",
                  rounded((double)info.same_top / info.frames), "difference",
                  rounded(info.difference), "tensors", list);
    print_json(all, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
}

static void print_value(double value)
{
    if (isnan(value))
        fputc(',', stdout);
    else
        printf(",%.6g", value);
}

void compare_print_csv(const compare_job *j)
{
    puts("op_a,op_b,kind,layer,name,snr_db,early_db,late_db,bias,lost_db");
    for (int i = 0; i < j->n; i++) {
        const movinet_drift *d = &j->drifts[i];
        printf("%d,%d,%s,", d->op_a, d->op_b, d->kind);
        print_csv(stdout, d->layer);
        fputc(',', stdout);
        print_csv(stdout, d->name);
        print_value(d->snr);
        print_value(d->early);
        print_value(d->late);
        print_value(d->bias);
        print_value(d->lost);
        fputc('\n', stdout);
    }
}

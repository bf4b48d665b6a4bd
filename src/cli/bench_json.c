/* The results of bench for programs: JSON and CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/json.h"
#include "cli/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* ---- JSON ---- */

/* Six digits: no clock has more. */
static json_t *json_rounded(double value)
{
    if (!isfinite(value) || value == 0)
        return json_number(value);
    double unit = pow(10, floor(log10(fabs(value))) - 5);
    double rounded = round(value / unit) * unit;
    return rounded >= 1e5 ? json_integer((json_int_t)llround(value)) : json_number(rounded);
}

static json_t *json_figures(const bench *b)
{
    json_t *object = json_object();
    for (int i = 0; i < FIGURES; i++)
        json_object_set_new(object, figure_specs[i].key, json_rounded(b->figures[i]));
    return object;
}

static json_t *json_compare(const bench *b)
{
    json_t *object = json_object();
    for (int i = 0; i < FIGURES; i++) {
        double old = old_figure(b->old, (figure)i);
        json_object_set_new(object, figure_specs[i].key,
                            json_pack("{s:o,s:o,s:o}", "old", json_rounded(old), "new",
                                      json_rounded(b->figures[i]), "ratio",
                                      json_rounded(old / b->figures[i])));
    }
    return object;
}

static json_t *json_peaks(const bench *b)
{
    static const char *const names[PEAK_TYPES] = {"int8", "float"};
    json_t *object = json_object();
    for (int t = 0; t < PEAK_TYPES; t++)
        if (b->loops[t])
            json_object_set_new(object, names[t],
                                json_pack("{s:s,s:o,s:I}", "instructions",
                                          b->loops[t]->instructions, "macs_per_second",
                                          json_rounded(b->peak[t]), "macs",
                                          (json_int_t)b->macs[t]));
    return object;
}

static double share(const step_group *g)
{
    return g->macs && g->ns > 0 ? g->least_ns / g->ns : NAN;
}

static json_t *json_group(const bench *b, const step_group *g)
{
    return json_pack("{s:o,s:i,s:o,s:o,s:I,s:o}", "name", json_text(g->name), "steps", g->n_steps,
                     "ms", json_rounded(g->ns * 1e-6), "part",
                     json_rounded(g->ns / b->profile.whole_ns), "macs", (json_int_t)g->macs,
                     "share_of_peak", json_rounded(share(g)));
}

static json_t *json_groups(const bench *b, const step_group *groups, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_group(b, &groups[i]));
    return list;
}

static json_t *json_steps(const bench *b)
{
    json_t *list = json_array();
    for (int i = 0; i < b->profile.n_steps; i++) {
        movinet_step_info step;
        const step_group *g = &b->profile.steps[i];
        if (movinet_model_step(b->model, i, &step))
            continue;
        json_array_append_new(
            list, json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:I,s:o}", "step", i, "layer",
                            json_text(step.layer), "kind", json_text(step.kind), "kernel",
                            json_text(step.kernel), "ms", json_rounded(g->ns * 1e-6), "part",
                            json_rounded(g->ns / b->profile.whole_ns), "macs",
                            (json_int_t)g->macs, "share_of_peak", json_rounded(share(g))));
    }
    return list;
}

static json_t *json_profile(const bench *b)
{
    const bench_profile *p = &b->profile;
    return json_pack("{s:i,s:o,s:o,s:o,s:o,s:o}", "frames", p->frames, "frame_ms",
                     json_rounded(p->whole_ns * 1e-6), "steps_ms", json_rounded(p->steps_ns * 1e-6),
                     "steps", json_steps(b), "kinds", json_groups(b, p->kinds, p->n_kinds),
                     "layers", json_groups(b, p->layers, p->n_layers));
}

static json_t *json_result(const bench *b)
{
    const bench_settings *s = b->settings;
    json_t *object = json_pack(
        "{s:s,s:o,s:I,s:o,s:o,s:I,s:i,s:i,s:s,s:i,s:i,s:i}", "version", movinet_version(), "file",
        json_text(b->path), "file_bytes", (json_int_t)b->info->file_bytes, "variant",
        json_text(b->info->variant), "precision", json_text(b->info->precision), "macs",
        (json_int_t)b->info->macs, "n_ops", b->info->n_ops, "n_steps", b->info->n_steps, "cpu",
        b->info->cpu, "threads", s->threads, "streams", s->streams, "cores", b->cores);
    json_t *more = json_pack(
        "{s:o,s:i,s:i,s:i,s:b,s:o,s:o,s:o}", "video", s->video ? json_text(s->video) : json_null(),
        "warmup_runs", b->warmed_up, "num_runs", b->n_samples / s->streams, "blocks", b->n_blocks,
        "steady", (int)b->steady, "spread", json_rounded(b->spread), "peaks", json_peaks(b),
        "figures", json_figures(b));
    if (!object || !more || json_object_update(object, more)) {
        json_decref(object);
        object = NULL;
    }
    json_decref(more);
    if (object && s->profile)
        json_object_set_new(object, "profile", json_profile(b));
    if (object && b->old)
        json_object_set_new(object, "compare", json_compare(b));
    return object;
}

bool print_bench_json(const bench *b)
{
    return print_json(json_result(b), JSON_INDENT(2) | JSON_REAL_PRECISION(8));
}

/* ---- CSV ---- */

/* Empty where there is none. */
static void csv_number(double value)
{
    putchar(',');
    if (isfinite(value))
        printf("%.*g", fabs(value) >= 1e6 ? 15 : 6, value >= 1e6 ? round(value) : value);
}

static void csv_steps(const bench *b)
{
    puts("step,layer,kind,kernel,ops,macs,ms,part,share_of_peak");
    for (int i = 0; i < b->profile.n_steps; i++) {
        const step_group *g = &b->profile.steps[i];
        movinet_step_info step;
        if (movinet_model_step(b->model, i, &step))
            continue;
        printf("%d,", i);
        print_csv(stdout, step.layer);
        putchar(',');
        print_csv(stdout, step.kind);
        putchar(',');
        print_csv(stdout, step.kernel);
        printf(",%d,%" PRId64, step.n_ops, step.macs);
        csv_number(g->ns * 1e-6);
        csv_number(g->ns / b->profile.whole_ns);
        csv_number(share(g));
        putchar('\n');
    }
}

/* A line of figures: of this run, of an earlier one, or the ratios. */
static void csv_line(const bench *b, const char *what)
{
    const bench_settings *s = b->settings;
    printf("%s,", what);
    print_csv(stdout, b->path);
    printf(",%s,%d,%d,", b->info->cpu, s->threads, s->streams);
    print_csv(stdout, s->video ? s->video : "noise");
    printf(",%d,%d,%d", b->warmed_up, b->n_samples / s->streams, b->steady);
    for (int i = 0; i < FIGURES; i++)
        csv_number(b->figures[i]);
    putchar('\n');
}

static void csv_compared(const bench *b, bool ratio)
{
    fputs(ratio ? "ratio,,,,,,,," : "old,,,,,,,,", stdout);
    for (int i = 0; i < FIGURES; i++) {
        double old = old_figure(b->old, (figure)i);
        csv_number(ratio ? old / b->figures[i] : old);
    }
    putchar('\n');
}

void print_bench_csv(const bench *b)
{
    if (b->settings->profile) {
        csv_steps(b);
        return;
    }
    fputs("result,file,cpu,threads,streams,frames,warmup_runs,num_runs,steady", stdout);
    for (int i = 0; i < FIGURES; i++)
        printf(",%s", figure_specs[i].key);
    putchar('\n');
    csv_line(b, "new");
    if (b->old) {
        csv_compared(b, false);
        csv_compared(b, true);
    }
}

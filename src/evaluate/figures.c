/* The figures of all models, and how sure they are: by formula where they are shares of clips,
 * else by drawing clips (or what they come from) again and again, the same ones for all models,
 * so that differences can be told, too. SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"
#include "evaluate/weigh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 1000, FEWEST_ROUNDS = 200 };

typedef struct drawing {
    movinet_evaluation *e;
    mvx_cases cases[MOVINET_EVALUATE_MODELS];
    double values[MOVINET_EVALUATE_MODELS][MOVINET_FIGURES];
    double *drawn; ///< [rounds][n_models][MOVINET_FIGURES]
    double *one;   ///< [rounds]
    int rounds;
    double wider[MOVINET_EVALUATE_MODELS]; ///< so many clips count as one
} drawing;

/* ---- what is drawn -------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Sources of the counted clips as 0 … n_sources-1. */
static movinet_status number_units(movinet_evaluation *e, movinet_error *err)
{
    int n = e->info.n_counted, different = 0;
    int *sources = calloc((size_t)n + 1, sizeof *sources);
    if (!sources)
        return mvx_no_memory(err);
    for (int i = 0; i < n; i++)
        sources[i] = mvx_clip(e, e->counted[i])->source;
    qsort(sources, (size_t)n, sizeof *sources, by_number);
    for (int i = 0; i < n; i++)
        if (!different || sources[i] != sources[different - 1])
            sources[different++] = sources[i];
    for (int i = 0; i < n; i++) {
        const int *at = bsearch(&mvx_clip(e, e->counted[i])->source, sources, (size_t)different,
                                sizeof *sources, by_number);
        e->units[i] = (int)(at - sources);
    }
    e->info.n_sources = different;
    free(sources);
    return MOVINET_OK;
}

static double *drawn_at(const drawing *d, int round, int model)
{
    size_t row = (size_t)round * (size_t)d->e->info.n_models + (size_t)model;
    return d->drawn + row * MOVINET_FIGURES;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of the timed frames, or of some of them. */
static double latency_of(const mvx_model *m, int n, const int *sample)
{
    double values[256];
    n = n < 256 ? n : 256;
    for (int i = 0; i < n; i++)
        values[i] = m->latencies[sample ? sample[i] : i];
    qsort(values, (size_t)n, sizeof *values, by_value);
    return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : NAN;
}

static void draw_latencies(drawing *d, int round, mv_random *random)
{
    int sample[256], n = d->e->n_latencies < 256 ? d->e->n_latencies : 256;
    for (int i = 0; i < n; i++)
        sample[i] = (int)mv_random_below(random, (uint32_t)n);
    for (int m = 0; m < d->e->info.n_models; m++)
        drawn_at(d, round, m)[MOVINET_FIGURE_LATENCY] = latency_of(&d->e->models[m], n, sample);
}

static movinet_status draw(drawing *d, movinet_error *err)
{
    movinet_evaluation *e = d->e;
    int units = e->info.n_sources, n = e->info.n_counted;
    mv_random random = {e->options.seed ^ UINT64_C(0x6d6f76696e6574)};
    int *times = calloc((size_t)units + 1, sizeof *times);
    int *weights = calloc((size_t)n + 1, sizeof *weights);
    for (int round = 0; times && weights && round < d->rounds; round++) {
        memset(times, 0, (size_t)units * sizeof *times);
        for (int i = 0; i < units; i++)
            times[mv_random_below(&random, (uint32_t)units)]++;
        for (int i = 0; i < n; i++)
            weights[i] = times[e->units[i]];
        for (int m = 0; m < e->info.n_models; m++)
            mvx_weigh(&d->cases[m], weights, drawn_at(d, round, m));
    }
    for (int round = 0; times && weights && round < d->rounds; round++)
        draw_latencies(d, round, &random);
    bool failed = !times || !weights;
    free(times);
    free(weights);
    return failed ? mvx_no_memory(err) : MOVINET_OK;
}

/* ---- how sure they are ------------------------------------------------------------------ */

static bool is_share_of_clips(movinet_figure_kind kind)
{
    return kind == MOVINET_FIGURE_TOP1 || kind == MOVINET_FIGURE_TOP5 ||
           kind == MOVINET_FIGURE_EVER_RIGHT;
}

/* Values of all rounds, of b less a; a -1: of b. Returns how many are numbers. */
static int collect(drawing *d, int a, int b, int kind)
{
    int n = 0;
    for (int round = 0; round < d->rounds; round++) {
        double value = drawn_at(d, round, b)[kind] - (a < 0 ? 0 : drawn_at(d, round, a)[kind]);
        if (!isnan(value))
            d->one[n++] = value;
    }
    return n;
}

/* Clips of one source say the same again: by how much the spread of what was drawn is above
 * that of as many separate clips (Kish's design effect). */
static double wider_of(drawing *d, int model)
{
    const movinet_evaluation_info *info = &d->e->info;
    double p = d->values[model][MOVINET_FIGURE_TOP1], sum = 0, squares = 0;
    double least = 1, clips = info->n_counted, most = clips / info->n_sources;
    if (info->n_sources == info->n_counted)
        return 1;
    int n = collect(d, -1, model, MOVINET_FIGURE_TOP1);
    for (int i = 0; i < n; i++) {
        sum += d->one[i];
        squares += d->one[i] * d->one[i];
    }
    if (!(p > 0 && p < 1) || n < 2)
        return most; /* nothing varies: at worst each source is one proof */
    double wider = (squares - sum * sum / n) / (n - 1) / (p * (1 - p) / clips);
    return wider > least ? fmin(wider, clips / 2) : least;
}

static movinet_figure figure_of(double value, mvx_interval i)
{
    return isnan(value) ? (movinet_figure){NAN, NAN, NAN} : (movinet_figure){value, i.low, i.high};
}

static mvx_interval hull(mvx_interval a, mvx_interval b)
{
    return (mvx_interval){fmin(a.low, b.low), fmax(a.high, b.high)};
}

/* ---- classes -------------------------------------------------------------------------- */

static movinet_figure share_of(int part, int whole, double wider)
{
    return whole ? figure_of((double)part / whole, mvx_wilson(part / wider, whole / wider))
                 : (movinet_figure){NAN, NAN, NAN};
}

static void settle_classes(drawing *d, int model)
{
    mvx_model *m = &d->e->models[model];
    double wider = d->wider[model];
    for (int i = 0; i < d->e->info.n_classes; i++) {
        const mvx_class *k = &d->cases[model].classes[i];
        m->classes[i] = (movinet_class_figures){
            .clips = k->support,
            .answered = k->predicted,
            .right = k->right,
            .precision = share_of(k->right, k->predicted, wider),
            .recall = share_of(k->right, k->support, wider),
            .f1 = figure_of(k->f1, mvx_f1_interval(k->right, k->support, k->predicted, wider)),
            .average_precision = NAN,
        };
        if (d->e->info.multi_label && m->known[i])
            m->classes[i].average_precision = mvx_weigh_class(&d->cases[model], i, NULL);
    }
}

/* Of a mean over classes, as if each were known by itself. */
static mvx_interval mean_interval(const drawing *d, int model, movinet_figure_kind kind)
{
    const mvx_model *m = &d->e->models[model];
    int n = 0, room = d->e->info.n_classes;
    double *shares = calloc((size_t)room + 1, sizeof *shares);
    mvx_interval *intervals = calloc((size_t)room + 1, sizeof *intervals), out = {NAN, NAN};
    for (int i = 0; shares && intervals && i < room; i++) {
        const movinet_class_figures *k = &m->classes[i];
        movinet_figure f = kind == MOVINET_FIGURE_RECALL ? k->recall
                           : kind == MOVINET_FIGURE_F1   ? k->f1
                                                         : k->precision;
        if (!k->clips)
            continue;
        if (isnan(f.value)) /* never said: no precision */
            f = (movinet_figure){0, 0, 0};
        shares[n] = f.value;
        intervals[n++] = (mvx_interval){f.low, f.high};
    }
    if (shares && intervals)
        out = mvx_mean_of(shares, intervals, n);
    free(shares);
    free(intervals);
    return out;
}

/* ---- figures -------------------------------------------------------------------------- */

static movinet_figure settle_figure(drawing *d, int model, movinet_figure_kind kind)
{
    double value = d->values[model][kind], clips = 0;
    if (isnan(value))
        return (movinet_figure){NAN, NAN, NAN};
    if (is_share_of_clips(kind)) {
        for (int i = 0; i < d->cases[model].n; i++)
            clips += d->cases[model].items[i].labelled;
        double n = clips / d->wider[model];
        return figure_of(value, mvx_wilson(value * n, n));
    }
    mvx_interval i = mvx_drawn(value, d->one, collect(d, -1, model, (int)kind));
    if (kind == MOVINET_FIGURE_RECALL || kind == MOVINET_FIGURE_PRECISION ||
        kind == MOVINET_FIGURE_F1)
        i = hull(i, mean_interval(d, model, kind));
    return figure_of(value, i);
}

/* How many clips only one of two models has right, in the sense of a figure. */
static mvx_pairs pairs_of(const drawing *d, int a, int b, movinet_figure_kind kind)
{
    mvx_pairs pairs = {0};
    for (int i = 0; i < d->cases[a].n; i++) {
        const mvx_case *x = &d->cases[a].items[i], *y = &d->cases[b].items[i];
        bool in_a = kind == MOVINET_FIGURE_TOP1   ? x->right
                    : kind == MOVINET_FIGURE_TOP5 ? x->among_five
                                                  : x->first_right > 0;
        bool in_b = kind == MOVINET_FIGURE_TOP1   ? y->right
                    : kind == MOVINET_FIGURE_TOP5 ? y->among_five
                                                  : y->first_right > 0;
        pairs.n += x->labelled;
        pairs.only_a += x->labelled && in_a && !in_b;
        pairs.only_b += x->labelled && in_b && !in_a;
    }
    return pairs;
}

static movinet_figure settle_difference(drawing *d, int a, int b, movinet_figure_kind kind)
{
    double value = d->values[b][kind] - d->values[a][kind];
    if (!isfinite(value)) /* there is no telling how much later never is */
        return (movinet_figure){NAN, NAN, NAN};
    mvx_interval i = mvx_drawn(value, d->one, collect(d, a, b, (int)kind));
    if (is_share_of_clips(kind)) {
        mvx_pairs pairs = pairs_of(d, a, b, kind);
        mvx_interval formula = mvx_paired_difference(&pairs);
        i = d->e->info.n_sources == d->e->info.n_counted ? formula : hull(i, formula);
    }
    return figure_of(value, i);
}

static movinet_status make_room(drawing *d, movinet_error *err)
{
    movinet_evaluation *e = d->e;
    size_t models = (size_t)e->info.n_models, classes = (size_t)e->info.n_classes;
    movinet_status status = MOVINET_OK;
    double work = (double)e->info.n_counted * (e->info.multi_label ? e->info.n_classes : 1);
    d->rounds = work * ROUNDS > 1e9 ? FEWEST_ROUNDS : ROUNDS;
    d->drawn = calloc((size_t)d->rounds * models * MOVINET_FIGURES, sizeof *d->drawn);
    d->one = calloc((size_t)d->rounds, sizeof *d->one);
    e->differences =
        mv_arena_alloc(&e->arena, models * models * MOVINET_FIGURES, sizeof *e->differences);
    if (!d->drawn || !d->one || !e->differences)
        return mvx_no_memory(err);
    for (int m = 0; !status && m < e->info.n_models; m++) {
        mvx_model *k = &e->models[m];
        k->classes = mv_arena_alloc(&e->arena, classes + 1, sizeof *k->classes);
        if (!k->classes)
            return mvx_no_memory(err);
        status = mvx_cases_open(&d->cases[m], e, k, err);
    }
    return status;
}

static void settle(drawing *d)
{
    movinet_evaluation *e = d->e;
    int n = e->info.n_models;
    for (int m = 0; m < n; m++) {
        /* Once more, for the counts of the classes are those of the last draw. */
        mvx_weigh(&d->cases[m], NULL, d->values[m]);
        d->values[m][MOVINET_FIGURE_LATENCY] = latency_of(&e->models[m], e->n_latencies, NULL);
        d->wider[m] = wider_of(d, m);
        settle_classes(d, m);
        for (int kind = 0; kind < MOVINET_FIGURES; kind++)
            e->models[m].figures[kind] = settle_figure(d, m, (movinet_figure_kind)kind);
    }
    for (int i = 0; i < n * n * MOVINET_FIGURES; i++)
        e->differences[i] = settle_difference(d, i / MOVINET_FIGURES / n, i / MOVINET_FIGURES % n,
                                              (movinet_figure_kind)(i % MOVINET_FIGURES));
}

movinet_status mvx_figures(movinet_evaluation *e, movinet_error *err)
{
    drawing d = {.e = e};
    movinet_status status = number_units(e, err);
    if (!status)
        status = make_room(&d, err);
    if (!status)
        status = draw(&d, err);
    if (!status)
        settle(&d);
    for (int m = 0; !status && m < e->info.n_models; m++)
        status = mvx_count(e, &e->models[m], err);
    for (int m = 0; m < e->info.n_models; m++)
        mvx_cases_close(&d.cases[m]);
    free(d.drawn);
    free(d.one);
    return status;
}

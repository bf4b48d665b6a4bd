/* The figures of all models, and how sure they are: by formula where they are shares of clips,
 * else by drawing clips (or what they come from) again and again, the same ones for all models,
 * so that differences can be told, too. SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"
#include "evaluate/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 1000, FEWEST_ROUNDS = 200 };

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

static void draw_latencies(mvx_drawing *d, int round, mv_random *random)
{
    int sample[256], n = d->e->n_latencies < 256 ? d->e->n_latencies : 256;
    for (int i = 0; i < n; i++)
        sample[i] = (int)mv_random_below(random, (uint32_t)n);
    for (int m = 0; m < d->e->info.n_models; m++)
        mvx_drawn_at(d, round, m)[MOVINET_FIGURE_LATENCY] = latency_of(&d->e->models[m], n, sample);
}

static movinet_status draw(mvx_drawing *d, movinet_error *err)
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
            mvx_weigh(&d->cases[m], weights, mvx_drawn_at(d, round, m));
    }
    for (int round = 0; times && weights && round < d->rounds; round++)
        draw_latencies(d, round, &random);
    bool failed = !times || !weights;
    free(times);
    free(weights);
    return failed ? mvx_no_memory(err) : MOVINET_OK;
}

static movinet_status make_room(mvx_drawing *d, movinet_error *err)
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

static void settle(mvx_drawing *d)
{
    movinet_evaluation *e = d->e;
    int n = e->info.n_models;
    for (int m = 0; m < n; m++) {
        /* Once more, for the counts of the classes are those of the last draw. */
        mvx_weigh(&d->cases[m], NULL, d->values[m]);
        d->values[m][MOVINET_FIGURE_LATENCY] = latency_of(&e->models[m], e->n_latencies, NULL);
        d->wider[m] = mvx_wider(d, m);
        mvx_settle_classes(d, m);
        for (int kind = 0; kind < MOVINET_FIGURES; kind++)
            e->models[m].figures[kind] = mvx_settle_figure(d, m, (movinet_figure_kind)kind);
    }
    for (int i = 0; i < n * n * MOVINET_FIGURES; i++)
        e->differences[i] =
            mvx_settle_difference(d, i / MOVINET_FIGURES / n, i / MOVINET_FIGURES % n,
                                  (movinet_figure_kind)(i % MOVINET_FIGURES));
}

movinet_status mvx_figures(movinet_evaluation *e, movinet_error *err)
{
    mvx_drawing d = {.e = e};
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

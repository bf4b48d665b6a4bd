/* Where the time of a frame goes: the median of each step, over frames that are
 * pushed for this alone. SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/interrupt.h"
#include "cli/text.h"
#include "cli/clock.h"

#include <stdlib.h>
#include <string.h>

enum { FEWEST = 5, MOST = 500, WARMUP = 3 };
static const double enough_seconds = 1;

/** Times of every step in every frame, ns. */
typedef struct table {
    uint64_t *last;  ///< [n_steps], of the frame just pushed
    float *whole;    ///< [MOST] frames
    float *cells;    ///< [n_steps × MOST], a step's frames side by side
    int frames;
} table;

static bool push(bench *b, movinet_stream *stream, int i)
{
    movinet_error err;
    if (movinet_stream_push(stream, &b->frames.items[i % b->frames.n], NULL, &err)) {
        complain(b->path, err.message);
        return false;
    }
    if (was_interrupted())
        complain(NULL, "interrupted");
    return !was_interrupted();
}

static bool fill_table(bench *b, movinet_stream *stream, table *t)
{
    size_t n = (size_t)b->info->n_steps;
    int wanted = b->settings->runs && b->settings->runs < MOST ? b->settings->runs : MOST;
    double until = seconds_now() + enough_seconds;
    for (int i = 0; i < WARMUP; i++)
        if (!push(b, stream, i))
            return false;
    movinet_stream_profile(stream, t->last);
    while (t->frames < wanted &&
           (t->frames < FEWEST || b->settings->runs || seconds_now() < until)) {
        memset(t->last, 0, n * sizeof *t->last);
        double began = seconds_now();
        if (!push(b, stream, t->frames))
            return false;
        t->whole[t->frames] = (float)((seconds_now() - began) * 1e9);
        for (size_t k = 0; k < n; k++)
            t->cells[k * MOST + (size_t)t->frames] = (float)t->last[k];
        t->frames++;
    }
    return true;
}

/* ---- groups ---- */

static void add_to(step_group *groups, int *n, const char *name, const step_group *step)
{
    int k = 0;
    while (k < *n && strcmp(groups[k].name, name) != 0)
        k++;
    if (k == *n)
        groups[(*n)++] = (step_group){.name = name};
    groups[k].n_steps++;
    groups[k].ns += step->ns;
    groups[k].least_ns += step->least_ns;
    groups[k].macs += step->macs;
}

static int by_time(const void *a, const void *b)
{
    const step_group *x = a, *y = b;
    return (x->ns < y->ns) - (x->ns > y->ns);
}

static void fill_profile(bench *b, table *t)
{
    bench_profile *p = &b->profile;
    int cores = b->settings->threads < b->cores ? b->settings->threads : b->cores;
    p->frames = t->frames;
    p->whole_ns = median_of(t->whole, t->frames);
    for (int i = 0; i < b->info->n_steps; i++) {
        movinet_step_info step;
        if (movinet_model_step(b->model, i, &step))
            continue;
        step_group *g = &p->steps[p->n_steps++];
        *g = (step_group){.name = step.kind, .n_steps = 1, .macs = step.macs};
        g->ns = median_of(t->cells + (size_t)i * MOST, t->frames);
        double peak = b->peak[step_type(b->model, &step)] * cores;
        g->least_ns = step.macs ? (double)step.macs / peak * 1e9 : 0;
        p->steps_ns += g->ns;
        add_to(p->kinds, &p->n_kinds, step.kind, g);
        add_to(p->layers, &p->n_layers, step.layer, g);
    }
    qsort(p->kinds, (size_t)p->n_kinds, sizeof *p->kinds, by_time);
}

bool run_profile(bench *b)
{
    size_t n = (size_t)b->info->n_steps + 1;
    bench_profile *p = &b->profile;
    const movinet_stream_options how = {.threads = b->settings->threads};
    movinet_stream *stream = NULL;
    movinet_error err;
    table t = {.last = calloc(n, sizeof *t.last), .whole = calloc(MOST, sizeof *t.whole),
               .cells = calloc(n * MOST, sizeof *t.cells)};
    p->steps = calloc(n, sizeof *p->steps);
    p->kinds = calloc(n, sizeof *p->kinds);
    p->layers = calloc(n, sizeof *p->layers);
    bool fine = t.last && t.whole && t.cells && p->steps && p->kinds && p->layers;
    if (!fine)
        complain(NULL, "out of memory");
    if (fine && movinet_stream_open(&stream, b->model, &how, &err)) {
        complain(b->path, err.message);
        fine = false;
    }
    fine = fine && fill_table(b, stream, &t);
    if (fine)
        fill_profile(b, &t);
    movinet_stream_close(stream);
    free(t.last);
    free(t.whole);
    free(t.cells);
    return fine;
}

void free_profile(bench_profile *p)
{
    free(p->steps);
    free(p->kinds);
    free(p->layers);
}

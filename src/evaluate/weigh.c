/* Figures of clips that count more or less than once. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/weigh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = MOVINET_EVALUATION_BINS };

/* ---- the cases ------------------------------------------------------------------------ */

static mvx_case case_of(const movinet_evaluation *e, const mvx_model *m, int place)
{
    const movinet_dataset_clip *clip = mvx_clip(e, place);
    const mvx_outcome *o = &m->outcomes[place];
    int bin = (int)(o->p[0] * BINS);
    return (mvx_case){
        .truth = e->info.multi_label || !clip->n_classes ? -1 : clip->classes[0],
        .answer = o->top[0],
        .labelled = o->rank >= 0,
        .right = mvx_is_right(clip, o->top[0]),
        .among_five = o->rank >= 0 && o->rank < 5,
        .first_right = mvx_first_right(clip, o),
        .frames = o->frames,
        .flips = o->n_stretches - 1,
        .bin = bin < BINS ? bin : BINS - 1,
        .probability = o->p[0],
    };
}

typedef struct ranked {
    double score;
    int at;
} ranked;

static int by_score(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->score == y->score ? x->at - y->at : x->score < y->score ? 1 : -1;
}

/* Once sorted, every draw of clips is a walk along it. */
static bool sort_classes(mvx_cases *c)
{
    const movinet_evaluation *e = c->e;
    ranked *list = calloc((size_t)c->n + 1, sizeof *list);
    c->order = calloc((size_t)c->n * (size_t)e->info.n_classes + 1, sizeof *c->order);
    for (int k = 0; list && c->order && k < e->info.n_classes; k++) {
        for (int i = 0; i < c->n; i++)
            list[i] = (ranked){c->model->outcomes[e->counted[i]].scores[k], i};
        qsort(list, (size_t)c->n, sizeof *list, by_score);
        for (int i = 0; i < c->n; i++)
            c->order[(size_t)k * (size_t)c->n + (size_t)i] = list[i].at;
    }
    free(list);
    return list && c->order;
}

movinet_status mvx_cases_open(mvx_cases *c, const movinet_evaluation *e, const mvx_model *model,
                              movinet_error *err)
{
    *c = (mvx_cases){.e = e, .model = model, .n = e->info.n_counted};
    c->items = calloc((size_t)c->n + 1, sizeof *c->items);
    c->classes = calloc((size_t)e->info.n_classes + 1, sizeof *c->classes);
    if (!c->items || !c->classes)
        return mvx_no_memory(err);
    for (int i = 0; i < c->n; i++) {
        c->items[i] = case_of(e, model, e->counted[i]);
        c->longest = c->items[i].frames > c->longest ? c->items[i].frames : c->longest;
    }
    c->first = calloc((size_t)c->longest + 2, sizeof *c->first);
    if (!c->first || (e->info.multi_label && !sort_classes(c)))
        return mvx_no_memory(err);
    return MOVINET_OK;
}

void mvx_cases_close(mvx_cases *c)
{
    free(c->items);
    free(c->classes);
    free(c->first);
    free(c->order);
}

/* ---- what they come to ---------------------------------------------------------------- */

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static int weight_of(const int *weights, int i)
{
    return weights ? weights[i] : 1;
}

static void weigh_shares(const mvx_cases *c, const int *weights, double out[MOVINET_FIGURES])
{
    double all = 0, right = 0, five = 0, ever = 0, flips = 0, frames = 0;
    for (int i = 0; i < c->n; i++) {
        const mvx_case *k = &c->items[i];
        double w = weight_of(weights, i);
        flips += w * k->flips;
        frames += w * (k->frames - 1);
        if (!k->labelled)
            continue;
        all += w;
        right += w * k->right;
        five += w * k->among_five;
        ever += w * (k->first_right > 0);
    }
    out[MOVINET_FIGURE_TOP1] = share(right, all);
    out[MOVINET_FIGURE_TOP5] = c->e->info.n_answers > 5 ? share(five, all) : NAN;
    out[MOVINET_FIGURE_EVER_RIGHT] = share(ever, all);
    out[MOVINET_FIGURE_FLIPS] = share(flips * 60 * c->model->rate, frames);
}

/* Half of the clips had the right answer by then. */
static double weigh_first(mvx_cases *c, const int *weights)
{
    double all = 0, so_far = 0;
    memset(c->first, 0, ((size_t)c->longest + 2) * sizeof *c->first);
    for (int i = 0; i < c->n; i++) {
        if (!c->items[i].labelled)
            continue;
        c->first[c->items[i].first_right] += weight_of(weights, i);
        all += weight_of(weights, i);
    }
    for (int f = 1; f <= c->longest; f++) {
        so_far += c->first[f];
        if (so_far > 0 && 2 * so_far >= all)
            return f / c->model->rate;
    }
    return all > 0 ? INFINITY : NAN;
}

static double weigh_calibration(const mvx_cases *c, const int *weights)
{
    double gaps[BINS] = {0}, all = 0, sum = 0;
    for (int i = 0; i < c->n; i++) {
        const mvx_case *k = &c->items[i];
        double w = weight_of(weights, i);
        gaps[k->bin] += w * (k->probability - k->right);
        all += w;
    }
    for (int b = 0; b < BINS; b++)
        sum += fabs(gaps[b]);
    return share(sum, all);
}

static void count_answers(mvx_cases *c, const int *weights)
{
    for (int i = 0; i < c->n; i++) {
        const mvx_case *k = &c->items[i];
        int w = weight_of(weights, i);
        c->classes[k->truth].support += w;
        if (k->answer < c->e->info.n_classes)
            c->classes[k->answer].predicted += w;
        c->classes[k->truth].right += k->right ? w : 0;
    }
}

/* Several labels a clip: each above 1/2 is an answer. */
static void count_labels(mvx_cases *c, const int *weights)
{
    const movinet_evaluation *e = c->e;
    for (int i = 0; i < c->n; i++) {
        const movinet_dataset_clip *clip = mvx_clip(e, e->counted[i]);
        const double *scores = c->model->outcomes[e->counted[i]].scores;
        int w = weight_of(weights, i);
        for (int k = 0; k < e->info.n_classes; k++)
            c->classes[k].predicted += scores[k] > 0.5 ? w : 0;
        for (int k = 0; k < clip->n_classes; k++) {
            c->classes[clip->classes[k]].support += w;
            c->classes[clip->classes[k]].right += scores[clip->classes[k]] > 0.5 ? w : 0;
        }
    }
}

static void weigh_classes(mvx_cases *c, const int *weights, double out[MOVINET_FIGURES])
{
    int n = c->e->info.n_classes;
    memset(c->classes, 0, (size_t)n * sizeof *c->classes);
    if (c->e->info.multi_label)
        count_labels(c, weights);
    else
        count_answers(c, weights);
    for (int i = 0; i < n; i++) {
        mvx_class *k = &c->classes[i];
        if (!c->model->known[i])
            k->support = 0; /* of several labels: as if it were not there */
        k->precision = share(k->right, k->predicted);
        k->recall = share(k->right, k->support);
        k->f1 = share(2.0 * k->right, (double)k->support + k->predicted);
    }
    mvx_totals totals = mvx_sum_up(c->classes, n);
    out[MOVINET_FIGURE_RECALL] = totals.mean_recall;
    out[MOVINET_FIGURE_PRECISION] = totals.mean_precision;
    out[MOVINET_FIGURE_F1] = totals.mean_f1;
}

double mvx_weigh_class(const mvx_cases *c, int class, const int *weights)
{
    const movinet_evaluation *e = c->e;
    const int *order = c->order + (size_t) class * (size_t)c->n;
    double sum = 0, right = 0, seen = 0;
    for (int i = 0, end; i < c->n; i = end) {
        double more = 0, score = c->model->outcomes[e->counted[order[i]]].scores[class];
        for (end = i; end < c->n; end++) { /* equal scores count together */
            const mvx_outcome *o = &c->model->outcomes[e->counted[order[end]]];
            if (o->scores[class] < score)
                break;
            int w = weight_of(weights, order[end]);
            seen += w;
            more += mvx_is_right(mvx_clip(e, e->counted[order[end]]), class) ? w : 0;
        }
        right += more;
        sum += more > 0 ? more * right / seen : 0;
    }
    return share(sum, right);
}

static double weigh_average_precision(const mvx_cases *c, const int *weights)
{
    double sum = 0;
    int known = 0;
    for (int k = 0; k < c->e->info.n_classes; k++) {
        double ap = c->model->known[k] ? mvx_weigh_class(c, k, weights) : NAN;
        sum += isnan(ap) ? 0 : ap;
        known += !isnan(ap);
    }
    return share(sum, known);
}

void mvx_weigh(mvx_cases *c, const int *weights, double out[MOVINET_FIGURES])
{
    bool several = c->e->info.multi_label;
    for (int i = 0; i < MOVINET_FIGURES; i++)
        out[i] = NAN;
    weigh_shares(c, weights, out);
    weigh_classes(c, weights, out);
    out[MOVINET_FIGURE_FIRST_RIGHT] = weigh_first(c, weights);
    if (several)
        out[MOVINET_FIGURE_AVERAGE_PRECISION] = weigh_average_precision(c, weights);
    else
        out[MOVINET_FIGURE_CALIBRATION] = weigh_calibration(c, weights);
}

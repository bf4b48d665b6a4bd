/* How sure figures are. What is a share of clips has its formula; what was drawn is as wide as
 * what came of it; and where nothing varies, which proves little, a formula says how little.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/figures.h"

#include <math.h>
#include <stdlib.h>

static bool is_share_of_clips(movinet_figure_kind kind)
{
    return kind == MOVINET_FIGURE_TOP1 || kind == MOVINET_FIGURE_TOP5 ||
           kind == MOVINET_FIGURE_EVER_RIGHT;
}

/* Values of all rounds, of b less a; a -1: of b. Returns how many are numbers. */
static int collect(mvx_drawing *d, int a, int b, int kind)
{
    int n = 0;
    for (int round = 0; round < d->rounds; round++) {
        double value =
            mvx_drawn_at(d, round, b)[kind] - (a < 0 ? 0 : mvx_drawn_at(d, round, a)[kind]);
        if (!isnan(value))
            d->one[n++] = value;
    }
    return n;
}

/* Clips of one source say the same again: by how much the spread of what was drawn is above
 * that of as many separate clips (Kish's design effect). */
double mvx_wider(mvx_drawing *d, int model)
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

/* Average precision, as if each clip of the class were a trial (Boyd, Eng and Page 2013). */
static movinet_figure precision_of(double value, int clips, double wider)
{
    return figure_of(value, mvx_wilson(value * clips / wider, clips / wider));
}

void mvx_settle_classes(mvx_drawing *d, int model)
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
            .average_precision = {NAN, NAN, NAN},
        };
        if (d->e->info.multi_label && m->known[i])
            m->classes[i].average_precision =
                precision_of(mvx_weigh_class(&d->cases[model], i, NULL), k->support, wider);
    }
}

/* What a mean over classes is made of. */
static movinet_figure part_of(const movinet_class_figures *k, movinet_figure_kind kind)
{
    switch (kind) {
    case MOVINET_FIGURE_RECALL: return k->recall;
    case MOVINET_FIGURE_F1: return k->f1;
    case MOVINET_FIGURE_AVERAGE_PRECISION: return k->average_precision;
    default: return k->precision;
    }
}

static bool is_mean_of_classes(movinet_figure_kind kind)
{
    return kind == MOVINET_FIGURE_RECALL || kind == MOVINET_FIGURE_F1 ||
           kind == MOVINET_FIGURE_PRECISION || kind == MOVINET_FIGURE_AVERAGE_PRECISION;
}

/* Of a mean over classes, as if each were known by itself. */
static mvx_interval mean_interval(const mvx_drawing *d, int model, movinet_figure_kind kind)
{
    const mvx_model *m = &d->e->models[model];
    int n = 0, room = d->e->info.n_classes;
    double *shares = calloc((size_t)room + 1, sizeof *shares);
    mvx_interval *intervals = calloc((size_t)room + 1, sizeof *intervals), out = {NAN, NAN};
    for (int i = 0; shares && intervals && i < room; i++) {
        const movinet_class_figures *k = &m->classes[i];
        movinet_figure f = part_of(k, kind);
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

static double labelled(const mvx_drawing *d, int model)
{
    int clips = 0;
    for (int i = 0; i < d->cases[model].n; i++)
        clips += d->cases[model].items[i].labelled;
    return clips;
}

/* Of the median of times, some of which are infinite: all t by which it cannot be said that less,
 * or more, than half of the clips were right (Brookmeyer and Crowley 1982). */
static mvx_interval first_right_interval(const mvx_drawing *d, int model)
{
    const mvx_cases *c = &d->cases[model];
    double n = labelled(d, model), so_far = 0;
    mvx_interval out = {INFINITY, INFINITY};
    int *first = calloc((size_t)c->longest + 2, sizeof *first);
    for (int i = 0; first && i < c->n; i++)
        first[c->items[i].labelled ? c->items[i].first_right : 0]++;
    for (int f = 1; first && f <= c->longest; f++) {
        so_far += first[f];
        mvx_interval by_then = mvx_wilson(so_far / d->wider[model], n / d->wider[model]);
        double seconds = f / c->model->rate;
        if (by_then.high >= 0.5 && seconds < out.low)
            out.low = seconds;
        if (by_then.low >= 0.5 && seconds < out.high)
            out.high = seconds;
    }
    free(first);
    return out;
}

/* Each frame but a clip's first may change the answer or not. */
static mvx_interval flips_interval(const mvx_drawing *d, int model)
{
    const mvx_cases *c = &d->cases[model];
    double flips = 0, frames = 0, wider = d->wider[model];
    for (int i = 0; i < c->n; i++) {
        flips += c->items[i].flips;
        frames += c->items[i].frames - 1;
    }
    mvx_interval share = mvx_wilson(flips / wider, frames / wider);
    double unit = 60 * c->model->rate;
    return (mvx_interval){share.low * unit, share.high * unit};
}

/* Where all clips are alike: how far the share that is right may lie from where it is. */
static mvx_interval calibration_interval(const mvx_drawing *d, int model, double value)
{
    double n = d->cases[model].n / d->wider[model], p = d->values[model][MOVINET_FIGURE_TOP1];
    mvx_interval right = mvx_wilson(p * n, n);
    double off = fmax(p - right.low, right.high - p);
    return (mvx_interval){fmax(0, value - off), fmin(1, value + off)};
}

movinet_figure mvx_settle_figure(mvx_drawing *d, int model, movinet_figure_kind kind)
{
    double value = d->values[model][kind];
    if (isnan(value))
        return (movinet_figure){NAN, NAN, NAN};
    if (is_share_of_clips(kind)) {
        double n = labelled(d, model) / d->wider[model];
        return figure_of(value, mvx_wilson(value * n, n));
    }
    if (kind == MOVINET_FIGURE_FIRST_RIGHT)
        return figure_of(value, first_right_interval(d, model));
    mvx_interval i = mvx_drawn(value, d->one, collect(d, -1, model, (int)kind));
    if (is_mean_of_classes(kind))
        i = hull(i, mean_interval(d, model, kind));
    if (kind == MOVINET_FIGURE_FLIPS)
        i = hull(i, flips_interval(d, model));
    if (kind == MOVINET_FIGURE_CALIBRATION && !(i.high > i.low))
        i = calibration_interval(d, model, value);
    return figure_of(value, i);
}

/* ---- differences ---------------------------------------------------------------------- */

/* How many clips only one of two models has right, in the sense of a figure. */
static mvx_pairs pairs_of(const mvx_drawing *d, int a, int b, movinet_figure_kind kind)
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

movinet_figure mvx_settle_difference(mvx_drawing *d, int a, int b, movinet_figure_kind kind)
{
    double value = d->values[b][kind] - d->values[a][kind];
    if (!isfinite(value)) /* there is no telling how much later never is */
        return (movinet_figure){NAN, NAN, NAN};
    mvx_interval i = mvx_drawn(value, d->one, collect(d, a, b, (int)kind));
    bool alike = !(i.high > i.low) && is_mean_of_classes(kind);
    if (is_share_of_clips(kind) || alike) {
        mvx_pairs pairs = pairs_of(d, a, b, alike ? MOVINET_FIGURE_TOP1 : kind);
        mvx_interval formula = mvx_paired_difference(&pairs);
        bool separate = d->e->info.n_sources == d->e->info.n_counted;
        i = separate && !alike ? formula : hull(i, formula);
    }
    return figure_of(value, i);
}

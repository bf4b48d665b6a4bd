/* Two models on the same clips. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool are_models(const movinet_evaluation *e, int a, int b)
{
    return e->ready && a >= 0 && a < e->info.n_models && b >= 0 && b < e->info.n_models;
}

/* Frames of a clip on which both say the same. */
static int same_frames(const mvx_outcome *x, const mvx_outcome *y)
{
    int same = 0, i = 0, k = 0;
    int left_x = x->stretches[0].frames, left_y = y->stretches[0].frames;
    while (i < x->n_stretches && k < y->n_stretches) {
        int step = left_x < left_y ? left_x : left_y;
        same += x->stretches[i].answer == y->stretches[k].answer ? step : 0;
        left_x -= step;
        left_y -= step;
        if (!left_x && ++i < x->n_stretches)
            left_x = x->stretches[i].frames;
        if (!left_y && ++k < y->n_stretches)
            left_y = y->stretches[k].frames;
    }
    return same;
}

/* Frames of one clip, and of one source, are alike: what is drawn are sources. */
typedef struct frames {
    const movinet_evaluation *e;
    double *same, *all; ///< [n_sources]
} frames;

static double measure(void *user, const int *sample, int n)
{
    const frames *f = user;
    double same = 0, all = 0;
    for (int i = 0; i < n; i++) {
        same += f->same[sample[i]];
        all += f->all[sample[i]];
    }
    return all > 0 ? same / all : NAN;
}

static movinet_figure agree_on_frames(const movinet_evaluation *e, int a, int b)
{
    size_t n = (size_t)e->info.n_sources;
    frames f = {e, calloc(n + 1, sizeof *f.same), calloc(n + 1, sizeof *f.all)};
    movinet_figure out = {NAN, NAN, NAN};
    double same = 0, all = 0;
    for (int i = 0; f.same && f.all && i < e->info.n_counted; i++) {
        const mvx_outcome *x = &e->models[a].outcomes[e->counted[i]];
        const mvx_outcome *y = &e->models[b].outcomes[e->counted[i]];
        int n_same = same_frames(x, y);
        f.same[e->units[i]] += n_same;
        f.all[e->units[i]] += x->frames < y->frames ? x->frames : y->frames;
        same += n_same;
        all += x->frames < y->frames ? x->frames : y->frames;
    }
    if (all > 0) {
        /* Sources do not agree by halves, where all of them do: never surer than by Wilson. */
        mvx_interval i = mvx_bootstrap(measure, &f, e->info.n_sources, 1000, e->options.seed);
        mvx_interval w = mvx_wilson(same / all * (double)n, (double)n);
        bool varies = same > 0 && same < all;
        out = (movinet_figure){same / all, varies ? i.low : w.low, varies ? i.high : w.high};
    }
    free(f.same);
    free(f.all);
    return out;
}

movinet_evaluation_pair movinet_evaluation_compare(const movinet_evaluation *e, int a, int b)
{
    movinet_evaluation_pair out = {
        .mcnemar = NAN, .agreement = {NAN, NAN, NAN}, .frames = {NAN, NAN, NAN}};
    int same = 0, n = 0;
    if (!are_models(e, a, b))
        return out;
    for (n = 0; n < e->info.n_counted; n++) {
        int place = e->counted[n];
        const movinet_dataset_clip *clip = mvx_clip(e, place);
        int x = e->models[a].outcomes[place].top[0], y = e->models[b].outcomes[place].top[0];
        bool in_a = mvx_is_right(clip, x), in_b = mvx_is_right(clip, y);
        same += x == y;
        if (!clip->n_classes)
            continue;
        *(in_a && in_b ? &out.both : in_a ? &out.only_a : in_b ? &out.only_b : &out.neither) += 1;
    }
    mvx_interval i = mvx_wilson(same, n);
    out.mcnemar = mvx_mcnemar(&(mvx_pairs){n, out.only_a, out.only_b});
    out.agreement = (movinet_figure){(double)same / n, i.low, i.high};
    if (e->models[a].rate == e->models[b].rate)
        out.frames = agree_on_frames(e, a, b);
    return out;
}

/* ---- where they differ ---------------------------------------------------------------- */

static int by_difference(const void *a, const void *b)
{
    const movinet_disagreement *x = a, *y = b;
    int more = y->only_a + y->only_b - x->only_a - x->only_b;
    if (!more)
        more = y->differ - x->differ;
    return more ? more : x->index - y->index;
}

static void note_clip(const movinet_evaluation *e, int a, int b, int place, movinet_disagreement *d,
                      double *sure)
{
    const mvx_outcome *x = &e->models[a].outcomes[place], *y = &e->models[b].outcomes[place];
    const movinet_dataset_clip *clip = mvx_clip(e, place);
    bool in_a = mvx_is_right(clip, x->top[0]), in_b = mvx_is_right(clip, y->top[0]);
    d->clips++;
    d->only_a += in_a && !in_b;
    d->only_b += in_b && !in_a;
    if (x->top[0] == y->top[0])
        return;
    /* Of two models that are both wrong, a clip says less. */
    double both = x->p[0] + y->p[0] + (in_a || in_b ? 2 : 0);
    if (!d->differ++ || both > *sure) {
        *sure = both;
        d->clip = e->clips[place];
    }
}

int movinet_evaluation_disagreements(const movinet_evaluation *e, int a, int b,
                                     movinet_disagreement *out, int capacity)
{
    int n = e->info.n_classes, found = 0;
    movinet_disagreement *all = calloc((size_t)n + 1, sizeof *all);
    double *sure = calloc((size_t)n + 1, sizeof *sure);
    for (int i = 0; all && sure && i < n; i++)
        all[i] = (movinet_disagreement){.index = i, .clip = -1};
    for (int i = 0; all && sure && are_models(e, a, b) && i < e->info.n_counted; i++) {
        const movinet_dataset_clip *clip = mvx_clip(e, e->counted[i]);
        for (int k = 0; k < clip->n_classes; k++)
            note_clip(e, a, b, e->counted[i], &all[clip->classes[k]], &sure[clip->classes[k]]);
    }
    if (all && sure)
        qsort(all, (size_t)n, sizeof *all, by_difference);
    for (; all && sure && found < n && all[found].differ; found++)
        if (found < capacity)
            out[found] = all[found];
    free(all);
    free(sure);
    return found;
}

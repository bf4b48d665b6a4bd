/* What an evaluation has found, asked one by one. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/evaluation.h"

#include <math.h>
#include <stdlib.h>

static const movinet_figure nothing = {NAN, NAN, NAN};

static const movinet_figure_info figures[MOVINET_FIGURES] = {
    [MOVINET_FIGURE_TOP1] = {"top1", "top 1", "clips with the right answer", MOVINET_UNIT_SHARE,
                             false},
    [MOVINET_FIGURE_TOP5] = {"top5", "top 5", "clips whose class is among the first five",
                             MOVINET_UNIT_SHARE, false},
    [MOVINET_FIGURE_RECALL] = {"mean_per_class", "mean per class",
                               "share that is right, every class counting the same",
                               MOVINET_UNIT_SHARE, false},
    [MOVINET_FIGURE_PRECISION] = {"mean_precision", "precision",
                                  "of a class's answers, how many are right; mean over classes",
                                  MOVINET_UNIT_SHARE, false},
    [MOVINET_FIGURE_F1] = {"mean_f1", "F1",
                           "harmonic mean of precision and recall; mean over classes",
                           MOVINET_UNIT_SHARE, false},
    [MOVINET_FIGURE_AVERAGE_PRECISION] = {"mean_average_precision", "mAP",
                                          "average precision, mean over classes",
                                          MOVINET_UNIT_SHARE, false},
    [MOVINET_FIGURE_CALIBRATION] = {"calibration_error", "calibration error",
                                    "how far probabilities are from the share that is right",
                                    MOVINET_UNIT_SHARE, true},
    [MOVINET_FIGURE_EVER_RIGHT] = {"ever_right", "ever right",
                                   "clips with the right answer after any frame",
                                   MOVINET_UNIT_SHARE, false},
    [MOVINET_FIGURE_FIRST_RIGHT] = {"first_right", "first right",
                                    "seconds seen until half of the clips had the right answer",
                                    MOVINET_UNIT_SECONDS, true},
    [MOVINET_FIGURE_FLIPS] = {"flips", "flips", "changes of the answer, a minute",
                              MOVINET_UNIT_PER_MINUTE, true},
    [MOVINET_FIGURE_LATENCY] = {"latency", "latency", "median time of a frame, one thread",
                                MOVINET_UNIT_MILLISECONDS, true},
};

static bool is_model(const movinet_evaluation *e, int model)
{
    return e->ready && model >= 0 && model < e->info.n_models;
}

static bool is_class(const movinet_evaluation *e, int class)
{
    return class >= 0 && class < e->info.n_classes;
}

const movinet_figure_info *movinet_figure_get_info(movinet_figure_kind kind)
{
    return (int)kind >= 0 && (int)kind < MOVINET_FIGURES ? &figures[kind] : NULL;
}

movinet_figure movinet_evaluation_figure(const movinet_evaluation *e, int model,
                                         movinet_figure_kind kind)
{
    return is_model(e, model) && movinet_figure_get_info(kind) ? e->models[model].figures[kind]
                                                               : nothing;
}

movinet_figure movinet_evaluation_difference(const movinet_evaluation *e, int a, int b,
                                             movinet_figure_kind kind)
{
    if (!is_model(e, a) || !is_model(e, b) || !movinet_figure_get_info(kind))
        return nothing;
    return e->differences[(a * e->info.n_models + b) * MOVINET_FIGURES + (int)kind];
}

movinet_class_figures movinet_evaluation_class(const movinet_evaluation *e, int model, int class)
{
    if (is_model(e, model) && is_class(e, class))
        return e->models[model].classes[class];
    return (movinet_class_figures){0, 0, 0, nothing, nothing, nothing, nothing};
}

/* ---- what is taken for what --------------------------------------------------------------- */

int movinet_evaluation_count(const movinet_evaluation *e, int model, int class, int answer)
{
    if (!is_model(e, model) || !is_class(e, class) || answer < 0 || answer >= e->info.n_answers ||
        !e->models[model].counts)
        return 0;
    return e->models[model].counts[(size_t) class * (size_t)e->info.n_answers + (size_t)answer];
}

/* The clip of the class with this answer that the model is surest of. */
static int surest(const movinet_evaluation *e, const mvx_model *m, int class, int answer)
{
    int best = -1;
    for (int i = 0; i < e->info.n_counted; i++) {
        int place = e->counted[i];
        const mvx_outcome *o = &m->outcomes[place];
        if (mvx_clip(e, place)->classes[0] == class && o->top[0] == answer &&
            (best < 0 || o->p[0] > m->outcomes[best].p[0]))
            best = place;
    }
    return best < 0 ? -1 : e->clips[best];
}

/* Puts `size` bytes in their place among the first `capacity`, of which `n` are there; before:
 * whether the new one comes before another. */
static void insert(movinet_confusion *out, int n, int capacity, const movinet_confusion *c)
{
    int at = n < capacity ? n : capacity;
    if (at == capacity && (!at || out[--at].clips >= c->clips))
        return;
    for (; at > 0 && out[at - 1].clips < c->clips; at--)
        out[at] = out[at - 1];
    out[at] = *c;
}

int movinet_evaluation_confusions(const movinet_evaluation *e, int model, movinet_confusion *out,
                                  int capacity)
{
    int n = 0;
    if (!is_model(e, model) || !e->models[model].counts)
        return 0;
    const mvx_model *m = &e->models[model];
    for (int i = 0; i < e->info.n_classes; i++)
        for (int k = 0; k < e->info.n_answers; k++) {
            const movinet_confusion c = {.index = i,
                                         .answer = k,
                                         .clips = movinet_evaluation_count(e, model, i, k),
                                         .of = m->classes[i].clips};
            if (i != k && c.clips)
                insert(out, n++, capacity, &c);
        }
    for (int i = 0; i < n && i < capacity; i++)
        out[i].clip = surest(e, m, out[i].index, out[i].answer);
    return n;
}

/* ---- as time passes ----------------------------------------------------------------------- */

bool movinet_evaluation_after(const movinet_evaluation *e, int model, int frames,
                              movinet_evaluation_moment *out)
{
    const mvx_model *m = is_model(e, model) ? &e->models[model] : NULL;
    if (!m || frames < 1 || frames > m->longest)
        return false;
    int clips = m->seen[frames - 1], right = m->right[frames - 1];
    mvx_interval i = mvx_wilson(right, clips);
    *out = (movinet_evaluation_moment){
        frames / m->rate, clips, {(double)right / clips, i.low, i.high}};
    return true;
}

movinet_evaluation_bin movinet_evaluation_calibration(const movinet_evaluation *e, int model,
                                                      int bin)
{
    movinet_evaluation_bin out = {0, NAN, nothing};
    double sum = 0;
    int right = 0;
    if (!is_model(e, model) || e->info.multi_label)
        return out;
    for (int i = 0; i < e->info.n_counted; i++) {
        const mvx_outcome *o = &e->models[model].outcomes[e->counted[i]];
        int at = (int)(o->p[0] * MOVINET_EVALUATION_BINS);
        if ((at < MOVINET_EVALUATION_BINS ? at : MOVINET_EVALUATION_BINS - 1) != bin)
            continue;
        out.clips++;
        sum += o->p[0];
        right += mvx_is_right(mvx_clip(e, e->counted[i]), o->top[0]);
    }
    mvx_interval i = mvx_wilson(right, out.clips);
    if (out.clips) {
        out.probability = sum / out.clips;
        out.right = (movinet_figure){(double)right / out.clips, i.low, i.high};
    }
    return out;
}

/* ---- single clips ------------------------------------------------------------------------- */

bool movinet_evaluation_get_answer(const movinet_evaluation *e, int model, int clip,
                                   movinet_evaluation_answer *out)
{
    if (!is_model(e, model) || !movinet_dataset_get_clip(e->dataset, clip) || e->places[clip] < 0)
        return false;
    const mvx_model *m = &e->models[model];
    const mvx_outcome *o = &m->outcomes[e->places[clip]];
    if (!o->frames)
        return false;
    int first = mvx_first_right(movinet_dataset_get_clip(e->dataset, clip), o);
    *out = (movinet_evaluation_answer){
        .frames = o->frames,
        .seconds = o->frames / m->rate,
        .answer = o->top[0],
        .probability = o->p[0],
        .rank = o->rank,
        .first_right = first ? first / m->rate : INFINITY,
        .flips = o->n_stretches - 1,
    };
    return true;
}

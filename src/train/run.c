/* The course's way through its epochs. SPDX-License-Identifier: Apache-2.0 */
#include "train/checkpoint.h"
#include "train/draw.h"

#include "core/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NANO 1000000000.0
#define BETWEEN_CHECKPOINTS 300.0 /* seconds, in a long epoch */

bool mvt_course_tell(const mvt_course *c, movinet_train_phase phase, int done, int total)
{
    bool before = phase == MOVINET_TRAIN_FEATURES || phase == MOVINET_TRAIN_DECODING;
    movinet_train_progress p = {.phase = phase, .epoch = before ? 0 : c->epoch + 1,
                                .epochs = c->s.epochs, .done = done, .total = total,
                                .loss = c->weight_sum > 0 ? c->loss_sum / c->weight_sum : NAN};
    if (phase == MOVINET_TRAIN_TESTING)
        p.epoch = c->best_epoch;
    return !c->watch || !c->watch->progress || c->watch->progress(c->watch->user, &p);
}

bool mvt_course_ended_early(const mvt_course *c)
{
    return c->epoch < c->s.epochs && c->best_epoch && c->epoch - c->best_epoch >= c->s.patience;
}

/* ---- an epoch ---------------------------------------------------------------------------- */

typedef struct watch {
    uint64_t begin, written; /* of the clock: of the epoch as it runs, of the last checkpoint */
} watch;

static double since(uint64_t then)
{
    return (double)(mv_clock_ns() - then) / NANO;
}

static movinet_status stop(mvt_course *c, double seconds, movinet_error *err)
{
    c->seconds += seconds;
    movinet_status status = mvt_checkpoint_write(c, err);
    return status ? status : mv_fail(err, MOVINET_ERR_CANCELLED, "stopped");
}

static movinet_status learn(mvt_course *c, watch *w, movinet_error *err)
{
    int steps = mvt_course_steps(c), clips = c->n_members[MOVINET_SPLIT_TRAIN];
    movinet_status status = MOVINET_OK;
    mvt_draw_order(c->order, clips, c->s.seed, (uint64_t)c->epoch);
    while (!status && c->step < steps) {
        status = mvt_course_step(c, err);
        if (!status && !mvt_course_tell(c, MOVINET_TRAIN_LEARNING,
                                        (int)((int64_t)clips * c->step / steps), clips))
            return stop(c, since(w->begin), err);
        if (!status && since(w->written) > BETWEEN_CHECKPOINTS) {
            status = mvt_checkpoint_write(c, err);
            w->written = mv_clock_ns();
        }
    }
    return status;
}

/* Better: more right answers, or as many and less doubt. */
static bool is_better(const mvt_course *c, const mvt_score *now)
{
    if (!c->best_epoch || now->accuracy != c->score.accuracy)
        return !c->best_epoch || now->accuracy > c->score.accuracy || isnan(c->score.accuracy);
    return now->loss < c->score.loss;
}

static void note(mvt_course *c, const mvt_score *score, bool better, double seconds)
{
    int64_t steps = (int64_t)mvt_course_steps(c);
    c->history[c->epoch] = (movinet_train_epoch){
        .epoch = c->epoch + 1,
        .train_loss = c->loss_sum / c->weight_sum,
        .train_accuracy = (double)c->right / c->n_members[MOVINET_SPLIT_TRAIN],
        .validation_loss = score->loss,
        .validation_accuracy = score->accuracy,
        .rate = c->s.rate * mvt_rate(steps * (c->epoch + 1) - 1, steps * c->s.epochs, c->s.warm_up),
        .seconds = seconds,
        .best = better,
    };
}

/* The best is written before the checkpoint that knows of it: whoever is stopped between
 * writes it once more. */
static movinet_status end_epoch(mvt_course *c, mvt_score *score, double seconds,
                                movinet_error *err)
{
    bool better = is_better(c, score);
    note(c, score, better, seconds);
    c->epoch++;
    c->step = c->right = 0;
    c->loss_sum = c->weight_sum = c->seconds = 0;
    if (better) {
        size_t classes = (size_t)c->clips->n_classes;
        memcpy(c->score.confusion, score->confusion, classes * classes * sizeof *score->confusion);
        score->confusion = c->score.confusion;
        c->score = *score;
        c->best_epoch = c->epoch;
        memcpy(c->best, c->average, c->shape->n_values * sizeof *c->best);
    }
    movinet_status status = better ? mvt_write_best(c, err) : MOVINET_OK;
    if (!status)
        status = mvt_write_history(c, err);
    if (!status)
        status = mvt_checkpoint_write(c, err);
    if (!status && c->watch && c->watch->epoch)
        c->watch->epoch(c->watch->user, &c->history[c->epoch - 1]);
    return status;
}

static movinet_status run_epoch(mvt_course *c, watch *w, int *confusion, movinet_error *err)
{
    mvt_score score = {.confusion = confusion};
    w->begin = mv_clock_ns();
    movinet_status status = learn(c, w, err);
    if (status)
        return status;
    status = mvt_course_try(c, MOVINET_SPLIT_VALIDATION, c->average, &score, err);
    if (status == MOVINET_ERR_CANCELLED)
        return stop(c, since(w->begin), err);
    if (!status)
        status = end_epoch(c, &score, c->seconds + since(w->begin), err);
    w->written = mv_clock_ns();
    return status;
}

movinet_status mvt_course_run(mvt_course *c, movinet_error *err)
{
    size_t classes = (size_t)c->clips->n_classes;
    int *confusion = calloc(classes * classes, sizeof *confusion);
    watch w = {.written = mv_clock_ns()};
    movinet_status status = confusion ? MOVINET_OK
                                      : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    if (!status && c->s.classifier)
        status = mvt_course_features(c, err);
    while (!status && c->epoch < c->s.epochs && !mvt_course_ended_early(c))
        status = run_epoch(c, &w, confusion, err);
    free(confusion);
    return status;
}

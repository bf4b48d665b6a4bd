/* SPDX-License-Identifier: Apache-2.0 */
#include "train/course.h"

#include "train/draw.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_VIEW_FRAMES = 300 }; /* a minute; of what is longer, the beginning is looked at */
#define LEAST_WEIGHT 0.1f        /* of a class */
#define MOST_WEIGHT 10.0f

/* ---- clips ------------------------------------------------------------------------ */

/* Frames of a clip in a split, in the way it will be looked at; 0: it is not used. */
static int frames_of(const mvt_course *c, const mvt_clip *clip)
{
    bool looked_at = clip->split == MOVINET_SPLIT_TRAIN && c->s.augment && !c->s.classifier;
    if (clip->split == MOVINET_SPLIT_TRAIN && c->s.looks)
        looked_at = true;
    return looked_at ? clip->look_frames : clip->view_frames;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static void take_clips(mvt_course *c)
{
    for (int i = 0; i < c->clips->n; i++) {
        const mvt_clip *clip = &c->clips->clips[i];
        int split = (int)clip->split, frames = frames_of(c, clip);
        if (split < 0 || split >= MOVINET_SPLITS || frames < 1)
            continue;
        c->members[split][c->n_members[split]++] = i;
        if (split == MOVINET_SPLIT_TRAIN && !c->s.classifier)
            frames = smaller(frames, c->s.frames);
        int *most = split == MOVINET_SPLIT_TRAIN && !c->s.classifier ? &c->look_frames
                                                                     : &c->view_frames;
        frames = smaller(frames, MOST_VIEW_FRAMES);
        *most = frames > *most ? frames : *most;
    }
}

/* Clips of rare classes weigh more, so that all classes together weigh the same. */
static void weigh_classes(mvt_course *c)
{
    int n = c->clips->n_classes, present = 0;
    double all = 0;
    for (int i = 0; i < c->n_members[MOVINET_SPLIT_TRAIN]; i++) {
        const mvt_clip *clip = &c->clips->clips[c->members[MOVINET_SPLIT_TRAIN][i]];
        for (int k = 0; k < clip->n_classes; k++)
            c->class_weights[clip->classes[k]] += 1;
    }
    for (int i = 0; i < n; i++) {
        all += (double)c->class_weights[i];
        present += c->class_weights[i] > 0;
    }
    for (int i = 0; i < n; i++) {
        float w = c->class_weights[i] > 0
                      ? (float)(all / present / (double)c->class_weights[i]) : 1;
        w = w < LEAST_WEIGHT ? LEAST_WEIGHT : w > MOST_WEIGHT ? MOST_WEIGHT : w;
        c->class_weights[i] = c->s.class_weights && !c->clips->multi_label ? w : 1;
    }
}

/* ---- memory ------------------------------------------------------------------------- */

static bool take_memory(mvt_course *c)
{
    size_t values = c->shape->n_values, classes = (size_t)c->clips->n_classes;
    size_t rows = (size_t)c->s.batch * (size_t)(c->s.all_frames ? c->s.frames : 1);
    bool all = true;
    c->grads = mv_alloc(values * sizeof *c->grads);
    c->average = mv_alloc(values * sizeof *c->average);
    c->best = mv_alloc(values * sizeof *c->best);
    for (int i = 0; i < MOVINET_SPLITS; i++)
        all = (c->members[i] = calloc((size_t)c->clips->n + 1, sizeof **c->members)) && all;
    c->order = calloc((size_t)c->clips->n + 1, sizeof *c->order);
    c->class_weights = calloc(classes, sizeof *c->class_weights);
    c->lengths = calloc((size_t)c->s.batch, sizeof *c->lengths);
    c->targets = calloc(rows * classes, sizeof *c->targets);
    c->weights = calloc(rows, sizeof *c->weights);
    c->history = calloc((size_t)c->s.epochs, sizeof *c->history);
    c->score.confusion = calloc(classes * classes, sizeof *c->score.confusion);
    return all && c->grads && c->average && c->best && c->order && c->class_weights &&
           c->lengths && c->targets && c->weights && c->history && c->score.confusion;
}

/* Those of the classifier have no normalisation and learn at the full rate. */
static movinet_status open_optimizer(mvt_course *c, movinet_error *err)
{
    const mvz_network *shape = c->shape;
    mvt_group *groups = calloc((size_t)shape->n_params, sizeof *groups);
    int n = 0;
    if (!groups)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for the optimizer");
    for (int i = 0; i < shape->n_params; i++) {
        const mvz_param *p = &shape->params[i];
        bool last = p->conv == shape->classes, dense = p->conv == shape->dense;
        bool norm = p->role == MVZ_GAMMA || p->role == MVZ_BETA;
        if (!mvt_learns(shape, c->s.first, p) || (dense && c->s.keep_dense) ||
            (norm && c->s.keep_norm))
            continue;
        groups[n++] = (mvt_group){.at = p->range.at, .n = p->range.n,
                                  .rate = last || dense ? 1 : c->s.layers_rate,
                                  .decays = p->role == MVZ_WEIGHTS};
    }
    c->optimizer = (mvt_optimizer){.kind = c->s.optimizer, .weight_decay = c->s.weight_decay,
                                   .clip = c->s.clip};
    movinet_status status = mvt_optimizer_open(&c->optimizer, groups, n, err);
    free(groups);
    return status;
}

static movinet_status open_nets(mvt_course *c, movinet_error *err)
{
    mvt_net_options learning = {.clips = c->s.batch,
                                .frames = c->s.classifier ? 1 : c->look_frames,
                                .classifier = c->s.classifier,
                                .all_frames = c->s.all_frames,
                                .first = c->s.first,
                                .keep_norm = c->s.keep_norm,
                                .memory = c->s.memory};
    mvt_net_options viewing = {.clips = 1, .frames = c->view_frames, .memory = c->s.memory,
                               .first = c->shape->n_layers + 4};
    movinet_status status = mvt_net_open(&c->net, c->shape, c->shape->values, c->grads,
                                         &c->machine, &learning, err);
    if (!status)
        status = mvt_net_open(&c->viewer, c->shape, c->average, NULL, &c->machine, &viewing, err);
    return status;
}

/* ---- open, close ---------------------------------------------------------------------- */

static movinet_status build(mvt_course *c, movinet_error *err)
{
    if (!take_memory(c))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    memcpy(c->average, c->shape->values, c->shape->n_values * sizeof *c->average);
    memcpy(c->best, c->average, c->shape->n_values * sizeof *c->best);
    take_clips(c);
    if (!c->n_members[MOVINET_SPLIT_TRAIN])
        return mv_fail(err, MOVINET_ERR_FORMAT, "there is no clip to learn from");
    if (!c->n_members[MOVINET_SPLIT_VALIDATION])
        return mv_fail(err, MOVINET_ERR_FORMAT, "there is no clip for validation");
    if (c->s.batch > c->n_members[MOVINET_SPLIT_TRAIN])
        c->s.batch = c->n_members[MOVINET_SPLIT_TRAIN];
    weigh_classes(c);
    movinet_status status = mvt_machine_open(&c->machine, c->s.threads, err);
    if (!status)
        status = open_optimizer(c, err);
    if (!status)
        status = open_nets(c, err);
    return status;
}

movinet_status mvt_course_open(mvt_course **out, const mvt_settings *settings, mvz_network *shape,
                               const mvt_clips *clips, movinet_error *err)
{
    mvt_course *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c) {
        mvz_network_close(shape);
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    }
    c->s = *settings;
    c->shape = shape;
    c->clips = clips;
    movinet_status status = build(c, err);
    if (status)
        mvt_course_close(c);
    else
        *out = c;
    return status;
}

void mvt_course_close(mvt_course *c)
{
    if (!c)
        return;
    mvt_net_close(c->net);
    mvt_net_close(c->viewer);
    mvt_machine_close(&c->machine);
    mvt_optimizer_close(&c->optimizer);
    for (int i = 0; i < MOVINET_SPLITS; i++) {
        free(c->members[i]);
        free(c->view_features[i]);
    }
    void *blocks[] = {c->grads, c->average, c->best, c->order, c->class_weights, c->lengths,
                      c->targets, c->weights, c->features, c->history, c->score.confusion};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    mvz_network_close(c->shape);
    free(c);
}

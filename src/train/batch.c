/* The clips of a step. SPDX-License-Identifier: Apache-2.0 */
#include "train/draw.h"
#include "train/fetch.h"
#include "train/loss.h"

#include <stdlib.h>
#include <string.h>

int mvt_course_steps(const mvt_course *c)
{
    int n = c->n_members[MOVINET_SPLIT_TRAIN];
    return (n + c->s.batch - 1) / c->s.batch;
}

/* Steps have as many clips, or one less: none has but a few, whose statistics mean little. */
static int first_of(const mvt_course *c, int step)
{
    return (int)((int64_t)c->n_members[MOVINET_SPLIT_TRAIN] * step / mvt_course_steps(c));
}

/* Clip i of a step: its place among the training clips. */
static int place_of(const mvt_course *c, int step, int i)
{
    return c->order[first_of(c, step) + i];
}

static int clip_at(const mvt_course *c, int step, int i)
{
    return c->members[MOVINET_SPLIT_TRAIN][place_of(c, step, i)];
}

/* ---- what is seen -------------------------------------------------------------------- */

static movinet_status fetch_frames(mvt_course *c, int step, int n, movinet_error *err)
{
    size_t frame = (size_t)c->shape->size * (size_t)c->shape->size * 3;
    mvt_order *orders = calloc((size_t)n, sizeof *orders);
    int most = 1;
    if (!orders)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for clips");
    for (int i = 0; i < n; i++) {
        int clip = clip_at(c, step, i), frames = mvt_frames_of(c, clip, c->s.augment);
        c->lengths[i] = frames < c->look_frames ? frames : c->look_frames;
        most = c->lengths[i] > most ? c->lengths[i] : most;
    }
    for (int i = 0; i < n; i++)
        orders[i] = (mvt_order){.clip = clip_at(c, step, i), .look = c->s.augment,
                                .epoch = (uint64_t)c->epoch, .frames = most,
                                .to = c->net->image.z + (size_t)i * (size_t)most * frame};
    movinet_status status = mvt_fetch(c, orders, n, err);
    mvt_net_shape(c->net, n, most);
    c->net->head.lengths = c->lengths;
    free(orders);
    return status;
}

static void take_features(mvt_course *c, int step, int n)
{
    size_t head = (size_t)c->shape->head->out, looks = (size_t)(c->s.looks ? c->s.looks : 1);
    for (int i = 0; i < n; i++) {
        size_t place = (size_t)place_of(c, step, i);
        mv_random random = mvt_draw(c->s.seed, MVT_DRAW_LOOK, (uint64_t)c->epoch, place);
        size_t look = mv_random_below(&random, (uint32_t)looks);
        memcpy(c->net->head.features.z + (size_t)i * head,
               c->features + (place * looks + look) * head, head * sizeof *c->features);
        c->lengths[i] = 1;
    }
    mvt_net_shape(c->net, n, 1);
}

/* ---- what is right --------------------------------------------------------------------- */

static int rows_of(const mvt_course *c)
{
    return c->s.all_frames ? c->net->frames : 1;
}

static void set_targets(mvt_course *c, int step, int i)
{
    const mvt_clip *clip = &c->clips->clips[clip_at(c, step, i)];
    int n = c->clips->n_classes, rows = rows_of(c);
    float *targets = c->targets + (size_t)i * (size_t)rows * (size_t)n;
    float *weights = c->weights + (size_t)i * (size_t)rows, weight = clip->n_classes ? 0 : 1;
    for (int k = 0; k < clip->n_classes; k++)
        weight += c->class_weights[clip->classes[k]] / (float)clip->n_classes;
    mvt_targets(targets, n, c->clips->multi_label, clip->classes, clip->n_classes, c->s.smoothing);
    for (int r = 0; r < rows; r++) {
        memcpy(targets + (size_t)r * (size_t)n, targets, (r ? (size_t)n : 0) * sizeof *targets);
        weights[r] = rows == 1 ? weight
                     : r < c->lengths[i] ? weight / (float)c->lengths[i] : 0;
    }
}

/* ---- mixup (Zhang et al. 2018) ------------------------------------------------------------ */

/* a = share · a + (1 - share) · b, and b the same of its own share. */
static void blend(float *a, float *b, size_t n, float share)
{
    for (size_t i = 0; i < n; i++) {
        float x = a[i], y = b[i];
        a[i] = share * x + (1 - share) * y;
        b[i] = share * y + (1 - share) * x;
    }
}

/* Clip i is laid over the i-th from the end. */
static void mix(mvt_course *c, int step, int n)
{
    size_t rows = (size_t)rows_of(c), classes = (size_t)c->clips->n_classes;
    bool features = c->s.classifier;
    float *x = features ? c->net->head.features.z : c->net->image.z;
    size_t size = mvt_size(features ? &c->net->head.features : &c->net->image) / (size_t)n;
    for (int i = 0; i < n / 2; i++) {
        size_t a = (size_t)i, b = (size_t)(n - 1 - i);
        mv_random random = mvt_draw(c->s.seed, MVT_DRAW_MIXUP, (uint64_t)c->epoch,
                                    (uint64_t)clip_at(c, step, i));
        float share = (float)mvt_draw_beta(&random, c->s.mixup);
        int shorter = c->lengths[a] < c->lengths[b] ? c->lengths[a] : c->lengths[b];
        c->lengths[a] = c->lengths[b] = shorter;
        blend(x + a * size, x + b * size, size, share);
        blend(c->targets + a * rows * classes, c->targets + b * rows * classes, rows * classes,
              share);
        blend(c->weights + a * rows, c->weights + b * rows, rows, share);
        for (size_t r = 0; rows > 1 && r < rows; r++)
            if (r >= (size_t)shorter)
                c->weights[a * rows + r] = c->weights[b * rows + r] = 0;
    }
}

/* ---- what is left out ----------------------------------------------------------------------- */

static void draw_dropout(mvt_course *c, int step, int n)
{
    mvt_head *h = &c->net->head;
    size_t each = mvt_size(&h->hidden) / (size_t)n;
    for (int i = 0; i < n; i++) {
        mv_random random = mvt_draw(c->s.seed, MVT_DRAW_DROPOUT, (uint64_t)c->epoch,
                                    (uint64_t)clip_at(c, step, i));
        float *mask = h->mask + (size_t)i * each, kept = (float)(1 / (1 - c->s.dropout));
        for (size_t k = 0; k < each; k++)
            mask[k] = mv_random_unit(&random) < c->s.dropout ? 0 : kept;
    }
}

/* The deeper a layer, the more often it is left out (Huang et al. 2016). */
static void draw_layers(mvt_course *c, int step, int n)
{
    int layers = c->shape->n_layers;
    for (int i = 0; i < n; i++) {
        mv_random random = mvt_draw(c->s.seed, MVT_DRAW_LAYERS, (uint64_t)c->epoch,
                                    (uint64_t)clip_at(c, step, i));
        for (int k = 0; k < layers; k++) {
            double chance = c->s.drop_layers * (k + 1) / layers, lot = mv_random_unit(&random);
            if (c->net->layers[k].kept)
                c->net->layers[k].kept[i] = lot < chance ? 0 : (float)(1 / (1 - chance));
        }
    }
}

movinet_status mvt_course_batch(mvt_course *c, int step, int *n, movinet_error *err)
{
    *n = first_of(c, step + 1) - first_of(c, step);
    movinet_status status = MOVINET_OK;
    if (c->s.classifier)
        take_features(c, step, *n);
    else
        status = fetch_frames(c, step, *n, err);
    if (status)
        return status;
    for (int i = 0; i < *n; i++)
        set_targets(c, step, i);
    if (c->s.mixup > 0)
        mix(c, step, *n);
    draw_dropout(c, step, *n);
    draw_layers(c, step, *n);
    return MOVINET_OK;
}

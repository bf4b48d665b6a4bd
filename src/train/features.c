/* Features of all clips, computed once: what the classifier alone learns from.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/fetch.h"

#include <stdlib.h>
#include <string.h>

/* Clips, or looks at them, one after another. */
typedef struct walk {
    mvt_course *c;
    const int *clips;
    int n;
    int looks;          /* 0: as they are */
    float *to;          /* [n][looks or 1][head] */
    int *done, total;   /* of all walks */
} walk;

static bool is_look(const walk *w)
{
    return w->looks > 0;
}

static mvt_order order_of(const walk *w, int i)
{
    int each = is_look(w) ? w->looks : 1, clip = w->clips[i / each];
    int frames = mvt_frames_of(w->c, clip, is_look(w)), most = w->c->view_frames;
    return (mvt_order){.clip = clip, .look = is_look(w), .epoch = (uint64_t)(i % each),
                       .frames = frames < most ? frames : most};
}

/* Fetched by all threads, then computed one by one. */
static movinet_status do_some(const walk *w, int first, int n, mvt_order *orders, float *frames,
                              movinet_error *err)
{
    mvt_net *net = w->c->viewer;
    size_t side = (size_t)w->c->shape->size, clip = side * side * 3 * (size_t)w->c->view_frames;
    size_t head = (size_t)net->head.features.c;
    for (int i = 0; i < n; i++) {
        orders[i] = order_of(w, first + i);
        orders[i].to = frames + (size_t)i * clip;
    }
    movinet_status status = mvt_fetch(w->c, orders, n, err);
    float *image = net->image.z;
    for (int i = 0; !status && i < n; i++) {
        net->image.z = orders[i].to;
        mvt_net_shape(net, 1, orders[i].frames);
        mvt_net_features(net, false);
        memcpy(w->to + (size_t)(first + i) * head, net->head.features.z, head * sizeof *w->to);
        if (!mvt_course_tell(w->c, MOVINET_TRAIN_FEATURES, ++*w->done, w->total))
            status = mv_fail(err, MOVINET_ERR_CANCELLED, "stopped");
    }
    net->image.z = image;
    return status;
}

static movinet_status do_walk(const walk *w, movinet_error *err)
{
    int all = w->n * (is_look(w) ? w->looks : 1), group = 2 * w->c->machine.threads;
    size_t side = (size_t)w->c->shape->size;
    size_t clip = side * side * 3 * (size_t)w->c->view_frames, bytes;
    float *frames = mv_mul_size(clip * (size_t)group, sizeof *frames, &bytes) ? mv_alloc(bytes)
                                                                             : NULL;
    mvt_order *orders = calloc((size_t)group, sizeof *orders);
    movinet_status status = frames && orders
                                ? MOVINET_OK
                                : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for clips");
    for (int i = 0; !status && i < all; i += group)
        status = do_some(w, i, all - i < group ? all - i : group, orders, frames, err);
    free(frames);
    free(orders);
    return status;
}

movinet_status mvt_course_features(mvt_course *c, movinet_error *err)
{
    int looks[MOVINET_SPLITS] = {c->s.looks}, done = 0, total = 0;
    size_t head = (size_t)c->shape->head->out;
    for (int i = 0; i < MOVINET_SPLITS; i++)
        total += c->n_members[i] * (looks[i] ? looks[i] : 1);
    for (int i = 0; i < MOVINET_SPLITS; i++) {
        size_t n = (size_t)c->n_members[i] * (size_t)(looks[i] ? looks[i] : 1);
        float **to = i == MOVINET_SPLIT_TRAIN ? &c->features : &c->view_features[i];
        free(*to);
        *to = malloc((n * head + 1) * sizeof **to);
        if (!*to)
            return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for features");
        walk w = {c, c->members[i], c->n_members[i], looks[i], *to, &done, total};
        movinet_status status = do_walk(&w, err);
        if (status)
            return status;
    }
    return MOVINET_OK;
}

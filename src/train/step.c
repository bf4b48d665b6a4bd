/* One step: forward, loss, backward, and the numbers move.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/course.h"
#include "train/loss.h"

#include "evaluate/metrics.h"

#include <math.h>
#include <string.h>

#define NORM_MOMENTUM 0.99 /* of running means, as published */

static movinet_status fail_step(const mvt_course *c, const char *what, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_FORMAT,
                   "epoch %d, step %d of %d: the %s is no number any more; try a lower rate than "
                   "%g%s%s", c->epoch + 1, c->step + 1, mvt_course_steps(c), what, c->s.rate,
                   c->s.warm_up < 0.1 ? ", or a longer warm-up" : "",
                   c->best_epoch ? "; the best model so far is kept" : "");
}

/* Clips whose top class is one of theirs. The answer is that after the last frame. */
static int count_right(const mvt_course *c, int n)
{
    size_t classes = (size_t)c->clips->n_classes;
    size_t rows = c->s.all_frames ? (size_t)c->net->frames : 1;
    int right = 0;
    for (size_t i = 0; i < (size_t)n; i++) {
        size_t row = i * rows + (rows > 1 ? (size_t)c->lengths[i] - 1 : 0);
        int top = mvx_top(c->net->head.logits + row * classes, c->clips->n_classes);
        int truth = mvx_top(c->targets + i * rows * classes, c->clips->n_classes);
        right += top == truth;
    }
    return right;
}

/* Steps done in the whole course. */
static int64_t steps_done(const mvt_course *c)
{
    return (int64_t)mvt_course_steps(c) * c->epoch + c->step;
}

static void move(mvt_course *c, double length)
{
    int64_t steps = (int64_t)mvt_course_steps(c) * c->s.epochs, step = steps_done(c);
    double rate = c->s.rate * mvt_rate(step, steps, c->s.warm_up);
    mvt_optimizer_step(&c->optimizer, c->shape->values, c->grads, length, rate);
    mvt_average(c->average, c->shape->values, c->shape->n_values, mvt_keep(c->s.average, step));
}

movinet_status mvt_course_step(mvt_course *c, movinet_error *err)
{
    int n = 0;
    movinet_status status = mvt_course_batch(c, c->step, &n, err);
    if (status)
        return status;
    mvt_head *h = &c->net->head;
    mvt_loss loss = {.rows = h->classes.out.frames, .n_classes = c->clips->n_classes,
                     .multi_label = c->clips->multi_label, .logits = h->logits,
                     .targets = c->targets, .weights = c->weights};
    for (int i = 0; i < loss.rows; i++)
        loss.total += (double)c->weights[i];
    c->net->pass.momentum = (float)mvt_keep(NORM_MOMENTUM, steps_done(c));
    memset(c->grads, 0, c->shape->n_values * sizeof *c->grads);
    if (c->s.classifier)
        mvt_net_classify(c->net, true);
    else
        mvt_net_forward(c->net, true);
    double now = mvt_loss_of(&loss, h->classes.out.d);
    if (!isfinite(now))
        return fail_step(c, "loss", err);
    mvt_net_backward(c->net);
    double length = mvt_gradient_length(&c->optimizer, c->grads);
    if (!isfinite(length))
        return fail_step(c, "gradient", err);
    c->right += count_right(c, n);
    c->loss_sum += now * loss.total;
    c->weight_sum += loss.total;
    move(c, length);
    c->step++;
    return MOVINET_OK;
}

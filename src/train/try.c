/* What the network makes of clips that it does not learn from.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/fetch.h"
#include "train/loss.h"

#include "evaluate/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- logits[clips][classes] ---------------------------------------------------------- */

/* From features, as many at once as a step has. */
static void classify(mvt_course *c, movinet_split split, const float *values, float *logits)
{
    mvt_net *net = c->net;
    size_t head = (size_t)c->shape->head->out, classes = (size_t)c->clips->n_classes;
    net->pass.values = (float *)values; /* read only, where it does not learn */
    for (int i = 0; i < c->n_members[split]; i += c->s.batch) {
        int left = c->n_members[split] - i, n = left < c->s.batch ? left : c->s.batch;
        mvt_net_shape(net, n, 1);
        memcpy(net->head.features.z, c->view_features[split] + (size_t)i * head,
               (size_t)n * head * sizeof *logits);
        mvt_net_classify(net, false);
        memcpy(logits + (size_t)i * classes, net->head.logits,
               (size_t)n * classes * sizeof *logits);
    }
    net->pass.values = c->shape->values;
}

static movinet_status look(mvt_course *c, movinet_split split, const float *values, float *logits,
                           movinet_error *err)
{
    size_t classes = (size_t)c->clips->n_classes;
    movinet_train_phase phase = split == MOVINET_SPLIT_TEST ? MOVINET_TRAIN_TESTING
                                                            : MOVINET_TRAIN_VALIDATING;
    c->viewer->pass.values = (float *)values;
    for (int i = 0; i < c->n_members[split]; i++) {
        mvt_order o = {.clip = c->members[split][i], .to = c->viewer->image.z};
        int frames = mvt_frames_of(c, o.clip, false);
        o.frames = frames < c->view_frames ? frames : c->view_frames;
        movinet_status status = mvt_fetch(c, &o, 1, err);
        if (status)
            return status;
        mvt_net_shape(c->viewer, 1, o.frames);
        mvt_net_forward(c->viewer, false);
        memcpy(logits + (size_t)i * classes, c->viewer->head.logits, classes * sizeof *logits);
        if (!mvt_course_tell(c, phase, i + 1, c->n_members[split]))
            return mv_fail(err, MOVINET_ERR_CANCELLED, "stopped");
    }
    return MOVINET_OK;
}

/* ---- what they are worth --------------------------------------------------------------- */

static const mvt_clip *member(const mvt_course *c, movinet_split split, int i)
{
    return &c->clips->clips[c->members[split][i]];
}

static double loss_of(const mvt_course *c, movinet_split split, const float *logits)
{
    int n = c->n_members[split], classes = c->clips->n_classes;
    float *target = malloc((size_t)classes * sizeof *target), one = 1;
    double sum = 0;
    for (int i = 0; target && i < n; i++) {
        const mvt_clip *clip = member(c, split, i);
        mvt_loss loss = {.rows = 1, .n_classes = classes, .multi_label = c->clips->multi_label,
                         .logits = logits + (size_t)i * (size_t)classes, .targets = target,
                         .weights = &one, .total = n};
        mvt_targets(target, classes, loss.multi_label, clip->classes, clip->n_classes, 0);
        sum += mvt_loss_of(&loss, NULL);
    }
    free(target);
    return target ? sum : NAN;
}

static double accuracy_of(const mvt_course *c, movinet_split split, const float *logits,
                          int *confusion)
{
    int n = c->n_members[split], classes = c->clips->n_classes, right = 0;
    if (confusion)
        memset(confusion, 0, (size_t)classes * (size_t)classes * sizeof *confusion);
    for (int i = 0; i < n; i++) {
        int truth = member(c, split, i)->classes[0];
        int top = mvx_top(logits + (size_t)i * (size_t)classes, classes);
        right += top == truth;
        if (confusion)
            confusion[truth * classes + top]++;
    }
    return n ? (double)right / n : NAN;
}

static bool is_of(const mvt_clip *clip, int class)
{
    for (int i = 0; i < clip->n_classes; i++)
        if (clip->classes[i] == class)
            return true;
    return false;
}

/* Mean over the classes that there are of their average precision. */
static double precision_of(const mvt_course *c, movinet_split split, const float *logits)
{
    size_t n = (size_t)c->n_members[split], classes = (size_t)c->clips->n_classes;
    float *scores = malloc((n + 1) * sizeof *scores);
    bool *truth = malloc(n + 1);
    double sum = 0;
    int present = 0;
    for (size_t k = 0; scores && truth && k < classes; k++) {
        for (size_t i = 0; i < n; i++) {
            scores[i] = logits[i * classes + k];
            truth[i] = is_of(member(c, split, (int)i), (int)k);
        }
        double precision = mvx_average_precision(scores, truth, (int)n);
        present += !isnan(precision);
        sum += isnan(precision) ? 0 : precision;
    }
    free(scores);
    free(truth);
    return present ? sum / present : NAN;
}

movinet_status mvt_course_try(mvt_course *c, movinet_split split, const float *values,
                              mvt_score *score, movinet_error *err)
{
    size_t n = (size_t)c->n_members[split], classes = (size_t)c->clips->n_classes;
    float *logits = malloc((n * classes + 1) * sizeof *logits);
    movinet_status status = MOVINET_OK;
    if (!logits)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for answers");
    if (c->s.classifier)
        classify(c, split, values, logits);
    else
        status = look(c, split, values, logits, err);
    if (!status) {
        score->clips = (int)n;
        score->loss = n ? loss_of(c, split, logits) : NAN;
        score->accuracy = c->clips->multi_label ? precision_of(c, split, logits)
                                                : accuracy_of(c, split, logits, score->confusion);
    }
    free(logits);
    return status;
}

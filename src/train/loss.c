/* SPDX-License-Identifier: Apache-2.0 */
#include "train/loss.h"

#include <math.h>
#include <stddef.h>

/* loss = Σ target · (log Σ e^x - x); its gradient is softmax(x) · Σ target - target. */
static double softmax_row(const float *x, const float *target, float *d, int n, double weight)
{
    double most = -INFINITY, sum = 0, loss = 0, targets = 0;
    for (int i = 0; i < n; i++) /* a NaN goes on into the sum */
        most = (double)x[i] > most ? (double)x[i] : most;
    for (int i = 0; i < n; i++)
        sum += exp((double)x[i] - most);
    for (int i = 0; i < n; i++) {
        loss += (double)target[i] * (log(sum) + most - (double)x[i]);
        targets += (double)target[i];
    }
    for (int i = 0; d && i < n; i++)
        d[i] = (float)(weight * (exp((double)x[i] - most) / sum * targets - (double)target[i]));
    return loss;
}

/* loss = Σ log(1 + e^-|x|) + max(x, 0) - target · x; its gradient is sigmoid(x) - target. */
static double sigmoid_row(const float *x, const float *target, float *d, int n, double weight)
{
    double loss = 0;
    for (int i = 0; i < n; i++) {
        double z = (double)x[i], t = (double)target[i];
        loss += log1p(exp(-fabs(z))) + (z > 0 ? z : 0) - t * z;
        if (d)
            d[i] = (float)(weight * (1 / (1 + exp(-z)) - t));
    }
    return loss;
}

double mvt_loss_of(const mvt_loss *l, float *d)
{
    double sum = 0;
    size_t n = (size_t)l->n_classes;
    for (size_t row = 0; row < (size_t)l->rows; row++) {
        double weight = (double)l->weights[row] / l->total, loss;
        float *to = d ? d + row * n : NULL;
        if (l->multi_label)
            loss = sigmoid_row(l->logits + row * n, l->targets + row * n, to, l->n_classes, weight);
        else
            loss = softmax_row(l->logits + row * n, l->targets + row * n, to, l->n_classes, weight);
        if (l->weights[row] > 0) /* what does not count may be anything */
            sum += weight * loss;
        for (size_t i = 0; to && l->weights[row] == 0 && i < n; i++)
            to[i] = 0;
    }
    return sum;
}

void mvt_targets(float *targets, int n_classes, bool multi_label, const int *classes, int n,
                 double smoothing)
{
    double floor = multi_label ? smoothing / 2 : smoothing / n_classes;
    for (int i = 0; i < n_classes; i++)
        targets[i] = (float)floor;
    for (int i = 0; i < n; i++)
        targets[classes[i]] += (float)((1 - smoothing) / (multi_label ? 1 : n));
}

/* From gradients to better numbers. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_OPTIMIZER_H
#define MV_TRAIN_OPTIMIZER_H

#include "core/error.h"

#include <stddef.h>

/** Numbers at … at + n - 1, which learn alike. */
typedef struct mvt_group {
    size_t at, n;
    double rate;  ///< times the step's
    bool decays;
} mvt_group;

typedef struct mvt_optimizer {
    movinet_optimizer kind;
    double weight_decay;
    double clip;         ///< the longest gradient; 0: any
    int n_groups;
    mvt_group *groups;   ///< [n_groups]
    size_t n;            ///< numbers in all groups
    float *slots[2];     ///< [n] each: momentum and mean of squares
    int64_t steps;       ///< done
} mvt_optimizer;

/** groups: copied. Errors: MEMORY. */
movinet_status mvt_optimizer_open(mvt_optimizer *o, const mvt_group *groups, int n_groups,
                                  movinet_error *err);
void mvt_optimizer_close(mvt_optimizer *o);

/** Length of the gradient of all groups, in double. */
double mvt_gradient_length(const mvt_optimizer *o, const float *grads);
/** One step with this rate. length: of the gradient. */
void mvt_optimizer_step(mvt_optimizer *o, float *values, const float *grads, double length,
                        double rate);

/** The share of the highest rate in step 0 … steps-1: rises over the first warm_up of them,
 * then falls along a cosine. */
double mvt_rate(int64_t step, int64_t steps, double warm_up);

/** average = keep · average + (1 - keep) · values. */
void mvt_average(float *average, const float *values, size_t n, double keep);
/** What is kept of an average of numbers that change with every step: `keep`, but less in
 * the first steps, so that it is not long that of where they began. */
double mvt_keep(double keep, int64_t step);

#endif

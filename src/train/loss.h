/* How wrong logits are, and in which direction. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_LOSS_H
#define MV_TRAIN_LOSS_H

#include <stdbool.h>

typedef struct mvt_loss {
    int rows, n_classes;
    bool multi_label;      ///< a sigmoid each class, instead of one softmax
    const float *logits;   ///< [rows][n_classes]
    const float *targets;  ///< [rows][n_classes]: shares of each class; sums of 1 for softmax
    const float *weights;  ///< [rows]; 0: the row does not count
    double total;          ///< what the weighted sum is divided by
} mvt_loss;

/** Cross-entropy, Σ weight · loss of a row / total; of sigmoids, summed over the classes. Its
 * gradient by the logits goes to d [rows][n_classes], which may be NULL. Sums in double. */
double mvt_loss_of(const mvt_loss *l, float *d);

/** targets[n_classes] of a clip of these classes; smoothing: what is taken from them and
 * given to all classes alike (of sigmoids, to either side). */
void mvt_targets(float *targets, int n_classes, bool multi_label, const int *classes, int n,
                 double smoothing);

#endif

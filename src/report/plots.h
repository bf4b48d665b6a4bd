/* The pictures of a training run and of an evaluation. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_REPORT_PLOTS_H
#define MV_REPORT_PLOTS_H

#include "report/text.h"

/** What an epoch ended with; NaN: not known. */
typedef struct mvr_epoch {
    double number; ///< of the epoch
    double train_loss, validation_loss;
    double train_accuracy, validation_accuracy; ///< 0 … 1
} mvr_epoch;

/** Loss and accuracy over the epochs, side by side. best: index of the epoch that was kept;
 * -1: none. */
void mvr_curves(mvr_text *t, const char *title, const mvr_epoch *epochs, int n, int best);

/** counts[truth][predicted]; labels[n]. Up to MVR_NUMBERED classes with the counts in the
 * squares, up to MVR_LABELLED with their labels; the pairs that are mixed up most are named
 * below in any case. */
void mvr_confusion(mvr_text *t, const char *title, const int *counts, const char *const *labels,
                   int n);
enum { MVR_NUMBERED = 30, MVR_LABELLED = 90 };

#endif

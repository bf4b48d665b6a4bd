/* What scores are worth, given what is true. Pure functions; undefined figures are NaN.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_METRICS_H
#define MV_EVALUATE_METRICS_H

#include <stdbool.h>
#include <stddef.h>

/** How many classes are placed before class `truth`: 0: it is the top one. Equal scores: the
 * lower index first. A score that is no number comes last. */
int mvx_rank(const float *scores, int n_classes, int truth);
/** The top class. */
int mvx_top(const float *scores, int n_classes);

/** counts[truth][predicted] += 1 for each of n clips; a truth below 0 is left out. */
void mvx_confusion(const int *truth, const int *predicted, int n, int n_classes, int *counts);

typedef struct mvx_class {
    int support;      ///< clips that are of this class
    int predicted;    ///< clips that are said to be
    int right;        ///< both
    double precision; ///< right / predicted
    double recall;    ///< right / support
    double f1;        ///< their harmonic mean: 2 right / (support + predicted)
} mvx_class;

/** out[n_classes] from counts[n_classes][n_classes]. */
void mvx_classes(const int *counts, int n_classes, mvx_class *out);

typedef struct mvx_totals {
    int clips, right;
    double accuracy;       ///< right / clips
    double mean_recall;    ///< over classes that have clips: "mean per class"
    double mean_precision; ///< over classes that have clips; never predicted counts as 0
    double mean_f1;        ///< the same
} mvx_totals;

mvx_totals mvx_sum_up(const mvx_class *classes, int n_classes);

/** Clips whose top score lies in one part of 0 … 1. */
typedef struct mvx_bin {
    int clips;
    double confidence; ///< mean of the top scores
    double accuracy;   ///< share that is right
} mvx_bin;

/** Expected calibration error: how far, on average over clips, the top probability is from
 * the share that is right among those of about the same. bins[n_bins] may be NULL. NaN for
 * no clips. n_bins: at most MVX_BINS. */
double mvx_calibration(const float *confidence, const bool *right, int n, int n_bins,
                       mvx_bin *bins);
enum { MVX_BINS = 100 };

/** Average precision of one class over n clips, by falling score: the mean, over clips that are
 * of the class, of the share of right ones from the top down to them. Equal scores count
 * together. NaN if no clip is of the class, or no memory. */
double mvx_average_precision(const float *scores, const bool *truth, int n);

#endif

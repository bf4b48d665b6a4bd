/* How sure a counted figure is. All intervals are for 95 %.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_INTERVAL_H
#define MV_EVALUATE_INTERVAL_H

#include <stdint.h>

typedef struct mvx_interval {
    double low, high;
} mvx_interval;

/** Of a share, k of n, by Wilson's score: right on average, also near 0 and 1. n = 0: 0 to 1. */
mvx_interval mvx_wilson(double k, double n);

/** The same by Clopper and Pearson: never surer than 95 %, so somewhat wider. */
mvx_interval mvx_clopper_pearson(int k, int n);

/** Two models and the same n clips: how many only the one gets right, and only the other. */
typedef struct mvx_pairs {
    int n;
    int only_a, only_b;
} mvx_pairs;

/** McNemar's exact test: how probable it is that two models which are equally good differ at
 * least so much. 1: they do not differ. */
double mvx_mcnemar(const mvx_pairs *pairs);

/** Of the share that b gets right more than a, by Agresti and Min. */
mvx_interval mvx_paired_difference(const mvx_pairs *pairs);

/** A figure of a sample: of units sample[n], which may be there several times. Not a number:
 * it cannot be had from this sample. */
typedef double mvx_measure(void *user, const int *sample, int n);

/** Of any figure of n units (clips, or sources of clips), by drawing n of them again and
 * again: the middle 95 % of `rounds` such figures. NaN if there is none, or no memory. */
mvx_interval mvx_bootstrap(mvx_measure *measure, void *user, int n, int rounds, uint64_t seed);

/** The same from figures that were drawn already, which it sorts; `value` is that of the sample
 * itself. Corrected for bias: where more than half of what was drawn lies on one side of it,
 * the interval moves to the other (Efron 1987). Infinite figures may be among them. */
mvx_interval mvx_drawn(double value, double *drawn, int n);

/** Of the mean of n shares, from that of each (the MOVER of Zou and Donner 2008). */
mvx_interval mvx_mean_of(const double *shares, const mvx_interval *intervals, int n);

/** Of F1, from what makes it up: 2 right / (support + predicted). For among the clips that are
 * of the class or said to be, `right` are both: a share that F1 grows with. `wider`: how many
 * clips count as one. */
mvx_interval mvx_f1_interval(int right, int support, int predicted, double wider);

/** The regularized incomplete beta function I_x(a, b); a, b > 0. */
double mvx_beta(double x, double a, double b);

#endif

/* All figures of a model at once, with clips that count more or less than once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_WEIGH_H
#define MV_EVALUATE_WEIGH_H

#include "evaluate/evaluation.h"

/** A counted clip and what a model made of it. */
typedef struct mvx_case {
    int truth; ///< class; -1: none, or several labels a clip
    int answer;
    bool labelled; ///< it has a class at all
    bool right, among_five;
    int first_right; ///< frames; 0: never
    int frames, flips;
    int bin; ///< of its probability
    double probability;
} mvx_case;

typedef struct mvx_cases {
    const movinet_evaluation *e;
    const mvx_model *model;
    int n;
    mvx_case *items;    ///< [n]
    int longest;        ///< frames
    mvx_class *classes; ///< [classes of the data] scratch
    int *first;         ///< [longest + 2] scratch
    int *order;         ///< [classes of the data][n] by falling score; several labels a clip
} mvx_cases;

movinet_status mvx_cases_open(mvx_cases *c, const movinet_evaluation *e, const mvx_model *model,
                              movinet_error *err);
void mvx_cases_close(mvx_cases *c);

/** weights: [n]; NULL: each once. All but the latency. */
void mvx_weigh(mvx_cases *c, const int *weights, double out[MOVINET_FIGURES]);

/** Average precision of a class. */
double mvx_weigh_class(const mvx_cases *c, int class, const int *weights);

#endif

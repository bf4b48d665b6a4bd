/* What is drawn to know how sure figures are. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_FIGURES_H
#define MV_EVALUATE_FIGURES_H

#include "evaluate/weigh.h"

typedef struct mvx_drawing {
    movinet_evaluation *e;
    mvx_cases cases[MOVINET_EVALUATE_MODELS];
    double values[MOVINET_EVALUATE_MODELS][MOVINET_FIGURES];
    double *drawn; ///< [rounds][n_models][MOVINET_FIGURES]
    double *one;   ///< [rounds]
    int rounds;
    double wider[MOVINET_EVALUATE_MODELS]; ///< so many clips count as one
} mvx_drawing;

/** The figures of a model in one round. */
static inline double *mvx_drawn_at(const mvx_drawing *d, int round, int model)
{
    size_t row = (size_t)round * (size_t)d->e->info.n_models + (size_t)model;
    return d->drawn + row * MOVINET_FIGURES;
}

/** In sure.c. How many clips count as one: those of one source say the same again. */
double mvx_wider(mvx_drawing *d, int model);
/** Of each class, from the counts in the model's cases. */
void mvx_settle_classes(mvx_drawing *d, int model);
movinet_figure mvx_settle_figure(mvx_drawing *d, int model, movinet_figure_kind kind);
/** Of b less a. */
movinet_figure mvx_settle_difference(mvx_drawing *d, int a, int b, movinet_figure_kind kind);

#endif

/* The numbers of a network from the constants of a graph.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_READ_NUMBERS_H
#define MV_ZOO_READ_NUMBERS_H

#include "zoo/form.h"

typedef struct mvz_numbers {
    mvz_network *network;
    const mvg_graph *graph;
    movinet_error *err;
} mvz_numbers;

/** Weights, bias and activation of a convolution (no normalisation), whose shape is that of
 * what was found; `factor` multiplies what it reads. Error: MEMORY. */
movinet_status mvz_numbers_conv(mvz_numbers *n, mvz_conv *conv, const mvz_found *found,
                                double factor);
/** Error: FORMAT, where there is no number but an infinity, or none. */
movinet_status mvz_numbers_check(const mvz_numbers *n);

#endif

/* Two networks op by op: what the parts share. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_COMPARE_H
#define MV_EVALUATE_COMPARE_H

#include "engine/stream.h"

/** Tensors of two graphs that hold the same, with indices in the order of a's ops. */
typedef struct mvx_match_pair {
    int op_a, op_b, tensor_a, tensor_b;
} mvx_match_pair;

/** Whether an op's output is worth comparing: an activation in float or int8 that was computed,
 * not only converted or viewed in another shape. */
bool mvx_is_compared(const mvg_graph *graph, int op);

/** The alignment of both sequences of ops with most in common: names first, then kinds. *pairs is
 * for free(). Errors: MEMORY. */
movinet_status mvx_align(const mvg_graph *a, const mvg_graph *b, mvx_match_pair **pairs, int *n,
                         movinet_error *err);

/** Sums over frames of one pair. */
typedef struct mvx_noise {
    double signal, noise; ///< squares
    double early_signal, early_noise;
    double bias; ///< of b less a
    double count;
} mvx_noise;

/** Adds the values of a frame. */
void mvx_noise_add(mvx_noise *sums, const float *a, const float *b, size_t n, bool early);

/** Decibels; infinite if they are the same, NaN if there is nothing. */
double mvx_decibels(double signal, double noise);

#endif

/* One channel of an int8 kernel: its scale, what its sums begin with, and what they can be.
 * From it both AVX2 and AVX-512 see whether float may scale them. Any processor with AVX2.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_SCALING_H
#define MVK_X86_SCALING_H

#include "kernels/kernels.h"

/** No scale shifts left, none more than 31 bits right: what the vectors can do. */
bool mvk_scales_fit(const mvk_scale *scale, int n);

typedef struct mvk_channel {
    mvk_scale scale;
    int32_t bias;      ///< to begin sums with
    int64_t low, high; ///< what sums are within, the file's own bias included
} mvk_channel;

/** Of the n weights of an output channel, `step` apart, for inputs of zero point in_zero that
 * the kernel takes with `offset` added: what the bias has to take back is in it. */
mvk_channel mvk_channel_of(const int8_t *w, int n, size_t step, int32_t in_zero, int32_t offset,
                           int32_t bias, mvk_scale scale);

enum { MVK_ACC_MAX = 1 << 30 }; ///< accumulators that float scales are less

/** Looks for a and d with which round(x · a ± d), d with the sign of x, is mvk_rescale(x) for
 * all x in low … high, as far as results lie between first − 1 and last (beyond, both lie
 * there too). positive: x < 0 does not matter, d is added. False: there are none near the
 * ideal ones. */
bool mvk_prove_float(const mvk_channel *c, int first, int last, bool positive, float *a, float *d);

#endif

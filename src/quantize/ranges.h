/* Which span of real numbers the 256 steps of an int8 tensor cover.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_QUANTIZE_RANGES_H
#define MV_QUANTIZE_RANGES_H

#include "quantize/frames.h"

/** low <= 0 <= high; both 0: nothing was seen. */
typedef struct mvq_range {
    float low, high;
} mvq_range;

/** Scale and zero point by which int8 covers the range, so that 0 is one of the steps. */
typedef struct mvq_steps {
    float scale;
    int32_t zero;
} mvq_steps;
mvq_steps mvq_steps_of(mvq_range range);

/** What comes behind the tensor, and decides which errors matter. */
typedef enum mvq_behind {
    MVQ_AS_IT_IS,
    MVQ_HARD_SWISH, ///< 0 below -3
} mvq_behind;

enum { MVQ_BINS = 2048 };

typedef struct mvq_histogram {
    float low, high;   ///< the least and the greatest value
    double bins[MVQ_BINS]; ///< how much values there count
} mvq_histogram;

/** The range with the least squared error (of what comes behind) over what was seen. With
 * `search` false all that was seen, less what hard swish makes 0. */
mvq_range mvq_range_choose(const mvq_histogram *seen, mvq_behind behind, bool search);

/** Ranges of all float32 tensors that ops write, over all frames. ranges: [model->n_tensors];
 * tensors that nothing writes keep 0, 0. Errors: MEMORY, those of mve_plan_build. */
movinet_status mvq_ranges_see(const mvq_frames *frames, const tfl_model *model,
                              const mvq_behind *behind, bool search, mvq_range *ranges,
                              movinet_error *err);

#endif

/* How much an error in each channel of a tensor matters. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_QUANTIZE_WEIGH_H
#define MV_QUANTIZE_WEIGH_H

#include "tflite/tflite.h"

/** A row of numbers, one a channel, for each tensor of a model. */
typedef struct mvq_rows {
    int n;          ///< tensors
    size_t *at;     ///< [n + 1]: tensor t's begin at values[at[t]]; none for other types than float
    double *values;
} mvq_rows;

movinet_status mvq_rows_open(mvq_rows *rows, const tfl_model *model, movinet_error *err);
void mvq_rows_free(mvq_rows *rows);

/** weights: of a squared error in each channel. It goes into each channel o of the convolutions
 * that read the tensor, by the square of their weights; there it is as bad as it is large against
 * the variance of o. Only the ratio between channels of one tensor means something. */
void mvq_weigh(const tfl_model *model, const mvq_rows *variances, mvq_rows *weights);

#endif

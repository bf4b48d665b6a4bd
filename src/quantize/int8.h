/* A float network as an int8 one: convolutions over pictures, and what lies between them, in
 * int8; means, sums over time, gates and the classifier in float32, as sums of seconds do not
 * fit 256 steps. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_QUANTIZE_INT8_H
#define MV_QUANTIZE_INT8_H

#include "quantize/ranges.h"

/** What is known of each tensor of the float model. */
typedef struct mvq_tensor {
    mvq_range range;       ///< of its values
    mvq_behind behind;
    bool wide;             ///< can be had in int8
    int root;              ///< the tensor that it shares its steps with, often itself
    const float *plus;     ///< of a convolution's output: what its bias is corrected by [channels],
                           ///< or NULL
} mvq_tensor;

/** What int8 can be used for, which tensors share their steps, what comes behind them: all but
 * ranges and corrections. The model is a stream as mvz_network_model makes it; its stem and
 * first `float_layers` layers stay float, with 0 nothing does. tensors: [model->n_tensors],
 * zeroed. Errors: ARGUMENT (fewer layers), UNSUPPORTED (swish). */
movinet_status mvq_int8_plan(const tfl_model *model, int float_layers, mvq_tensor *tensors,
                             movinet_error *err);

/** The int8 model. twins, unless NULL: [model->n_tensors], for each wide tensor the int8 one
 * of the new model, else -1. The float model must outlive it. Errors: MEMORY. */
movinet_status mvq_int8_make(const tfl_model *model, const mvq_tensor *tensors, int *twins,
                             tfl_model *out, movinet_error *err);

/** Weights of a convolution as int8, symmetric per output channel. `input`: scale of what it
 * reads; the bias, in steps of input · scale, must fit an int32 with room for the sum. n: [out]
 * channels of `each` numbers; number k of channel c is at weights[c * channel + k * next]. */
typedef struct mvq_weights {
    const float *weights, *bias, *plus; ///< plus: added to the bias, or NULL
    int n, each;
    size_t channel, next;
    float input;
} mvq_weights;
void mvq_weights_make(const mvq_weights *w, int8_t *weights, float *scales, int32_t *bias);

#endif

/* The same network in the forms that other converters write.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_ZOO_OTHER_FORMS_H
#define MV_TESTS_ZOO_OTHER_FORMS_H

#include "tflite/tflite.h"

/** Convolutions without bias, and what is behind them as products and sums with constants;
 * activations as ops of their own; x · relu6(x + 3) / 6 for HARD_SWISH; SUM and a product for
 * MEAN; matrices for dense and classes. `way` varies which op is written how. Weights change
 * by powers of two alone, so that the numbers stay the same bit for bit. The model points
 * into the other, which is mvz_network_model's. */
tfl_model in_other_form(const tfl_model *model, int way);

#endif

/* A network from a .tflite model. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_NETWORK_READ_H
#define MV_ZOO_NETWORK_READ_H

#include "tflite/tflite.h"
#include "zoo/network.h"

/** Takes the network out of a model: float32, float16, dynamic range or int8, whose weights
 * become the numbers that they mean; streaming, or over a clip. Normalisations are folded
 * into biases (spec.no_norm), constants behind a convolution into its weights, but for the
 * scale of a layer. Pool states that nothing reads are left out. A network of the family's
 * form with other widths than the tables have has a variant of its own, named "custom".
 * Labels stay the model's; the model is not needed any more. Errors: UNSUPPORTED ("not a
 * MoViNet: …": what does not match, and where), FORMAT, MEMORY. */
movinet_status mvz_network_read(mvz_network **out, const tfl_model *model, movinet_error *err);

#endif

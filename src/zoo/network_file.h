/* A network as a .tflite model. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_NETWORK_FILE_H
#define MV_ZOO_NETWORK_FILE_H

#include "tflite/tflite.h"
#include "zoo/network.h"

/** The network in float32, normalisations folded into weights and biases; for
 * tfl_write, tfl_to_float16, tfl_to_dynamic_range. Streaming networks take a frame
 * [1, 1, size, size, 3] and their states, which have the published names and
 * shapes; base networks a clip [1, frames, size, size, 3]. labels: n_classes of them,
 * or NULL. The model does not need the network any more. Error: MEMORY. */
movinet_status mvz_network_model(const mvz_network *network, const char *const *labels,
                                 tfl_model *out, movinet_error *err);

#endif

/* Which inputs and outputs are states, which is the image, which the logits.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_GRAPH_STATES_H
#define MV_GRAPH_STATES_H

#include "graph/graph.h"

/** Sets states, image, logits and signature from the file's signature, or from
 * tensor names where it has none. */
movinet_status mvg_find_states(mvg_graph *graph, const tfl_model *file, movinet_error *err);

/** After all shapes are known: the ends must fit. Sets width, height, n_classes. */
movinet_status mvg_check_ends(mvg_graph *graph, movinet_error *err);

#endif

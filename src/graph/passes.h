/* Passes: each looks for one pattern and rewrites it, so that the plan has less
 * to do. A graph that no pass knows stays as it is. None changes a result.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_GRAPH_PASSES_H
#define MV_GRAPH_PASSES_H

#include "graph/graph.h"

/** All passes in their order. Errors: MEMORY. */
movinet_status mvg_optimize(mvg_graph *graph, movinet_error *err);

/** A state that holds the last taps − 1 frames of a tensor, and the convolution
 * over time that reads them with the new frame: no concatenation, no slice, no
 * copy; int8 where the frame is int8. The depthwise op becomes TEMPORAL. */
movinet_status mvg_pass_rings(mvg_graph *graph, movinet_error *err);
/** The same where float frames meet int8 weights, too, which nothing computes: for who
 * reads the graph. */
movinet_status mvg_pass_all_rings(mvg_graph *graph, movinet_error *err);
/** MUL, ADD, … of a BROADCAST_TO read its input; they broadcast by themselves. */
movinet_status mvg_pass_broadcast(mvg_graph *graph, movinet_error *err);
/** An op takes the elementwise ops behind it along: activations, requantization,
 * products with one constant number, and the addition of a skip connection. */
movinet_status mvg_pass_chains(mvg_graph *graph, movinet_error *err);
/** Where the image is only quantized, the quantized tensor is the image. */
movinet_status mvg_pass_image(mvg_graph *graph, movinet_error *err);
/** Ops that nobody reads are dropped. */
movinet_status mvg_pass_dead(mvg_graph *graph, movinet_error *err);

/* ---- for the passes themselves ---- */

/** Who reads each tensor. */
typedef struct mvg_uses {
    int *count;   ///< [n_tensors] readers; being the logits or a state's output counts
    int *reader;  ///< [n_tensors] the last op that reads it, -1 if none
} mvg_uses;

/** Counts anew; the arrays live in the graph's arena. */
movinet_status mvg_find_uses(mvg_graph *graph, mvg_uses *uses, movinet_error *err);

/** Replaces one input of an op. */
movinet_status mvg_set_input(mvg_graph *graph, int op, int input, int tensor, movinet_error *err);

/** Whether op `op` still has to be computed on its own. */
bool mvg_is_live(const mvg_op *op);
/** RESHAPE, SQUEEZE, EXPAND_DIMS. */
bool mvg_is_view(const mvg_op *op);
/** The tensor that this one is a view of, through any number of views. */
int mvg_view_of(const mvg_graph *graph, int tensor);
/** A constant whose elements are all the same bits. */
bool mvg_is_uniform(const mvg_tensor *t);
bool mvg_same_quant(const mvg_tensor *a, const mvg_tensor *b);

#endif

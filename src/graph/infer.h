/* Shapes and types of an op's outputs, worked out from its inputs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_GRAPH_INFER_H
#define MV_GRAPH_INFER_H

#include "graph/graph.h"

/** Checks op `op`'s inputs and sets its output tensors' rank, shape, count and
 * bytes. SHAPE, whose value is known as soon as its input's shape is, also gets
 * its data. Types of the outputs are the file's; the engine checks them. */
movinet_status mvg_infer(mvg_graph *graph, int op, movinet_error *err);

/** Sets rank, shape, count and bytes; refuses what is too large. */
movinet_status mvg_set_shape(mvg_graph *graph, int op, int tensor, int rank, const int32_t *shape,
                             movinet_error *err);

/** Reads a constant int32 or int64 vector of at most `capacity` numbers. */
movinet_status mvg_const_ints(const mvg_graph *graph, int op, int tensor, int capacity,
                              int32_t *out, int *n, movinet_error *err);

/** Output size and padding before the first element of one axis, as TensorFlow
 * defines SAME and VALID. Returns 0 where nothing fits. */
int mvg_window(int padding, int in, int filter, int stride, int dilation, int *pad_before);

#endif

/* The graph: a network's tensors and ops as the file gives them, with shapes
 * worked out and states paired. It knows what ops mean, not how they are
 * computed. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_GRAPH_GRAPH_H
#define MV_GRAPH_GRAPH_H

#include "tflite/tflite.h"

typedef struct mvg_tensor {
    const char *name;
    movinet_type type;
    int rank;
    int32_t shape[MOVINET_MAX_RANK];
    size_t count;              ///< elements
    size_t bytes;
    tfl_quant quant;
    void *data;                ///< constant, aligned as its type; or NULL
    bool owned;                ///< `data` is the graph's own, not the file's
    int producer;              ///< op index, -1: an input or a constant
} mvg_tensor;

typedef struct mvg_op {
    int code, version;
    int n_inputs, n_outputs;
    const int32_t *inputs, *outputs;
    const tfl_options *options;
    bool folded;               ///< its outputs are constants by now
    bool dropped;              ///< a pass made it needless
    int next;                  ///< op computed along with this one, behind it; -1: none
    int head;                  ///< op that takes this one along; -1: itself
    int ring;                  ///< TEMPORAL: index of its ring
    int64_t macs;
} mvg_op;

/** Ops that only passes make. */
enum { MVG_OP_TEMPORAL = 1000 }; ///< inputs: newest frame, weights [1, taps, 1, C], bias

typedef struct mvg_state {
    const char *name;
    int input, output;         ///< tensors; equal for a pass-through state
    int ring;                  ///< index of the ring that it became; -1: none
    bool unread;               ///< passes through and no op reads it
} mvg_state;

/** A stream buffer: the newest `taps` frames of a tensor. */
typedef struct mvg_ring {
    int state;                 ///< index
    int frame;                 ///< tensor of the newest frame (no view)
    int taps;
} mvg_ring;

typedef struct mvg_graph {
    int n_tensors, n_ops, n_states, n_rings;
    mvg_tensor *tensors;
    mvg_op *ops;
    mvg_state *states;
    mvg_ring *rings;           ///< room for one a state
    int image, logits;         ///< tensors; the image perhaps as a pass made it
    int width, height, frames; ///< of the image
    int n_classes;
    const char *signature;
    size_t constant_bytes;     ///< of data that is the graph's own
    mv_arena arena;
} mvg_graph;

/** Computes one op whose inputs are all constant; its output tensors' shapes
 * are set and data is allocated. The engine gives this. */
typedef movinet_status (*mvg_evaluate)(const mvg_graph *graph, int op, movinet_error *err);

/** From a parsed file: pairs states, works out and checks every shape and type,
 * folds constants. `file` must outlive the graph (names, options, scales).
 * Errors: UNSUPPORTED (names op, version, tensor, place), FORMAT, MEMORY. */
movinet_status mvg_build(mvg_graph *graph, const tfl_model *file, mvg_evaluate evaluate,
                         movinet_error *err);
void mvg_free(mvg_graph *graph);

/** tfl_op_name, and the names of ops that passes make. */
const char *mvg_op_name(int code);

/** "op 17 (CONV_2D v3), tensor 239 'name': " + message. */
movinet_status mvg_fail(const mvg_graph *graph, int op, int tensor, movinet_status status,
                        movinet_error *err, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif

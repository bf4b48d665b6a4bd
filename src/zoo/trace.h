/* What a tensor of a graph comes from, as a network has it: a convolution with all that is
 * constant behind it and its activation; a mean over the picture, over the frames so far.
 * Seen through views and quantization; int8 tensors are the real numbers that they mean.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_TRACE_H
#define MV_ZOO_TRACE_H

#include "graph/graph.h"
#include "zoo/network.h"

enum { MVZ_MAX_TAPS = 9, MVZ_MAX_AFTER = 4 };

/** A graph, and why it is none of ours. */
typedef struct mvz_trace {
    const mvg_graph *graph;
    int depth;       ///< how far the present try has come
    int why_depth;   ///< how far the best try came,
    char why[320];   ///< and why it went no further; "": nothing failed
} mvz_trace;

/** Notes why a tensor is not what it should be; false. */
bool mvz_trace_fail(mvz_trace *t, int tensor, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** A constant added behind a convolution, or multiplied. */
typedef struct mvz_after {
    int code;        ///< TFL_OP_ADD, SUB, MUL, DIV
    int constant;    ///< tensor: one number, or one a channel
    bool reversed;   ///< constant − x
} mvz_after;

typedef struct mvz_found {
    int n_ops;       ///< 0: not there
    int ops[MVZ_MAX_TAPS]; ///< one op; of a kernel over space and time, one a frame of it
    mvz_conv shape;  ///< kind, sizes and activation; no values
    int frames;      ///< pictures that it reads at once
    int in;          ///< tensor it reads: a source
    int n_after;
    mvz_after after[MVZ_MAX_AFTER]; ///< the last one first
    double factor;   ///< of a gate: what is behind the activation; else 1
} mvz_found;

/** The tensor that holds the same numbers, before any view, cut or quantization. */
int mvz_source(const mvg_graph *g, int tensor);
/** The op that writes a source; NULL: a constant or an input. */
const mvg_op *mvz_maker(const mvg_graph *g, int source);
/** Element i of a constant as the number that it means. */
double mvz_number(const mvg_tensor *t, size_t i);
/** A constant whose elements are all one number. */
bool mvz_is_number(const mvg_graph *g, int tensor, double *value);
/** The op's inputs (it has two) as a constant and a source; false if none or both are constant.
 * *second: the constant is the op's second input. */
bool mvz_with_constant(const mvg_graph *g, const mvg_op *op, int *constant, int *source,
                       bool *second);
/** Goes back through products with one number each: the first source that is none. */
int mvz_scaled(const mvg_graph *g, int tensor, double *factor);

/** activation(convolution, perhaps with constants behind it). */
bool mvz_trace_conv(mvz_trace *t, int tensor, mvz_found *out);
/** The same for a gate's: HARD_SIGMOID or SIGMOID, times a factor. */
bool mvz_trace_gate_conv(mvz_trace *t, int tensor, mvz_found *out);
/** Parts of these. One op: a convolution and its own activation. */
bool mvz_trace_op(mvz_trace *t, int source, mvz_found *out);
/** A convolution over space and time that is a sum of ops, one for each of its frames. */
bool mvz_trace_taps(mvz_trace *t, int source, mvz_found *out);
/** What is activated, and how; MVZ_LINEAR if no op of its own does that. */
mvz_activation mvz_trace_activation(const mvg_graph *g, int *source);

/** The mean of each channel over the picture, of a clip over its frames, too: of what. */
bool mvz_trace_mean(mvz_trace *t, int tensor, int *of);
/** The mean over all frames so far, kept in states: of what. */
bool mvz_trace_so_far(mvz_trace *t, int tensor, int *of);
/** The number of this frame, or with `counted` of all so far, from a state. */
bool mvz_is_count(const mvg_graph *g, int tensor, bool counted);

#endif

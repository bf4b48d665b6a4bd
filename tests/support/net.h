/* Networks made by hand, without a file: the structures that the reader gives.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_SUPPORT_NET_H
#define MV_TESTS_SUPPORT_NET_H

#include "tflite/tflite.h"

/** A network under construction. */
typedef struct net {
    tfl_model model;
    tfl_tensor tensors[64];
    tfl_op ops[32];
    int32_t links[32][8];
    int32_t inputs[16], outputs[16];
    tfl_signature signature;
    tfl_named in_names[16], out_names[16];
    float numbers[64][8];
    int32_t ints[64][8];
} net;

void net_begin(net *n);
/** Tensors; the index is returned. */
int net_tensor(net *n, const char *name, movinet_type type, int rank, const int32_t *shape);
int net_vector(net *n, const char *name, movinet_type type, int32_t length);
int net_ints(net *n, int count, const int32_t *values);   ///< a constant, at most 8
int net_floats(net *n, int count, const float *values);   ///< a constant, at most 8
/** The image input: [1, 1, 1, 2, 3]. */
int net_image(net *n);
/** Bytes that the caller keeps, as a tensor's constant data. */
void net_data(net *n, int tensor, const void *data, size_t size);
/** int8 with one scale (the caller keeps it). */
void net_quant(net *n, int tensor, const float *scale, const int32_t *zero);
/** An op with at most 7 inputs and one output. */
tfl_op *net_op(net *n, int code, int n_in, const int32_t *in, int out);
/** An input and an output of one name, as a state; either name may be NULL. */
void net_ends(net *n, int input, const char *in_name, int output, const char *out_name);
/** Signature "serving_default" over all ends so far. */
void net_sign(net *n);

#endif

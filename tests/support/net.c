/* SPDX-License-Identifier: Apache-2.0 */
#include "support/net.h"

#include <string.h>

void net_begin(net *n)
{
    memset(n, 0, sizeof *n);
    n->model.tensors = n->tensors;
    n->model.ops = n->ops;
    n->model.inputs = n->inputs;
    n->model.outputs = n->outputs;
    n->model.description = "";
}

int net_tensor(net *n, const char *name, movinet_type type, int rank, const int32_t *shape)
{
    tfl_tensor *t = &n->tensors[n->model.n_tensors];
    *t = (tfl_tensor){.name = name, .type = type, .rank = rank};
    memcpy(t->shape, shape, (size_t)rank * sizeof *shape);
    return n->model.n_tensors++;
}

int net_vector(net *n, const char *name, movinet_type type, int32_t length)
{
    return net_tensor(n, name, type, 1, &length);
}

int net_ints(net *n, int count, const int32_t *values)
{
    int t = net_vector(n, "ints", MOVINET_INT32, count);
    memcpy(n->ints[t], values, (size_t)count * sizeof *values);
    n->tensors[t].data = (const uint8_t *)n->ints[t];
    n->tensors[t].size = (size_t)count * sizeof *values;
    return t;
}

int net_floats(net *n, int count, const float *values)
{
    int t = net_vector(n, "floats", MOVINET_FLOAT32, count);
    memcpy(n->numbers[t], values, (size_t)count * sizeof *values);
    n->tensors[t].data = (const uint8_t *)n->numbers[t];
    n->tensors[t].size = (size_t)count * sizeof *values;
    return t;
}

int net_image(net *n)
{
    return net_tensor(n, "image", MOVINET_FLOAT32, 5, (int32_t[]){1, 1, 1, 2, 3});
}

tfl_op *net_op(net *n, int code, int n_in, const int32_t *in, int out)
{
    int i = n->model.n_ops++;
    memcpy(n->links[i], in, (size_t)n_in * sizeof *in);
    n->links[i][7] = out;
    n->ops[i] = (tfl_op){.code = code,
                         .version = 1,
                         .n_inputs = n_in,
                         .inputs = n->links[i],
                         .n_outputs = 1,
                         .outputs = &n->links[i][7]};
    n->ops[i].options.n_new_shape = -1;
    return &n->ops[i];
}

void net_ends(net *n, int input, const char *in_name, int output, const char *out_name)
{
    if (in_name) {
        n->in_names[n->model.n_inputs] = (tfl_named){in_name, input};
        n->inputs[n->model.n_inputs++] = input;
    }
    if (out_name) {
        n->out_names[n->model.n_outputs] = (tfl_named){out_name, output};
        n->outputs[n->model.n_outputs++] = output;
    }
}

void net_sign(net *n)
{
    n->signature = (tfl_signature){"serving_default", n->model.n_inputs, n->model.n_outputs,
                                   n->in_names, n->out_names};
    n->model.signatures = &n->signature;
    n->model.n_signatures = 1;
}

void net_data(net *n, int t, const void *data, size_t size)
{
    n->tensors[t].data = data;
    n->tensors[t].size = size;
}

void net_quant(net *n, int t, const float *scale, const int32_t *zero)
{
    n->tensors[t].quant = (tfl_quant){.n = 1, .scale = scale, .zero_point = zero};
}

/* libFuzzer target: the reader of .tflite files. A model that could be read is
 * walked through, so that sanitizers see every byte it points to, and taken for a network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/tflite.h"
#include "zoo/network_read.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static volatile uint64_t sink; /* the sums must not be optimised away */

static uint64_t walk(const tfl_model *model)
{
    uint64_t sum = strlen(model->description);
    for (int i = 0; i < model->n_tensors; i++) {
        const tfl_tensor *t = &model->tensors[i];
        sum += strlen(t->name) + (uint64_t)t->rank;
        if (t->data && t->size)
            sum += (uint64_t)t->data[0] + t->data[t->size - 1];
        for (int k = 0; k < t->quant.n; k++)
            sum += (uint64_t)t->quant.zero_point[k] + (t->quant.scale[k] > 1.0f);
    }
    for (int i = 0; i < model->n_ops; i++) {
        const tfl_op *op = &model->ops[i];
        sum += strlen(tfl_op_name(op->code)) + (op->custom ? strlen(op->custom) : 0);
        for (int k = 0; k < op->n_inputs; k++)
            sum += op->inputs[k] >= 0 ? (uint64_t)model->tensors[op->inputs[k]].rank : 0;
        for (int k = 0; k < op->n_outputs; k++)
            sum += (uint64_t)model->tensors[op->outputs[k]].rank;
    }
    for (int i = 0; i < model->n_labels; i++)
        sum += strlen(model->labels[i]);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    tfl_model model;
    movinet_error err;
    if (tfl_read(&model, bytes, size, &err))
        return 0;
    sink += walk(&model);
    mvz_network *network;
    if (!mvz_network_read(&network, &model, &err)) {
        for (size_t i = 0; i < network->n_values; i++)
            sink += network->values[i] > 0;
        mvz_network_close(network);
    }
    tfl_free(&model);
    return 0;
}

/* Models that several tests of this folder begin with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_TFLITE_SAMPLES_H
#define MV_TESTS_TFLITE_SAMPLES_H

#include "support/model_builder.h"

/** A small classifier: image [1,4,4,2] → int8 convolution with 3 channels (per
 * channel scales) → MEAN → RESHAPE, and one state that is passed on. Signature
 * "serving_default", description, no labels yet. Tensors: 0 image, 1 quantized
 * image, 2 weights, 3 bias, 4 convolved, 5 axes, 6 mean, 7 shape, 8 logits,
 * 9 state in, 10 state out. Ops: 0 QUANTIZE, 1 CONV_2D, 2 MEAN, 3 RESHAPE, 4 ADD. */
static inline mb_model *sample_model(void)
{
    static const int8_t weights[3 * 1 * 1 * 2] = {1, -2, 3, -4, 5, -6};
    static const int32_t bias[3] = {10, 20, 30};
    static const float weight_scales[3] = {0.5f, 0.25f, 0.125f};
    static const float bias_scales[3] = {0.05f, 0.025f, 0.0125f};
    mb_model *m = mb_new();
    int image = mb_tensor(m, "image", MOVINET_FLOAT32, 4, (int32_t[]){1, 4, 4, 2});
    int quantized = mb_quantized(m, "q", MOVINET_INT8, 4, (int32_t[]){1, 4, 4, 2}, 0.1f, -128);
    int w = mb_constant(m, "w", MOVINET_INT8, 4, (int32_t[]){3, 1, 1, 2}, weights);
    mb_quantize(m, w, 3, weight_scales, 3, (int64_t[]){0, 0, 0}, 0);
    int b = mb_constant(m, "b", MOVINET_INT32, 1, (int32_t[]){3}, bias);
    mb_quantize(m, b, 3, bias_scales, 0, NULL, 0);
    int convolved = mb_quantized(m, "c", MOVINET_INT8, 4, (int32_t[]){1, 4, 4, 3}, 0.2f, 3);
    int axes = mb_int32s(m, "axes", MB_IDS(1, 2));
    int mean = mb_quantized(m, "mean", MOVINET_INT8, 4, (int32_t[]){1, 1, 1, 3}, 0.2f, 3);
    int shape = mb_int32s(m, "shape", MB_IDS(1, 3));
    int logits = mb_quantized(m, "logits", MOVINET_INT8, 2, (int32_t[]){1, 3}, 0.2f, 3);
    int before = mb_tensor(m, "state in", MOVINET_INT32, 1, (int32_t[]){1});
    int after = mb_tensor(m, "state out", MOVINET_INT32, 1, (int32_t[]){1});
    mb_op(m, TFL_OP_QUANTIZE, 1, MB_IDS(image), MB_IDS(quantized), NULL);
    mb_op(m, TFL_OP_CONV_2D, 3, MB_IDS(quantized, w, b), MB_IDS(convolved),
          &(tfl_options){.stride_w = 1, .stride_h = 1, .activation = TFL_ACT_RELU6});
    mb_op(m, TFL_OP_MEAN, 2, MB_IDS(convolved, axes), MB_IDS(mean),
          &(tfl_options){.keep_dims = true});
    mb_op(m, TFL_OP_RESHAPE, 1, MB_IDS(mean, shape), MB_IDS(logits),
          &(tfl_options){.n_new_shape = 2, .new_shape = {1, 3}});
    mb_op(m, TFL_OP_ADD, 1, MB_IDS(before, before), MB_IDS(after), &(tfl_options){0});
    mb_inputs(m, MB_IDS(image, before));
    mb_outputs(m, MB_IDS(logits, after));
    mb_description(m, "a sample");
    int signature = mb_signature(m, "serving_default", 0);
    mb_signature_input(m, signature, "image", (uint32_t)image);
    mb_signature_input(m, signature, "state", (uint32_t)before);
    mb_signature_output(m, signature, "logits", (uint32_t)logits);
    mb_signature_output(m, signature, "state", (uint32_t)after);
    return m;
}

#endif

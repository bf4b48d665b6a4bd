/* SPDX-License-Identifier: Apache-2.0 */
#include "support/small_model.h"

mb_model *small_model(void)
{
    const int32_t color[5] = {1, 1, 1, 1, 3}, one[1] = {1}, row[2] = {1, 3};
    mb_model *m = mb_new();
    int image = mb_tensor(m, "serving_default_image:0", MOVINET_FLOAT32, 5,
                          (int32_t[]){1, 1, SMALL_HEIGHT, SMALL_WIDTH, 3});
    int sum = mb_tensor(m, "serving_default_state_sum:0", MOVINET_FLOAT32, 5, color);
    int count = mb_tensor(m, "serving_default_state_count:0", MOVINET_INT32, 1, one);
    int mean = mb_tensor(m, "mean", MOVINET_FLOAT32, 5, color);
    int scaled = mb_tensor(m, "scaled", MOVINET_FLOAT32, 5, color);
    int new_sum = mb_tensor(m, "new_sum", MOVINET_FLOAT32, 5, color);
    int new_count = mb_tensor(m, "new_count", MOVINET_INT32, 1, one);
    int real_count = mb_tensor(m, "real_count", MOVINET_FLOAT32, 1, one);
    int average = mb_tensor(m, "average", MOVINET_FLOAT32, 5, color);
    int logits = mb_tensor(m, "logits", MOVINET_FLOAT32, 2, row);
    mb_op(m, TFL_OP_MEAN, 1, MB_IDS(image, mb_int32s(m, "axes", MB_IDS(2, 3))), MB_IDS(mean),
          &(tfl_options){.keep_dims = true});
    mb_op(m, TFL_OP_MUL, 1, MB_IDS(mean, mb_scalar_f32(m, "eight", 8)), MB_IDS(scaled),
          &(tfl_options){0});
    mb_op(m, TFL_OP_ADD, 1, MB_IDS(sum, scaled), MB_IDS(new_sum), &(tfl_options){0});
    mb_op(m, TFL_OP_ADD, 1, MB_IDS(count, mb_scalar_i32(m, "step", 1)), MB_IDS(new_count),
          &(tfl_options){0});
    mb_op(m, TFL_OP_CAST, 1, MB_IDS(new_count), MB_IDS(real_count),
          &(tfl_options){.in_type = MOVINET_INT32, .out_type = MOVINET_FLOAT32});
    mb_op(m, TFL_OP_DIV, 1, MB_IDS(new_sum, real_count), MB_IDS(average), &(tfl_options){0});
    mb_op(m, TFL_OP_RESHAPE, 1, MB_IDS(average, mb_int32s(m, "shape", MB_IDS(1, 3))),
          MB_IDS(logits), &(tfl_options){.n_new_shape = -1});
    mb_inputs(m, MB_IDS(count, image, sum));
    mb_outputs(m, MB_IDS(new_count, new_sum, logits));
    int s = mb_signature(m, "serving_default", 0);
    mb_signature_input(m, s, "image", (uint32_t)image);
    mb_signature_input(m, s, "state_sum", (uint32_t)sum);
    mb_signature_input(m, s, "state_count", (uint32_t)count);
    mb_signature_output(m, s, "state_count", (uint32_t)new_count);
    mb_signature_output(m, s, "logits", (uint32_t)logits);
    mb_signature_output(m, s, "state_sum", (uint32_t)new_sum);
    mb_description(m, "mean colour so far");
    return m;
}

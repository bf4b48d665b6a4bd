/* The same network with smaller weights. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_PRECISION_H
#define MV_TFLITE_PRECISION_H

#include "tflite/tflite.h"

/* Both take a float32 model, which must outlive what is made of it. Error: MEMORY. */

/** Weights and biases of convolutions as float16, behind DEQUANTIZE ops. One that
 * has a number beyond float16 (65504) stays as it is. */
movinet_status tfl_to_float16(const tfl_model *model, tfl_model *out, movinet_error *err);

/** Weights of CONV_2D from 1024 numbers on as int8, symmetric by output channel. */
movinet_status tfl_to_dynamic_range(const tfl_model *model, tfl_model *out, movinet_error *err);

/** To float16, to the nearest, ties to even. */
uint16_t tfl_half(float value);

/** tfl_write_file of the float32 model in any of the precisions. */
movinet_status tfl_write_file_as(const tfl_model *model, movinet_precision precision,
                                 const char *path, movinet_error *err);

#endif

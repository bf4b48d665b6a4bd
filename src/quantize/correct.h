/* Biases that make up for what rounding shifts. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_QUANTIZE_CORRECT_H
#define MV_QUANTIZE_CORRECT_H

#include "quantize/int8.h"

/** Whether to go on; done of total convolutions. */
typedef bool mvq_going(void *user, int done, int total);

/** One convolution after another, in the order of the ops: the mean over frames and pixels of
 * each of its channels in the int8 model, all before it corrected, is brought to that in the
 * float model (Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias
 * Correction", 2019, section 4.2, by measured means). Sets tensors[…].plus, in `arena`. The
 * first `n` frames are looked at. Errors: MEMORY, CANCELLED. */
movinet_status mvq_correct(const mvq_frames *frames, int n, const tfl_model *model,
                           mvq_tensor *tensors, mv_arena *arena, mvq_going *going, void *user,
                           movinet_error *err);

#endif

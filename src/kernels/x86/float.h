/* The float kernels of x86, one bundle a set of instructions: the same sources
 * compiled with other flags. SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_FLOAT_H
#define MVK_X86_FLOAT_H

#include "kernels/set.h"

/* float_conv.c: within (K + 4) · 2^-23 · (Σ |x · w| + |bias|) of the exact sum of K
 * products, as are depthwise and temporal ones: sums are fused. How rows are split
 * never matters. */
const mvk_conv_kernel *mvk_choose_conv_avx2(const mvk_conv *conv);
const mvk_conv_kernel *mvk_choose_conv_avx512(const mvk_conv *conv);

/* float_depthwise.c, float_temporal.c */
const mvk_conv_kernel *mvk_choose_depthwise_avx2(const mvk_conv *conv);
const mvk_conv_kernel *mvk_choose_depthwise_avx512(const mvk_conv *conv);
const mvk_temporal_kernel *mvk_choose_temporal_avx2(const mvk_temporal *t);
const mvk_temporal_kernel *mvk_choose_temporal_avx512(const mvk_temporal *t);

/* float_elementwise.c: bit for bit what portable C gives, but for LOGISTIC, which is
 * within 4 · 2^-23 of the exact one's value. */
void mvk_binary_avx2(mvk_binary_op op, float act_min, float act_max, const mvk_broadcast *b,
                     const float *in0, const float *in1, float *out);
void mvk_binary_avx512(mvk_binary_op op, float act_min, float act_max, const mvk_broadcast *b,
                       const float *in0, const float *in1, float *out);
void mvk_unary_avx2(mvk_unary_op op, float alpha, const float *in, float *out, size_t n);
void mvk_unary_avx512(mvk_unary_op op, float alpha, const float *in, float *out, size_t n);
void mvk_dynamic_round_avx2(const float *in, float *out, size_t n);
void mvk_dynamic_round_avx512(const float *in, float *out, size_t n);

/* float_reduce.c: bit for bit what portable C gives. */
void mvk_average_pool_avx2(const mvk_pool *pool, const float *in, float *out);
void mvk_average_pool_avx512(const mvk_pool *pool, const float *in, float *out);
void mvk_reduce_avx2(const mvk_reduce *r, const float *in, float *out, void *scratch);
void mvk_reduce_avx512(const mvk_reduce *r, const float *in, float *out, void *scratch);

#endif

/* What the WebAssembly files offer each other. SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_WASM_WASM_H
#define MVK_WASM_WASM_H

#include "kernels/set.h"

/* conv_s8.c, depthwise_s8.c */
const mvk_conv_kernel *mvk_choose_conv_s8_simd128(const mvk_conv *conv);
const mvk_conv_kernel *mvk_choose_depthwise_s8_simd128(const mvk_conv *conv);
const mvk_temporal_kernel *mvk_choose_temporal_s8_simd128(const mvk_temporal *t);

/* binary_s8.c, elementwise_s8.c */
void mvk_binary_s8_simd128(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                           const int8_t *in1, int8_t *out);
void mvk_lookup_s8_simd128(const int8_t table[256], const int8_t *in, int8_t *out, size_t n);
void mvk_quantize_s8_simd128(float scale, int32_t zero, const float *in, int8_t *out, size_t n);
void mvk_dequantize_s8_simd128(float scale, int32_t zero, const int8_t *in, float *out, size_t n);
void mvk_average_pool_s8_simd128(const mvk_pool *pool, const int8_t *in, int8_t *out);

/* float_conv.c, float_depthwise.c: within (K + 4) · 2^-23 · (Σ |x · w| + |bias|) of the exact
 * sum of K products. How rows are split never matters. */
const mvk_conv_kernel *mvk_choose_conv_f32_simd128(const mvk_conv *conv);
const mvk_conv_kernel *mvk_choose_depthwise_f32_simd128(const mvk_conv *conv);
const mvk_temporal_kernel *mvk_choose_temporal_f32_simd128(const mvk_temporal *t);

/* float_elementwise.c: bit for bit what portable C gives, but for LOGISTIC, which is within
 * 4 · 2^-23 of the exact one's value. What is not here clang makes vectors of by itself. */
void mvk_unary_f32_simd128(mvk_unary_op op, float alpha, const float *in, float *out, size_t n);
void mvk_dynamic_round_simd128(const float *in, float *out, size_t n);

#endif

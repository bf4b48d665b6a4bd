/* What the x86 files offer each other. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_X86_X86_H
#define MV_KERNELS_X86_X86_H

#include "kernels/set.h"

/* NULL: the shape is not for this kernel. */
const mvk_conv_kernel *mvk_conv_s8_avx512(const mvk_conv *conv);
const mvk_conv_kernel *mvk_conv_small_s8_avx512(const mvk_conv *conv);
const mvk_conv_kernel *mvk_depthwise_s8_avx512(const mvk_conv *conv);
const mvk_temporal_kernel *mvk_temporal_s8_avx512(const mvk_temporal *t);

/* The same sources compiled for each, and for tests with VPDPBUSD emulated. */
const mvk_conv_kernel *mvk_conv_s8_avx2(const mvk_conv *conv);
const mvk_conv_kernel *mvk_conv_s8_avxvnni(const mvk_conv *conv);
const mvk_conv_kernel *mvk_conv_s8_emulated(const mvk_conv *conv);
const mvk_conv_kernel *mvk_depthwise_s8_avx2(const mvk_conv *conv);
const mvk_conv_kernel *mvk_depthwise_s8_avxvnni(const mvk_conv *conv);
const mvk_conv_kernel *mvk_depthwise_s8_emulated(const mvk_conv *conv);
const mvk_temporal_kernel *mvk_temporal_s8_avx2(const mvk_temporal *t);
const mvk_temporal_kernel *mvk_temporal_s8_avxvnni(const mvk_temporal *t);
const mvk_temporal_kernel *mvk_temporal_s8_emulated(const mvk_temporal *t);

void mvk_lookup_s8_avx512(const int8_t table[256], const int8_t *in, int8_t *out, size_t n);
void mvk_prepare_binary_s8_avx512(mvk_binary_s8 *p);
void mvk_binary_s8_avx512(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                          const int8_t *in1, int8_t *out);
void mvk_average_pool_s8_avx512(const mvk_pool *pool, const int8_t *in, int8_t *out);
void mvk_quantize_s8_avx512(float scale, int32_t zero, const float *in, int8_t *out, size_t n);

void mvk_lookup_s8_avx2(const int8_t table[256], const int8_t *in, int8_t *out, size_t n);
void mvk_prepare_binary_s8_avx2(mvk_binary_s8 *p);
void mvk_binary_s8_avx2(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                        const int8_t *in1, int8_t *out);
void mvk_quantize_s8_avx2(float scale, int32_t zero, const float *in, int8_t *out, size_t n);
void mvk_dequantize_s8_avx2(float scale, int32_t zero, const int8_t *in, float *out, size_t n);
void mvk_average_pool_s8_avx2(const mvk_pool *pool, const int8_t *in, int8_t *out);

#endif

/* Which int8 kernels an x86 processor gets. SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "kernels/x86/x86.h"

/* The set's own kernels, or for shapes that are not for them the portable ones. */
#define CHOOSE(set)                                                                                \
    static const mvk_conv_kernel *conv_##set(const mvk_conv *c)                                    \
    {                                                                                              \
        const mvk_conv_kernel *k = mvk_conv_s8_##set(c);                                           \
        return k ? k : &mvk_conv_s8_c;                                                             \
    }                                                                                              \
    static const mvk_conv_kernel *depthwise_##set(const mvk_conv *c)                               \
    {                                                                                              \
        const mvk_conv_kernel *k = mvk_depthwise_s8_##set(c);                                      \
        return k ? k : &mvk_depthwise_s8_c;                                                        \
    }                                                                                              \
    static const mvk_temporal_kernel *temporal_##set(const mvk_temporal *t)                        \
    {                                                                                              \
        const mvk_temporal_kernel *k = mvk_temporal_s8_##set(t);                                   \
        return k ? k : &mvk_temporal_s8_c;                                                         \
    }
CHOOSE(avx2)
CHOOSE(avxvnni)
CHOOSE(avx512)

void mvk_set_init_x86_int8(mvk_set *set)
{
    if (set->cpu & MV_CPU_AVX2) {
        set->conv_s8 = conv_avx2;
        set->depthwise_s8 = depthwise_avx2;
        set->temporal_s8 = temporal_avx2;
        set->lookup_s8 = mvk_lookup_s8_avx2;
        set->quantize_s8 = mvk_quantize_s8_avx2;
        set->dequantize_s8 = mvk_dequantize_s8_avx2;
        set->prepare_binary_s8 = mvk_prepare_binary_s8_avx2;
        set->binary_s8 = mvk_binary_s8_avx2;
        set->average_pool_s8 = mvk_average_pool_s8_avx2;
    }
    if (set->cpu & MV_CPU_AVXVNNI) {
        set->conv_s8 = conv_avxvnni;
        set->depthwise_s8 = depthwise_avxvnni;
        set->temporal_s8 = temporal_avxvnni;
    }
    if (!(set->cpu & MV_CPU_AVX512VNNI))
        return;
    set->conv_s8 = conv_avx512;
    set->depthwise_s8 = depthwise_avx512;
    set->temporal_s8 = temporal_avx512;
    set->average_pool_s8 = mvk_average_pool_s8_avx512;
    set->lookup_s8 = mvk_lookup_s8_avx512;
    set->quantize_s8 = mvk_quantize_s8_avx512;
    set->prepare_binary_s8 = mvk_prepare_binary_s8_avx512;
    set->binary_s8 = mvk_binary_s8_avx512;
}

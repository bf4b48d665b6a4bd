/* Which int8 kernels an x86 processor gets. SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "kernels/x86/x86.h"

static const mvk_conv_kernel *conv(const mvk_conv *c)
{
    const mvk_conv_kernel *k = mvk_conv_s8_avx512(c);
    return k ? k : &mvk_conv_s8_c;
}

static const mvk_conv_kernel *depthwise(const mvk_conv *c)
{
    const mvk_conv_kernel *k = mvk_depthwise_s8_avx512(c);
    return k ? k : &mvk_depthwise_s8_c;
}

static const mvk_temporal_kernel *temporal(const mvk_temporal *t)
{
    const mvk_temporal_kernel *k = mvk_temporal_s8_avx512(t);
    return k ? k : &mvk_temporal_s8_c;
}

void mvk_set_init_x86_int8(mvk_set *set)
{
    if (!(set->cpu & MV_CPU_AVX512VNNI))
        return;
    set->conv_s8 = conv;
    set->depthwise_s8 = depthwise;
    set->temporal_s8 = temporal;
    set->average_pool_s8 = mvk_average_pool_s8_avx512;
    set->lookup_s8 = mvk_lookup_s8_avx512;
    set->quantize_s8 = mvk_quantize_s8_avx512;
    set->prepare_binary_s8 = mvk_prepare_binary_s8_avx512;
    set->binary_s8 = mvk_binary_s8_avx512;
}

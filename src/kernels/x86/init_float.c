/* Which float kernels override the portable ones. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/float.h"

#include "core/cpu.h"

static void use_avx2(mvk_set *set)
{
    set->conv_f32 = mvk_choose_conv_avx2;
    set->depthwise_f32 = mvk_choose_depthwise_avx2;
    set->temporal_f32 = mvk_choose_temporal_avx2;
    set->binary_f32 = mvk_binary_avx2;
    set->unary_f32 = mvk_unary_avx2;
    set->dynamic_round = mvk_dynamic_round_avx2;
    set->average_pool_f32 = mvk_average_pool_avx2;
    set->reduce_f32 = mvk_reduce_avx2;
}

static void use_avx512(mvk_set *set)
{
    set->conv_f32 = mvk_choose_conv_avx512;
    set->depthwise_f32 = mvk_choose_depthwise_avx512;
    set->temporal_f32 = mvk_choose_temporal_avx512;
    set->binary_f32 = mvk_binary_avx512;
    set->unary_f32 = mvk_unary_avx512;
    set->dynamic_round = mvk_dynamic_round_avx512;
    set->average_pool_f32 = mvk_average_pool_avx512;
    set->reduce_f32 = mvk_reduce_avx512;
}

void mvk_set_init_x86_float(mvk_set *set)
{
    if (set->cpu & MV_CPU_AVX512VNNI)
        use_avx512(set);
    else if (set->cpu & MV_CPU_AVX2)
        use_avx2(set);
}

/* Which kernels an Arm 64 processor gets. SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "kernels/arm/arm.h"

void mvk_set_init_arm(mvk_set *set)
{
    if (!(set->cpu & MV_CPU_NEON))
        return;
    set->conv_s8 = set->cpu & MV_CPU_I8MM      ? mvk_choose_conv_s8_i8mm
                   : set->cpu & MV_CPU_DOTPROD ? mvk_choose_conv_s8_dotprod
                                               : mvk_choose_conv_s8_neon;
    set->depthwise_s8 = mvk_choose_depthwise_s8_neon;
    set->temporal_s8 = mvk_choose_temporal_s8_neon;
    set->average_pool_s8 = mvk_average_pool_s8_neon;
    set->binary_s8 = mvk_binary_s8_neon;
    set->lookup_s8 = mvk_lookup_s8_neon;
    set->quantize_s8 = mvk_quantize_s8_neon;
    set->dequantize_s8 = mvk_dequantize_s8_neon;
    set->conv_f32 = mvk_choose_conv_f32_neon;
    set->depthwise_f32 = mvk_choose_depthwise_f32_neon;
    set->temporal_f32 = mvk_choose_temporal_f32_neon;
    set->unary_f32 = mvk_unary_f32_neon;
    set->dynamic_round = mvk_dynamic_round_neon;
}

/* Which kernels WebAssembly with SIMD gets. SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "kernels/wasm/wasm.h"

void mvk_set_init_wasm(mvk_set *set)
{
    if (!(set->cpu & MV_CPU_SIMD128))
        return;
    set->conv_s8 = mvk_choose_conv_s8_simd128;
    set->depthwise_s8 = mvk_choose_depthwise_s8_simd128;
    set->temporal_s8 = mvk_choose_temporal_s8_simd128;
    set->average_pool_s8 = mvk_average_pool_s8_simd128;
    set->binary_s8 = mvk_binary_s8_simd128;
    set->lookup_s8 = mvk_lookup_s8_simd128;
    set->quantize_s8 = mvk_quantize_s8_simd128;
    set->dequantize_s8 = mvk_dequantize_s8_simd128;
    set->conv_f32 = mvk_choose_conv_f32_simd128;
    set->depthwise_f32 = mvk_choose_depthwise_f32_simd128;
    set->temporal_f32 = mvk_choose_temporal_f32_simd128;
    set->unary_f32 = mvk_unary_f32_simd128;
    set->dynamic_round = mvk_dynamic_round_simd128;
}

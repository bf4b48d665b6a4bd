/* The portable entries, and who overrides them. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/set.h"

static void pack_conv_s8(const mvk_conv *conv, const void *weights, void *packed)
{
    mvk_conv_s8_pack(conv, weights, packed);
}

static void run_conv_s8(const mvk_conv *conv, const void *in, void *out, int begin, int end)
{
    mvk_conv_s8(conv, in, out, begin, end);
}

static void pack_conv_f32(const mvk_conv *conv, const void *weights, void *packed)
{
    mvk_conv_f32_pack(conv, weights, packed);
}

static void run_conv_f32(const mvk_conv *conv, const void *in, void *out, int begin, int end)
{
    mvk_conv_f32(conv, in, out, begin, end);
}

static void pack_depthwise_s8(const mvk_conv *conv, const void *weights, void *packed)
{
    mvk_depthwise_s8_pack(conv, weights, packed);
}

static void run_depthwise_s8(const mvk_conv *conv, const void *in, void *out, int begin, int end)
{
    mvk_depthwise_s8(conv, in, out, begin, end);
}

static void pack_depthwise_f32(const mvk_conv *conv, const void *weights, void *packed)
{
    mvk_depthwise_f32_pack(conv, weights, packed);
}

static void run_depthwise_f32(const mvk_conv *conv, const void *in, void *out, int begin, int end)
{
    mvk_depthwise_f32(conv, in, out, begin, end);
}

const mvk_conv_kernel mvk_conv_s8_c = {"conv s8 c", mvk_conv_s8_packed_size, pack_conv_s8,
                                       run_conv_s8};
const mvk_conv_kernel mvk_conv_f32_c = {"conv f32 c", mvk_conv_f32_packed_size, pack_conv_f32,
                                        run_conv_f32};
const mvk_conv_kernel mvk_depthwise_s8_c = {"depthwise s8 c", mvk_depthwise_s8_packed_size,
                                            pack_depthwise_s8, run_depthwise_s8};
const mvk_conv_kernel mvk_depthwise_f32_c = {"depthwise f32 c", mvk_depthwise_f32_packed_size,
                                             pack_depthwise_f32, run_depthwise_f32};

static const mvk_conv_kernel *conv_s8(const mvk_conv *conv)
{
    (void)conv;
    return &mvk_conv_s8_c;
}

static const mvk_conv_kernel *conv_f32(const mvk_conv *conv)
{
    (void)conv;
    return &mvk_conv_f32_c;
}

static const mvk_conv_kernel *depthwise_s8(const mvk_conv *conv)
{
    (void)conv;
    return &mvk_depthwise_s8_c;
}

static const mvk_conv_kernel *depthwise_f32(const mvk_conv *conv)
{
    (void)conv;
    return &mvk_depthwise_f32_c;
}

static const mvk_temporal_kernel *temporal_s8(const mvk_temporal *t)
{
    (void)t;
    return &mvk_temporal_s8_c;
}

static const mvk_temporal_kernel *temporal_f32(const mvk_temporal *t)
{
    (void)t;
    return &mvk_temporal_f32_c;
}

static void prepare_nothing(mvk_binary_s8 *p)
{
    (void)p;
}

void mvk_set_init(mvk_set *set, unsigned cpu)
{
    *set = (mvk_set){
        .cpu = cpu,
        .conv_s8 = conv_s8,
        .conv_f32 = conv_f32,
        .depthwise_s8 = depthwise_s8,
        .depthwise_f32 = depthwise_f32,
        .temporal_s8 = temporal_s8,
        .temporal_f32 = temporal_f32,
        .average_pool_s8 = mvk_average_pool_s8,
        .average_pool_f32 = mvk_average_pool_f32,
        .prepare_binary_s8 = prepare_nothing,
        .binary_s8 = mvk_binary_s8_run,
        .binary_f32 = mvk_binary_f32,
        .unary_f32 = mvk_unary_f32,
        .lookup_s8 = mvk_lookup_s8,
        .quantize_s8 = mvk_quantize_s8,
        .dequantize_s8 = mvk_dequantize_s8,
        .dynamic_round = mvk_dynamic_round,
        .reduce_s8 = mvk_reduce_s8,
        .reduce_f32 = mvk_reduce_f32,
    };
#if defined(MVK_X86)
    mvk_set_init_x86_int8(set);
    mvk_set_init_x86_float(set);
#elif defined(MVK_ARM)
    mvk_set_init_arm(set);
#elif defined(MVK_WASM)
    mvk_set_init_wasm(set);
#endif
}

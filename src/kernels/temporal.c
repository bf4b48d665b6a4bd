/* Depthwise convolution over time, frames at any place in memory: the newest
 * taps frames of a ring. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"
#include "kernels/set.h"

#include <string.h>

static size_t packed_size_s8(const mvk_temporal *t)
{
    return (size_t)t->taps * (size_t)t->channels;
}

static void pack_s8(const mvk_temporal *t, const void *weights, void *packed)
{
    memcpy(packed, weights, packed_size_s8(t));
}

static void run_s8(const mvk_temporal *t, const void *const *frames, void *out, int begin, int end)
{
    const int8_t *w = t->packed;
    const int32_t *bias = t->bias;
    for (int i = begin; i < end; i++) {
        int8_t *to = (int8_t *)out + (size_t)i * (size_t)t->channels;
        for (int c = 0; c < t->channels; c++) {
            int32_t sum = bias ? bias[c] : 0;
            for (int k = 0; k < t->taps; k++) {
                const int8_t *in = (const int8_t *)frames[k] + (size_t)i * (size_t)t->channels;
                sum = mvk_add_wrap(sum, (in[c] - t->in_zero) * w[k * t->channels + c]);
            }
            int32_t q = mvk_add_wrap(mvk_rescale(sum, t->scale[c]), t->out_zero);
            to[c] = (int8_t)mvk_clamp(q, t->act_min, t->act_max);
        }
    }
}

static size_t packed_size_f32(const mvk_temporal *t)
{
    return packed_size_s8(t) * sizeof(float);
}

static void pack_f32(const mvk_temporal *t, const void *weights, void *packed)
{
    memcpy(packed, weights, packed_size_f32(t));
}

static void run_f32(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                    int end)
{
    const float *w = t->packed, *bias = t->bias;
    for (int i = begin; i < end; i++) {
        float *to = (float *)out + (size_t)i * (size_t)t->channels;
        for (int c = 0; c < t->channels; c++)
            to[c] = 0;
        for (int k = 0; k < t->taps; k++) {
            const float *in = (const float *)frames[k] + (size_t)i * (size_t)t->channels;
            for (int c = 0; c < t->channels; c++)
                to[c] += in[c] * w[k * t->channels + c];
        }
        for (int c = 0; c < t->channels; c++) {
            float x = to[c] + (bias ? bias[c] : 0);
            x = x < t->act_min_f ? t->act_min_f : x;
            to[c] = x > t->act_max_f ? t->act_max_f : x;
        }
    }
}

const mvk_temporal_kernel mvk_temporal_s8_c = {"temporal s8 c", packed_size_s8, pack_s8, run_s8};
const mvk_temporal_kernel mvk_temporal_f32_c = {"temporal f32 c", packed_size_f32, pack_f32,
                                                run_f32};

/* Packed weights of depthwise convolutions, over space and over time: eight channels at a
 * time, taps interleaved as dot products want them. One over time is a kernel of one column.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_X86_TAPS_AVX2_H
#define MVK_X86_TAPS_AVX2_H

#include "kernels/x86/dot_avx2.h"

/* Begins a packed block; then parameters. Weights: [vectors][kernel_w]
 * [groups][8 channels][MVK_TAPS], as they are multiplied: 32 bytes. */
typedef struct mvk_packed8 {
    int groups;  ///< of MVK_TAPS rows of the kernel
    int vectors; ///< of 8 channels
    size_t weights;
} mvk_packed8;

static inline mvk_packed8 mvk_layout8(const mvk_conv *c)
{
    mvk_packed8 p = {(c->kernel_h + MVK_TAPS - 1) / MVK_TAPS, (c->out_c + 7) / 8, 64};
    p.weights += (size_t)p.vectors * sizeof(mvk_param8);
    return p;
}

static inline size_t mvk_packed8_size(const mvk_conv *c)
{
    mvk_packed8 p = mvk_layout8(c);
    return p.weights + (size_t)p.vectors * (size_t)p.groups * (size_t)c->kernel_w * 32;
}

static inline void mvk_pack8(const mvk_conv *c, const void *weights, void *to)
{
    const mvk_packed8 p = mvk_layout8(c);
    const size_t size = (size_t)c->out_c;
    const int32_t *bias = c->bias;
    const int taps = c->kernel_h * c->kernel_w;
    mvk_param8 *params = (mvk_param8 *)(void *)((char *)to + 64);
    memset(to, 0, mvk_packed8_size(c));
    memcpy(to, &p, sizeof p);
    for (int v = 0; v < p.vectors; v++) {
        const int n = c->out_c - 8 * v < 8 ? c->out_c - 8 * v : 8;
        char *out = (char *)to + p.weights + (size_t)v * (size_t)(c->kernel_w * p.groups) * 32;
        mvk_channel channel[8];
        for (int lane = 0; lane < n; lane++) {
            const int o = 8 * v + lane;
            const int8_t *w = (const int8_t *)weights + o;
            channel[lane] = mvk_channel_of(w, taps, size, c->in_zero, MVK_OFFSET,
                                           bias ? bias[o] : 0, c->scale[o]);
            for (int k = 0; k < taps; k++) {
                const int ky = k / c->kernel_w, kx = k % c->kernel_w;
                const int group = kx * p.groups + ky / MVK_TAPS;
                mvk_pack_tap(out + (size_t)group * 32, lane, ky % MVK_TAPS, w[(size_t)k * size]);
            }
        }
        mvk_param8_set(&params[v], channel, n, c->out_zero, c->act_min, c->act_max,
                       (int64_t)c->batch * c->out_h * c->out_w > 4);
    }
}

#endif

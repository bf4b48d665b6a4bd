/* Float depthwise convolution over space or time: 16 channels of one output position at a
 * time, whose sums live in registers. Taps outside the picture are left out. The last
 * channels of a position, if fewer than 4, are done together with some that were done
 * before. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

#include <string.h>

enum { MAX_TAPS = 64, MIN_CHANNELS = 4 };

/* ---- one output position ------------------------------------------------------------ */

/* Packed: bias [channels], then weights [taps][channels]. */
typedef struct job {
    int channels, taps;           ///< taps: those that there are
    const float *bias, *weights;
    const float *x[MAX_TAPS];     ///< where each tap's channels are
    const float *w[MAX_TAPS];
    float low, high;
} job;

static void pack_taps(int taps, int channels, const float *bias, const void *weights, float *to)
{
    size_t bytes = (size_t)channels * sizeof *to;

    if (bias)
        memcpy(to, bias, bytes);
    else
        memset(to, 0, bytes);
    memcpy(to + channels, weights, (size_t)taps * bytes);
}

/* 4 · vectors channels from c; `vectors` is a constant here. */
ALWAYS_INLINE void channels(const job *j, int c, float *out, const int vectors)
{
    const v128_t low = wasm_f32x4_splat(j->low), high = wasm_f32x4_splat(j->high);
    v128_t sum[4];

    UNROLL for (int v = 0; v < vectors; v++)
        sum[v] = wasm_v128_load(j->bias + c + 4 * v);
    for (int t = 0; t < j->taps; t++) {
        const float *x = j->x[t] + c, *w = j->w[t] + c;

        UNROLL for (int v = 0; v < vectors; v++)
            sum[v] = wasm_f32x4_add(sum[v], wasm_f32x4_mul(wasm_v128_load(x + 4 * v),
                                                           wasm_v128_load(w + 4 * v)));
    }
    UNROLL for (int v = 0; v < vectors; v++)
        wasm_v128_store(out + c + 4 * v, wasm_f32x4_pmin(wasm_f32x4_pmax(sum[v], low), high));
}

static void position(const job *j, float *out)
{
    int c = 0;

    for (; c + 16 <= j->channels; c += 16)
        channels(j, c, out, 4);
    for (; c + 4 <= j->channels; c += 4)
        channels(j, c, out, 1);
    if (c < j->channels)
        channels(j, j->channels - 4, out, 1);
}

/* ---- over space ----------------------------------------------------------------------- */

static size_t packed_size(const mvk_conv *conv)
{
    return ((size_t)conv->kernel_h * (size_t)conv->kernel_w + 1) * (size_t)conv->out_c *
           sizeof(float);
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    pack_taps(conv->kernel_h * conv->kernel_w, conv->out_c, conv->bias, weights, packed);
}

/* The taps of output pixel (row, ox) that are in the picture. */
static void taps_at(const mvk_conv *conv, job *j, const float *in, int row, int ox)
{
    ptrdiff_t width = conv->in_w, size = conv->in_c;
    int y0 = row % conv->out_h * conv->stride_h - conv->pad_top;
    int x0 = ox * conv->stride_w - conv->pad_left;

    in += row / conv->out_h * conv->in_h * width * size;
    j->taps = 0;
    for (int ky = 0; ky < conv->kernel_h; ky++) {
        int y = y0 + ky * conv->dilation_h;

        if (y < 0 || y >= conv->in_h)
            continue;
        for (int kx = 0; kx < conv->kernel_w; kx++) {
            int x = x0 + kx * conv->dilation_w;

            if (x < 0 || x >= conv->in_w)
                continue;
            j->x[j->taps] = in + (y * width + x) * size;
            j->w[j->taps++] = j->weights + (ptrdiff_t)(ky * conv->kernel_w + kx) * size;
        }
    }
}

static void run(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    int span = (conv->kernel_w - 1) * conv->dilation_w + 1;
    ptrdiff_t step = (ptrdiff_t)conv->stride_w * conv->in_c;
    float *to = (float *)out + (ptrdiff_t)row_begin * conv->out_w * conv->out_c;
    job j = {.channels = conv->out_c, .low = conv->act_min_f, .high = conv->act_max_f};

    j.bias = conv->packed;
    j.weights = j.bias + conv->out_c;
    for (int row = row_begin; row < row_end; row++) {
        bool follows = false;

        for (int ox = 0; ox < conv->out_w; ox++, to += conv->out_c) {
            int x0 = ox * conv->stride_w - conv->pad_left;
            bool within = x0 >= 0 && x0 + span <= conv->in_w;

            if (within && follows) /* the same taps, one step on */
                for (int t = 0; t < j.taps; t++)
                    j.x[t] += step;
            else
                taps_at(conv, &j, in, row, ox);
            position(&j, to);
            follows = within;
        }
    }
}

static const mvk_conv_kernel kernel = {"depthwise f32 simd128", packed_size, pack, run};

const mvk_conv_kernel *mvk_choose_depthwise_f32_simd128(const mvk_conv *conv)
{
    bool fits = conv->depth_multiplier == 1 && conv->out_c >= MIN_CHANNELS &&
                (int64_t)conv->kernel_h * conv->kernel_w <= MAX_TAPS;

    return fits ? &kernel : &mvk_depthwise_f32_c;
}

/* ---- over time ------------------------------------------------------------------------ */

static size_t temporal_size(const mvk_temporal *t)
{
    return ((size_t)t->taps + 1) * (size_t)t->channels * sizeof(float);
}

static void temporal_pack(const mvk_temporal *t, const void *weights, void *packed)
{
    pack_taps(t->taps, t->channels, t->bias, weights, packed);
}

static void temporal_run(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                         int end)
{
    job j = {.channels = t->channels, .taps = t->taps, .low = t->act_min_f, .high = t->act_max_f};
    ptrdiff_t at = (ptrdiff_t)begin * t->channels;

    j.bias = t->packed;
    for (int k = 0; k < t->taps; k++) {
        j.x[k] = (const float *)frames[k] + at;
        j.w[k] = j.bias + (ptrdiff_t)(k + 1) * t->channels;
    }
    for (int i = begin; i < end; i++, at += t->channels) {
        position(&j, (float *)out + at);
        for (int k = 0; k < t->taps; k++)
            j.x[k] += t->channels;
    }
}

static const mvk_temporal_kernel temporal = {"temporal f32 simd128", temporal_size, temporal_pack,
                                             temporal_run};

const mvk_temporal_kernel *mvk_choose_temporal_f32_simd128(const mvk_temporal *t)
{
    return t->taps <= MVK_MAX_TAPS && t->channels >= MIN_CHANNELS ? &temporal
                                                                  : &mvk_temporal_f32_c;
}

/* int8 depthwise convolution over space or time: 8 channels of one output position at a time,
 * two taps together, as pairs of int16. A tap outside the picture reads a row of zero points,
 * so that the zero point is in the bias everywhere. The last channels, if fewer than 8, are
 * copied side by side first. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

#include <string.h>

enum { BLOCK = 8, MAX_TAPS = 64 };

/* ---- packing, the same for both ----------------------------------------------------- */

/* For each block mvk_param8, then int16 [(taps + 1) / 2][8 channels][2]; behind all blocks
 * int8 [channels]: zero points. */
static size_t block_size(int taps)
{
    return sizeof(mvk_param8) + (size_t)((taps + 1) / 2) * 2 * BLOCK * sizeof(int16_t);
}

static size_t blocks_size(int taps, int channels)
{
    return block_size(taps) * (size_t)((channels + BLOCK - 1) / BLOCK);
}

static size_t size_of(int taps, int channels)
{
    return blocks_size(taps, channels) + (size_t)channels;
}

/* The output's zero point and limits. */
typedef struct limits {
    int32_t zero, low, high;
} limits;

static void pack_taps(int taps, int channels, int32_t in_zero, const int32_t *bias,
                      const mvk_scale *scale, limits l, const int8_t *weights, char *to)
{
    memset(to + blocks_size(taps, channels), in_zero, (size_t)channels);
    for (int first = 0; first < channels; first += BLOCK, to += block_size(taps)) {
        int n = channels - first < BLOCK ? channels - first : BLOCK;
        int16_t *w = (int16_t *)(void *)(to + sizeof(mvk_param8));
        mvk_channel channel[BLOCK];

        for (int c = 0; c < n; c++) {
            const int8_t *from = weights + first + c;

            channel[c] = mvk_channel_of(from, taps, (size_t)channels, in_zero,
                                        bias ? bias[first + c] : 0, scale[first + c]);
            for (int t = 0; t < taps; t++)
                w[t / 2 * 2 * BLOCK + c * 2 + t % 2] = from[(ptrdiff_t)t * channels];
        }
        mvk_param8_set((mvk_param8 *)(void *)to, channel, n, l.zero, l.low, l.high);
    }
}

/* ---- one output position ------------------------------------------------------------- */

typedef struct job {
    int taps, channels;
    size_t block;
    const char *blocks;
    const int8_t *zeros;
    mvk_finish finish;
} job;

static job job_init(const void *packed, int taps, int channels, limits l)
{
    job j = {.taps = taps, .channels = channels, .block = block_size(taps), .blocks = packed};

    j.zeros = (const int8_t *)packed + blocks_size(taps, channels);
    j.finish = mvk_finish_init(l.zero, l.low, l.high);
    return j;
}

/* Channels c … c+7, scaled, as int16; x[taps]: where each tap's channels are. `taps` may be a
 * constant. */
ALWAYS_INLINE v128_t sum_eight(const char *block, int taps, const int8_t *const *x, int c)
{
    const mvk_param8 *p = (const mvk_param8 *)(const void *)block;
    const int16_t *w = (const int16_t *)(const void *)(block + sizeof *p);
    v128_t sums[1][2] = {{wasm_v128_load(p->bias), wasm_v128_load(p->bias + 4)}}, y;
    int t = 0;

    for (; t + 2 <= taps; t += 2, w += 2 * BLOCK) {
        v128_t x0 = mvk_load8_s16(x[t] + c), x1 = mvk_load8_s16(x[t + 1] + c);
        v128_t low = wasm_i16x8_shuffle(x0, x1, 0, 8, 1, 9, 2, 10, 3, 11);
        v128_t high = wasm_i16x8_shuffle(x0, x1, 4, 12, 5, 13, 6, 14, 7, 15);

        sums[0][0] = wasm_i32x4_add(sums[0][0], wasm_i32x4_dot_i16x8(low, wasm_v128_load(w)));
        sums[0][1] = wasm_i32x4_add(sums[0][1], wasm_i32x4_dot_i16x8(high, wasm_v128_load(w + 8)));
    }
    if (t < taps) { /* its pair has a weight of 0 */
        v128_t x0 = mvk_load8_s16(x[t] + c);
        v128_t low = wasm_i32x4_extend_low_i16x8(x0), high = wasm_i32x4_extend_high_i16x8(x0);

        sums[0][0] = wasm_i32x4_add(sums[0][0], wasm_i32x4_dot_i16x8(low, wasm_v128_load(w)));
        sums[0][1] = wasm_i32x4_add(sums[0][1], wasm_i32x4_dot_i16x8(high, wasm_v128_load(w + 8)));
    }
    mvk_scale8(sums, &y, 1, p);
    return y;
}

/* The last block, of n < 8 channels. */
static void last_block(const job *j, const char *block, const int8_t *const *x, int c, int n,
                       int8_t *out)
{
    int8_t copies[MAX_TAPS][BLOCK] = {{0}}, bytes[2 * BLOCK];
    const int8_t *taps[MAX_TAPS];

    for (int t = 0; t < j->taps; t++) {
        memcpy(copies[t], x[t] + c, (size_t)n);
        taps[t] = copies[t];
    }
    v128_t y = sum_eight(block, j->taps, taps, 0);
    wasm_v128_store(bytes, mvk_finish16(y, y, &j->finish));
    memcpy(out, bytes, (size_t)n);
}

ALWAYS_INLINE void position(const job *j, int taps, const int8_t *const *x, int8_t *out)
{
    const char *block = j->blocks;
    int c = 0;

    for (; c + 2 * BLOCK <= j->channels; c += 2 * BLOCK, block += 2 * j->block) {
        v128_t y0 = sum_eight(block, taps, x, c);
        v128_t y1 = sum_eight(block + j->block, taps, x, c + BLOCK);

        wasm_v128_store(out + c, mvk_finish16(y0, y1, &j->finish));
    }
    if (c + BLOCK <= j->channels) {
        v128_t y = sum_eight(block, taps, x, c);

        wasm_v128_store64_lane(out + c, mvk_finish16(y, y, &j->finish), 0);
        c += BLOCK, block += j->block;
    }
    if (c < j->channels)
        last_block(j, block, x, c, j->channels - c, out + c);
}

/* For the numbers of taps that networks have, unrolled. */
#define POSITION_OF(name, taps)                                                              \
    NOINLINE void name(const job *j, const int8_t *const *x, int8_t *out)                    \
    {                                                                                        \
        position(j, taps, x, out);                                                           \
    }
POSITION_OF(position_3, 3)
POSITION_OF(position_5, 5)
POSITION_OF(position_9, 9)
POSITION_OF(position_25, 25)
POSITION_OF(position_any, j->taps)

typedef void position_function(const job *j, const int8_t *const *x, int8_t *out);

static position_function *function_for(int taps)
{
    switch (taps) {
    case 3: return position_3;
    case 5: return position_5;
    case 9: return position_9;
    case 25: return position_25;
    default: return position_any;
    }
}

/* ---- over space ------------------------------------------------------------------------ */

static size_t packed_size(const mvk_conv *conv)
{
    return size_of(conv->kernel_h * conv->kernel_w, conv->out_c);
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    pack_taps(conv->kernel_h * conv->kernel_w, conv->out_c, conv->in_zero, conv->bias, conv->scale,
              (limits){conv->out_zero, conv->act_min, conv->act_max}, weights, packed);
}

/* Where the taps of output pixel (row, ox) are, and how far those of the next one, as long as
 * both are within the picture's left and right edges. */
static void taps_at(const mvk_conv *conv, const job *j, const int8_t *in, int row, int ox,
                    const int8_t *taps[MAX_TAPS], ptrdiff_t step[MAX_TAPS])
{
    ptrdiff_t width = conv->in_w, channels = conv->in_c;
    int y0 = row % conv->out_h * conv->stride_h - conv->pad_top;
    int x0 = ox * conv->stride_w - conv->pad_left, t = 0;

    in += row / conv->out_h * conv->in_h * width * channels;
    for (int ky = 0; ky < conv->kernel_h; ky++) {
        int y = y0 + ky * conv->dilation_h;
        bool there = y >= 0 && y < conv->in_h;

        for (int kx = 0; kx < conv->kernel_w; kx++, t++) {
            int x = x0 + kx * conv->dilation_w;
            bool inside = there && x >= 0 && x < conv->in_w;

            taps[t] = inside ? in + (y * width + x) * channels : j->zeros;
            step[t] = there ? conv->stride_w * channels : 0;
        }
    }
}

static void run_row(const mvk_conv *conv, const job *j, position_function *one_position,
                    const int8_t *in, int8_t *out, int row)
{
    int span = (conv->kernel_w - 1) * conv->dilation_w + 1;
    const int8_t *taps[MAX_TAPS];
    ptrdiff_t step[MAX_TAPS];
    bool follows = false;

    for (int ox = 0; ox < conv->out_w; ox++, out += conv->out_c) {
        int x0 = ox * conv->stride_w - conv->pad_left;
        bool within = x0 >= 0 && x0 + span <= conv->in_w;

        if (within && follows)
            for (int t = 0; t < j->taps; t++)
                taps[t] += step[t];
        else
            taps_at(conv, j, in, row, ox, taps, step);
        one_position(j, taps, out);
        follows = within;
    }
}

static void run(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    ptrdiff_t bytes = (ptrdiff_t)conv->out_w * conv->out_c;
    job j = job_init(conv->packed, conv->kernel_h * conv->kernel_w, conv->out_c,
                     (limits){conv->out_zero, conv->act_min, conv->act_max});

    for (int row = row_begin; row < row_end; row++)
        run_row(conv, &j, function_for(j.taps), in, (int8_t *)out + row * bytes, row);
}

static const mvk_conv_kernel kernel = {"depthwise s8 simd128", packed_size, pack, run};

const mvk_conv_kernel *mvk_choose_depthwise_s8_simd128(const mvk_conv *conv)
{
    bool fits = conv->depth_multiplier == 1 && (int64_t)conv->kernel_h * conv->kernel_w <= MAX_TAPS;

    return fits ? &kernel : &mvk_depthwise_s8_c;
}

/* ---- over time ------------------------------------------------------------------------- */

static size_t temporal_size(const mvk_temporal *t)
{
    return size_of(t->taps, t->channels);
}

static void temporal_pack(const mvk_temporal *t, const void *weights, void *packed)
{
    pack_taps(t->taps, t->channels, t->in_zero, t->bias, t->scale,
              (limits){t->out_zero, t->act_min, t->act_max}, weights, packed);
}

static void temporal_run(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                         int end)
{
    job j = job_init(t->packed, t->taps, t->channels, (limits){t->out_zero, t->act_min, t->act_max});
    position_function *one_position = function_for(t->taps);
    const int8_t *taps[MVK_MAX_TAPS];

    for (int i = begin; i < end; i++) {
        ptrdiff_t at = (ptrdiff_t)i * t->channels;

        for (int k = 0; k < t->taps; k++)
            taps[k] = (const int8_t *)frames[k] + at;
        one_position(&j, taps, (int8_t *)out + at);
    }
}

static const mvk_temporal_kernel temporal = {"temporal s8 simd128", temporal_size, temporal_pack,
                                             temporal_run};

const mvk_temporal_kernel *mvk_choose_temporal_s8_simd128(const mvk_temporal *t)
{
    return t->taps >= 1 && t->taps <= MVK_MAX_TAPS ? &temporal : &mvk_temporal_s8_c;
}

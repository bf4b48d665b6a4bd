/* Float convolution: blocks of 8 output channels times tiles of up to 4 pixels, whose sums
 * live in registers. 1×1 convolutions read pixels where they are; for others, receptive
 * fields are first copied side by side, zeros and all. Every output is the same chain of
 * products and sums whatever tile it falls in, so rows can be split anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

#include <string.h>

enum {
    BLOCK = 8,
    ROWS = 4,
    MAX_DEPTH = 1024,         ///< of a field that is copied
    CHUNK = 8 * MAX_DEPTH,    ///< floats of copied fields
    CHUNK_IN_PLACE = 4096     ///< floats of pixels that meet all weights together
};

/* ---- packing: bias [channels], then weights [channels / 8][depth][8] --------------- */

typedef struct shape {
    int depth, channels; ///< of a field; rounded up to BLOCK
} shape;

static shape shape_of(const mvk_conv *conv)
{
    return (shape){conv->kernel_h * conv->kernel_w * conv->in_c,
                   (conv->out_c + BLOCK - 1) / BLOCK * BLOCK};
}

static size_t packed_size(const mvk_conv *conv)
{
    shape s = shape_of(conv);

    return (size_t)s.channels * ((size_t)s.depth + 1) * sizeof(float);
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    const float *from = weights, *bias = conv->bias;
    shape s = shape_of(conv);
    float *to = packed;

    for (int c = 0; c < s.channels; c++)
        *to++ = bias && c < conv->out_c ? bias[c] : 0;
    for (int block = 0; block < s.channels; block += BLOCK)
        for (int k = 0; k < s.depth; k++)
            for (int c = block; c < block + BLOCK; c++)
                *to++ = c < conv->out_c ? from[(ptrdiff_t)c * s.depth + k] : 0;
}

/* ---- tiles ---------------------------------------------------------------------- */

typedef struct job {
    shape s;
    const float *bias, *weights;
    ptrdiff_t step;          ///< floats from one field to the next
    int out_c;
    float low, high;
} job;

static job job_init(const mvk_conv *conv)
{
    job j = {.s = shape_of(conv), .bias = conv->packed, .out_c = conv->out_c};

    j.weights = j.bias + j.s.channels;
    j.step = j.s.depth;
    j.low = conv->act_min_f;
    j.high = conv->act_max_f;
    return j;
}

ALWAYS_INLINE void store(const job *j, int channel, v128_t a, v128_t b, float *out)
{
    const v128_t low = wasm_f32x4_splat(j->low), high = wasm_f32x4_splat(j->high);
    int used = j->out_c - channel;

    a = wasm_f32x4_pmin(wasm_f32x4_pmax(a, low), high);
    b = wasm_f32x4_pmin(wasm_f32x4_pmax(b, low), high);
    if (used >= BLOCK) {
        wasm_v128_store(out + channel, a);
        wasm_v128_store(out + channel + 4, b);
    } else {
        float last[BLOCK];

        wasm_v128_store(last, a);
        wasm_v128_store(last + 4, b);
        memcpy(out + channel, last, (size_t)used * sizeof *last);
    }
}

/* `rows` pixels, a constant, times the block of `channel`. */
ALWAYS_INLINE void tile(const job *j, const float *x, int channel, float *out, const int rows)
{
    const float *w = j->weights + (ptrdiff_t)channel * j->s.depth, *from[ROWS];
    v128_t sums[ROWS][2];

    UNROLL for (int r = 0; r < rows; r++) {
        from[r] = x + r * j->step;
        sums[r][0] = wasm_v128_load(j->bias + channel);
        sums[r][1] = wasm_v128_load(j->bias + channel + 4);
    }
    for (int k = 0; k < j->s.depth; k++, w += BLOCK) {
        v128_t w0 = wasm_v128_load(w), w1 = wasm_v128_load(w + 4);

        UNROLL for (int r = 0; r < rows; r++) {
            v128_t v = wasm_v128_load32_splat(from[r]++);

            sums[r][0] = wasm_f32x4_add(sums[r][0], wasm_f32x4_mul(v, w0));
            sums[r][1] = wasm_f32x4_add(sums[r][1], wasm_f32x4_mul(v, w1));
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        store(j, channel, sums[r][0], sums[r][1], out + r * j->out_c);
}

NOINLINE void run_tiles(const job *j, const float *x, int channel, float *out, ptrdiff_t pixels)
{
    for (; pixels >= 4; pixels -= 4, x += 4 * j->step, out += 4 * (ptrdiff_t)j->out_c)
        tile(j, x, channel, out, 4);
    if (pixels >= 2) {
        tile(j, x, channel, out, 2);
        pixels -= 2, x += 2 * j->step, out += 2 * (ptrdiff_t)j->out_c;
    }
    if (pixels)
        tile(j, x, channel, out, 1);
}

static void run_pixels(const job *j, const float *x, float *out, ptrdiff_t pixels)
{
    for (int channel = 0; channel < j->s.channels; channel += BLOCK)
        run_tiles(j, x, channel, out, pixels);
}

/* ---- fields ----------------------------------------------------------------------- */

/* The field of one output pixel. */
static void gather(const mvk_conv *conv, const float *in, ptrdiff_t pixel, float *to)
{
    ptrdiff_t row = pixel / conv->out_w;
    int y0 = (int)(row % conv->out_h) * conv->stride_h - conv->pad_top;
    int x0 = (int)(pixel % conv->out_w) * conv->stride_w - conv->pad_left;
    bool whole = conv->dilation_w == 1 && x0 >= 0 && x0 + conv->kernel_w <= conv->in_w;
    size_t n = (size_t)conv->in_c, line = (size_t)conv->kernel_w * n;

    in += row / conv->out_h * conv->in_h * conv->in_w * conv->in_c;
    for (int ky = 0; ky < conv->kernel_h; ky++, to += line) {
        int y = y0 + ky * conv->dilation_h;
        const float *from = in + (ptrdiff_t)y * conv->in_w * conv->in_c;

        if (y < 0 || y >= conv->in_h) {
            memset(to, 0, line * sizeof *to);
        } else if (whole) {
            memcpy(to, from + (ptrdiff_t)x0 * conv->in_c, line * sizeof *to);
        } else
            for (int kx = 0; kx < conv->kernel_w; kx++) {
                int x = x0 + kx * conv->dilation_w;

                if (x < 0 || x >= conv->in_w)
                    memset(to + (size_t)kx * n, 0, n * sizeof *to);
                else
                    memcpy(to + (size_t)kx * n, from + (ptrdiff_t)x * conv->in_c, n * sizeof *to);
            }
    }
}

static void run_any(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    ptrdiff_t at = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    job j = job_init(conv);
    ptrdiff_t chunk = CHUNK / j.s.depth / ROWS * ROWS, n;
    float fields[CHUNK];

    for (; at < end; at += n) {
        n = end - at < chunk ? end - at : chunk;
        for (ptrdiff_t i = 0; i < n; i++)
            gather(conv, in, at + i, fields + i * j.step);
        run_pixels(&j, fields, (float *)out + at * conv->out_c, n);
    }
}

static void run_pointwise(const mvk_conv *conv, const void *in, void *out, int row_begin,
                          int row_end)
{
    ptrdiff_t at = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    job j = job_init(conv);
    ptrdiff_t chunk = j.s.depth <= CHUNK_IN_PLACE / ROWS
                          ? CHUNK_IN_PLACE / j.s.depth / ROWS * ROWS : ROWS, n;

    for (; at < end; at += n) {
        n = end - at < chunk ? end - at : chunk;
        run_pixels(&j, (const float *)in + at * conv->in_c, (float *)out + at * conv->out_c, n);
    }
}

static const mvk_conv_kernel pointwise = {"conv f32 1x1 simd128 4x8", packed_size, pack,
                                          run_pointwise};
static const mvk_conv_kernel any = {"conv f32 simd128 4x8", packed_size, pack, run_any};

static bool is_pointwise(const mvk_conv *conv)
{
    return conv->kernel_h == 1 && conv->kernel_w == 1 && conv->stride_h == 1 &&
           conv->stride_w == 1 && conv->pad_top == 0 && conv->pad_left == 0 &&
           conv->in_h == conv->out_h && conv->in_w == conv->out_w;
}

const mvk_conv_kernel *mvk_choose_conv_f32_simd128(const mvk_conv *conv)
{
    if (conv->groups != 1)
        return &mvk_conv_f32_c;
    if (is_pointwise(conv))
        return &pointwise;
    return (int64_t)conv->kernel_h * conv->kernel_w * conv->in_c <= MAX_DEPTH ? &any
                                                                              : &mvk_conv_f32_c;
}

/* int8 convolution: blocks of 8 output channels times tiles of up to 4 pixels, whose sums live
 * in registers. Receptive fields are widened to int16 side by side, some kilobytes at a time
 * that then meet all weights: two values of a pixel times those of four channels are one
 * instruction. The zero point is in the bias: padding at the picture's edges is the zero point
 * itself, and what fills up a field meets weights of 0. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

#include <string.h>

enum {
    BLOCK = 8,
    ROWS = 4,
    STEP = 4,                 ///< values of a field that are done together
    MAX_DEPTH = 4096,
    CHUNK = 2 * MAX_DEPTH,    ///< int16 of widened fields
    SPARE = 8
};

/* ---- packing: for each block mvk_param8, then int8 [depth / 2][8 channels][2] -------- */

typedef struct shape {
    int size, depth; ///< of a field, and of it rounded up to STEP
    size_t block;    ///< bytes
} shape;

static shape shape_of(const mvk_conv *conv)
{
    shape s = {.size = conv->kernel_h * conv->kernel_w * conv->in_c};

    s.depth = (s.size + STEP - 1) / STEP * STEP;
    s.block = sizeof(mvk_param8) + ((size_t)s.depth * BLOCK + 15) / 16 * 16;
    return s;
}

static size_t packed_size(const mvk_conv *conv)
{
    return shape_of(conv).block * (size_t)((conv->out_c + BLOCK - 1) / BLOCK);
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    const int32_t *bias = conv->bias;
    const int8_t *from = weights;
    shape s = shape_of(conv);
    char *to = packed;

    for (int first = 0; first < conv->out_c; first += BLOCK, to += s.block) {
        int n = conv->out_c - first < BLOCK ? conv->out_c - first : BLOCK;
        int8_t *w = (int8_t *)to + sizeof(mvk_param8);
        mvk_channel channel[BLOCK];

        for (int c = 0; c < n; c++, from += s.size) {
            channel[c] = mvk_channel_of(from, s.size, 1, conv->in_zero, bias ? bias[first + c] : 0,
                                        conv->scale[first + c]);
            for (int k = 0; k < s.size; k++)
                w[k / 2 * 2 * BLOCK + c * 2 + k % 2] = from[k];
        }
        mvk_param8_set((mvk_param8 *)(void *)to, channel, n, conv->out_zero, conv->act_min,
                       conv->act_max);
    }
}

/* ---- tiles ----------------------------------------------------------------------- */

typedef struct job {
    shape s;
    const char *blocks;
    mvk_finish finish;
    int out_c;
} job;

/* Two pixels' 8 channels, or one's, of which `used` are stored. */
ALWAYS_INLINE void store(v128_t q, int8_t *out, int out_c, const int rows, int used)
{
    if (used == BLOCK) {
        wasm_v128_store64_lane(out, q, 0);
        if (rows > 1)
            wasm_v128_store64_lane(out + out_c, q, 1);
    } else {
        int8_t bytes[16];

        wasm_v128_store(bytes, q);
        memcpy(out, bytes, (size_t)used);
        if (rows > 1)
            memcpy(out + out_c, bytes + 8, (size_t)used);
    }
}

/* `rows` pixels, a constant, times a block. */
ALWAYS_INLINE void tile(const job *j, const char *block, const int16_t *x, int8_t *out,
                        const int rows, int used)
{
    const mvk_param8 *p = (const mvk_param8 *)(const void *)block;
    const int8_t *w = (const int8_t *)block + sizeof *p;
    const int depth = j->s.depth;
    const int16_t *from[ROWS];
    v128_t sums[ROWS][2], y[ROWS];

    UNROLL for (int r = 0; r < rows; r++) {
        sums[r][0] = wasm_v128_load(p->bias);
        sums[r][1] = wasm_v128_load(p->bias + 4);
    }
    UNROLL for (int r = 0; r < rows; r++)
        from[r] = x + r * depth;
    for (int k = 0; k < depth; k += STEP, w += STEP * BLOCK)
        UNROLL for (int i = 0; i < STEP; i += 2) {
            v128_t w0 = mvk_load8_s16(w + i * BLOCK), w1 = mvk_load8_s16(w + i * BLOCK + 8);

            UNROLL for (int r = 0; r < rows; r++) {
                v128_t v = wasm_v128_load32_splat(from[r] + i);

                sums[r][0] = wasm_i32x4_add(sums[r][0], wasm_i32x4_dot_i16x8(v, w0));
                sums[r][1] = wasm_i32x4_add(sums[r][1], wasm_i32x4_dot_i16x8(v, w1));
                KEEP(sums[r][0]);
                KEEP(sums[r][1]);
                if (i + 2 == STEP)
                    from[r] += STEP;
            }
        }
    mvk_scale8(sums, y, rows, p);
    UNROLL for (int r = 0; r < rows; r += 2)
        store(mvk_finish16(y[r], y[rows > 1 ? r + 1 : r], &j->finish), out + r * j->out_c, j->out_c,
              rows - r, used);
}

NOINLINE void run_block(const job *j, const char *block, const int16_t *x, int8_t *out,
                        int pixels, int used)
{
    const int step = j->s.depth;

    for (; pixels >= 4; pixels -= 4, x += 4 * step, out += 4 * j->out_c)
        tile(j, block, x, out, 4, used);
    if (pixels >= 2) {
        tile(j, block, x, out, 2, used);
        pixels -= 2, x += 2 * step, out += 2 * j->out_c;
    }
    if (pixels)
        tile(j, block, x, out, 1, used);
}

/* All channels of a chunk of pixels. */
static void run_chunk(const job *j, const int16_t *x, int8_t *out, int pixels)
{
    const char *block = j->blocks;

    for (int c = 0; c < j->out_c; c += BLOCK, block += j->s.block)
        run_block(j, block, x, out + c, pixels, j->out_c - c < BLOCK ? j->out_c - c : BLOCK);
}

/* ---- fields ------------------------------------------------------------------------ */

/* n values; up to SPARE − 1 behind may be written, and read before `end`. */
static inline void widen(int16_t *to, const int8_t *from, int n, const int8_t *end)
{
    int i = 0;

    for (; i + 8 <= n; i += 8)
        wasm_v128_store(to + i, mvk_load8_s16(from + i));
    if (i < n && end - from - i >= 8)
        wasm_v128_store(to + i, mvk_load8_s16(from + i));
    else
        for (; i < n; i++)
            to[i] = from[i];
}

static void fill(int16_t *to, int32_t value, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = (int16_t)value;
}

/* The field of one output pixel, kernel row by kernel row. */
static void gather(const mvk_conv *conv, const int8_t *in, const int8_t *end, ptrdiff_t pixel,
                   int16_t *to)
{
    ptrdiff_t row = pixel / conv->out_w;
    int y0 = (int)(row % conv->out_h) * conv->stride_h - conv->pad_top;
    int x0 = (int)(pixel % conv->out_w) * conv->stride_w - conv->pad_left;
    int n = conv->in_c, line = conv->kernel_w * n;
    bool whole = conv->dilation_w == 1 && x0 >= 0 && x0 + conv->kernel_w <= conv->in_w;

    in += row / conv->out_h * conv->in_h * conv->in_w * conv->in_c;
    for (int ky = 0; ky < conv->kernel_h; ky++, to += line) {
        int y = y0 + ky * conv->dilation_h;
        const int8_t *from = in + (ptrdiff_t)y * conv->in_w * n;

        if (y < 0 || y >= conv->in_h) {
            fill(to, conv->in_zero, line);
        } else if (whole) {
            widen(to, from + (ptrdiff_t)x0 * n, line, end);
        } else
            for (int kx = 0; kx < conv->kernel_w; kx++) {
                int x = x0 + kx * conv->dilation_w;

                if (x < 0 || x >= conv->in_w)
                    fill(to + kx * n, conv->in_zero, n);
                else
                    widen(to + kx * n, from + (ptrdiff_t)x * n, n, end);
            }
    }
}

static bool is_pointwise(const mvk_conv *conv)
{
    return conv->kernel_h == 1 && conv->kernel_w == 1 && conv->stride_h == 1 &&
           conv->stride_w == 1 && conv->pad_top == 0 && conv->pad_left == 0 &&
           conv->in_h == conv->out_h && conv->in_w == conv->out_w && conv->in_c % STEP == 0;
}

static void run(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    ptrdiff_t at = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    const int8_t *in_end =
        (const int8_t *)in + (ptrdiff_t)conv->batch * conv->in_h * conv->in_w * conv->in_c;
    const bool pointwise = is_pointwise(conv);
    job j = {.s = shape_of(conv), .blocks = conv->packed, .out_c = conv->out_c,
             .finish = mvk_finish_init(conv->out_zero, conv->act_min, conv->act_max)};
    int chunk = CHUNK / j.s.depth, n;
    _Alignas(16) int16_t fields[CHUNK + SPARE];

    chunk = chunk > ROWS ? chunk / ROWS * ROWS : chunk;
    for (; at < end; at += n) {
        n = end - at < chunk ? (int)(end - at) : chunk;
        if (pointwise)
            widen(fields, (const int8_t *)in + at * conv->in_c, n * conv->in_c, in_end);
        else
            for (int i = 0; i < n; i++) {
                int16_t *field = fields + i * j.s.depth;

                gather(conv, in, in_end, at + i, field);
                fill(field + j.s.size, 0, j.s.depth - j.s.size);
            }
        run_chunk(&j, fields, (int8_t *)out + at * conv->out_c, n);
    }
}

static const mvk_conv_kernel kernel = {"conv s8 simd128 4x8", packed_size, pack, run};

const mvk_conv_kernel *mvk_choose_conv_s8_simd128(const mvk_conv *conv)
{
    int64_t size = (int64_t)conv->kernel_h * conv->kernel_w * conv->in_c;

    return conv->groups != 1 || size > MAX_DEPTH ? &mvk_conv_s8_c : &kernel;
}

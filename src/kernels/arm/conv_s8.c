/* int8 convolution: blocks of 8 output channels times tiles of a few pixels. Receptive
 * fields are read where they are if they are one piece of a multiple of 8 values (1×1
 * convolutions); others are first copied side by side, a few thousand bytes at a time.
 * What a field is padded with does not matter: its weights are 0. The zero point is in
 * the bias: padding at the picture's edges is the zero point itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/arm.h"
#include "kernels/arm/conv_s8_tile.h"

/* A chunk of fields, which stays in the first cache, meets all weights. */
enum { MAX_DEPTH = 4096, CHUNK_BYTES = 4 * MAX_DEPTH, SPARE = 16 };

/* ---- packing ------------------------------------------------------------------ */

/* int32 [3][channels]: bias, multiplier, shift; then one byte that says if no weight is
 * −128, in 64; then the blocks of weights. */
typedef struct shape {
    int size, depth;      ///< of a field, and of it rounded up to 8
    int channels;         ///< rounded up to BLOCK
    size_t flag, weights; ///< where they begin
    size_t bytes;
} shape;

static shape shape_of(const mvk_conv *conv)
{
    shape s = {.size = conv->kernel_h * conv->kernel_w * conv->in_c};

    s.depth = (s.size + 7) / 8 * 8;
    s.channels = (conv->out_c + BLOCK - 1) / BLOCK * BLOCK;
    s.flag = 3 * (size_t)s.channels * sizeof(int32_t);
    s.weights = s.flag + 64;
    s.bytes = s.weights + (size_t)s.channels * (size_t)s.depth;
    return s;
}

static size_t packed_size(const mvk_conv *conv)
{
    return shape_of(conv).bytes;
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    const int32_t *bias = conv->bias;
    const int8_t *from = weights;
    shape s = shape_of(conv);
    int32_t *params = packed;
    bool narrow = true;

    memset(packed, 0, s.bytes);
    for (int c = 0; c < conv->out_c; c++, from += s.size) {
        int8_t *to = (int8_t *)packed + s.weights + (size_t)(c / BLOCK * BLOCK) * (size_t)s.depth;
        uint32_t sum = 0;

        for (int k = 0; k < s.size; k++) {
            to[weight_at(k, c % BLOCK, s.depth)] = from[k];
            sum += (uint32_t)from[k];
            narrow = narrow && from[k] != -128;
        }
        params[c] = (int32_t)((uint32_t)(bias ? bias[c] : 0) - (uint32_t)conv->in_zero * sum);
        params[s.channels + c] = conv->scale[c].multiplier;
        params[2 * s.channels + c] = mvk_right_shift(conv->scale[c]);
    }
    ((int8_t *)packed)[s.flag] = narrow;
}

/* ---- tiles ---------------------------------------------------------------------- */

typedef struct job {
    shape s;
    mvk_params params;
    mvk_finish finish;
    const int8_t *weights;
    ptrdiff_t step;       ///< bytes from one field to the next
    ptrdiff_t out_c;
} job;

/* Two pixels' 8 channels, or one's (second: false), of which `used` are stored. */
ALWAYS_INLINE void finish(const job *j, int channel, const int32x4_t a[2], const int32x4_t b[2],
                          bool second, int used, int8_t *out)
{
    int32x4_t m0 = vld1q_s32(j->params.multiplier + channel);
    int32x4_t m1 = vld1q_s32(j->params.multiplier + channel + 4);
    int32x4_t s0 = vld1q_s32(j->params.shift + channel);
    int32x4_t s1 = vld1q_s32(j->params.shift + channel + 4);
    int16x8_t y = mvk_narrow8(mvk_rescale4(a[0], m0, s0), mvk_rescale4(a[1], m1, s1), &j->finish);
    int16x8_t z = second ? mvk_narrow8(mvk_rescale4(b[0], m0, s0), mvk_rescale4(b[1], m1, s1),
                                       &j->finish) : y;
    int8x16_t q = mvk_narrow16(y, z, &j->finish);

    if (used == BLOCK) {
        vst1_s8(out, vget_low_s8(q));
        if (second)
            vst1_s8(out + j->out_c, vget_high_s8(q));
    } else {
        mvk_store_some(out, vget_low_s8(q), used);
        if (second)
            mvk_store_some(out + j->out_c, vget_high_s8(q), used);
    }
}

ALWAYS_INLINE void tile(const job *j, const int8_t *x, int channel, int8_t *out, bool narrow,
                        const int rows)
{
    const int8_t *w = j->weights + (ptrdiff_t)channel * j->s.depth;
    int used = j->out_c - channel < BLOCK ? (int)(j->out_c - channel) : BLOCK;
    int32x4_t sums[ROWS][2];

    UNROLL(8) for (int r = 0; r < rows; r++) {
        sums[r][0] = vld1q_s32(j->params.bias + channel);
        sums[r][1] = vld1q_s32(j->params.bias + channel + 4);
    }
    multiply(x, j->step, w, j->s.depth, narrow, rows, sums);
    out += channel;
    UNROLL(8) for (int r = 0; r < rows; r += 2, out += 2 * j->out_c)
        finish(j, channel, sums[r], sums[rows == 1 ? 0 : r + 1], rows > 1, used, out);
}

/* All channels of a chunk of pixels. */
ALWAYS_INLINE void run_chunk(const job *j, const int8_t *x, int8_t *out, ptrdiff_t pixels,
                             bool narrow)
{
    for (int channel = 0; channel < j->s.channels; channel += BLOCK) {
        const int8_t *from = x;
        int8_t *to = out;
        ptrdiff_t left = pixels;

#define TILES(rows)                                                                          \
    for (; left >= (rows); left -= (rows), from += (rows) * j->step, to += (rows) * j->out_c) \
        tile(j, from, channel, to, narrow, rows);
#if defined(__ARM_FEATURE_DOTPROD)
        TILES(8)
        TILES(4)
#endif
        TILES(2)
        TILES(1)
    }
}

static void run_narrow(const job *j, const int8_t *x, int8_t *out, ptrdiff_t pixels)
{
    run_chunk(j, x, out, pixels, true);
}

static void run_wide(const job *j, const int8_t *x, int8_t *out, ptrdiff_t pixels)
{
    run_chunk(j, x, out, pixels, false);
}

static void run_pixels(const job *j, const int8_t *x, int8_t *out, ptrdiff_t pixels)
{
    if (j->weights[-64]) /* the flag */
        run_narrow(j, x, out, pixels);
    else
        run_wide(j, x, out, pixels);
}

/* ---- fields ----------------------------------------------------------------------- */

/* n bytes; up to SPARE of them may be written, and read before `end`. */
static inline void copy(int8_t *to, const int8_t *from, size_t n, const int8_t *end)
{
    if (n <= SPARE && end - from >= SPARE)
        vst1q_s8(to, vld1q_s8(from));
    else
        memcpy(to, from, n);
}

/* The field of one output pixel, kernel row by kernel row. */
static void gather(const mvk_conv *conv, const int8_t *in, const int8_t *end, ptrdiff_t pixel,
                   int8_t *to)
{
    ptrdiff_t row = pixel / conv->out_w;
    int y0 = (int)(row % conv->out_h) * conv->stride_h - conv->pad_top;
    int x0 = (int)(pixel % conv->out_w) * conv->stride_w - conv->pad_left;
    size_t bytes = (size_t)conv->in_c;
    bool whole = conv->dilation_w == 1 && x0 >= 0 && x0 + conv->kernel_w <= conv->in_w;

    in += row / conv->out_h * conv->in_h * conv->in_w * conv->in_c;
    for (int ky = 0; ky < conv->kernel_h; ky++) {
        int y = y0 + ky * conv->dilation_h;
        const int8_t *line = in + (ptrdiff_t)y * conv->in_w * conv->in_c;

        if (y < 0 || y >= conv->in_h) {
            memset(to, conv->in_zero, (size_t)conv->kernel_w * bytes);
            to += (size_t)conv->kernel_w * bytes;
        } else if (whole) {
            copy(to, line + (ptrdiff_t)x0 * conv->in_c, (size_t)conv->kernel_w * bytes, end);
            to += (size_t)conv->kernel_w * bytes;
        } else
            for (int kx = 0; kx < conv->kernel_w; kx++, to += bytes) {
                int x = x0 + kx * conv->dilation_w;

                if (x < 0 || x >= conv->in_w)
                    memset(to, conv->in_zero, bytes);
                else
                    copy(to, line + (ptrdiff_t)x * conv->in_c, bytes, end);
            }
    }
}

static job job_init(const mvk_conv *conv)
{
    job j = {.s = shape_of(conv), .out_c = conv->out_c};

    j.params.bias = conv->packed;
    j.params.multiplier = j.params.bias + j.s.channels;
    j.params.shift = j.params.multiplier + j.s.channels;
    j.finish = mvk_finish_init(conv->out_zero, conv->act_min, conv->act_max);
    j.weights = (const int8_t *)conv->packed + j.s.weights;
    j.step = j.s.depth;
    return j;
}

/* Pixels of a chunk: whole tiles, if more than one. */
static ptrdiff_t chunk_of(const job *j)
{
    ptrdiff_t n = CHUNK_BYTES / j->s.depth;

    return n > ROWS ? n / ROWS * ROWS : n;
}

static void run_pointwise(const mvk_conv *conv, const void *in, void *out, int row_begin,
                          int row_end)
{
    ptrdiff_t at = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    job j = job_init(conv);
    ptrdiff_t chunk = chunk_of(&j), n;

    for (; at < end; at += n) {
        n = end - at < chunk ? end - at : chunk;
        run_pixels(&j, (const int8_t *)in + at * conv->in_c, (int8_t *)out + at * conv->out_c, n);
    }
}

static void run_any(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    ptrdiff_t at = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    const int8_t *in_end =
        (const int8_t *)in + (ptrdiff_t)conv->batch * conv->in_h * conv->in_w * conv->in_c;
    job j = job_init(conv);
    ptrdiff_t chunk = chunk_of(&j), n;
    int8_t fields[CHUNK_BYTES + SPARE] = {0};

    for (; at < end; at += n) {
        n = end - at < chunk ? end - at : chunk;
        for (ptrdiff_t i = 0; i < n; i++)
            gather(conv, in, in_end, at + i, fields + i * j.step);
        run_pixels(&j, fields, (int8_t *)out + at * conv->out_c, n);
    }
}

static const mvk_conv_kernel pointwise = {"conv s8 1x1 " TILE_NAME, packed_size, pack,
                                          run_pointwise};
static const mvk_conv_kernel any = {"conv s8 " TILE_NAME, packed_size, pack, run_any};

static bool is_pointwise(const mvk_conv *conv)
{
    return conv->kernel_h == 1 && conv->kernel_w == 1 && conv->stride_h == 1 &&
           conv->stride_w == 1 && conv->pad_top == 0 && conv->pad_left == 0 &&
           conv->in_h == conv->out_h && conv->in_w == conv->out_w && conv->in_c % 8 == 0;
}

const mvk_conv_kernel *MVK_ARM_SET(choose_conv_s8)(const mvk_conv *conv)
{
    int64_t size = (int64_t)conv->kernel_h * conv->kernel_w * conv->in_c;

    if (conv->groups != 1 || size > MAX_DEPTH || !mvk_scales_fit(conv->scale, conv->out_c))
        return &mvk_conv_s8_c;
    return is_pointwise(conv) ? &pointwise : &any;
}

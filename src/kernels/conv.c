/* 2-D convolution. Pixels are taken a tile at a time: their receptive fields are
 * copied side by side into a small buffer on the stack (int8 widened to int16 with
 * the zero point taken off, so that padding is plain 0), and the tile is multiplied
 * by the packed weights. A 1×1 convolution is the same with one tap.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <string.h>

/* One row of a tile is a receptive field, or a piece of DEPTH_MAX of a longer one.
 * int8: |x| <= 255, |w| <= 128, so a piece sums to less than 2^27. */
enum { DEPTH_MAX = 2048, TILE_VALUES = 8192, TILE_PIXELS = 64 };

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Values of the receptive field of one group. */
static int field_size(const mvk_conv *conv)
{
    return conv->kernel_h * conv->kernel_w * (conv->in_c / conv->groups);
}

static int round_up(int x, int to)
{
    return (x + to - 1) / to * to;
}

/* Where a pixel (of batch · out_h · out_w) looks. */
typedef struct field {
    ptrdiff_t batch; ///< first value of its picture
    int y, x;        ///< of its first tap; may be outside
} field;

static field field_of(const mvk_conv *conv, ptrdiff_t pixel)
{
    ptrdiff_t row = pixel / conv->out_w;
    field f;

    f.batch = row / conv->out_h * conv->in_h * conv->in_w * conv->in_c;
    f.y = (int)(row % conv->out_h) * conv->stride_h - conv->pad_top;
    f.x = (int)(pixel % conv->out_w) * conv->stride_w - conv->pad_left;
    return f;
}

/* Offset of tap (ky, kx), or -1 if it is outside the picture. */
static ptrdiff_t tap_offset(const mvk_conv *conv, field f, int ky, int kx)
{
    int y = f.y + ky * conv->dilation_h;
    int x = f.x + kx * conv->dilation_w;

    if (y < 0 || y >= conv->in_h || x < 0 || x >= conv->in_w)
        return -1;
    return f.batch + ((ptrdiff_t)y * conv->in_w + x) * conv->in_c;
}

/* True where tiles are the input itself: one tap on every pixel. */
static bool is_pointwise(const mvk_conv *conv)
{
    return conv->kernel_h == 1 && conv->kernel_w == 1 && conv->stride_h == 1 &&
           conv->stride_w == 1 && conv->pad_top == 0 && conv->pad_left == 0 &&
           conv->groups == 1 && conv->in_h == conv->out_h && conv->in_w == conv->out_w;
}

/* ---- int8 ------------------------------------------------------------------- */

/* Packed: int16 [out_c][field rounded up to 8], zeros behind. */
size_t mvk_conv_s8_packed_size(const mvk_conv *conv)
{
    return (size_t)conv->out_c * (size_t)round_up(field_size(conv), 8) * sizeof(int16_t);
}

void mvk_conv_s8_pack(const mvk_conv *conv, const int8_t *weights, void *packed)
{
    int size = field_size(conv), padded = round_up(size, 8);
    int16_t *to = packed;
    int o, k;

    for (o = 0; o < conv->out_c; o++, to += padded) {
        for (k = 0; k < size; k++)
            to[k] = weights[(ptrdiff_t)o * size + k];
        for (; k < padded; k++)
            to[k] = 0;
    }
}

static inline void widen(int16_t *restrict to, const int8_t *restrict from, int n, int32_t zero)
{
    int16_t z = (int16_t)zero;
    int i;

    for (i = 0; i < n; i++)
        to[i] = (int16_t)(from[i] - z);
}

/* Values begin … begin+n-1 of one receptive field, a tap's channels at a time. */
static void gather_s8(const mvk_conv *conv, const int8_t *in, field f, int group, int begin, int n,
                      int16_t *to)
{
    int channels = conv->in_c / conv->groups;
    int tap = begin / channels, c = begin % channels;

    while (n > 0) {
        int run = min_int(channels - c, n);
        ptrdiff_t at = tap_offset(conv, f, tap / conv->kernel_w, tap % conv->kernel_w);

        if (at < 0)
            memset(to, 0, (size_t)run * sizeof *to);
        else
            widen(to, in + at + (ptrdiff_t)group * channels + c, run, conv->in_zero);
        to += run;
        n -= run;
        tap++;
        c = 0;
    }
}

/* tile[p][0 … padded-1] = values begin … begin+n-1 of pixels first+p, zeros behind. */
static void gather_tile_s8(const mvk_conv *conv, const int8_t *in, ptrdiff_t first, int pixels,
                           int group, int begin, int n, int16_t *tile)
{
    int padded = round_up(n, 8), p, k;

    if (is_pointwise(conv) && n == padded && n == conv->in_c) {
        widen(tile, in + first * n, pixels * n, conv->in_zero);
        return;
    }
    for (p = 0; p < pixels; p++, tile += padded) {
        gather_s8(conv, in, field_of(conv, first + p), group, begin, n, tile);
        for (k = n; k < padded; k++)
            tile[k] = 0;
    }
}

/* Four dot products with one row of weights; 8 · blocks values each. Compilers make
 * multiply-add-pairs instructions of this shape (pmaddwd, smlal). */
static inline void dot4(const int16_t *restrict x, const int16_t *restrict w, int blocks,
                        int32_t sums[4])
{
    const int16_t *x1 = x + 8 * blocks, *x2 = x1 + 8 * blocks, *x3 = x2 + 8 * blocks;
    int32_t a = 0, b = 0, c = 0, d = 0;
    int k;

    for (k = 0; k < 8 * blocks; k++) {
        a += x[k] * w[k];
        b += x1[k] * w[k];
        c += x2[k] * w[k];
        d += x3[k] * w[k];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

static inline int32_t dot1(const int16_t *restrict x, const int16_t *restrict w, int blocks)
{
    int32_t sum = 0;
    int k;

    for (k = 0; k < 8 * blocks; k++)
        sum += x[k] * w[k];
    return sum;
}

/* acc[p][o] += tile[p] · w[o]; rows of w are `stride` apart. Sums of pieces wrap. */
static void multiply_s8(const int16_t *tile, int pixels, const int16_t *w, ptrdiff_t stride,
                        int blocks, int count, int32_t *acc)
{
    int o, p, i;

    for (o = 0; o < count; o++, w += stride, acc++) {
        for (p = 0; p + 4 <= pixels; p += 4) {
            int32_t sums[4];

            dot4(tile + 8 * blocks * p, w, blocks, sums);
            for (i = 0; i < 4; i++)
                acc[(p + i) * MVK_LANES] = mvk_add_wrap(acc[(p + i) * MVK_LANES], sums[i]);
        }
        for (; p < pixels; p++)
            acc[p * MVK_LANES] =
                mvk_add_wrap(acc[p * MVK_LANES], dot1(tile + 8 * blocks * p, w, blocks));
    }
}

/* Channels of one group, for one tile whose fields were gathered if they fit. */
static void tile_channels_s8(const mvk_conv *conv, const int8_t *in, int8_t *out, ptrdiff_t first,
                             int pixels, int group, int16_t *tile)
{
    int size = field_size(conv), padded = round_up(size, 8), per_group = conv->out_c / conv->groups;
    int end = (group + 1) * per_group, o, p, k;
    int32_t acc[TILE_PIXELS * MVK_LANES];
    mvk_requant requant;

    for (o = group * per_group; o < end; o += MVK_LANES) {
        int count = min_int(MVK_LANES, end - o);
        const int16_t *w = (const int16_t *)conv->packed + (ptrdiff_t)o * padded;

        memset(acc, 0, (size_t)pixels * MVK_LANES * sizeof *acc);
        for (k = 0; k < size; k += DEPTH_MAX) {
            int n = min_int(DEPTH_MAX, size - k);

            if (size > DEPTH_MAX || o == group * per_group)
                gather_tile_s8(conv, in, first, pixels, group, k, n, tile);
            multiply_s8(tile, pixels, w + k, padded, round_up(n, 8) / 8, count, acc);
        }
        mvk_requant_init(&requant, conv, o, count);
        for (p = 0; p < pixels; p++)
            mvk_requant_row(&requant, acc + p * MVK_LANES, out + (first + p) * conv->out_c + o);
    }
}

void mvk_conv_s8(const mvk_conv *conv, const int8_t *in, int8_t *out, int row_begin, int row_end)
{
    ptrdiff_t pixel = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    int depth = min_int(DEPTH_MAX, round_up(field_size(conv), 8));
    int most = min_int(TILE_PIXELS, TILE_VALUES / depth), pixels, group;
    int16_t tile[TILE_VALUES];

    for (; pixel < end; pixel += pixels) {
        pixels = end - pixel < most ? (int)(end - pixel) : most;
        for (group = 0; group < conv->groups; group++)
            tile_channels_s8(conv, in, out, pixel, pixels, group, tile);
    }
}

/* ---- float ------------------------------------------------------------------ */

/* Eight output channels of up to four pixels at a time. */
enum { LANES_F32 = 8, ROWS_F32 = 4 };

/* Packed: for each group, blocks of 8 output channels, [field][8], zeros behind. */
size_t mvk_conv_f32_packed_size(const mvk_conv *conv)
{
    size_t blocks = (size_t)round_up(conv->out_c / conv->groups, LANES_F32) / LANES_F32;

    return (size_t)conv->groups * blocks * (size_t)field_size(conv) * LANES_F32 * sizeof(float);
}

void mvk_conv_f32_pack(const mvk_conv *conv, const float *weights, void *packed)
{
    int size = field_size(conv), per_group = conv->out_c / conv->groups, g, o, k, j;
    float *to = packed;

    for (g = 0; g < conv->groups; g++)
        for (o = 0; o < per_group; o += LANES_F32)
            for (k = 0; k < size; k++)
                for (j = 0; j < LANES_F32; j++)
                    *to++ = o + j < per_group
                        ? weights[(ptrdiff_t)(g * per_group + o + j) * size + k] : 0;
}

static void gather_f32(const mvk_conv *conv, const float *in, field f, int group, int begin, int n,
                       float *to)
{
    int channels = conv->in_c / conv->groups;
    int tap = begin / channels, c = begin % channels;

    while (n > 0) {
        int run = min_int(channels - c, n);
        ptrdiff_t at = tap_offset(conv, f, tap / conv->kernel_w, tap % conv->kernel_w);

        if (at < 0)
            memset(to, 0, (size_t)run * sizeof *to);
        else
            memcpy(to, in + at + (ptrdiff_t)group * channels + c, (size_t)run * sizeof *to);
        to += run;
        n -= run;
        tap++;
        c = 0;
    }
}

/* Four floats; the compiler's own vectors, as gcc does not find these by itself. */
typedef float vec4 __attribute__((vector_size(16)));

static inline vec4 load4(const float *from)
{
    vec4 v;

    memcpy(&v, from, sizeof v);
    return v;
}

/* sums[p][j] += x[p][k] · w[k][j] over k, in order; rows of x are n apart. Made part of
 * its callers, which pass a constant number of rows: sums live in registers. */
static inline __attribute__((always_inline)) void
multiply_f32(const float *x, const float *w, int n, int rows, float sums[ROWS_F32][LANES_F32])
{
    vec4 low[ROWS_F32], high[ROWS_F32];
    int k, p;

    for (p = 0; p < rows; p++) {
        low[p] = load4(sums[p]);
        high[p] = load4(sums[p] + 4);
    }
    for (k = 0; k < n; k++, w += LANES_F32) {
        vec4 w_low = load4(w), w_high = load4(w + 4);

        for (p = 0; p < rows; p++) {
            float value = x[(ptrdiff_t)p * n + k];

            low[p] += value * w_low;
            high[p] += value * w_high;
        }
    }
    for (p = 0; p < rows; p++) {
        memcpy(sums[p], &low[p], sizeof low[p]);
        memcpy(sums[p] + 4, &high[p], sizeof high[p]);
    }
}

static void store_f32(const mvk_conv *conv, float sums[ROWS_F32][LANES_F32], int rows, int channel,
                      int count, float *out)
{
    const float *bias = conv->bias;
    int p, j;

    for (p = 0; p < rows; p++, out += conv->out_c)
        for (j = 0; j < count; j++) {
            float y = sums[p][j] + (bias ? bias[channel + j] : 0);

            y = y < conv->act_min_f ? conv->act_min_f : y;
            out[j] = y > conv->act_max_f ? conv->act_max_f : y;
        }
}

/* One group's channels of `pixels` <= ROWS_F32 pixels. */
static void rows_f32(const mvk_conv *conv, const float *in, float *out, ptrdiff_t first, int pixels,
                     int group, float *tile)
{
    int size = field_size(conv), per_group = conv->out_c / conv->groups;
    int blocks = round_up(per_group, LANES_F32) / LANES_F32, o, k, p;
    const float *w = (const float *)conv->packed + (ptrdiff_t)group * blocks * size * LANES_F32;

    for (o = 0; o < per_group; o += LANES_F32, w += (ptrdiff_t)size * LANES_F32) {
        float sums[ROWS_F32][LANES_F32] = {{0}};
        int channel = group * per_group + o;

        for (k = 0; k < size; k += DEPTH_MAX) {
            int n = min_int(DEPTH_MAX, size - k);

            if (size > DEPTH_MAX || o == 0)
                for (p = 0; p < pixels; p++)
                    gather_f32(conv, in, field_of(conv, first + p), group, k, n,
                               tile + (ptrdiff_t)p * n);
            if (pixels == ROWS_F32)
                multiply_f32(tile, w + (ptrdiff_t)k * LANES_F32, n, ROWS_F32, sums);
            else
                for (p = 0; p < pixels; p++)
                    multiply_f32(tile + (ptrdiff_t)p * n, w + (ptrdiff_t)k * LANES_F32, n, 1,
                                 sums + p);
        }
        store_f32(conv, sums, pixels, channel, min_int(LANES_F32, per_group - o),
                  out + first * conv->out_c + channel);
    }
}

void mvk_conv_f32(const mvk_conv *conv, const float *in, float *out, int row_begin, int row_end)
{
    ptrdiff_t pixel = (ptrdiff_t)row_begin * conv->out_w, end = (ptrdiff_t)row_end * conv->out_w;
    float tile[ROWS_F32 * DEPTH_MAX];
    int pixels, group;

    for (; pixel < end; pixel += pixels) {
        pixels = end - pixel < ROWS_F32 ? (int)(end - pixel) : ROWS_F32;
        for (group = 0; group < conv->groups; group++)
            rows_f32(conv, in, out, pixel, pixels, group, tile);
    }
}

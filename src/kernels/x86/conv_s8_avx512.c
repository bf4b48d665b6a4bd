/* Convolution as a matrix product with VPDPBUSD: tiles of twelve pixels by all output
 * channels, 64 of them at a time for six pixels (24 sums in registers). Activations are
 * made unsigned (+128); that and their zero point are taken back in the bias.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/x86.h"
#include "kernels/x86/requant_avx512.h"

#include <string.h>

enum { TILE = 12, SUMS = 24, MAX_K = 4096 };

/* ---- packing ---- */

typedef struct packed {
    int k4;          ///< groups of four products
    int wide;        ///< blocks of 64 channels, lanes as mvk_finish64 likes them
    int narrow;      ///< vectors of 16 in a block of their own behind them, natural order
    size_t weights;  ///< where they begin, bytes; the parameters are before them
} packed;

static packed layout(const mvk_conv *c)
{
    packed p = {.k4 = (c->kernel_h * c->kernel_w * c->in_c + 3) / 4};
    int rest = c->out_c % 64;
    p.wide = c->out_c / 64 + (rest > 48);
    p.narrow = rest > 48 ? 0 : (rest + 15) / 16;
    p.weights = 64 + (size_t)(4 * p.wide + p.narrow) * sizeof(mvk_param16);
    return p;
}

static size_t packed_size(const mvk_conv *c)
{
    packed p = layout(c);
    return p.weights + (size_t)(4 * p.wide + p.narrow) * (size_t)p.k4 * 64;
}

/* Where vector v's first four products are: the vectors of a block lie side by side,
 * group by group. */
static size_t first_group(const packed *p, int v, size_t *step)
{
    bool wide = v < 4 * p->wide;
    int first = wide ? v / 4 * 4 : 4 * p->wide;
    *step = (size_t)(wide ? 4 : p->narrow) * 64;
    return (size_t)first * (size_t)p->k4 * 64 + (size_t)(v - first) * 64;
}

/* One output channel, to lane `lane` of a vector whose groups are at `to`. */
static mvk_channel pack_channel(const mvk_conv *c, const int8_t *w, int k, int n, int8_t *to,
                                size_t step, int lane)
{
    const int32_t *bias = c->bias;
    int8_t *group = to + (ptrdiff_t)4 * lane;
    int i = 0;
    for (; i + 4 <= k; i += 4, group += step)
        memcpy(group, w + i, 4);
    memcpy(group, w + i, (size_t)(k - i));
    return mvk_channel_of(w, k, 1, c->in_zero, 128, bias ? bias[n] : 0, c->scale[n]);
}

static void pack(const mvk_conv *c, const void *weights, void *to)
{
    packed p = layout(c);
    mvk_param16 *params = (mvk_param16 *)((char *)to + 64);
    int k = c->kernel_h * c->kernel_w * c->in_c, vectors = 4 * p.wide + p.narrow;
    memcpy(to, &p, sizeof p);
    for (int v = 0; v < vectors; v++) {
        mvk_channel channels[16] = {0};
        size_t step, at = first_group(&p, v, &step);
        for (int lane = 0; lane < 16; lane++) {
            int n = v < 4 * p.wide ? v / 4 * 64 + mvk_lane64(v % 4, lane) : v * 16 + lane;
            if (n < c->out_c)
                channels[lane] = pack_channel(c, (const int8_t *)weights + (size_t)n * (size_t)k,
                                              k, n, (int8_t *)to + p.weights + at, step, lane);
        }
        mvk_param16_set(&params[v], channels, 16, c->out_zero, c->act_min, c->act_max);
    }
}

/* ---- products ---- */

typedef struct job {
    packed p;
    const mvk_param16 *params;
    const int8_t *weights;
    mvk_finish512 finish;
    size_t out_c, stride; ///< bytes from one pixel to the next
} job;

/* V vectors of channels for P pixels: acc[i·V + v]. x: [P] rows of `stride` unsigned bytes. */
INLINE void multiply(__m512i *acc, const int P, const int V, const uint8_t *x, size_t stride,
                     const int8_t *w, int k4, const mvk_param16 *params)
{
    UNROLL for (int i = 0; i < P; i++) {
        UNROLL for (int v = 0; v < V; v++)
            acc[i * V + v] = mvk_load512(params[v].bias);
    }
    for (int k = 0; k < k4; k++, x += 4, w += 64 * V) {
        __m512i weights[4];
        UNROLL for (int v = 0; v < V; v++)
            weights[v] = mvk_load512(w + 64 * v);
        UNROLL for (int i = 0; i < P; i++) {
            int32_t four;
            memcpy(&four, x + (size_t)i * stride, 4);
            __m512i b = _mm512_set1_epi32(four);
            UNROLL for (int v = 0; v < V; v++)
                acc[i * V + v] = _mm512_dpbusd_epi32(acc[i * V + v], b, weights[v]);
        }
    }
    UNROLL for (int v = 0; v < V; v++)
        mvk_rescale_some(acc + v, P, V, &params[v]);
}

typedef void block(const job *j, const mvk_param16 *params, const int8_t *w, const uint8_t *x,
                   int8_t *out, int channels);

INLINE void wide_block(const int P, const job *j, const mvk_param16 *params, const int8_t *w,
                       const uint8_t *x, int8_t *out, int channels)
{
    __m512i acc[SUMS];
    __mmask64 mask = mvk_mask64(channels);
    multiply(acc, P, 4, x, j->stride, w, j->p.k4, params);
    UNROLL for (int i = 0; i < P; i++)
        _mm512_mask_storeu_epi8(out + (size_t)i * j->out_c, mask,
                                mvk_finish64(acc + 4 * i, &j->finish));
}

INLINE void narrow_block(const int P, const int V, const job *j, const mvk_param16 *params,
                         const int8_t *w, const uint8_t *x, int8_t *out, int channels)
{
    __m512i acc[SUMS];
    int left = channels - 16 * (V - 1);
    __mmask16 mask = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
    multiply(acc, P, V, x, j->stride, w, j->p.k4, params);
    UNROLL for (int i = 0; i < P; i++) {
        UNROLL for (int v = 0; v < V; v++)
            _mm_mask_storeu_epi8(out + (size_t)i * j->out_c + 16 * v, v < V - 1 ? 0xffff : mask,
                                 mvk_finish16(acc[i * V + v], &j->finish));
    }
}

#define WIDE(P)                                                                                 \
    static void wide_##P(const job *j, const mvk_param16 *params, const int8_t *w,              \
                         const uint8_t *x, int8_t *out, int channels)                           \
    {                                                                                           \
        wide_block(P, j, params, w, x, out, channels);                                          \
    }
#define NARROW(P, V)                                                                            \
    static void narrow_##P##_##V(const job *j, const mvk_param16 *params, const int8_t *w,      \
                                 const uint8_t *x, int8_t *out, int channels)                   \
    {                                                                                           \
        narrow_block(P, V, j, params, w, x, out, channels);                                     \
    }
WIDE(1) WIDE(2) WIDE(3) WIDE(4) WIDE(5) WIDE(6)
NARROW(1, 1) NARROW(2, 1) NARROW(3, 1) NARROW(4, 1) NARROW(5, 1) NARROW(6, 1) NARROW(12, 1)
NARROW(1, 2) NARROW(2, 2) NARROW(3, 2) NARROW(4, 2) NARROW(5, 2) NARROW(6, 2) NARROW(12, 2)
NARROW(1, 3) NARROW(2, 3) NARROW(3, 3) NARROW(4, 3) NARROW(5, 3) NARROW(6, 3)

/* By vectors − 1 and pixels − 1. */
static block *const blocks[4][6] = {
    {narrow_1_1, narrow_2_1, narrow_3_1, narrow_4_1, narrow_5_1, narrow_6_1},
    {narrow_1_2, narrow_2_2, narrow_3_2, narrow_4_2, narrow_5_2, narrow_6_2},
    {narrow_1_3, narrow_2_3, narrow_3_3, narrow_4_3, narrow_5_3, narrow_6_3},
    {wide_1, wide_2, wide_3, wide_4, wide_5, wide_6},
};

/* One block of channels, for all pixels of a tile. */
static void run_block(int vectors, int pixels, const job *j, const mvk_param16 *params,
                      const int8_t *w, const uint8_t *x, int8_t *out, int channels)
{
    if (vectors < 3 && pixels == TILE) {
        (vectors == 1 ? narrow_12_1 : narrow_12_2)(j, params, w, x, out, channels);
        return;
    }
    for (int n; pixels > 0; pixels -= n, x += (size_t)n * j->stride, out += (size_t)n * j->out_c) {
        n = pixels < 6 ? pixels : 6;
        blocks[vectors - 1][n - 1](j, params, w, x, out, channels);
    }
}

static void run_tile(int pixels, const job *j, const uint8_t *x, int8_t *out)
{
    const mvk_param16 *params = j->params;
    const int8_t *w = j->weights;
    size_t vector = (size_t)j->p.k4 * 64;
    int left = (int)j->out_c;
    for (int b = 0; b < j->p.wide; b++, params += 4, w += 4 * vector, out += 64, left -= 64)
        run_block(4, pixels, j, params, w, x, out, left);
    if (j->p.narrow)
        run_block(j->p.narrow, pixels, j, params, w, x, out, left);
}

/* ---- gathering ---- */

/* n bytes with the sign bit turned; writes whole vectors. */
static void to_unsigned(const int8_t *in, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        __mmask64 mask = mvk_mask64(n - i < 64 ? (int)(n - i) : 64);
        _mm512_storeu_si512(out + i, mvk_unsigned(_mm512_maskz_loadu_epi8(mask, in + i)));
    }
}

/* The taps of one output pixel, one behind the other; outside the picture stands
 * the zero point. */
static void gather(const mvk_conv *c, const int8_t *in, int row, int column, int8_t *out)
{
    int batch = row / c->out_h, y0 = row % c->out_h * c->stride_h - c->pad_top;
    int x0 = column * c->stride_w - c->pad_left;
    const int8_t *picture = in + (size_t)batch * (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_c;
    size_t size = (size_t)c->in_c;
    for (int ky = 0; ky < c->kernel_h; ky++) {
        int y = y0 + ky * c->dilation_h;
        bool row_there = y >= 0 && y < c->in_h;
        if (row_there && c->dilation_w == 1 && x0 >= 0 && x0 + c->kernel_w <= c->in_w) {
            memcpy(out, picture + ((size_t)y * (size_t)c->in_w + (size_t)x0) * size,
                   size * (size_t)c->kernel_w);
            out += size * (size_t)c->kernel_w;
            continue;
        }
        for (int kx = 0; kx < c->kernel_w; kx++, out += size) {
            int x = x0 + kx * c->dilation_w;
            if (row_there && x >= 0 && x < c->in_w)
                memcpy(out, picture + ((size_t)y * (size_t)c->in_w + (size_t)x) * size, size);
            else
                memset(out, c->in_zero, size);
        }
    }
}

static bool is_pointwise(const mvk_conv *c)
{
    return c->kernel_h == 1 && c->kernel_w == 1 && c->stride_h == 1 && c->stride_w == 1;
}

/* Fills x with the receptive fields of n pixels from `first`, unsigned. */
static void fill_tile(const mvk_conv *c, const int8_t *in, long first, int n, size_t stride,
                      uint8_t *x)
{
    int8_t taps[MAX_K];
    size_t k = (size_t)(c->kernel_h * c->kernel_w * c->in_c);
    bool pointwise = is_pointwise(c);
    if (pointwise && k == stride) {
        to_unsigned(in + (size_t)first * k, x, (size_t)n * k);
        return;
    }
    /* In order, so that what a row writes past its end is written over. */
    for (int r = 0; r < n; r++) {
        const int8_t *from = in + (size_t)(first + r) * k;
        if (!pointwise) {
            gather(c, in, (int)((first + r) / c->out_w), (int)((first + r) % c->out_w), taps);
            from = taps;
        }
        to_unsigned(from, x + (size_t)r * stride, k);
    }
}

static void run(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    _Alignas(64) uint8_t x[TILE * MAX_K + 64];
    job j = {.out_c = (size_t)c->out_c,
             .finish = mvk_finish512_init(c->out_zero, c->act_min, c->act_max)};
    memcpy(&j.p, c->packed, sizeof j.p);
    j.params = (const mvk_param16 *)((const char *)c->packed + 64);
    j.weights = (const int8_t *)c->packed + j.p.weights;
    j.stride = (size_t)j.p.k4 * 4;
    long end = (long)row_end * c->out_w;
    for (long i = (long)row_begin * c->out_w; i < end; i += TILE) {
        int n = end - i < TILE ? (int)(end - i) : TILE;
        fill_tile(c, in, i, n, j.stride, x);
        run_tile(n, &j, x, (int8_t *)out + (size_t)i * j.out_c);
    }
}

static const mvk_conv_kernel kernel = {"conv s8 avx512vnni 6x64", packed_size, pack, run};

const mvk_conv_kernel *mvk_conv_s8_avx512(const mvk_conv *c)
{
    const mvk_conv_kernel *small = mvk_conv_small_s8_avx512(c);
    int64_t k = (int64_t)c->kernel_h * c->kernel_w * c->in_c;
    if (small)
        return small;
    return c->groups == 1 && k <= MAX_K && mvk_scales_fit(c->scale, c->out_c) ? &kernel : NULL;
}

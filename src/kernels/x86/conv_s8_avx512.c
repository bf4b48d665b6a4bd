/* Convolution as a matrix product with VPDPBUSD: six pixels by 64 channels at a
 * time. Activations are made unsigned (+128); that and their zero point are taken
 * back in the bias. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/x86.h"
#include "kernels/x86/requant_avx512.h"

#include <string.h>

enum { PIXELS = 6, MAX_K = 4096 };

typedef struct packed {
    int k4;          ///< groups of four products
    int wide;        ///< blocks of 64 channels, lanes as mvk_finish64 likes them
    int narrow;      ///< vectors of 16 behind them, in natural order
    int last;        ///< channels of the last wide block or all narrow ones
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

/* The channel of lane `lane` of vector v; may be past the last. */
static int channel(const packed *p, int v, int lane)
{
    if (v < 4 * p->wide)
        return v / 4 * 64 + mvk_lane64(v % 4, lane);
    return v * 16 + lane;
}

static void pack(const mvk_conv *c, const void *weights, void *to)
{
    packed p = layout(c);
    const int8_t *w = weights;
    const int32_t *bias = c->bias;
    mvk_param16 *params = (mvk_param16 *)((char *)to + 64);
    int8_t *out = (int8_t *)to + p.weights;
    int k = c->kernel_h * c->kernel_w * c->in_c, vectors = 4 * p.wide + p.narrow;
    memset(to, 0, packed_size(c));
    memcpy(to, &p, sizeof p);
    for (int v = 0; v < vectors; v++)
        for (int lane = 0; lane < 16; lane++) {
            int n = channel(&p, v, lane);
            int32_t sum = 0;
            if (n >= c->out_c) {
                mvk_param16_set(&params[v], lane, 0, (mvk_scale){0, 0});
                continue;
            }
            for (int i = 0; i < k; i++) {
                int8_t x = w[(size_t)n * (size_t)k + (size_t)i];
                sum += x;
                /* Vectors of a wide block lie side by side, group by group. */
                size_t group = v < 4 * p.wide
                                   ? ((size_t)(v / 4) * (size_t)p.k4 + (size_t)(i / 4)) * 4 +
                                         (size_t)(v % 4)
                                   : (size_t)v * (size_t)p.k4 + (size_t)(i / 4);
                out[group * 64 + (size_t)lane * 4 + (size_t)(i % 4)] = x;
            }
            mvk_param16_set(&params[v], lane, (bias ? bias[n] : 0) - (c->in_zero + 128) * sum,
                            c->scale[n]);
        }
}

/* ---- products ---- */

#define INLINE static inline __attribute__((always_inline))

/* V vectors of channels for P pixels. x: [P] rows of `stride` bytes, unsigned. */
INLINE void multiply(__m512i acc[PIXELS][4], int P, int V, const uint8_t *x, size_t stride,
                     const int8_t *w, int k4, const mvk_param16 *params)
{
    for (int i = 0; i < P; i++)
        for (int v = 0; v < V; v++)
            acc[i][v] = mvk_load512(params[v].bias);
    for (int k = 0; k < k4; k++, w += 64 * V) {
        __m512i weights[4];
        for (int v = 0; v < V; v++)
            weights[v] = mvk_load512(w + 64 * v);
        for (int i = 0; i < P; i++) {
            int32_t four;
            memcpy(&four, x + (size_t)i * stride + 4 * (size_t)k, 4);
            __m512i b = _mm512_set1_epi32(four);
            for (int v = 0; v < V; v++)
                acc[i][v] = _mm512_dpbusd_epi32(acc[i][v], b, weights[v]);
        }
    }
}

INLINE void wide_block(int P, const packed *p, const mvk_param16 *params, const int8_t *w,
                       const uint8_t *x, size_t stride, const mvk_finish512 *f, int8_t *out,
                       size_t out_c, __mmask64 mask)
{
    __m512i acc[PIXELS][4];
    multiply(acc, P, 4, x, stride, w, p->k4, params);
    for (int i = 0; i < P; i++)
        _mm512_mask_storeu_epi8(out + (size_t)i * out_c, mask, mvk_finish64(acc[i], params, f));
}

INLINE void narrow_block(int P, int V, const packed *p, const mvk_param16 *params,
                         const int8_t *w, const uint8_t *x, size_t stride,
                         const mvk_finish512 *f, int8_t *out, size_t out_c, int channels)
{
    __m512i acc[PIXELS][4];
    multiply(acc, P, V, x, stride, w, p->k4, params);
    for (int i = 0; i < P; i++)
        for (int v = 0; v < V; v++) {
            int left = channels - 16 * v;
            __mmask16 mask = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
            _mm_mask_storeu_epi8(out + (size_t)i * out_c + 16 * v, mask,
                                 mvk_finish16(acc[i][v], &params[v], f));
        }
}

typedef struct job {
    packed p;
    const mvk_param16 *params;
    const int8_t *weights;
    mvk_finish512 finish;
    size_t out_c, stride;
} job;

INLINE void all_blocks(int P, const job *j, const uint8_t *x, int8_t *out)
{
    const packed *p = &j->p;
    const mvk_param16 *params = j->params;
    const int8_t *w = j->weights;
    size_t block = (size_t)p->k4 * 256;
    int done = 0, n = (int)j->out_c;
    for (int b = 0; b < p->wide; b++, params += 4, w += block, done += 64) {
        __mmask64 mask = n - done >= 64 ? ~0ull : (1ull << (n - done)) - 1;
        wide_block(P, p, params, w, x, j->stride, &j->finish, out + done, j->out_c, mask);
    }
    /* Narrow vectors lie one behind the other: each on its own. */
    for (int v = 0; v < p->narrow; v++, params++, w += (size_t)p->k4 * 64, done += 16)
        narrow_block(P, 1, p, params, w, x, j->stride, &j->finish, out + done, j->out_c, n - done);
}

static void run_tile(int pixels, const job *j, const uint8_t *x, int8_t *out)
{
    switch (pixels) {
    case 6: all_blocks(6, j, x, out); break;
    case 5: all_blocks(5, j, x, out); break;
    case 4: all_blocks(4, j, x, out); break;
    case 3: all_blocks(3, j, x, out); break;
    case 2: all_blocks(2, j, x, out); break;
    default: all_blocks(1, j, x, out); break;
    }
}

/* ---- gathering ---- */

/* n bytes with the sign bit turned; writes whole vectors. */
static void to_unsigned(const int8_t *in, uint8_t *out, size_t n)
{
    const __m512i sign = _mm512_set1_epi8((char)0x80);
    for (size_t i = 0; i < n; i += 64) {
        __mmask64 mask = n - i >= 64 ? ~0ull : (1ull << (n - i)) - 1;
        __m512i x = _mm512_maskz_loadu_epi8(mask, in + i);
        _mm512_storeu_si512(out + i, _mm512_xor_si512(x, sign));
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

static void run(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    _Alignas(64) uint8_t x[PIXELS * MAX_K + 64];
    int8_t taps[MAX_K];
    job j = {.out_c = (size_t)c->out_c,
             .finish = mvk_finish512_init(c->out_zero, c->act_min, c->act_max)};
    memcpy(&j.p, c->packed, sizeof j.p);
    j.params = (const mvk_param16 *)((const char *)c->packed + 64);
    j.weights = (const int8_t *)c->packed + j.p.weights;
    j.stride = (size_t)j.p.k4 * 4;
    int k = c->kernel_h * c->kernel_w * c->in_c;
    bool pointwise = is_pointwise(c);
    long end = (long)row_end * c->out_w;
    for (long i = (long)row_begin * c->out_w; i < end; i += PIXELS) {
        int n = end - i < PIXELS ? (int)(end - i) : PIXELS;
        if (pointwise && k % 4 == 0) {
            to_unsigned((const int8_t *)in + (size_t)i * (size_t)k, x, (size_t)n * (size_t)k);
        } else {
            /* In order, so that what a row writes past its end is written over. */
            for (int r = 0; r < n; r++) {
                const int8_t *from = (const int8_t *)in + (size_t)(i + r) * (size_t)k;
                if (!pointwise) {
                    gather(c, in, (int)((i + r) / c->out_w), (int)((i + r) % c->out_w), taps);
                    from = taps;
                }
                to_unsigned(from, x + (size_t)r * j.stride, (size_t)k);
            }
        }
        run_tile(n, &j, x, (int8_t *)out + (size_t)i * j.out_c);
    }
}

static const mvk_conv_kernel kernel = {"conv s8 avx512vnni 6x64", packed_size, pack, run};

const mvk_conv_kernel *mvk_conv_s8_avx512(const mvk_conv *c)
{
    int64_t k = (int64_t)c->kernel_h * c->kernel_w * c->in_c;
    return c->groups == 1 && k <= MAX_K && mvk_scales_fit(c->scale, c->out_c) ? &kernel : NULL;
}

/* Convolution as a matrix product, for AVX2 and AVX-VNNI: six pixels by 16 channels at a
 * time, or 12 by 8. The receptive fields of a tile of pixels are copied side by side, as
 * dot products want them. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/fields_avx2.h"
#include "kernels/x86/x86.h"

#include <string.h>

/* A field longer than TILE_DEPTH goes pixel by pixel. */
enum { TILE = 12, TILE_DEPTH = 2048, MAX_DEPTH = 8192 };

/* Begins a packed block; parameters, a mvk_param8 for each vector of channels, are 64
 * bytes behind. Weights: for each pair of vectors [groups][2][8 channels][MVK_TAPS], then
 * for what is left [groups][8][MVK_TAPS]. */
typedef struct packed {
    int groups;     ///< of MVK_TAPS products
    int vectors;    ///< of 8 channels
    size_t weights; ///< where they begin, bytes
} packed;

static int depth_of(const mvk_conv *c)
{
    return c->kernel_h * c->kernel_w * c->in_c;
}

static packed layout(const mvk_conv *c)
{
    packed p = {(depth_of(c) + MVK_TAPS - 1) / MVK_TAPS, (c->out_c + 7) / 8, 64};
    p.weights += (size_t)p.vectors * sizeof(mvk_param8);
    return p;
}

static size_t packed_size(const mvk_conv *c)
{
    packed p = layout(c);
    return p.weights + (size_t)p.vectors * (size_t)p.groups * MVK_WEIGHTS8;
}

/* One channel's weights to every `step` bytes. */
static void spread(const int8_t *w, int depth, int8_t *to, size_t step)
{
    int k = 0;
    for (; k + MVK_TAPS <= depth; k += MVK_TAPS, to += step)
        memcpy(to, w + k, MVK_TAPS);
    if (k < depth)
        memcpy(to, w + k, (size_t)(depth - k));
}

static void pack(const mvk_conv *c, const void *weights, void *to)
{
    const packed p = layout(c);
    const int depth = depth_of(c);
    const int32_t *bias = c->bias;
    const size_t block = (size_t)p.groups * MVK_WEIGHTS8;
    mvk_param8 *params = (mvk_param8 *)(void *)((char *)to + 64);
    /* The proof takes longer than integers ever will on a few pixels. */
    const bool prove = (int64_t)c->batch * c->out_h * c->out_w > 4;
    memset(to, 0, packed_size(c));
    memcpy(to, &p, sizeof p);
    for (int v = 0; v < p.vectors; v++) {
        const int n = c->out_c - 8 * v < 8 ? c->out_c - 8 * v : 8;
        const bool paired = v / 2 * 2 + 1 < p.vectors;
        int8_t *out = (int8_t *)to + p.weights + (size_t)(v / 2) * 2 * block +
                      (size_t)(v % 2) * MVK_WEIGHTS8;
        mvk_channel channel[8];
        for (int lane = 0; lane < n; lane++) {
            const int o = 8 * v + lane;
            const int8_t *w = (const int8_t *)weights + (size_t)o * (size_t)depth;
            channel[lane] =
                mvk_channel_of(w, depth, 1, c->in_zero, MVK_OFFSET, bias ? bias[o] : 0, c->scale[o]);
            spread(w, depth, out + lane * MVK_TAPS, (paired ? 2 : 1) * MVK_WEIGHTS8);
        }
        mvk_param8_set(&params[v], channel, n, c->out_zero, c->act_min, c->act_max, prove);
    }
}

/* ---- products ---- */

typedef struct job {
    packed p;
    const mvk_param8 *params;
    const int8_t *weights;
    mvk_finish256 finish;
    int out_c;
    size_t stride; ///< bytes of a field, copied
} job;

INLINE __m256i four_bytes(const char *p)
{
    int32_t x;
    memcpy(&x, p, 4);
    return _mm256_set1_epi32(x);
}

/* acc[pixel · V + vector], from bias to results without zero point. */
INLINE void multiply(__m256i *acc, const int P, const int V, const job *j, const char *x,
                     const int8_t *w, const mvk_param8 *params)
{
    const size_t stride = j->stride;
    UNROLL for (int i = 0; i < P; i++)
        UNROLL for (int v = 0; v < V; v++)
            acc[i * V + v] = mvk_load256(params[v].bias);
    for (int g = 0; g < j->p.groups; g++, x += 4, w += V * MVK_WEIGHTS8) {
        const __m256i weights[2] = {mvk_weights8(w), mvk_weights8(w + (V - 1) * MVK_WEIGHTS8)};
        UNROLL for (int i = 0; i < P; i++) {
            __m256i b = four_bytes(x + (size_t)i * stride);
            UNROLL for (int v = 0; v < V; v++)
                acc[i * V + v] = mvk_dot(acc[i * V + v], b, weights[v]);
        }
    }
    UNROLL for (int v = 0; v < V; v++)
        mvk_rescale8(acc + v, P, V, &params[v]);
}

/* Six pixels by 16 channels, of which `left` are there. */
NOINLINE void pairs6(const job *j, const char *x, const int8_t *w, const mvk_param8 *params,
                     int8_t *out, int left)
{
    __m256i acc[12];
    multiply(acc, 6, 2, j, x, w, params);
    UNROLL for (int i = 0; i < 6; i += 2, out += 2 * (size_t)j->out_c) {
        __m256i y = mvk_finish32(acc[2 * i], acc[2 * i + 1], acc[2 * i + 2], acc[2 * i + 3],
                                 &j->finish);
        mvk_store16(out, _mm256_castsi256_si128(y), left);
        mvk_store16(out + j->out_c, _mm256_extracti128_si256(y, 1), left);
    }
}

/* P pixels (6 or 12) by 8 channels. */
INLINE void singles(const int P, const job *j, const char *x, const int8_t *w,
                    const mvk_param8 *params, int8_t *out, int left)
{
    __m256i acc[12 + 2];
    const size_t step = (size_t)j->out_c;
    multiply(acc, P, 1, j, x, w, params);
    acc[P] = acc[P + 1] = acc[P - 1];
    UNROLL for (int i = 0; i < P; i += 4, out += 4 * step) {
        __m256i y = mvk_finish32(acc[i], acc[i + 1], acc[i + 2], acc[i + 3], &j->finish);
        __m128i low = _mm256_castsi256_si128(y), high = _mm256_extracti128_si256(y, 1);
        mvk_store8(out, low, left);
        mvk_store8(out + step, _mm_unpackhi_epi64(low, low), left);
        if (i + 2 < P) {
            mvk_store8(out + 2 * step, high, left);
            mvk_store8(out + 3 * step, _mm_unpackhi_epi64(high, high), left);
        }
    }
}

NOINLINE void singles6(const job *j, const char *x, const int8_t *w, const mvk_param8 *params,
                       int8_t *out, int left)
{
    singles(6, j, x, w, params, out, left);
}

NOINLINE void singles12(const job *j, const char *x, const int8_t *w, const mvk_param8 *params,
                        int8_t *out, int left)
{
    singles(12, j, x, w, params, out, left);
}

/* 6 … 12 pixels: where they are not 6 or 12, some are done twice. */
static void run_tile(int n, const job *j, const char *x, int8_t *out)
{
    const size_t block = (size_t)j->p.groups * MVK_WEIGHTS8, last = (size_t)(n - 6);
    const int8_t *w = j->weights;
    int v = 0;
    for (; v + 1 < j->p.vectors; v += 2, w += 2 * block) {
        int left = j->out_c - 8 * v;
        pairs6(j, x, w, j->params + v, out + 8 * v, left);
        if (last)
            pairs6(j, x + last * j->stride, w, j->params + v,
                   out + last * (size_t)j->out_c + 8 * v, left);
    }
    if (v == j->p.vectors)
        return;
    int left = j->out_c - 8 * v;
    if (n == 12) {
        singles12(j, x, w, j->params + v, out + 8 * v, left);
        return;
    }
    singles6(j, x, w, j->params + v, out + 8 * v, left);
    if (last)
        singles6(j, x + last * j->stride, w, j->params + v,
                 out + last * (size_t)j->out_c + 8 * v, left);
}

/* One pixel by V (2, 8; or the single) vectors, pairs of which are `block` bytes apart. */
INLINE void one_pixel(const int V, const job *j, const char *x, const int8_t *w,
                      const mvk_param8 *params, int8_t *out, int left)
{
    const size_t block = (size_t)j->p.groups * 2 * MVK_WEIGHTS8;
    const int step = V == 1 ? MVK_WEIGHTS8 : 2 * MVK_WEIGHTS8;
    __m256i acc[8];
    UNROLL for (int v = 0; v < V; v++)
        acc[v] = mvk_load256(params[v].bias);
    for (int g = 0; g < j->p.groups; g++, x += 4, w += step) {
        __m256i b = four_bytes(x);
        UNROLL for (int v = 0; v < V; v++)
            acc[v] = mvk_dot(acc[v], b,
                             mvk_weights8(w + (size_t)(v / 2) * block + v % 2 * MVK_WEIGHTS8));
    }
    UNROLL for (int v = 0; v < V; v += 2) {
        const int u = v + 1 < V ? v + 1 : v;
        mvk_rescale8(acc + v, 1, 1, &params[v]);
        if (u > v)
            mvk_rescale8(acc + u, 1, 1, &params[u]);
        __m256i y = mvk_finish32(acc[v], acc[u], acc[v], acc[u], &j->finish);
        mvk_store16(out + 8 * v, _mm256_castsi256_si128(y), left - 8 * v);
    }
}

NOINLINE void run_pixel(const job *j, const char *x, int8_t *out)
{
    const size_t block = (size_t)j->p.groups * MVK_WEIGHTS8;
    const int8_t *w = j->weights;
    int v = 0;
    for (; v + 7 < j->p.vectors; v += 8, w += 8 * block)
        one_pixel(8, j, x, w, j->params + v, out + 8 * v, j->out_c - 8 * v);
    for (; v + 1 < j->p.vectors; v += 2, w += 2 * block)
        one_pixel(2, j, x, w, j->params + v, out + 8 * v, j->out_c - 8 * v);
    if (v < j->p.vectors)
        one_pixel(1, j, x, w, j->params + v, out + 8 * v, j->out_c - 8 * v);
}

/* ---- running ---- */

static void run(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    _Alignas(32) mvk_value tile[TILE * TILE_DEPTH + 16];
    job j = {.out_c = c->out_c, .finish = mvk_finish256_init(c->out_zero, c->act_min, c->act_max)};
    memcpy(&j.p, c->packed, sizeof j.p);
    j.params = (const mvk_param8 *)(const void *)((const char *)c->packed + 64);
    j.weights = (const int8_t *)c->packed + j.p.weights;
    j.stride = (size_t)j.p.groups * 4;
    const bool pointwise = mvk_is_pointwise(c);
    const int most = depth_of(c) > TILE_DEPTH ? 1 : TILE;
    const ptrdiff_t begin = (ptrdiff_t)row_begin * c->out_w, end = (ptrdiff_t)row_end * c->out_w;
    for (ptrdiff_t i = begin, n; i < end; i += n) {
        n = end - i < most ? end - i : most;
        if (n < 6 && most > 1 && end - begin >= 6) {
            i = end - 6; /* some again */
            n = 6;
        }
        int8_t *to = (int8_t *)out + (size_t)i * (size_t)c->out_c;
        mvk_fill_tile(c, in, i, (int)n, pointwise, tile, j.stride / sizeof *tile);
        if (n >= 6)
            run_tile((int)n, &j, (const char *)tile, to);
        else
            for (ptrdiff_t k = 0; k < n; k++)
                run_pixel(&j, (const char *)tile + (size_t)k * j.stride,
                          to + (size_t)k * (size_t)c->out_c);
    }
}

static const mvk_conv_kernel kernel = {"conv s8 " MVK_TEXT(MVK_S8_SET), packed_size, pack, run};

const mvk_conv_kernel *MVK_S8(conv_s8)(const mvk_conv *c)
{
    int64_t depth = (int64_t)c->kernel_h * c->kernel_w * c->in_c;
    bool fits = c->groups == 1 && depth <= MAX_DEPTH &&
                mvk_scales_fit8(c->scale, c->bias, c->out_c);
    return fits ? &kernel : NULL;
}

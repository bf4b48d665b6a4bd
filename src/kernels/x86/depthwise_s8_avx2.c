/* Depthwise convolution over space, for AVX2 and AVX-VNNI: eight channels of four pixels
 * of a row at a time. What the kernel's rows see is first laid into a strip, column by
 * column, its rows interleaved as dot products want them; so every input is converted
 * once a row of outputs, and the picture's edges are the strip's business alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/taps_avx2.h"
#include "kernels/x86/x86.h"

#include <string.h>

enum {
    STRIP = 1024, ///< vectors
    MAX_GROUPS = 16, MAX_WEIGHTS = 15,
    ROWS3 = (3 + MVK_TAPS - 1) / MVK_TAPS, ROWS5 = (5 + MVK_TAPS - 1) / MVK_TAPS, ///< groups
};

/* ---- the strip ---- */

/* What a strip shows: eight channels from `channel` on, n of which are there, of `columns`
 * columns from x on, for a row of outputs that begins at input row y. */
typedef struct view {
    const int8_t *picture;
    int y, x, columns, channel, n;
} view;

/* Where the input of each row of the kernel is, and ones, by which the distance from there
 * is masked; of a row outside of the picture zero points, and zeros. Rows past the last,
 * whose weights are 0, are the last again. */
typedef struct lines {
    const int8_t *at[MAX_GROUPS * MVK_TAPS];
    size_t mask[MAX_GROUPS * MVK_TAPS];
} lines;

/* True if all are inside. */
INLINE bool find_lines(lines *l, const mvk_conv *c, const view *v, int first, int groups,
                       const int8_t *zeros)
{
    const size_t size = (size_t)c->in_c, pitch = (size_t)c->in_w * size;
    const int8_t *from = v->picture + (size_t)first * size + (size_t)v->channel;
    bool inside = true;
    for (int k = 0; k < groups * MVK_TAPS; k++) {
        const int ky = k < c->kernel_h ? k : c->kernel_h - 1, y = v->y + ky * c->dilation_h;
        const bool there = y >= 0 && y < c->in_h;
        l->at[k] = there ? from + (size_t)y * pitch : zeros;
        l->mask[k] = there ? SIZE_MAX : 0;
        inside = inside && there;
    }
    return inside;
}

INLINE void fill_columns(const lines *l, size_t size, int columns, const int groups,
                         const bool masked, const int n, __m256i *strip)
{
    for (size_t at = 0; columns > 0; columns--, at += size, strip += groups)
        UNROLL for (int g = 0; g < groups; g++) {
            __m128i tap[MVK_TAPS];
            UNROLL for (int t = 0; t < MVK_TAPS; t++) {
                const int k = g * MVK_TAPS + t;
                tap[t] = mvk_load8(l->at[k] + (masked ? at & l->mask[k] : at), n);
            }
            strip[g] = mvk_interleave(tap);
        }
}

INLINE void fill_strip(const mvk_conv *c, const view *v, const int groups, const int n,
                       __m256i *strip)
{
    const size_t size = (size_t)c->in_c;
    __m128i outside[MVK_TAPS];
    int8_t zeros[8];
    lines l;
    /* Columns: `before` outside, then `inside`, then the others. */
    int before = v->x < 0 ? -v->x : 0, inside, i = 0;
    before = before < v->columns ? before : v->columns;
    inside = (c->in_w - v->x < v->columns ? c->in_w - v->x : v->columns) - before;
    inside = inside > 0 ? inside : 0;
    memset(zeros, c->in_zero, sizeof zeros);
    for (int k = 0; k < MVK_TAPS; k++)
        outside[k] = _mm_set1_epi8((char)c->in_zero);
    const __m256i edge = mvk_interleave(outside);
    for (; i < before * groups; i++)
        strip[i] = edge;
    if (inside) {
        if (find_lines(&l, c, v, v->x + before, groups, zeros))
            fill_columns(&l, size, inside, groups, false, n, strip + i);
        else
            fill_columns(&l, size, inside, groups, true, n, strip + i);
    }
    for (i += inside * groups; i < v->columns * groups; i++)
        strip[i] = edge;
}

NOINLINE void strip_of_3(const mvk_conv *c, const view *v, __m256i *strip)
{
    fill_strip(c, v, ROWS3, 8, strip);
}

NOINLINE void strip_of_5(const mvk_conv *c, const view *v, __m256i *strip)
{
    fill_strip(c, v, ROWS5, 8, strip);
}

static void any_strip(const mvk_conv *c, const view *v, int groups, __m256i *strip)
{
    if (v->n >= 8 && groups == ROWS3)
        strip_of_3(c, v, strip);
    else if (v->n >= 8 && groups == ROWS5)
        strip_of_5(c, v, strip);
    else
        fill_strip(c, v, groups, v->n, strip);
}

/* ---- products ---- */

/* Four pixels, `stride` columns apart; KW columns of G groups. */
INLINE void four_pixels(__m256i acc[4], const int KW, const int G, const int stride,
                        const __m256i *strip, const __m256i *w, __m256i bias)
{
    UNROLL for (int i = 0; i < 4; i++)
        acc[i] = bias;
    /* Column by column, as each serves several pixels. */
    UNROLL for (int x = 0; x < 3 * stride + KW; x++)
        UNROLL for (int g = 0; g < G; g++) {
            const __m256i column = strip[x * G + g];
            UNROLL for (int i = 0; i < 4; i++) {
                const int kx = x - i * stride;
                if (kx >= 0 && kx < KW)
                    acc[i] = mvk_dot(acc[i], column, w[kx * G + g]);
            }
        }
}

static void four_pixels_any(__m256i acc[4], const mvk_conv *c, int groups, const __m256i *strip,
                            const __m256i *w, __m256i bias)
{
    for (int i = 0; i < 4; i++) {
        __m256i sum = bias;
        for (int kx = 0; kx < c->kernel_w; kx++)
            for (int g = 0; g < groups; g++)
                sum = mvk_dot(sum, strip[(i * c->stride_w + kx * c->dilation_w) * groups + g],
                              w[kx * groups + g]);
        acc[i] = sum;
    }
}

typedef struct job {
    const mvk_conv *conv;
    mvk_packed8 p;
    const mvk_param8 *params;
    const __m256i *weights;
    mvk_finish256 finish;
} job;

/* Eight channels of n pixels, `size` apart, n <= 4; `left` channels are there. */
INLINE void store_pixels(int8_t *out, size_t size, __m256i y, int n, int left)
{
    __m128i low = _mm256_castsi256_si128(y), high = _mm256_extracti128_si256(y, 1);
    mvk_store8(out, low, left);
    if (n > 1)
        mvk_store8(out + size, _mm_unpackhi_epi64(low, low), left);
    if (n > 2)
        mvk_store8(out + 2 * size, high, left);
    if (n > 3)
        mvk_store8(out + 3 * size, _mm_unpackhi_epi64(high, high), left);
}

/* A run of n pixels of one row, eight channels from 8 · v on. KW 0: any kernel. */
INLINE void pixels(const job *j, const int KW, const int G, const int stride, int v,
                   const __m256i *strip, int8_t *out, int n)
{
    const mvk_conv *c = j->conv;
    const __m256i bias = mvk_load256(j->params[v].bias);
    const __m256i *from = j->weights + (size_t)v * (size_t)(c->kernel_w * j->p.groups);
    const size_t size = (size_t)c->out_c;
    const int left = c->out_c - 8 * v;
    __m256i w[MAX_WEIGHTS], acc[4];
    UNROLL for (int i = 0; i < KW * G; i++)
        w[i] = from[i];
    for (int x = 0; x < n; x += 4) {
        if (n - x < 4 && n >= 4)
            x = n - 4; /* some again */
        if (KW)
            four_pixels(acc, KW, G, stride, strip + x * stride * G, w, bias);
        else
            four_pixels_any(acc, c, G, strip + x * stride * G, from, bias);
        mvk_rescale8(acc, 4, 1, j->params + v);
        __m256i y = mvk_finish32(acc[0], acc[1], acc[2], acc[3], &j->finish);
        if (n >= 4 && left >= 8)
            store_pixels(out + (size_t)x * size, size, y, 4, 8);
        else
            store_pixels(out + (size_t)x * size, size, y, n, left);
    }
}

/* The same for the kernels that networks have, unrolled. */
#define PIXELS(name, KW, G, stride)                                                                \
    NOINLINE void name(const job *j, int v, const __m256i *strip, int8_t *out, int n)              \
    {                                                                                              \
        pixels(j, KW, G, stride, v, strip, out, n);                                                \
    }
PIXELS(pixels_3x3_1, 3, ROWS3, 1)
PIXELS(pixels_3x3_2, 3, ROWS3, 2)
PIXELS(pixels_5x5_1, 5, ROWS5, 1)
PIXELS(pixels_5x5_2, 5, ROWS5, 2)
PIXELS(pixels_any, 0, j->p.groups, j->conv->stride_w)

typedef void pixels_function(const job *, int, const __m256i *, int8_t *, int);

static pixels_function *pixels_for(const mvk_conv *c)
{
    if (c->kernel_h != c->kernel_w || c->dilation_w != 1)
        return pixels_any;
    switch (c->kernel_w * 10 + c->stride_w) {
    case 31: return pixels_3x3_1;
    case 32: return pixels_3x3_2;
    case 51: return pixels_5x5_1;
    case 52: return pixels_5x5_2;
    default: return pixels_any;
    }
}

/* ---- */

/* Columns that n pixels see. */
static int columns_of(const mvk_conv *c, int n)
{
    return (n - 1) * c->stride_w + (c->kernel_w - 1) * c->dilation_w + 1;
}

static void run(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    __m256i strip[STRIP];
    job j = {.conv = c, .finish = mvk_finish256_init(c->out_zero, c->act_min, c->act_max)};
    memcpy(&j.p, c->packed, sizeof j.p);
    j.params = (const mvk_param8 *)(const void *)((const char *)c->packed + 64);
    j.weights = (const __m256i *)(const void *)((const char *)c->packed + j.p.weights);
    const size_t picture = (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_c;
    pixels_function *pixels_of = pixels_for(c);
    const int room = STRIP / j.p.groups;
    /* Pixels that a strip serves, at least four. */
    const int most = (room - columns_of(c, 4)) / c->stride_w + 4;
    for (int row = row_begin; row < row_end; row++) {
        view seen = {.picture = (const int8_t *)in + (size_t)(row / c->out_h) * picture,
                     .y = row % c->out_h * c->stride_h - c->pad_top};
        int8_t *to = (int8_t *)out + (size_t)row * (size_t)c->out_w * (size_t)c->out_c;
        for (int x = 0, n; x < c->out_w; x += n, to += (size_t)n * (size_t)c->out_c) {
            n = c->out_w - x < most ? c->out_w - x : most;
            seen.x = x * c->stride_w - c->pad_left;
            seen.columns = columns_of(c, n < 4 ? 4 : n);
            for (int v = 0; v < j.p.vectors; v++) {
                seen.channel = 8 * v;
                seen.n = c->out_c - 8 * v;
                any_strip(c, &seen, j.p.groups, strip);
                pixels_of(&j, v, strip, to + 8 * v, n);
            }
        }
    }
}

static const mvk_conv_kernel kernel = {"depthwise s8 " MVK_TEXT(MVK_S8_SET), mvk_packed8_size, mvk_pack8,
                                       run};

const mvk_conv_kernel *MVK_S8(depthwise_s8)(const mvk_conv *c)
{
    int64_t groups = ((int64_t)c->kernel_h + MVK_TAPS - 1) / MVK_TAPS;
    int64_t columns = 3 * (int64_t)c->stride_w + ((int64_t)c->kernel_w - 1) * c->dilation_w + 1;
    bool fits = c->depth_multiplier == 1 && groups <= MAX_GROUPS && columns * groups <= STRIP &&
                mvk_scales_fit8(c->scale, c->bias, c->out_c);
    return fits ? &kernel : NULL;
}

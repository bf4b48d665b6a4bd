/* Depthwise convolution over space with VPDPBUSD, 64 channels at a time. For 3×3 and
 * 5×5, the rows of a column are interleaved once and serve every output whose window
 * has that column; other kernels interleave their taps for each output.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/taps_avx512.h"
#include "kernels/x86/x86.h"

enum { MAX_TAPS = 64, CHUNK = 16, PIXELS = 4, MAX_STRIDE = 2 };

/* ---- packing ---- */

/* Group kx: the first four rows of column kx. 5×5 has the fifth row behind them: four
 * taps, and the last one. */
static int column_tap(int taps, int group, int i)
{
    const int k = taps == 9 ? 3 : 5;
    if (group < k)
        return i < k ? i * k + group : -1;
    int x = 4 * (group - k) + i;
    return x < k ? 4 * k + x : -1;
}

static int plain_tap(int taps, int group, int i)
{
    return 4 * group + i < taps ? 4 * group + i : -1;
}

static bool in_columns(const mvk_conv *c)
{
    return c->kernel_h == c->kernel_w && (c->kernel_w == 3 || c->kernel_w == 5) &&
           c->stride_w <= MAX_STRIDE && c->dilation_w == 1 && c->dilation_h == 1;
}

static int groups_of(const mvk_conv *c)
{
    return in_columns(c) ? (c->kernel_w == 3 ? 3 : 7) : (c->kernel_h * c->kernel_w + 3) / 4;
}

static size_t packed_size(const mvk_conv *c)
{
    return mvk_taps_size(groups_of(c), c->out_c);
}

static void pack(const mvk_conv *c, const void *weights, void *to)
{
    mvk_taps_source from = {.groups = groups_of(c),
                            .channels = c->out_c,
                            .tap = in_columns(c) ? column_tap : plain_tap,
                            .taps = c->kernel_h * c->kernel_w,
                            .in_zero = c->in_zero,
                            .out_zero = c->out_zero,
                            .act_min = c->act_min,
                            .act_max = c->act_max,
                            .bias = c->bias,
                            .scale = c->scale};
    mvk_taps_pack(&from, weights, to);
}

/* ---- 3×3 and 5×5 ---- */

/* One block of channels of one output row, or of two. */
typedef struct band {
    const mvk_taps_job *job;
    const int8_t *w;
    const mvk_param16 *params;
    const int8_t *row[2][5]; ///< at column 0; zeros if outside the picture
    ptrdiff_t step[2][5];    ///< bytes to the next column; 0 for zeros
    int8_t *out[2];
    int n, in_w;
    __mmask64 mask;
    bool twice;
} band;

INLINE __m512i load(const band *l, int r, int x)
{
    const int8_t *p = l->row[0][r] + x * l->step[0][r];
    if (!l->twice)
        return mvk_load_tap(p, l->mask);
    return mvk_load_twice(p, l->row[1][r] + x * l->step[1][r], (__mmask32)l->mask);
}

INLINE __m512i load_if(const band *l, int r, int x)
{
    return x >= 0 && x < l->in_w ? load(l, r, x) : mvk_load_tap(l->job->zeros, ~0ull);
}

/* Columns x … x+n-1, interleaved: [n][1 or 2][4] vectors. Of the fifth row, what
 * windows begin with: every `stride`-th column. */
INLINE void interleave_columns(const band *l, const int k, const int stride, int x, int n,
                               __m512i *to)
{
    __m512i fifth[4];
    if (k == 5) {
        UNROLL for (int i = 1; i < 4; i++)
            fifth[i] = load_if(l, 4, x + i - 1);
    }
    for (int i = 0; i < n; i++, x++, to += k == 5 ? 8 : 4) {
        if (x < 0 || x >= l->in_w) {
            __m512i zero = mvk_load_tap(l->job->zeros, ~0ull);
            to[0] = to[1] = to[2] = to[3] = zero;
        } else {
            __m512i t2 = load(l, 2, x);
            mvk_interleave(to, load(l, 0, x), load(l, 1, x), t2, k == 5 ? load(l, 3, x) : t2);
        }
        if (k == 3)
            continue;
        fifth[0] = fifth[1], fifth[1] = fifth[2], fifth[2] = fifth[3];
        fifth[3] = load_if(l, 4, x + 3);
        if (i % stride == 0)
            mvk_interleave(to + 4, fifth[0], fifth[1], fifth[2], fifth[3]);
    }
}

/* P outputs side by side, whose windows begin at columns[0], [stride] and so on. */
INLINE void outputs(const band *l, const int k, const int P, const int stride,
                    const __m512i *columns, ptrdiff_t at, ptrdiff_t out_step)
{
    const int width = k == 5 ? 8 : 4;
    const int8_t *w = l->w;
    __m512i acc[4 * PIXELS];
    for (int p = 0; p < P; p++)
        for (int v = 0; v < 4; v++)
            acc[4 * p + v] = mvk_load512(l->params[v].bias);
    for (int g = 0; g < (k == 5 ? 7 : 3); g++, w += 256) {
        const int column = g < k ? g * width : (g - k) * 4 * width + 4;
        UNROLL for (int v = 0; v < 4; v++) {
            __m512i weights = mvk_load512(w + 64 * v);
            UNROLL for (int p = 0; p < P; p++)
                acc[4 * p + v] = _mm512_dpbusd_epi32(acc[4 * p + v],
                                                     columns[p * stride * width + column + v],
                                                     weights);
        }
    }
    UNROLL for (int v = 0; v < 4; v++)
        mvk_rescale_some(acc + v, P, 4, &l->params[v]);
    UNROLL for (int p = 0; p < P; p++, at += out_step)
        mvk_store_block(l->out[0] + at, l->out[1] + at,
                        mvk_finish64(acc + 4 * p, &l->job->finish), l->n, l->twice);
}

INLINE void run_band(const mvk_conv *c, const band *l, const int k, const int s)
{
    __m512i columns[((CHUNK - 1) * MAX_STRIDE + 5) * 8];
    const int width = k == 5 ? 8 : 4;
    for (int x = 0; x < c->out_w; x += CHUNK) {
        int n = c->out_w - x < CHUNK ? c->out_w - x : CHUNK;
        interleave_columns(l, k, s, x * s - c->pad_left, (n - 1) * s + k, columns);
        const __m512i *from = columns;
        ptrdiff_t at = (ptrdiff_t)x * c->out_c;
        for (; n >= PIXELS; n -= PIXELS, from += PIXELS * s * width, at += PIXELS * c->out_c)
            outputs(l, k, PIXELS, s, from, at, c->out_c);
        if (n == 3)
            outputs(l, k, 3, s, from, at, c->out_c);
        else if (n == 2)
            outputs(l, k, 2, s, from, at, c->out_c);
        else if (n == 1)
            outputs(l, k, 1, s, from, at, c->out_c);
    }
}

/* Where output row `row` reads and writes. */
static void place_row(const mvk_conv *c, band *l, int which, const int8_t *in, int8_t *out,
                      int row, int channel)
{
    int y0 = row % c->out_h * c->stride_h - c->pad_top;
    ptrdiff_t width = (ptrdiff_t)c->in_w * c->in_c;
    const int8_t *picture = in + row / c->out_h * c->in_h * width;
    for (int r = 0; r < c->kernel_h; r++) {
        bool there = y0 + r >= 0 && y0 + r < c->in_h;
        l->row[which][r] = there ? picture + (y0 + r) * width + channel : l->job->zeros;
        l->step[which][r] = there ? c->in_c : 0;
    }
    l->out[which] = out + (ptrdiff_t)row * c->out_w * c->out_c + channel;
}

static void run_rows(const mvk_conv *c, band *l, const int8_t *in, int8_t *out, int row, int row2,
                     int channel)
{
    place_row(c, l, 0, in, out, row, channel);
    if (l->twice)
        place_row(c, l, 1, in, out, row2, channel);
    else
        l->out[1] = l->out[0];
    if (c->kernel_w == 3)
        c->stride_w == 1 ? run_band(c, l, 3, 1) : run_band(c, l, 3, 2);
    else
        c->stride_w == 1 ? run_band(c, l, 5, 1) : run_band(c, l, 5, 2);
}

static void run_columns(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    const mvk_taps_job j = mvk_taps_open(c->packed, c->out_zero, c->act_min, c->act_max);
    for (int b = 0; b < j.t.blocks; b++) {
        band l = {.job = &j, .n = c->out_c - 64 * b, .in_w = c->in_w};
        l.w = j.weights + (size_t)b * (size_t)j.t.groups * 256;
        l.params = j.params + 4 * b;
        l.mask = mvk_mask64(l.n);
        l.twice = j.t.twice && b == j.t.blocks - 1;
        for (int row = row_begin; row < row_end; row += l.twice ? 2 : 1)
            run_rows(c, &l, in, out, row, row + 1 < row_end ? row + 1 : row, 64 * b);
    }
}

/* ---- any other kernel ---- */

/* taps[4 · groups]: where each tap's channels are; those past the last have
 * weight 0 and point anywhere readable. */
static void position(const mvk_taps_job *j, const int8_t *const *taps, int8_t *out)
{
    const int8_t *w = j->weights;
    for (int b = 0; b < j->t.blocks; b++) {
        const mvk_param16 *params = j->params + 4 * b;
        int at = 64 * b;
        __mmask64 mask = mvk_mask64(j->t.channels - at);
        __m512i acc[4], x[4];
        for (int v = 0; v < 4; v++)
            acc[v] = mvk_load512(params[v].bias);
        for (int g = 0; g < j->t.groups; g++, w += 256) {
            const int8_t *const *t = taps + 4 * g;
            mvk_interleave(x, mvk_load_tap(t[0] + at, mask), mvk_load_tap(t[1] + at, mask),
                           mvk_load_tap(t[2] + at, mask), mvk_load_tap(t[3] + at, mask));
            for (int v = 0; v < 4; v++)
                acc[v] = _mm512_dpbusd_epi32(acc[v], x[v], mvk_load512(w + 64 * v));
        }
        for (int v = 0; v < 4; v++)
            mvk_rescale_some(acc + v, 1, 1, &params[v]);
        _mm512_mask_storeu_epi8(out + at, mask, mvk_finish64(acc, &j->finish));
    }
}

static void run_row(const mvk_conv *c, const mvk_taps_job *j, const int8_t *in, int8_t *out,
                    int row)
{
    const int8_t *taps[MAX_TAPS];
    size_t width = (size_t)c->in_w, size = (size_t)c->in_c;
    int batch = row / c->out_h, y0 = row % c->out_h * c->stride_h - c->pad_top;
    const int8_t *picture = in + (size_t)batch * (size_t)c->in_h * width * size;
    for (int t = 0; t < 4 * j->t.groups; t++)
        taps[t] = j->zeros;
    for (int ox = 0; ox < c->out_w; ox++) {
        int x0 = ox * c->stride_w - c->pad_left, t = 0;
        for (int ky = 0; ky < c->kernel_h; ky++) {
            int y = y0 + ky * c->dilation_h;
            bool there = y >= 0 && y < c->in_h;
            for (int kx = 0; kx < c->kernel_w; kx++, t++) {
                int x = x0 + kx * c->dilation_w;
                taps[t] = there && x >= 0 && x < c->in_w
                              ? picture + ((size_t)y * width + (size_t)x) * size
                              : j->zeros;
            }
        }
        position(j, taps, out + ((size_t)row * (size_t)c->out_w + (size_t)ox) * size);
    }
}

static void run_any(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    const mvk_taps_job j = mvk_taps_open(c->packed, c->out_zero, c->act_min, c->act_max);
    for (int row = row_begin; row < row_end; row++)
        run_row(c, &j, in, out, row);
}

static const mvk_conv_kernel columns = {"depthwise s8 avx512vnni columns 4x64", packed_size, pack,
                                        run_columns};
static const mvk_conv_kernel any = {"depthwise s8 avx512vnni", packed_size, pack, run_any};

const mvk_conv_kernel *mvk_depthwise_s8_avx512(const mvk_conv *c)
{
    if (c->depth_multiplier != 1 || (int64_t)c->kernel_h * c->kernel_w > MAX_TAPS ||
        !mvk_scales_fit(c->scale, c->out_c))
        return NULL;
    return in_columns(c) ? &columns : &any;
}

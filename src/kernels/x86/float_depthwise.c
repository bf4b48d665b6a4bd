/* Float depthwise convolution, a vector of channels at a time: for each, all the rows,
 * so that its weights stay in the first-level cache. Where whole windows are inside the
 * picture, PIXELS outputs side by side share loads of weights and, where windows
 * overlap, of inputs. At the edges, one output at a time, of the taps that are there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/float.h"
#include "kernels/x86/float_lanes.h"

enum { PIXELS = 4, KERNEL_MAX = 5, STRIDE_MAX = 2 };

static int vectors(const mvk_conv *conv)
{
    return (conv->out_c + LANES - 1) / LANES;
}

static int taps(const mvk_conv *conv)
{
    return conv->kernel_h * conv->kernel_w;
}

/* Packed, for each vector of channels: its bias, then [kernel_h][kernel_w]. */
static size_t packed_size(const mvk_conv *conv)
{
    size_t size = (size_t)vectors(conv) * ((size_t)taps(conv) + 1) * LANES * sizeof(float);

    return (size + 63) / 64 * 64;
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    const float *from = weights, *bias = conv->bias;
    float *to = packed;
    int c, tap, i;

    for (c = 0; c < conv->out_c; c += LANES)
        for (tap = -1; tap < taps(conv); tap++)
            for (i = c; i < c + LANES; i++) {
                const float *row = tap < 0 ? bias : from + (ptrdiff_t)tap * conv->out_c;

                *to++ = row && i < conv->out_c ? row[i] : 0;
            }
}

/* One vector of channels of one output row. */
typedef struct line {
    const float *in;     ///< kernel row ky_begin of a window that began at column 0
    const float *w;      ///< and its weights
    vec bias, low, high;
    int rows;            ///< kernel rows inside the picture
    ptrdiff_t row_step, column_step; ///< floats from tap to tap
    mask m;
} line;

ALWAYS_INLINE void finish(const line *l, vec sum, float *out, const int whole)
{
    vec_store_last(out, whole, l->m, vec_clamp(vec_add(sum, l->bias), l->low, l->high));
}

/* PIXELS outputs of windows without gaps; `in` is the first one's first tap. */
ALWAYS_INLINE void pixels_inside(const line *l, const float *in, float *out, ptrdiff_t out_step,
                                 const int kernel, const int stride, const int whole)
{
    const float *w = l->w;
    vec sum[PIXELS];

    UNROLL(16) for (int p = 0; p < PIXELS; p++)
        sum[p] = vec_zero();
    for (int ky = 0; ky < l->rows; ky++, in += l->row_step, w += kernel * LANES)
        UNROLL(16) for (int x = 0; x < (PIXELS - 1) * stride + kernel; x++) {
            vec value = vec_load_last(in + x * l->column_step, whole, l->m);

            UNROLL(16) for (int p = 0; p < PIXELS; p++) {
                const int kx = x - p * stride;

                if (kx >= 0 && kx < kernel)
                    sum[p] = vec_fma(value, vec_load(w + kx * LANES), sum[p]);
            }
        }
    UNROLL(16) for (int p = 0; p < PIXELS; p++)
        finish(l, sum[p], out + p * out_step, whole);
}

/* Taps kx_begin … kx_end-1 of one output; `in` is its first tap, perhaps not there. */
ALWAYS_INLINE void pixel(const line *l, const float *in, float *out, int kernel, int kx_begin,
                         int kx_end, const int whole)
{
    const float *w = l->w;
    vec sum = vec_zero();

    for (int ky = 0; ky < l->rows; ky++, in += l->row_step, w += (ptrdiff_t)kernel * LANES)
        for (ptrdiff_t kx = kx_begin; kx < kx_end; kx++)
            sum = vec_fma(vec_load_last(in + kx * l->column_step, whole, l->m),
                          vec_load(w + kx * LANES), sum);
    finish(l, sum, out, whole);
}

/* Columns of the output, and where their windows are. */
typedef struct columns {
    int begin, end;   ///< with whole windows
    int in_step;      ///< floats from one output's window to the next one's
} columns;

static columns columns_of(const mvk_conv *conv)
{
    columns c = {.in_step = conv->stride_w * conv->in_c};
    int room = conv->in_w - 1 - (conv->kernel_w - 1) * conv->dilation_w + conv->pad_left;

    c.begin = (conv->pad_left + conv->stride_w - 1) / conv->stride_w;
    c.end = room < 0 ? 0 : room / conv->stride_w + 1;
    c.end = c.end < conv->out_w ? c.end : conv->out_w;
    if (c.end <= c.begin)
        c.begin = c.end = conv->out_w;
    return c;
}

/* Outputs x … x_end-1 one by one. */
ALWAYS_INLINE void run_pixels(const mvk_conv *conv, const line *l, float *out, int x, int x_end,
                              const int whole)
{
    for (; x < x_end; x++) {
        int at = x * conv->stride_w - conv->pad_left, kx_begin = 0, kx_end = conv->kernel_w;

        while (kx_begin < kx_end && at + kx_begin * conv->dilation_w < 0)
            kx_begin++;
        while (kx_end > kx_begin && at + (kx_end - 1) * conv->dilation_w >= conv->in_w)
            kx_end--;
        pixel(l, l->in + (ptrdiff_t)at * conv->in_c, out + (ptrdiff_t)x * conv->out_c,
              conv->kernel_w, kx_begin, kx_end, whole);
    }
}

ALWAYS_INLINE void run_line(const mvk_conv *conv, const line *l, const columns *c, float *out,
                            const int kernel, const int stride, const int whole)
{
    const float *in = l->in - (ptrdiff_t)conv->pad_left * conv->in_c;
    int x = c->begin;

    run_pixels(conv, l, out, 0, x, whole);
    if (kernel)
        for (; x + PIXELS <= c->end; x += PIXELS)
            pixels_inside(l, in + (ptrdiff_t)x * c->in_step, out + (ptrdiff_t)x * conv->out_c,
                          conv->out_c, kernel, stride, whole);
    run_pixels(conv, l, out, x, conv->out_w, whole);
}

/* Sets what differs between rows. */
static void place_line(const mvk_conv *conv, line *l, const float *in, const float *w, int row)
{
    int y = row % conv->out_h * conv->stride_h - conv->pad_top, begin = 0, end = conv->kernel_h;

    while (begin < end && y + begin * conv->dilation_h < 0)
        begin++;
    while (end > begin && y + (end - 1) * conv->dilation_h >= conv->in_h)
        end--;
    l->rows = end - begin;
    l->w = w + (ptrdiff_t)begin * conv->kernel_w * LANES;
    l->in = in;
    if (l->rows > 0)
        l->in += ((ptrdiff_t)(row / conv->out_h) * conv->in_h + y + begin * conv->dilation_h) *
                 conv->in_w * conv->in_c;
}

/* All rows of every vector of channels. kernel 0: any width and stride. */
ALWAYS_INLINE void run(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end,
                       const int kernel, const int stride)
{
    ptrdiff_t block = ((ptrdiff_t)taps(conv) + 1) * LANES;
    const float *w = conv->packed;
    columns c = columns_of(conv);
    line l = {.low = vec_fill(conv->act_min_f),
              .high = vec_fill(conv->act_max_f),
              .row_step = (ptrdiff_t)conv->dilation_h * conv->in_w * conv->in_c,
              .column_step = (ptrdiff_t)conv->dilation_w * conv->in_c};

    for (int channel = 0; channel < conv->out_c; channel += LANES, w += block) {
        int left = conv->out_c - channel < LANES ? conv->out_c - channel : LANES;

        l.m = mask_first(left);
        l.bias = vec_load(w);
        for (int row = row_begin; row < row_end; row++) {
            float *to = (float *)out + (ptrdiff_t)row * conv->out_w * conv->out_c + channel;

            place_line(conv, &l, (const float *)in + channel, w + LANES, row);
            if (left == LANES)
                run_line(conv, &l, &c, to, kernel, stride, 1);
            else
                run_line(conv, &l, &c, to, kernel, stride, 0);
        }
    }
}

#define KERNEL(kernel, stride)                                                                  \
    static void run_##kernel##_##stride(const mvk_conv *conv, const void *in, void *out,        \
                                        int row_begin, int row_end)                             \
    {                                                                                           \
        run(conv, in, out, row_begin, row_end, kernel, stride);                                 \
    }

KERNEL(3, 1)
KERNEL(3, 2)
KERNEL(5, 1)
KERNEL(5, 2)
KERNEL(0, 0)

#if defined(__AVX512F__)
#define NAME(what) "depthwise f32 " what "avx512 4x16"
#else
#define NAME(what) "depthwise f32 " what "avx2 4x8"
#endif

static const mvk_conv_kernel kernels[] = {
    {NAME("3x3 "), packed_size, pack, run_3_1}, {NAME("3x3 s2 "), packed_size, pack, run_3_2},
    {NAME("5x5 "), packed_size, pack, run_5_1}, {NAME("5x5 s2 "), packed_size, pack, run_5_2},
    {NAME(""), packed_size, pack, run_0_0}};

const mvk_conv_kernel *MVK_FLOAT(choose_depthwise)(const mvk_conv *conv)
{
    int square = conv->kernel_h == conv->kernel_w && conv->stride_h == conv->stride_w &&
                 conv->dilation_w == 1;

    if (conv->depth_multiplier != 1)
        return &mvk_depthwise_f32_c;
    if (square && (conv->kernel_w == 3 || conv->kernel_w == 5) && conv->stride_w <= STRIDE_MAX)
        return &kernels[(conv->kernel_w == 5) * 2 + conv->stride_w - 1];
    return &kernels[4];
}

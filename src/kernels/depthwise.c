/* Depthwise 2-D convolution: one filter a channel. Spatial (3×3, 5×5) and temporal
 * (k×1 over [1, k, H·W, C]) ones alike: per pixel, the inner loop runs over
 * channels. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <string.h>

/* The taps of one output pixel that lie inside the picture. */
typedef struct window {
    int ky_begin, ky_end, kx_begin, kx_end;
    ptrdiff_t first; ///< pixel index of tap (0, 0); only meaningful with a tap added
} window;

/* First k >= 0 with origin + k · dilation >= 0. */
static int first_inside(int origin, int dilation)
{
    return origin >= 0 ? 0 : (-origin + dilation - 1) / dilation;
}

/* One past the last k < kernel with origin + k · dilation < size. */
static int end_inside(int origin, int dilation, int size, int kernel)
{
    int end = origin >= size ? 0 : (size - origin + dilation - 1) / dilation;

    return end < kernel ? end : kernel;
}

static window window_of(const mvk_conv *conv, int row, int x)
{
    int y0 = row % conv->out_h * conv->stride_h - conv->pad_top;
    int x0 = x * conv->stride_w - conv->pad_left;
    window v;

    v.ky_begin = first_inside(y0, conv->dilation_h);
    v.ky_end = end_inside(y0, conv->dilation_h, conv->in_h, conv->kernel_h);
    v.kx_begin = first_inside(x0, conv->dilation_w);
    v.kx_end = end_inside(x0, conv->dilation_w, conv->in_w, conv->kernel_w);
    v.first = ((ptrdiff_t)(row / conv->out_h) * conv->in_h + y0) * conv->in_w + x0;
    return v;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Pixel index of tap (ky, kx). */
static ptrdiff_t tap_pixel(const mvk_conv *conv, window v, int ky, int kx)
{
    return v.first + (ptrdiff_t)ky * conv->dilation_h * conv->in_w +
           (ptrdiff_t)kx * conv->dilation_w;
}

/* ---- int8 ------------------------------------------------------------------- */

/* Packed: int16 [kernel_h][kernel_w][out_c]. */
size_t mvk_depthwise_s8_packed_size(const mvk_conv *conv)
{
    return (size_t)conv->kernel_h * (size_t)conv->kernel_w * (size_t)conv->out_c *
           sizeof(int16_t);
}

void mvk_depthwise_s8_pack(const mvk_conv *conv, const int8_t *weights, void *packed)
{
    size_t n = mvk_depthwise_s8_packed_size(conv) / sizeof(int16_t), i;
    int16_t *to = packed;

    for (i = 0; i < n; i++)
        to[i] = weights[i];
}

/* acc[c] += (x[c] - zero) · w[c]. The product fits 17 bits; wraps past 2^15 taps. */
static inline void tap_s8(const int8_t *restrict x, const int16_t *restrict w, int16_t zero, int n,
                          int32_t *restrict acc)
{
    int c;

    for (c = 0; c < n; c++) {
        int16_t centred = (int16_t)(x[c] - zero);

        acc[c] = (int32_t)((uint32_t)acc[c] + (uint32_t)(centred * w[c]));
    }
}

/* `count` channels from `channel` of one pixel; count is a constant where it pays. */
static inline void pixel_s8(const mvk_conv *conv, const int8_t *in, window v, int channel,
                            int count, int32_t *acc)
{
    const int16_t *weights = conv->packed;
    int ky, kx;

    for (ky = v.ky_begin; ky < v.ky_end; ky++)
        for (kx = v.kx_begin; kx < v.kx_end; kx++) {
            ptrdiff_t tap = (ptrdiff_t)ky * conv->kernel_w + kx;
            ptrdiff_t pixel = tap_pixel(conv, v, ky, kx);

            tap_s8(in + pixel * conv->in_c + channel, weights + tap * conv->out_c + channel,
                   (int16_t)conv->in_zero, count, acc);
        }
}

/* Any depth multiplier: output channel c looks at input channel c / multiplier. */
static void pixel_multiplied_s8(const mvk_conv *conv, const int8_t *in, window v, int channel,
                                int count, int32_t *acc)
{
    const int16_t *weights = conv->packed;
    int ky, kx, c;

    for (ky = v.ky_begin; ky < v.ky_end; ky++)
        for (kx = v.kx_begin; kx < v.kx_end; kx++) {
            ptrdiff_t tap = (ptrdiff_t)ky * conv->kernel_w + kx;
            ptrdiff_t pixel = tap_pixel(conv, v, ky, kx);

            for (c = channel; c < channel + count; c++) {
                int32_t x = in[pixel * conv->in_c + c / conv->depth_multiplier] - conv->in_zero;

                acc[c - channel] = mvk_add_wrap(acc[c - channel],
                                                x * weights[tap * conv->out_c + c]);
            }
        }
}

void mvk_depthwise_s8(const mvk_conv *conv, const int8_t *in, int8_t *out, int row_begin,
                      int row_end)
{
    int channel, row, x;

    for (channel = 0; channel < conv->out_c; channel += MVK_LANES) {
        int count = min_int(MVK_LANES, conv->out_c - channel), c;
        mvk_requant requant;

        mvk_requant_init(&requant, conv, channel, count);
        for (row = row_begin; row < row_end; row++)
            for (x = 0; x < conv->out_w; x++) {
                int32_t acc[MVK_LANES] = {0};
                window v = window_of(conv, row, x);

                if (conv->depth_multiplier != 1)
                    pixel_multiplied_s8(conv, in, v, channel, count, acc);
                else if (count == MVK_LANES)
                    pixel_s8(conv, in, v, channel, MVK_LANES, acc);
                else {
                    for (c = 0; c + 8 <= count; c += 8)
                        pixel_s8(conv, in, v, channel + c, 8, acc + c);
                    if (c < count)
                        pixel_s8(conv, in, v, channel + c, count - c, acc + c);
                }
                mvk_requant_row(&requant, acc,
                                out + ((ptrdiff_t)row * conv->out_w + x) * conv->out_c + channel);
            }
    }
}

/* ---- float ------------------------------------------------------------------ */

/* Packed: as they are, [kernel_h][kernel_w][out_c]. */
size_t mvk_depthwise_f32_packed_size(const mvk_conv *conv)
{
    return (size_t)conv->kernel_h * (size_t)conv->kernel_w * (size_t)conv->out_c * sizeof(float);
}

void mvk_depthwise_f32_pack(const mvk_conv *conv, const float *weights, void *packed)
{
    memcpy(packed, weights, mvk_depthwise_f32_packed_size(conv));
}

static inline void tap_f32(const float *restrict x, const float *restrict w, int n,
                           float *restrict acc)
{
    int c;

    for (c = 0; c < n; c++)
        acc[c] += x[c] * w[c];
}

/* `count` <= MVK_LANES channels from `channel` of one pixel. */
static inline void pixel_f32(const mvk_conv *conv, const float *in, window v, int channel,
                             int count, float *acc)
{
    const float *weights = conv->packed;
    int ky, kx, c;

    for (ky = v.ky_begin; ky < v.ky_end; ky++)
        for (kx = v.kx_begin; kx < v.kx_end; kx++) {
            ptrdiff_t tap = (ptrdiff_t)ky * conv->kernel_w + kx;
            const float *w = weights + tap * conv->out_c + channel;
            const float *x = in + tap_pixel(conv, v, ky, kx) * conv->in_c;

            if (conv->depth_multiplier == 1)
                tap_f32(x + channel, w, count, acc);
            else
                for (c = 0; c < count; c++)
                    acc[c] += x[(channel + c) / conv->depth_multiplier] * w[c];
        }
}

void mvk_depthwise_f32(const mvk_conv *conv, const float *in, float *out, int row_begin,
                       int row_end)
{
    const float *bias = conv->bias;
    int channel, row, x, c;

    for (row = row_begin; row < row_end; row++)
        for (x = 0; x < conv->out_w; x++) {
            float *to = out + ((ptrdiff_t)row * conv->out_w + x) * conv->out_c;
            window v = window_of(conv, row, x);

            for (channel = 0; channel < conv->out_c; channel += MVK_LANES) {
                int count = min_int(MVK_LANES, conv->out_c - channel);
                float acc[MVK_LANES] = {0};

                pixel_f32(conv, in, v, channel, count, acc);
                for (c = 0; c < count; c++) {
                    float y = acc[c] + (bias ? bias[channel + c] : 0);

                    y = y < conv->act_min_f ? conv->act_min_f : y;
                    to[channel + c] = y > conv->act_max_f ? conv->act_max_f : y;
                }
            }
        }
}

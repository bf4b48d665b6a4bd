/* int8 depthwise convolution over space or time: 16 channels of one output position at
 * a time, two taps together. A tap outside the picture reads a row of zero points, so
 * that the zero point is in the bias everywhere. The last channels of a position, if
 * fewer than 8, are done together with some that were done before.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/arm.h"
#include "kernels/arm/requant.h"

enum { MAX_TAPS = 64, MIN_CHANNELS = 8 };

/* ---- packing, the same for both ---------------------------------------------------- */

/* int32 [3][channels]: bias, multiplier, shift; int8 [taps][channels]: weights; int8
 * [channels]: zero points; then one byte that says if no weight is −128. */
static size_t size_of(int taps, int channels)
{
    return (3 * sizeof(int32_t) + (size_t)taps + 1) * (size_t)channels + 1;
}

static void pack_taps(int taps, int channels, int32_t in_zero, const int32_t *bias,
                      const mvk_scale *scale, const void *weights, void *packed)
{
    size_t n = (size_t)channels;
    int32_t *params = packed;
    int8_t *to = (int8_t *)(params + 3 * n), *zeros = to + (size_t)taps * n;
    bool narrow = true;

    memcpy(to, weights, (size_t)taps * n);
    memset(zeros, in_zero, n);
    for (size_t c = 0; c < n; c++) {
        uint32_t sum = 0;

        for (size_t t = 0; t < (size_t)taps; t++) {
            sum += (uint32_t)to[t * n + c];
            narrow = narrow && to[t * n + c] != -128;
        }
        params[c] = (int32_t)((uint32_t)(bias ? bias[c] : 0) - (uint32_t)in_zero * sum);
        params[n + c] = scale[c].multiplier;
        params[2 * n + c] = mvk_right_shift(scale[c]);
    }
    zeros[n] = narrow;
}

/* ---- one output position ------------------------------------------------------------ */

typedef struct job {
    int taps, channels;
    mvk_params params;
    mvk_finish finish;
    const int8_t *weights, *zeros;
    bool narrow; ///< no weight is −128: two products fit int16
} job;

static job job_init(const void *packed, int taps, int channels, int32_t zero, int32_t low,
                    int32_t high)
{
    job j = {.taps = taps, .channels = channels, .finish = mvk_finish_init(zero, low, high)};

    j.params.bias = packed;
    j.params.multiplier = j.params.bias + channels;
    j.params.shift = j.params.multiplier + channels;
    j.weights = (const int8_t *)(j.params.shift + channels);
    j.zeros = j.weights + (size_t)taps * (size_t)channels;
    j.narrow = j.zeros[channels];
    return j;
}

/* acc[0 … 3] += the int16 sums of 16 channels. */
ALWAYS_INLINE void widen(int32x4_t acc[4], int16x8_t low, int16x8_t high)
{
    acc[0] = vaddw_s16(acc[0], vget_low_s16(low));
    acc[1] = vaddw_high_s16(acc[1], low);
    acc[2] = vaddw_s16(acc[2], vget_low_s16(high));
    acc[3] = vaddw_high_s16(acc[3], high);
}

ALWAYS_INLINE void sixteen(const job *j, int taps, const int8_t *const *x, int c, bool narrow,
                           int8_t *out)
{
    const int8_t *w = j->weights + c;
    int32x4_t acc[4];
    int t = 0;

    for (int i = 0; i < 4; i++)
        acc[i] = vld1q_s32(j->params.bias + c + 4 * i);
    for (; t + 2 <= taps; t += 2, w += 2 * (ptrdiff_t)j->channels) {
        int8x16_t x0 = vld1q_s8(x[t] + c), x1 = vld1q_s8(x[t + 1] + c);
        int8x16_t w0 = vld1q_s8(w), w1 = vld1q_s8(w + j->channels);
        int16x8_t low = vmull_s8(vget_low_s8(x0), vget_low_s8(w0));
        int16x8_t high = vmull_high_s8(x0, w0);

        if (narrow) {
            low = vmlal_s8(low, vget_low_s8(x1), vget_low_s8(w1));
            high = vmlal_high_s8(high, x1, w1);
        } else {
            widen(acc, low, high);
            low = vmull_s8(vget_low_s8(x1), vget_low_s8(w1));
            high = vmull_high_s8(x1, w1);
        }
        widen(acc, low, high);
    }
    if (t < taps) {
        int8x16_t x0 = vld1q_s8(x[t] + c), w0 = vld1q_s8(w);

        widen(acc, vmull_s8(vget_low_s8(x0), vget_low_s8(w0)), vmull_high_s8(x0, w0));
    }
    for (int i = 0; i < 4; i++)
        acc[i] = mvk_rescale4(acc[i], vld1q_s32(j->params.multiplier + c + 4 * i),
                              vld1q_s32(j->params.shift + c + 4 * i));
    vst1q_s8(out + c, mvk_narrow16(mvk_narrow8(acc[0], acc[1], &j->finish),
                                   mvk_narrow8(acc[2], acc[3], &j->finish), &j->finish));
}

ALWAYS_INLINE void eight(const job *j, int taps, const int8_t *const *x, int c, int8_t *out)
{
    const int8_t *w = j->weights + c;
    int32x4_t a = vld1q_s32(j->params.bias + c), b = vld1q_s32(j->params.bias + c + 4);

    for (int t = 0; t < taps; t++, w += j->channels) {
        int16x8_t products = vmull_s8(vld1_s8(x[t] + c), vld1_s8(w));

        a = vaddw_s16(a, vget_low_s16(products));
        b = vaddw_high_s16(b, products);
    }
    a = mvk_rescale4(a, vld1q_s32(j->params.multiplier + c), vld1q_s32(j->params.shift + c));
    b = mvk_rescale4(b, vld1q_s32(j->params.multiplier + c + 4),
                     vld1q_s32(j->params.shift + c + 4));
    int16x8_t y = mvk_narrow8(a, b, &j->finish);
    vst1_s8(out + c, vget_low_s8(mvk_narrow16(y, y, &j->finish)));
}

/* x[taps]: where each tap's channels are. */
ALWAYS_INLINE void position(const job *j, int taps, const int8_t *const *x, int8_t *out)
{
    int c = 0;

    if (j->narrow)
        for (; c + 16 <= j->channels; c += 16)
            sixteen(j, taps, x, c, true, out);
    else
        for (; c + 16 <= j->channels; c += 16)
            sixteen(j, taps, x, c, false, out);
    if (c + 8 <= j->channels) {
        eight(j, taps, x, c, out);
        c += 8;
    }
    if (c < j->channels)
        eight(j, taps, x, j->channels - 8, out);
}

static void any_position(const job *j, const int8_t *const *x, int8_t *out)
{
    switch (j->taps) {
    case 3: position(j, 3, x, out); break;
    case 5: position(j, 5, x, out); break;
    case 9: position(j, 9, x, out); break; /* 3×3 */
    default: position(j, j->taps, x, out); break;
    }
}

/* ---- over space ----------------------------------------------------------------------- */

static size_t packed_size(const mvk_conv *conv)
{
    return size_of(conv->kernel_h * conv->kernel_w, conv->out_c);
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    pack_taps(conv->kernel_h * conv->kernel_w, conv->out_c, conv->in_zero, conv->bias,
              conv->scale, weights, packed);
}

/* Where the taps of output pixel (row, ox) are, and how far those of the next one, as
 * long as both are within the picture's left and right edges. */
static void taps_at(const mvk_conv *conv, const job *j, const int8_t *in, int row, int ox,
                    const int8_t *taps[MAX_TAPS], ptrdiff_t step[MAX_TAPS])
{
    ptrdiff_t width = conv->in_w, channels = conv->in_c;
    int y0 = row % conv->out_h * conv->stride_h - conv->pad_top;
    int x0 = ox * conv->stride_w - conv->pad_left, t = 0;

    in += row / conv->out_h * conv->in_h * width * channels;
    for (int ky = 0; ky < conv->kernel_h; ky++) {
        int y = y0 + ky * conv->dilation_h;
        bool there = y >= 0 && y < conv->in_h;

        for (int kx = 0; kx < conv->kernel_w; kx++, t++) {
            int x = x0 + kx * conv->dilation_w;
            bool inside = there && x >= 0 && x < conv->in_w;

            taps[t] = inside ? in + (y * width + x) * channels : j->zeros;
            step[t] = there ? conv->stride_w * channels : 0;
        }
    }
}

static void run_row(const mvk_conv *conv, const job *j, const int8_t *in, int8_t *out, int row)
{
    int span = (conv->kernel_w - 1) * conv->dilation_w + 1;
    const int8_t *taps[MAX_TAPS];
    ptrdiff_t step[MAX_TAPS];
    bool follows = false;

    for (int ox = 0; ox < conv->out_w; ox++, out += conv->out_c) {
        int x0 = ox * conv->stride_w - conv->pad_left;
        bool within = x0 >= 0 && x0 + span <= conv->in_w;

        if (within && follows)
            for (int t = 0; t < j->taps; t++)
                taps[t] += step[t];
        else
            taps_at(conv, j, in, row, ox, taps, step);
        any_position(j, taps, out);
        follows = within;
    }
}

static void run(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    ptrdiff_t bytes = (ptrdiff_t)conv->out_w * conv->out_c;
    job j = job_init(conv->packed, conv->kernel_h * conv->kernel_w, conv->out_c, conv->out_zero,
                     conv->act_min, conv->act_max);

    for (int row = row_begin; row < row_end; row++)
        run_row(conv, &j, in, (int8_t *)out + row * bytes, row);
}

static const mvk_conv_kernel kernel = {"depthwise s8 neon", packed_size, pack, run};

const mvk_conv_kernel *mvk_choose_depthwise_s8_neon(const mvk_conv *conv)
{
    bool fits = conv->depth_multiplier == 1 && conv->out_c >= MIN_CHANNELS &&
                (int64_t)conv->kernel_h * conv->kernel_w <= MAX_TAPS &&
                mvk_scales_fit(conv->scale, conv->out_c);

    return fits ? &kernel : &mvk_depthwise_s8_c;
}

/* ---- over time ------------------------------------------------------------------------ */

static size_t temporal_size(const mvk_temporal *t)
{
    return size_of(t->taps, t->channels);
}

static void temporal_pack(const mvk_temporal *t, const void *weights, void *packed)
{
    pack_taps(t->taps, t->channels, t->in_zero, t->bias, t->scale, weights, packed);
}

static void temporal_run(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                         int end)
{
    job j = job_init(t->packed, t->taps, t->channels, t->out_zero, t->act_min, t->act_max);
    const int8_t *taps[MVK_MAX_TAPS];

    for (int i = begin; i < end; i++) {
        ptrdiff_t at = (ptrdiff_t)i * t->channels;

        for (int k = 0; k < t->taps; k++)
            taps[k] = (const int8_t *)frames[k] + at;
        any_position(&j, taps, (int8_t *)out + at);
    }
}

static const mvk_temporal_kernel temporal = {"temporal s8 neon", temporal_size, temporal_pack,
                                             temporal_run};

const mvk_temporal_kernel *mvk_choose_temporal_s8_neon(const mvk_temporal *t)
{
    bool fits = t->taps <= MVK_MAX_TAPS && t->channels >= MIN_CHANNELS &&
                mvk_scales_fit(t->scale, t->channels);

    return fits ? &temporal : &mvk_temporal_s8_c;
}

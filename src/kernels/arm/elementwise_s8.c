/* Table look-up, float to int8 and back, int8 average pool.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/arm.h"
#include "kernels/arm/requant.h"

/* ---- table look-up ---------------------------------------------------------------- */

/* Each quarter of the table gives its own indices' values, and leaves the others. */
static inline uint8x16_t lookup16(const uint8x16x4_t t[4], uint8x16_t x)
{
    uint8x16_t y = vqtbl4q_u8(t[0], x);

    y = vqtbx4q_u8(y, t[1], vsubq_u8(x, vdupq_n_u8(64)));
    y = vqtbx4q_u8(y, t[2], vsubq_u8(x, vdupq_n_u8(128)));
    return vqtbx4q_u8(y, t[3], vsubq_u8(x, vdupq_n_u8(192)));
}

void mvk_lookup_s8_neon(const int8_t table[256], const int8_t *in, int8_t *out, size_t n)
{
    const uint8_t *bytes = (const uint8_t *)table;
    uint8x16x4_t t[4];
    size_t i = 0;

    for (int k = 0; k < 4; k++)
        t[k] = vld1q_u8_x4(bytes + 64 * k);
    for (; i + 16 <= n; i += 16)
        vst1q_u8((uint8_t *)out + i, lookup16(t, vld1q_u8((const uint8_t *)in + i)));
    for (; i < n; i++)
        out[i] = table[(uint8_t)in[i]];
}

/* ---- float to int8 and back ----------------------------------------------------------- */

/* FCVTAS is roundf and the cast. Clamped first, where NaN becomes the low end. */
static inline int32x4_t quantize4(const float *in, float32x4_t scale, int32x4_t zero)
{
    float32x4_t q = vdivq_f32(vld1q_f32(in), scale);

    q = vmaxnmq_f32(q, vdupq_n_f32(-1024));
    q = vminnmq_f32(q, vdupq_n_f32(1024));
    return vaddq_s32(vcvtaq_s32_f32(q), zero);
}

void mvk_quantize_s8_neon(float scale, int32_t zero, const float *in, int8_t *out, size_t n)
{
    float32x4_t s = vdupq_n_f32(scale);
    int32x4_t z = vdupq_n_s32(zero);
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        int32x4_t a = quantize4(in + i, s, z), b = quantize4(in + i + 4, s, z);

        vst1_s8(out + i, vqmovn_s16(vcombine_s16(vqmovn_s32(a), vqmovn_s32(b))));
    }
    mvk_quantize_s8(scale, zero, in + i, out + i, n - i);
}

/* Groups of eight are one fused multiply-add a value, as in mvk_dequantize_s8. */
void mvk_dequantize_s8_neon(float scale, int32_t zero, const int8_t *in, float *out, size_t n)
{
    float32x4_t s = vdupq_n_f32(scale);
    float32x4_t offset = vdupq_n_f32((float)(-(double)zero * (double)scale));
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        int16x8_t wide = vmovl_s8(vld1_s8(in + i));
        float32x4_t a = vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide)));
        float32x4_t b = vcvtq_f32_s32(vmovl_high_s16(wide));

        vst1q_f32(out + i, vfmaq_f32(offset, a, s));
        vst1q_f32(out + i + 4, vfmaq_f32(offset, b, s));
    }
    for (; i < n; i++)
        out[i] = scale * (float)(in[i] - zero);
}

/* ---- average pool ----------------------------------------------------------------------- */

/* Up to so many taps, sums fit int16, and (sum ± n/2) / n in float, cut, is exact: the
 * quotient is under 2^8, so its float is nearer than 1/n to it. */
enum { MAX_TAPS = 255 };

typedef struct area {
    const int8_t *in;
    int rows, columns;
    ptrdiff_t row_step, step; ///< bytes
    int16x8_t half;
    float32x4_t n;
    int8x8_t low, high;
} area;

static inline int32x4_t divide4(int32x4_t sum, const area *a)
{
    return vcvtq_s32_f32(vdivq_f32(vcvtq_f32_s32(sum), a->n));
}

/* Eight channels' mean, halves away from zero. */
static inline int8x8_t average8(const area *a, int c)
{
    int16x8_t sum = vdupq_n_s16(0), half;

    for (int y = 0; y < a->rows; y++)
        for (int x = 0; x < a->columns; x++)
            sum = vaddw_s8(sum, vld1_s8(a->in + y * a->row_step + x * a->step + c));
    half = vbslq_s16(vcgtzq_s16(sum), a->half, vnegq_s16(a->half));
    int32x4_t low = divide4(vaddl_s16(vget_low_s16(sum), vget_low_s16(half)), a);
    int32x4_t high = divide4(vaddl_high_s16(sum, half), a);
    int8x8_t q = vqmovn_s16(vcombine_s16(vqmovn_s32(low), vqmovn_s32(high)));
    return vmin_s8(vmax_s8(q, a->low), a->high);
}

static void clip(int origin, int filter, int size, int *begin, int *count)
{
    int end = origin + filter < size ? origin + filter : size;

    *begin = origin > 0 ? origin : 0;
    *count = end > *begin ? end - *begin : 0;
}

static void average_pixel(const mvk_pool *pool, const int8_t *in, int oy, int ox, int8_t *out)
{
    int y, x, c = 0, n;
    area a = {.step = pool->channels, .row_step = (ptrdiff_t)pool->in_w * pool->channels};

    clip(oy * pool->stride_h - pool->pad_top, pool->filter_h, pool->in_h, &y, &a.rows);
    clip(ox * pool->stride_w - pool->pad_left, pool->filter_w, pool->in_w, &x, &a.columns);
    n = a.rows * a.columns;
    a.in = in + y * a.row_step + x * a.step;
    a.half = vdupq_n_s16((int16_t)(n / 2));
    a.n = vdupq_n_f32(n ? (float)n : 1);
    a.low = vdup_n_s8((int8_t)pool->act_min);
    a.high = vdup_n_s8((int8_t)pool->act_max);
    for (; c + 8 <= pool->channels; c += 8)
        vst1_s8(out + c, average8(&a, c));
    if (c < pool->channels)
        vst1_s8(out + pool->channels - 8, average8(&a, pool->channels - 8));
}

void mvk_average_pool_s8_neon(const mvk_pool *pool, const int8_t *in, int8_t *out)
{
    ptrdiff_t picture = (ptrdiff_t)pool->in_h * pool->in_w * pool->channels;

    if (pool->channels < 8 || (int64_t)pool->filter_h * pool->filter_w > MAX_TAPS) {
        mvk_average_pool_s8(pool, in, out);
        return;
    }
    for (int b = 0; b < pool->batch; b++, in += picture)
        for (int y = 0; y < pool->out_h; y++)
            for (int x = 0; x < pool->out_w; x++, out += pool->channels)
                average_pixel(pool, in, y, x, out);
}

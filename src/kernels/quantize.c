/* Between number formats: float and int8, half to float, CAST.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"
#include "movinet/movinet.h"

#include <math.h>
#include <string.h>

/* round(x / scale), halves away from zero, then the zero point; saturating. Clamped
 * while float: casting what an int32 cannot hold is undefined. NaN gives the low end.
 * Adding the float below 1/2 and cutting is roundf, exactly, and without its call. */
static inline int8_t quantize_value(float scale, int32_t zero, float x)
{
    float q = x / scale;

    q = q > -1024 ? q : -1024;
    q = q < 1024 ? q : 1024;
    return (int8_t)mvk_clamp((int32_t)(q + copysignf(0x1.fffffep-2f, q)) + zero, -128, 127);
}

void mvk_quantize_s8(float scale, int32_t zero, const float *in, int8_t *out, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        out[i] = quantize_value(scale, zero, in[i]);
}

/* TensorFlow Lite computes whole groups of eight as a fused q · scale + (−zero · scale),
 * what is left over as (q − zero) · scale; the golden files hold both roundings. In double
 * the product and the sum are exact (under 40 bits), so this is the fused result. */
void mvk_dequantize_s8(float scale, int32_t zero, const int8_t *in, float *out, size_t n)
{
    double wide = (double)scale, offset = (double)(float)(-(double)zero * wide);
    size_t grouped = n - n % 8, i;

    for (i = 0; i < grouped; i++)
        out[i] = (float)(in[i] * wide + offset);
    for (; i < n; i++)
        out[i] = scale * (float)(in[i] - zero);
}

/* The level of int8 that stands for 0: of the two ends' own, the one with less rounding
 * error behind it. */
static int32_t dynamic_zero(double min, double max, double scale)
{
    double from_min = -128 - min / scale, from_max = 127 - max / scale;
    double error_min = 128 + fabs(min / scale), error_max = 127 + fabs(max / scale);
    double zero = error_min < error_max ? from_min : from_max;

    return zero <= -128 ? -128 : zero >= 127 ? 127 : (int32_t)round(zero);
}

void mvk_dynamic_round(const float *in, float *out, size_t n)
{
    float min = 0, max = 0, scale, inverse;
    int32_t zero;
    size_t i;

    for (i = 0; i < n; i++) {
        min = in[i] < min ? in[i] : min;
        max = in[i] > max ? in[i] : max;
    }
    scale = (float)(((double)max - (double)min) / 255);
    if (!(scale > 0) || !isfinite(scale)) {
        memmove(out, in, n * sizeof *out);
        return;
    }
    zero = dynamic_zero(min, max, ((double)max - (double)min) / 255);
    inverse = 1.0f / scale;
    for (i = 0; i < n; i++) {
        float q = roundf((float)zero + in[i] * inverse);

        q = q < -128 ? -128 : q > 127 ? 127 : q;
        out[i] = (q - (float)zero) * scale;
    }
}

void mvk_requantize_table(int8_t table[256], float in_scale, int32_t in_zero, float out_scale,
                          int32_t out_zero)
{
    mvk_scale scale = mvk_scale_from_real((double)in_scale / (double)out_scale);
    int q;

    for (q = -128; q < 128; q++)
        table[(uint8_t)q] = (int8_t)mvk_clamp(
            mvk_add_wrap(mvk_scale_value(q - in_zero, scale), out_zero), -128, 127);
}

void mvk_half_to_f32(const uint16_t *in, float *out, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        uint32_t sign = (uint32_t)(in[i] & 0x8000) << 16;
        uint32_t exponent = in[i] >> 10 & 31, fraction = in[i] & 1023, bits;

        if (exponent == 31) { /* infinity, NaN */
            bits = sign | 0x7f800000u | fraction << 13;
            memcpy(out + i, &bits, sizeof bits);
        } else if (exponent == 0) { /* zero, subnormal: fraction · 2^-24 */
            float magnitude = (float)fraction * 0x1p-24f;

            out[i] = sign ? -magnitude : magnitude;
        } else {
            bits = sign | (exponent + 112) << 23 | fraction << 13;
            memcpy(out + i, &bits, sizeof bits);
        }
    }
}

void mvk_dequantize_channels_s8(const float *scale, const int32_t *zero, int channels,
                                size_t inner, const int8_t *in, float *out, size_t n)
{
    size_t i = 0, j;
    int c = 0;

    while (i < n) {
        for (j = 0; j < inner && i < n; j++, i++)
            out[i] = scale[c] * (float)(in[i] - zero[c]);
        c = c + 1 < channels ? c + 1 : 0;
    }
}

/* ---- CAST ------------------------------------------------------------------- */

static bool castable(int type)
{
    return type == MOVINET_FLOAT32 || type == MOVINET_INT32 || type == MOVINET_INT64 ||
           type == MOVINET_BOOL || type == MOVINET_UINT8 || type == MOVINET_INT8 ||
           type == MOVINET_INT16;
}

static int64_t integer_at(int type, const void *in, size_t i)
{
    switch (type) {
    case MOVINET_INT32: return ((const int32_t *)in)[i];
    case MOVINET_INT64: return ((const int64_t *)in)[i];
    case MOVINET_BOOL: return ((const uint8_t *)in)[i] != 0;
    case MOVINET_UINT8: return ((const uint8_t *)in)[i];
    case MOVINET_INT8: return ((const int8_t *)in)[i];
    default: return ((const int16_t *)in)[i];
    }
}

/* Integers wrap around to narrower ones. */
static void put_integer(int type, void *out, size_t i, int64_t x)
{
    switch (type) {
    case MOVINET_FLOAT32: ((float *)out)[i] = (float)x; break;
    case MOVINET_INT32: ((int32_t *)out)[i] = (int32_t)x; break;
    case MOVINET_INT64: ((int64_t *)out)[i] = x; break;
    case MOVINET_BOOL: ((uint8_t *)out)[i] = x != 0; break;
    case MOVINET_UINT8: ((uint8_t *)out)[i] = (uint8_t)x; break;
    case MOVINET_INT8: ((int8_t *)out)[i] = (int8_t)x; break;
    default: ((int16_t *)out)[i] = (int16_t)x; break;
    }
}

/* Truncates toward zero, saturates; NaN gives the highest, as TensorFlow Lite has it. */
static int64_t saturate(float x, int64_t low, int64_t high)
{
    if (isnan(x) || x >= (float)high)
        return high;
    return x <= (float)low ? low : (int64_t)x;
}

static int64_t integer_of(int type, float x)
{
    switch (type) {
    case MOVINET_INT32: return saturate(x, INT32_MIN, INT32_MAX);
    case MOVINET_INT64: return saturate(x, INT64_MIN, INT64_MAX);
    case MOVINET_BOOL: return x != 0;
    case MOVINET_UINT8: return saturate(x, 0, UINT8_MAX);
    case MOVINET_INT8: return saturate(x, INT8_MIN, INT8_MAX);
    default: return saturate(x, INT16_MIN, INT16_MAX);
    }
}

bool mvk_cast(int in_type, const void *in, int out_type, void *out, size_t n)
{
    size_t i;

    if (!castable(in_type) || !castable(out_type))
        return false;
    for (i = 0; i < n; i++) {
        if (in_type != MOVINET_FLOAT32)
            put_integer(out_type, out, i, integer_at(in_type, in, i));
        else if (out_type != MOVINET_FLOAT32)
            put_integer(out_type, out, i, integer_of(out_type, ((const float *)in)[i]));
        else
            ((float *)out)[i] = ((const float *)in)[i];
    }
    return true;
}

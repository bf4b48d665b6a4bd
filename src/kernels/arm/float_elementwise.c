/* Float kernels, one value at a time, that compilers do not make vectors of by themselves:
 * LOGISTIC and dynamic rounding. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/arm.h"
#include "kernels/arm/requant.h"

#include <math.h>

/* ---- LOGISTIC ------------------------------------------------------------------------- */

/* e^x for x in −87.3 … 0, NaN for NaN: 2^n · e^r, |r| <= ln 2 / 2, and of e^r the Taylor
 * series, whose next term is under 2^-27 of it. */
static inline float32x4_t exponential(float32x4_t x)
{
    static const float terms[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1, 1};
    float32x4_t n = vrndnq_f32(vmulq_n_f32(x, 1.44269504f));
    /* ln 2 in two parts, the first of few enough bits to be exact times n. */
    float32x4_t r = vfmsq_f32(x, n, vdupq_n_f32(0.693145752f));
    float32x4_t y = vdupq_n_f32(1.0f / 5040);

    r = vfmsq_f32(r, n, vdupq_n_f32(1.42860677e-6f));
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        y = vfmaq_f32(vdupq_n_f32(terms[i]), y, r);
    int32x4_t power = vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23);
    return vmulq_f32(y, vreinterpretq_f32_s32(power));
}

/* With e = e^-|x|: 1 / (1 + e) for x > 0, else e / (1 + e). */
static inline float32x4_t logistic4(float32x4_t x)
{
    const float32x4_t one = vdupq_n_f32(1), lowest = vdupq_n_f32(-87.3f);
    float32x4_t down = vnegq_f32(vabsq_f32(x));
    float32x4_t e = exponential(vmaxq_f32(down, lowest));

    /* What is under e^-87.3 is under the least normal float. NaN compares false. */
    e = vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(e), vcltq_f32(down, lowest)));
    return vdivq_f32(vbslq_f32(vcgtq_f32(x, vdupq_n_f32(0)), one, e), vaddq_f32(one, e));
}

static void logistic(const float *in, float *out, size_t n)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        vst1q_f32(out + i, logistic4(vld1q_f32(in + i)));
    if (i < n) {
        float last[4] = {0};

        memcpy(last, in + i, (n - i) * sizeof *last);
        vst1q_f32(last, logistic4(vld1q_f32(last)));
        memcpy(out + i, last, (n - i) * sizeof *last);
    }
}

void mvk_unary_f32_neon(mvk_unary_op op, float alpha, const float *in, float *out, size_t n)
{
    if (op == MVK_LOGISTIC)
        logistic(in, out, n);
    else
        mvk_unary_f32(op, alpha, in, out, n);
}

/* ---- dynamic rounding -------------------------------------------------------------------- */

/* The least and the greatest of 0 and all values but NaN. */
static void range_of(const float *in, size_t n, float *min, float *max)
{
    float32x4_t low = vdupq_n_f32(0), high = low;
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        float32x4_t x = vld1q_f32(in + i);

        low = vbslq_f32(vcltq_f32(x, low), x, low);
        high = vbslq_f32(vcgtq_f32(x, high), x, high);
    }
    *min = vminvq_f32(low);
    *max = vmaxvq_f32(high);
    for (; i < n; i++) {
        *min = in[i] < *min ? in[i] : *min;
        *max = in[i] > *max ? in[i] : *max;
    }
}

/* The level that stands for 0, as in mvk_dynamic_round; never −0. */
static float zero_of(double min, double max, double scale)
{
    double from_min = -128 - min / scale, from_max = 127 - max / scale;
    double zero = 128 + fabs(min / scale) < 127 + fabs(max / scale) ? from_min : from_max;

    return zero <= -128 ? -128 : zero >= 127 ? 127 : (float)(int)round(zero);
}

static inline float32x4_t round4(float32x4_t x, float zero, float inverse, float scale)
{
    float32x4_t z = vdupq_n_f32(zero);
    float32x4_t q = vrndaq_f32(vaddq_f32(z, vmulq_n_f32(x, inverse)));

    q = vminq_f32(vmaxq_f32(q, vdupq_n_f32(-128)), vdupq_n_f32(127));
    return vmulq_n_f32(vsubq_f32(q, z), scale);
}

void mvk_dynamic_round_neon(const float *in, float *out, size_t n)
{
    float min, max, scale, zero, inverse, last[4] = {0};
    size_t i = 0;

    range_of(in, n, &min, &max);
    scale = (float)(((double)max - (double)min) / 255);
    if (!(scale > 0) || !isfinite(scale)) {
        memmove(out, in, n * sizeof *out);
        return;
    }
    zero = zero_of((double)min, (double)max, ((double)max - (double)min) / 255);
    inverse = 1.0f / scale;
    for (; i + 4 <= n; i += 4)
        vst1q_f32(out + i, round4(vld1q_f32(in + i), zero, inverse, scale));
    memcpy(last, in + i, (n - i) * sizeof *last);
    vst1q_f32(last, round4(vld1q_f32(last), zero, inverse, scale));
    memcpy(out + i, last, (n - i) * sizeof *last);
}

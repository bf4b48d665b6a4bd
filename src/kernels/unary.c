/* One input, one output of its shape: activations and elementary functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <math.h>

/* ---- float ------------------------------------------------------------------ */

static inline float clamp_f32(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

static float apply_f32(mvk_unary_op op, float alpha, float x)
{
    switch (op) {
    case MVK_RELU: return x < 0 ? 0 : x;
    case MVK_RELU6: return clamp_f32(x, 0, 6);
    case MVK_RELU_N1_TO_1: return clamp_f32(x, -1, 1);
    case MVK_HARD_SWISH: return x * clamp_f32(x + 3, 0, 6) / 6;
    case MVK_LOGISTIC: return 1 / (1 + expf(-x));
    case MVK_TANH: return tanhf(x);
    case MVK_RSQRT: return 1 / sqrtf(x);
    case MVK_SQRT: return sqrtf(x);
    case MVK_SQUARE: return x * x;
    case MVK_EXP: return expf(x);
    case MVK_ABS: return fabsf(x);
    case MVK_NEG: return -x;
    case MVK_SIN: return sinf(x);
    case MVK_COS: return cosf(x);
    case MVK_LEAKY_RELU: return x > 0 ? x : x * alpha;
    }
    return x;
}

void mvk_unary_f32(mvk_unary_op op, float alpha, const float *in, float *out, size_t n)
{
    size_t i;

    /* The ones that make large tensors have a loop of their own, for the vectoriser. */
    if (op == MVK_HARD_SWISH)
        for (i = 0; i < n; i++)
            out[i] = in[i] * clamp_f32(in[i] + 3, 0, 6) / 6;
    else if (op == MVK_RELU)
        for (i = 0; i < n; i++)
            out[i] = in[i] < 0 ? 0 : in[i];
    else if (op == MVK_RELU6)
        for (i = 0; i < n; i++)
            out[i] = clamp_f32(in[i], 0, 6);
    else
        for (i = 0; i < n; i++)
            out[i] = apply_f32(op, alpha, in[i]);
}

/* ---- int8: 256 outputs -------------------------------------------------------- */

/* How one table is made. */
typedef struct table_job {
    float in_scale, out_scale, alpha;
    int32_t in_zero, out_zero;
} table_job;

static int8_t saturate_s8(int64_t x)
{
    return (int8_t)(x < -128 ? -128 : x > 127 ? 127 : x);
}

/* By way of float. Clamped while float, as an int32 might not hold it. */
static void table_float(int8_t table[256], mvk_unary_op op, const table_job *job)
{
    float inverse = 1 / job->out_scale;
    int q;

    for (q = -128; q < 128; q++) {
        float x = job->in_scale * (float)(q - job->in_zero);
        float y = roundf(apply_f32(op, job->alpha, x) * inverse) + (float)job->out_zero;

        table[(uint8_t)q] = y >= 127 ? 127 : y > -128 ? (int8_t)y : -128;
    }
}

/* round(limit / scale) + zero, for |limit| <= 6. */
static int32_t quantized_limit(const table_job *job, float limit)
{
    float q = roundf(limit / job->out_scale);

    return (int32_t)clamp_f32(q, -65536, 65536) + job->out_zero;
}

/* Rescaled, then held between low and high (real values). */
static void table_relu(int8_t table[256], const table_job *job, float low, float high)
{
    mvk_scale scale = mvk_scale_from_real(job->in_scale / job->out_scale);
    int32_t least = quantized_limit(job, low);
    int32_t most = isinf(high) ? 127 : quantized_limit(job, high);
    int q;

    least = least < -128 ? -128 : least;
    most = most > 127 ? 127 : most;
    for (q = -128; q < 128; q++) {
        int32_t y = mvk_add_wrap(mvk_scale_value(q - job->in_zero, scale), job->out_zero);

        table[(uint8_t)q] = saturate_s8(mvk_clamp(y, least, most));
    }
}

static void table_leaky_relu(int8_t table[256], const table_job *job)
{
    mvk_scale same = mvk_scale_from_real(job->in_scale / job->out_scale);
    mvk_scale scaled = mvk_scale_from_real(fabsf(job->in_scale * job->alpha / job->out_scale));
    int q;

    for (q = -128; q < 128; q++) {
        int32_t x = q - job->in_zero;
        int64_t y = mvk_scale_value(x, x >= 0 ? same : scaled);

        if (x < 0 && job->alpha < 0)
            y = -y;
        table[(uint8_t)q] = saturate_s8(y + job->out_zero);
    }
}

static void table_abs(int8_t table[256], const table_job *job)
{
    mvk_scale scale = mvk_scale_from_real(job->in_scale / job->out_scale);
    int q;

    for (q = -128; q < 128; q++) {
        int32_t x = q < job->in_zero ? job->in_zero - q : q - job->in_zero;
        int64_t y = job->in_scale == job->out_scale ? x : mvk_scale_value(x, scale);

        table[(uint8_t)q] = saturate_s8(y + job->out_zero);
    }
}

/* ---- HARD_SWISH: 16-bit fixed point -------------------------------------------- */

static int16_t saturate_s16(int64_t x)
{
    return (int16_t)(x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x);
}

/* a · b / 2^15, halves up toward +infinity (b >= 0, so never -1 · -1). */
static int16_t mul_high_s16(int16_t a, int16_t b)
{
    return (int16_t)((a * b + (1 << 14)) >> 15);
}

/* The same, cut toward zero. */
static int16_t mul_high_cut_s16(int16_t a, int16_t b)
{
    return saturate_s16(a * b / (1 << 15));
}

/* Multiplier of a scale in 15 bits, rounded, at most 32767. */
static int16_t multiplier_s16(mvk_scale scale)
{
    return saturate_s16(((int64_t)scale.multiplier + (1 << 15)) >> 16);
}

static int16_t shift_left_s16(int16_t x, int bits)
{
    return saturate_s16((int64_t)x * ((int64_t)1 << (bits < 31 ? bits : 31)));
}

/* (x + 3) / 6 held between 0 and 1, as 15 bits behind the point. x is q · 2^7. */
static int16_t hard_sigmoid_s16(int16_t x, mvk_scale scale)
{
    if (scale.shift > 0)
        x = shift_left_s16(x, scale.shift - 1);
    x = mul_high_s16(x, multiplier_s16(scale));
    if (scale.shift > 0)
        x = shift_left_s16(x, 1);
    else
        x = (int16_t)mvk_round_shift(x, -scale.shift);
    return (int16_t)((x + (1 << 15)) >> 1);
}

static bool table_hard_swish(int8_t table[256], const table_job *job)
{
    float fine = (1.0f / 128.0f) * job->in_scale; /* of the input with 7 bits more */
    mvk_scale out = mvk_scale_from_real(fine / job->out_scale);
    mvk_scale third = mvk_scale_from_real(fine / (3.0f / 32768.0f));
    int q;

    if (out.shift > 0)
        return false;
    for (q = -128; q < 128; q++) {
        int16_t x = (int16_t)((q - job->in_zero) * 128);
        int16_t y = mul_high_cut_s16(hard_sigmoid_s16(x, third),
                                     mul_high_s16(x, multiplier_s16(out)));

        /* The sum is one of 16 bits, too, and wraps. */
        table[(uint8_t)q] = saturate_s8((int16_t)(mvk_round_shift(y, -out.shift) + job->out_zero));
    }
    return true;
}

/* ---- RSQRT: Newton's steps in 28 bits behind the point -------------------------- */

/* Products of numbers with 3 integer bits have 6; this brings them back to 3. */
static int32_t mul_f3(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

static int32_t saturate_s32(int64_t x)
{
    return x < INT32_MIN ? INT32_MIN : x > INT32_MAX ? INT32_MAX : (int32_t)x;
}

/* 1 / sqrt(x) as multiplier and shift, 0 < x < 512. */
static mvk_scale inverse_sqrt(int32_t x)
{
    mvk_scale scale = {INT32_MAX, 0};
    int32_t guess = 1 << 28, half;
    int shift = 11, i;

    if (x <= 1)
        return scale;
    for (; x < 1 << 27; x <<= 2) /* into [2^27, 2^29) */
        shift--;
    half = mvk_round_shift(x >> 1, 1);
    for (i = 0; i < 5; i++) { /* guess = 3/2 · guess − half · guess^3 */
        int64_t cube = mul_f3(mul_f3(guess, guess), guess); /* 9 integer bits */
        int32_t next = mul_f3((1 << 28) + (1 << 27), guess) -
                       mul_f3(half, saturate_s32(cube * 64));

        guess = saturate_s32((int64_t)next * 8);
    }
    scale.multiplier = mul_f3(guess, 1518500250); /* · sqrt(2) / 2 */
    scale.shift = -shift;
    if (shift < 0) {
        scale.multiplier = (int32_t)((uint32_t)scale.multiplier << -shift);
        scale.shift = 0;
    }
    return scale;
}

/* Undefined below zero, where TensorFlow Lite fails; here as zero: the largest. */
static void table_rsqrt(int8_t table[256], const table_job *job)
{
    const int extra = 20; /* bits that keep 1 / sqrt(x) whole */
    mvk_scale scale = mvk_scale_from_real(1.0 / (double)(sqrtf(job->in_scale) * job->out_scale));
    int q;

    for (q = -128; q < 128; q++) {
        mvk_scale inverse, rest = scale;

        if (q <= job->in_zero) {
            table[(uint8_t)q] = 127;
            continue;
        }
        inverse = inverse_sqrt(q - job->in_zero);
        inverse.shift += extra;
        rest.shift -= extra;
        table[(uint8_t)q] = saturate_s8(
            (int64_t)mvk_scale_value(mvk_scale_value(1, inverse), rest) + job->out_zero);
    }
}

/* Cut toward zero, not rounded; below zero as zero. */
static void table_sqrt(int8_t table[256], const table_job *job)
{
    int q;

    for (q = -128; q < 128; q++) {
        float x = job->in_scale * (float)(q - job->in_zero);
        float y = x > 0 ? sqrtf(x) / job->out_scale : 0;

        table[(uint8_t)q] = saturate_s8((int64_t)clamp_f32(y, 0, 65536) + job->out_zero);
    }
}

bool mvk_table_s8(int8_t table[256], mvk_unary_op op, float alpha, float in_scale, int32_t in_zero,
                  float out_scale, int32_t out_zero)
{
    table_job job = {in_scale, out_scale, alpha, in_zero, out_zero};

    if (!(in_scale > 0 && out_scale > 0) || isinf(in_scale) || isinf(out_scale))
        return false;
    switch (op) {
    case MVK_RELU: table_relu(table, &job, 0, INFINITY); return true;
    case MVK_RELU6: table_relu(table, &job, 0, 6); return true;
    case MVK_RELU_N1_TO_1: table_relu(table, &job, -1, 1); return true;
    case MVK_LEAKY_RELU: table_leaky_relu(table, &job); return true;
    case MVK_HARD_SWISH: return table_hard_swish(table, &job);
    case MVK_LOGISTIC:
        if (out_scale != 1.0f / 256)
            return false;
        table_float(table, op, &job);
        return true;
    case MVK_ABS: table_abs(table, &job); return true;
    case MVK_RSQRT: table_rsqrt(table, &job); return true;
    case MVK_SQRT: table_sqrt(table, &job); return true;
    default: /* TANH, EXP; the others TensorFlow Lite has in float only */
        table_float(table, op, &job);
        return true;
    }
}

void mvk_lookup_s8(const int8_t table[256], const int8_t *in, int8_t *out, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        out[i] = table[(uint8_t)in[i]];
}

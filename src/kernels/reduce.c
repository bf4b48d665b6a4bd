/* SUM, MEAN, MAX, MIN, PROD over any axes. The input is read once, in order, so that
 * every output adds up its inputs in their order. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <math.h>
#include <string.h>

/* The shape as alternating kept and reduced axes, the last one apart: a walk hands
 * out runs along it. */
typedef struct walk {
    int rank;                 ///< axes outside of the run
    int32_t at[MVK_MAX_RANK];
    ptrdiff_t shape[MVK_MAX_RANK], stride[MVK_MAX_RANK]; ///< stride in the output; 0: reduced
    ptrdiff_t run, count;     ///< inputs a run, and runs
    bool run_reduced;         ///< the run becomes one output, else `run` outputs
    ptrdiff_t out;            ///< where the present run goes
} walk;

static size_t count_outputs(const mvk_reduce *r)
{
    size_t n = 1;
    int i;

    for (i = 0; i < r->rank; i++)
        if (!r->reduced[i])
            n *= (size_t)r->shape[i];
    return n;
}

/* Inputs that make one output. */
static int64_t count_reduced(const mvk_reduce *r)
{
    int64_t n = 1;
    int i;

    for (i = 0; i < r->rank; i++)
        if (r->reduced[i])
            n *= r->shape[i];
    return n;
}

static walk walk_init(const mvk_reduce *r)
{
    walk w = {.run = 1, .count = 1};
    bool reduced[MVK_MAX_RANK] = {false};
    ptrdiff_t stride = 1;
    int i, n = 0;

    for (i = 0; i < r->rank; i++) {
        if (r->shape[i] == 1)
            continue;
        if (n > 0 && reduced[n - 1] == r->reduced[i]) {
            w.shape[n - 1] *= r->shape[i];
            continue;
        }
        w.shape[n] = r->shape[i];
        reduced[n++] = r->reduced[i];
    }
    for (i = n - 1; i >= 0; i--)
        if (!reduced[i]) {
            w.stride[i] = stride;
            stride *= w.shape[i];
        }
    if (n > 0) {
        w.run = w.shape[n - 1];
        w.run_reduced = reduced[n - 1];
        w.rank = n - 1;
    }
    for (i = 0; i < w.rank; i++)
        w.count *= w.shape[i];
    if (w.run == 0)
        w.count = 0;
    return w;
}

static void walk_next(walk *w)
{
    int i;

    for (i = w->rank - 1; i >= 0; i--) {
        w->out += w->stride[i];
        if (++w->at[i] < w->shape[i])
            return;
        w->out -= w->stride[i] * w->shape[i];
        w->at[i] = 0;
    }
}

size_t mvk_reduce_scratch(const mvk_reduce *r)
{
    return (count_outputs(r) + 1) * sizeof(int64_t);
}

/* ---- int8 ------------------------------------------------------------------- */

/* acc[o] = the sum of o's inputs; wraps. */
static void sum_s8(const mvk_reduce *r, const int8_t *in, int32_t *acc)
{
    walk w = walk_init(r);
    ptrdiff_t i;

    memset(acc, 0, count_outputs(r) * sizeof *acc);
    for (; w.count > 0; w.count--, in += w.run) {
        int32_t *to = acc + w.out;

        if (w.run_reduced)
            for (i = 0; i < w.run; i++)
                *to = mvk_add_wrap(*to, in[i]);
        else
            for (i = 0; i < w.run; i++)
                to[i] = mvk_add_wrap(to[i], in[i]);
        walk_next(&w);
    }
}

/* MEAN: 1/n is worked into the multiplier. */
static void mean_s8(const mvk_reduce *r, const int32_t *sum, int8_t *out)
{
    mvk_scale scale = mvk_scale_from_real((double)r->in_scale / (double)r->out_scale);
    int64_t n = count_reduced(r), left = n;
    size_t i, outputs = count_outputs(r);
    int shift = -1;

    if (n == 0) {
        memset(out, 0, outputs);
        return;
    }
    for (; left > 0; left >>= 1)
        shift++;
    shift = shift < 32 ? shift : 32;
    shift = shift < 31 + scale.shift ? shift : 31 + scale.shift;
    scale.multiplier = (int32_t)(((int64_t)scale.multiplier << shift) / n);
    scale.shift -= shift;
    for (i = 0; i < outputs; i++) {
        int32_t centred = (int32_t)(uint32_t)(sum[i] - r->in_zero * n);

        out[i] = (int8_t)mvk_clamp(mvk_add_wrap(mvk_scale_value(centred, scale), r->out_zero),
                                   -128, 127);
    }
}

/* MEAN over height and width of NHWC with keep_dims, which TensorFlow Lite computes by
 * another formula, its constants in float: the zero points become a rounded bias. */
static void mean_nhwc_s8(const mvk_reduce *r, const int32_t *sum, int8_t *out)
{
    float n = (float)count_reduced(r);
    float zero = (float)r->in_zero * r->in_scale / r->out_scale;
    mvk_scale scale = mvk_scale_from_real(r->in_scale / (n * r->out_scale));
    size_t i, outputs = count_outputs(r);
    int32_t bias;

    zero = zero > 0 ? zero + 0.5f : zero - 0.5f;
    zero = zero > 1e9f ? 1e9f : zero < -1e9f ? -1e9f : zero;
    bias = r->out_zero - (int32_t)zero;
    for (i = 0; i < outputs; i++)
        out[i] = (int8_t)mvk_clamp(mvk_add_wrap(mvk_scale_value(sum[i], scale), bias), -128, 127);
}

/* SUM, by way of float, as TensorFlow Lite's default kernel has it where the machine
 * multiplies and adds in one rounding (the golden files decide). */
static void scale_sum_s8(const mvk_reduce *r, const int32_t *sum, int8_t *out)
{
    float scale = r->in_scale / r->out_scale;
    float bias = (float)-r->in_zero * scale * (float)count_reduced(r);
    size_t i, outputs = count_outputs(r);

    for (i = 0; i < outputs; i++) {
        float y = roundf(fmaf((float)sum[i], scale, bias));

        y = y > 65536 ? 65536 : y > -65536 ? y : -65536;
        out[i] = (int8_t)mvk_clamp((int32_t)y + r->out_zero, -128, 127);
    }
}

/* A product with 64 bits, rescaled by a multiplier of 15. */
static int32_t rescale_s64(int64_t x, mvk_scale scale)
{
    int64_t multiplier =
        scale.multiplier < 0x7fff0000 ? (scale.multiplier + (1 << 15)) >> 16 : 0x7fff;
    int shift = scale.shift < 14 ? 15 - scale.shift : 1;

    return (int32_t)((x * multiplier + ((int64_t)1 << (shift - 1))) >> shift);
}

/* PROD: rescaled after every factor, by in_scale / out_scale^(1/n). */
static void prod_s8(const mvk_reduce *r, const int8_t *in, int8_t *out, int64_t *acc)
{
    int64_t n = count_reduced(r);
    mvk_scale scale = mvk_scale_from_real((double)r->in_scale /
                                          pow((double)r->out_scale, 1.0 / (double)n));
    size_t outputs = count_outputs(r), o;
    walk w = walk_init(r);
    ptrdiff_t i;

    for (o = 0; o < outputs; o++)
        acc[o] = INT64_MIN; /* no factor yet */
    for (; w.count > 0; w.count--, in += w.run) {
        for (i = 0; i < w.run; i++) {
            int64_t *to = acc + w.out + (w.run_reduced ? 0 : i);
            int32_t x = in[i] - r->in_zero;

            *to = *to == INT64_MIN ? x : rescale_s64(*to * x, scale);
        }
        walk_next(&w);
    }
    for (o = 0; o < outputs; o++)
        out[o] = (int8_t)mvk_clamp(
            mvk_add_wrap(rescale_s64(n ? acc[o] : 1, scale), r->out_zero), -128, 127);
}

/* MAX, MIN: no rescaling, input and output share a scale. */
static void extreme_s8(const mvk_reduce *r, const int8_t *in, int8_t *out)
{
    bool max = r->op == MVK_REDUCE_MAX;
    walk w = walk_init(r);
    ptrdiff_t i;

    memset(out, max ? -128 : 127, count_outputs(r));
    for (; w.count > 0; w.count--, in += w.run) {
        for (i = 0; i < w.run; i++) {
            int8_t *to = out + w.out + (w.run_reduced ? 0 : i);

            if (max ? in[i] > *to : in[i] < *to)
                *to = in[i];
        }
        walk_next(&w);
    }
}

void mvk_reduce_s8(const mvk_reduce *r, const int8_t *in, int8_t *out, void *scratch)
{
    bool nhwc = r->keep_dims && r->rank == 4 && !r->reduced[0] && r->reduced[1] &&
                r->reduced[2] && !r->reduced[3];

    switch (r->op) {
    case MVK_SUM:
        sum_s8(r, in, scratch);
        scale_sum_s8(r, scratch, out);
        break;
    case MVK_MEAN:
        sum_s8(r, in, scratch);
        if (nhwc && count_reduced(r) > 0)
            mean_nhwc_s8(r, scratch, out);
        else
            mean_s8(r, scratch, out);
        break;
    case MVK_REDUCE_PROD: prod_s8(r, in, out, scratch); break;
    case MVK_REDUCE_MAX:
    case MVK_REDUCE_MIN: extreme_s8(r, in, out); break;
    }
}

/* ---- float ------------------------------------------------------------------ */

static inline float combine_f32(mvk_reduce_op op, float a, float x)
{
    switch (op) {
    case MVK_REDUCE_PROD: return a * x;
    case MVK_REDUCE_MAX: return x > a ? x : a;
    case MVK_REDUCE_MIN: return x < a ? x : a;
    default: return a + x;
    }
}

static float start_f32(mvk_reduce_op op)
{
    return op == MVK_REDUCE_PROD ? 1 : op == MVK_REDUCE_MAX ? -INFINITY
         : op == MVK_REDUCE_MIN ? INFINITY : 0;
}

void mvk_reduce_f32(const mvk_reduce *r, const float *in, float *out, void *scratch)
{
    size_t outputs = count_outputs(r), o;
    float n = (float)count_reduced(r);
    walk w = walk_init(r);
    ptrdiff_t i;

    (void)scratch;
    for (o = 0; o < outputs; o++)
        out[o] = start_f32(r->op);
    for (; w.count > 0; w.count--, in += w.run) {
        float *to = out + w.out;

        if (w.run_reduced)
            for (i = 0; i < w.run; i++)
                *to = combine_f32(r->op, *to, in[i]);
        else if (r->op == MVK_SUM || r->op == MVK_MEAN)
            for (i = 0; i < w.run; i++)
                to[i] += in[i];
        else
            for (i = 0; i < w.run; i++)
                to[i] = combine_f32(r->op, to[i], in[i]);
        walk_next(&w);
    }
    if (r->op == MVK_MEAN)
        for (o = 0; o < outputs; o++)
            out[o] /= n;
}

/* ---- int32 -------------------------------------------------------------------- */

static int64_t combine_s32(mvk_reduce_op op, int64_t a, int32_t x)
{
    switch (op) {
    case MVK_REDUCE_PROD: return (int32_t)((uint32_t)a * (uint32_t)x);
    case MVK_REDUCE_MAX: return x > a ? x : a;
    case MVK_REDUCE_MIN: return x < a ? x : a;
    default: return a + x;
    }
}

static int64_t start_s32(mvk_reduce_op op)
{
    return op == MVK_REDUCE_PROD ? 1 : op == MVK_REDUCE_MAX ? INT32_MIN
         : op == MVK_REDUCE_MIN ? INT32_MAX : 0;
}

/* MEAN truncates toward zero; SUM and PROD wrap. */
void mvk_reduce_s32(const mvk_reduce *r, const int32_t *in, int32_t *out, void *scratch)
{
    size_t outputs = count_outputs(r), o;
    int64_t n = count_reduced(r), *acc = scratch;
    walk w = walk_init(r);
    ptrdiff_t i;

    for (o = 0; o < outputs; o++)
        acc[o] = start_s32(r->op);
    for (; w.count > 0; w.count--, in += w.run) {
        for (i = 0; i < w.run; i++) {
            int64_t *to = acc + w.out + (w.run_reduced ? 0 : i);

            *to = combine_s32(r->op, *to, in[i]);
        }
        walk_next(&w);
    }
    for (o = 0; o < outputs; o++)
        out[o] = (int32_t)(uint32_t)(r->op == MVK_MEAN && n > 0 ? acc[o] / n : acc[o]);
}

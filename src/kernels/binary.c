/* Two inputs, one output, shapes broadcast against each other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <math.h>
#include <string.h>

/* ---- broadcasting ----------------------------------------------------------- */

bool mvk_broadcast_init(mvk_broadcast *b, int rank0, const int32_t *shape0, int rank1,
                        const int32_t *shape1)
{
    int rank = rank0 > rank1 ? rank0 : rank1, i;
    ptrdiff_t step0 = 1, step1 = 1;

    memset(b, 0, sizeof *b);
    if (rank > MVK_MAX_RANK || rank0 < 0 || rank1 < 0)
        return false;
    b->rank = rank;
    for (i = 0; i < rank; i++) { /* from the last axis */
        int32_t n0 = i < rank0 ? shape0[rank0 - 1 - i] : 1;
        int32_t n1 = i < rank1 ? shape1[rank1 - 1 - i] : 1;

        if (n0 != n1 && n0 != 1 && n1 != 1)
            return false;
        b->shape[rank - 1 - i] = n0 == 1 ? n1 : n0;
        b->stride[0][rank - 1 - i] = n0 == 1 ? 0 : step0;
        b->stride[1][rank - 1 - i] = n1 == 1 ? 0 : step1;
        step0 *= n0;
        step1 *= n1;
    }
    return true;
}

/* The broadcast cut into runs: `run` outputs whose inputs are step[0], step[1] apart.
 * Axes that continue the one behind them are merged with it. */
typedef struct runs {
    int rank;                       ///< axes outside of the run
    ptrdiff_t run, count;           ///< outputs a run, and runs
    ptrdiff_t step[2];
    int32_t shape[MVK_MAX_RANK], at[MVK_MAX_RANK];
    ptrdiff_t stride[2][MVK_MAX_RANK], offset[2];
} runs;

static runs runs_init(const mvk_broadcast *b)
{
    runs r = {.run = 1, .count = 1};
    int axis = b->rank - 1, i;

    for (; axis >= 0 && b->shape[axis] == 1; axis--)
        ;
    if (axis >= 0) {
        r.step[0] = b->stride[0][axis];
        r.step[1] = b->stride[1][axis];
    }
    for (; axis >= 0; axis--) {
        if (b->shape[axis] != 1 && (b->stride[0][axis] != r.step[0] * r.run ||
                                    b->stride[1][axis] != r.step[1] * r.run))
            break;
        r.run *= b->shape[axis];
    }
    for (i = 0; i <= axis; i++) {
        r.shape[i] = b->shape[i];
        r.stride[0][i] = b->stride[0][i];
        r.stride[1][i] = b->stride[1][i];
        r.count *= b->shape[i];
    }
    r.rank = axis + 1;
    return r;
}

static void runs_next(runs *r)
{
    int i;

    for (i = r->rank - 1; i >= 0; i--) {
        r->offset[0] += r->stride[0][i];
        r->offset[1] += r->stride[1][i];
        if (++r->at[i] < r->shape[i])
            return;
        r->offset[0] -= r->stride[0][i] * r->shape[i];
        r->offset[1] -= r->stride[1][i] * r->shape[i];
        r->at[i] = 0;
    }
}

/* ---- int8 ------------------------------------------------------------------- */

/* TensorFlow Lite aborts unless 0 < real < 1 here. */
static bool scale_below_one(double real, mvk_scale *scale)
{
    if (!(real > 0 && real < 1))
        return false;
    *scale = mvk_scale_from_real(real);
    return scale->shift <= 0;
}

/* Both inputs are brought to twice the larger of their scales. */
static bool init_common_scale(mvk_binary_s8 *p, float scale0, float scale1, float out_scale)
{
    double twice = 2 * (scale0 > scale1 ? scale0 : scale1), out;
    bool squared = p->op == MVK_SQUARED_DIFFERENCE;

    p->left_shift = squared ? 7 : 20;
    if (!scale_below_one(scale0 / twice, &p->in_scale[0]) ||
        !scale_below_one(scale1 / twice, &p->in_scale[1]))
        return false;
    if (squared)
        out = twice * twice / ((float)(1 << 14) * out_scale);
    else
        out = twice / ((float)(1 << 20) * out_scale);
    if (p->op == MVK_SUB && out > 1) {
        if (isinf(out))
            return false;
        p->out_scale = mvk_scale_from_real(out);
        return p->out_scale.shift <= 30;
    }
    return scale_below_one(out, &p->out_scale);
}

bool mvk_binary_s8_init(mvk_binary_s8 *p, mvk_binary_op op, float scale0, int32_t zero0,
                        float scale1, int32_t zero1, float out_scale, int32_t out_zero,
                        int32_t act_min, int32_t act_max)
{
    double real = 0;

    memset(p, 0, sizeof *p);
    p->op = op;
    p->zero[0] = zero0;
    p->zero[1] = zero1;
    p->out_zero = out_zero;
    p->act_min = act_min;
    p->act_max = act_max;
    if (!(scale0 > 0 && scale1 > 0 && out_scale > 0))
        return op == MVK_MAXIMUM || op == MVK_MINIMUM;
    if (op == MVK_ADD || op == MVK_SUB || op == MVK_SQUARED_DIFFERENCE)
        return init_common_scale(p, scale0, scale1, out_scale);
    /* In float, as TensorFlow Lite has it. */
    if (op == MVK_MUL)
        real = scale0 * scale1 / out_scale;
    else if (op == MVK_DIV)
        real = scale0 / (scale1 * out_scale);
    else
        return true;
    p->out_scale = mvk_scale_from_real(real);
    return isfinite(real) && p->out_scale.shift <= 30;
}

static int leading_zeros(uint32_t x)
{
    int n = 0;

    for (; n < 32 && !(x >> 31); n++)
        x <<= 1;
    return n;
}

/* x · 2^bits, saturating. */
static int32_t shift_left_saturating(int32_t x, int bits)
{
    int64_t y = (int64_t)x * ((int64_t)1 << bits);

    return y > INT32_MAX ? INT32_MAX : y < INT32_MIN ? INT32_MIN : (int32_t)y;
}

/* As mvk_mul_high, but of any signs (fixed-point numbers of 31 bits behind the point
 * multiplied; never both -1 here). */
static int32_t mul_fixed(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* 2^62 / x, shifted into 31 bits: 1 / (1 + f) by three Newton steps from
 * 48/17 − 32/17 · (1 + f) / 2, in gemmlowp's fixed point. *over: x is in
 * [2^over, 2^(over+1)). */
static int32_t reciprocal(int32_t x, int *over)
{
    int headroom = leading_zeros((uint32_t)x), i;
    int32_t fraction = (int32_t)(((uint32_t)x << headroom) - 0x80000000u);
    int32_t half = (int32_t)(((int64_t)fraction + INT32_MAX + 1) / 2);
    int32_t guess = 1515870810 + mul_fixed(half, -1010580540); /* 2 integer bits */

    *over = 31 - headroom;
    for (i = 0; i < 3; i++) {
        int32_t error = (1 << 29) - mul_fixed(half, guess);

        guess += shift_left_saturating(mul_fixed(guess, error), 2);
    }
    return shift_left_saturating(guess, 1);
}

/* How far x can be shifted left and keep its sign. */
static int sign_bits(int32_t x)
{
    return x >= 0 ? leading_zeros((uint32_t)x) - 1 : leading_zeros(2 * (uint32_t)-x - 1);
}

/* Division by zero, which TensorFlow Lite leaves undefined, gives zero. */
static int8_t div_s8(const mvk_binary_s8 *p, int8_t a, int8_t b)
{
    int32_t x = a - p->zero[0], y = b - p->zero[1], inverse;
    int over, headroom;
    mvk_scale scale = p->out_scale;

    if (y == 0)
        return (int8_t)mvk_clamp(p->out_zero, p->act_min, p->act_max);
    if (y < 0) {
        x = -x;
        y = -y;
    }
    inverse = reciprocal(y, &over);
    headroom = sign_bits(x);
    x = mvk_mul_high((int32_t)((uint32_t)x << headroom), inverse);
    scale.shift -= over + headroom;
    x = mvk_scale_value(x, scale);
    return (int8_t)mvk_clamp(mvk_add_wrap(x, p->out_zero), p->act_min, p->act_max);
}

/* Runs are worked off in pieces of PIECE, step by step: each step is a loop that the
 * compilers make vectors of, with what varies by model outside of it. */
enum { PIECE = 64 };

/* x[i] = rescaled x[i]; the shift's direction is decided once. */
static void rescale_piece(int32_t *x, int n, mvk_scale scale)
{
    int bits = -scale.shift, i;

    if (bits < 0 || bits > 31) {
        for (i = 0; i < n; i++)
            x[i] = mvk_scale_value(x[i], scale);
        return;
    }
    for (i = 0; i < n; i++)
        x[i] = mvk_round_shift(mvk_mul_high(x[i], scale.multiplier), bits);
}

static void finish_piece(const mvk_binary_s8 *p, int32_t *x, int n, int8_t *out)
{
    int32_t zero = p->out_zero, low = p->act_min, high = p->act_max;
    int i;

    rescale_piece(x, n, p->out_scale);
    /* The sum wraps only for outputs beyond 2^31 − 128, which no sane model has. */
    for (i = 0; i < n; i++)
        out[i] = (int8_t)mvk_clamp(mvk_add_wrap(x[i], zero), low, high);
}

/* wide[i] = input `which` less its zero point. */
static void centre_piece(const mvk_binary_s8 *p, int which, const int8_t *in, ptrdiff_t step, int n,
                         int16_t *wide)
{
    int16_t zero = (int16_t)p->zero[which];
    int i;

    if (step == 1)
        for (i = 0; i < n; i++)
            wide[i] = (int16_t)(in[i] - zero);
    else
        for (i = 0; i < n; i++)
            wide[i] = (int16_t)(in[i * step] - zero);
}

/* The same on the common scale of both inputs. */
static void widen_piece(const mvk_binary_s8 *p, int which, const int8_t *in, ptrdiff_t step, int n,
                        int32_t *wide)
{
    int16_t centred[PIECE];
    int i;

    if (step == 0) { /* one value for all */
        widen_piece(p, which, in, 1, 1, wide);
        for (i = 1; i < n; i++)
            wide[i] = wide[0];
        return;
    }
    centre_piece(p, which, in, step, n, centred);
    for (i = 0; i < n; i++)
        wide[i] = (int32_t)((uint32_t)centred[i] << p->left_shift);
    rescale_piece(wide, n, p->in_scale[which]);
}

static void product_piece(const mvk_binary_s8 *p, const int8_t *in0, ptrdiff_t step0,
                          const int8_t *in1, ptrdiff_t step1, int n, int32_t *x)
{
    int16_t a[PIECE], b[PIECE];
    int i;

    centre_piece(p, 0, in0, step0, n, a);
    centre_piece(p, 1, in1, step1, n, b);
    for (i = 0; i < n; i++)
        x[i] = a[i] * b[i];
}

/* ADD, SUB, SQUARED_DIFFERENCE: x[i] before the output's scale. */
static void combine_piece(const mvk_binary_s8 *p, const int8_t *in0, ptrdiff_t step0,
                          const int8_t *in1, ptrdiff_t step1, int n, int32_t *x)
{
    int32_t y[PIECE];
    int i;

    widen_piece(p, 0, in0, step0, n, x);
    widen_piece(p, 1, in1, step1, n, y);
    if (p->op == MVK_ADD)
        for (i = 0; i < n; i++)
            x[i] = mvk_add_wrap(x[i], y[i]);
    else
        for (i = 0; i < n; i++)
            x[i] = (int32_t)((uint32_t)x[i] - (uint32_t)y[i]);
    if (p->op == MVK_SQUARED_DIFFERENCE) /* |x| < 2^16 */
        for (i = 0; i < n; i++)
            x[i] = (int32_t)((uint32_t)x[i] * (uint32_t)x[i]);
}

/* MAXIMUM, MINIMUM: no rescaling, all share a scale. DIV. */
static void plain_piece(const mvk_binary_s8 *p, const int8_t *in0, ptrdiff_t step0,
                        const int8_t *in1, ptrdiff_t step1, int n, int8_t *out)
{
    int i;

    for (i = 0; i < n; i++) {
        int8_t a = in0[i * step0], b = in1[i * step1];

        if (p->op == MVK_DIV)
            out[i] = div_s8(p, a, b);
        else
            out[i] = (p->op == MVK_MAXIMUM ? a > b : a < b) ? a : b;
    }
}

static void run_s8(const mvk_binary_s8 *p, const runs *r, const int8_t *in0, const int8_t *in1,
                   int8_t *out)
{
    bool scaled = p->op == MVK_ADD || p->op == MVK_SUB || p->op == MVK_SQUARED_DIFFERENCE;
    int32_t x[PIECE];
    ptrdiff_t i;

    in0 += r->offset[0];
    in1 += r->offset[1];
    for (i = 0; i < r->run; i += PIECE, in0 += PIECE * r->step[0], in1 += PIECE * r->step[1]) {
        int n = r->run - i < PIECE ? (int)(r->run - i) : PIECE;

        if (!scaled && p->op != MVK_MUL) {
            plain_piece(p, in0, r->step[0], in1, r->step[1], n, out + i);
            continue;
        }
        (scaled ? combine_piece : product_piece)(p, in0, r->step[0], in1, r->step[1], n, x);
        finish_piece(p, x, n, out + i);
    }
}

void mvk_binary_s8_run(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                       const int8_t *in1, int8_t *out)
{
    runs r = runs_init(b);

    for (; r.count > 0; r.count--, out += r.run) {
        run_s8(p, &r, in0, in1, out);
        runs_next(&r);
    }
}

/* ---- float ------------------------------------------------------------------ */

/* The functions of one run take op and steps as arguments but are made part of their
 * callers, which pass constants: each pair of common steps becomes a vector loop. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

static ALWAYS_INLINE float apply_f32(mvk_binary_op op, float x, float y)
{
    switch (op) {
    case MVK_ADD: return x + y;
    case MVK_SUB: return x - y;
    case MVK_MUL: return x * y;
    case MVK_DIV: return x / y;
    case MVK_MAXIMUM: return x > y ? x : y;
    case MVK_MINIMUM: return x < y ? x : y;
    case MVK_SQUARED_DIFFERENCE: return (x - y) * (x - y);
    }
    return 0;
}

static ALWAYS_INLINE void loop_f32(mvk_binary_op op, float low, float high, ptrdiff_t n,
                                   const float *in0, ptrdiff_t step0, const float *in1,
                                   ptrdiff_t step1, float *out)
{
    ptrdiff_t i;

    for (i = 0; i < n; i++) {
        float y = apply_f32(op, in0[i * step0], in1[i * step1]);

        y = y < low ? low : y;
        out[i] = y > high ? high : y;
    }
}

static ALWAYS_INLINE void run_f32(mvk_binary_op op, float low, float high, const runs *r,
                                  const float *in0, const float *in1, float *out)
{
    in0 += r->offset[0];
    in1 += r->offset[1];
    if (r->step[0] == 1 && r->step[1] == 1)
        loop_f32(op, low, high, r->run, in0, 1, in1, 1, out);
    else if (r->step[0] == 1 && r->step[1] == 0)
        loop_f32(op, low, high, r->run, in0, 1, in1, 0, out);
    else if (r->step[0] == 0 && r->step[1] == 1)
        loop_f32(op, low, high, r->run, in0, 0, in1, 1, out);
    else
        loop_f32(op, low, high, r->run, in0, r->step[0], in1, r->step[1], out);
}

void mvk_binary_f32(mvk_binary_op op, float act_min, float act_max, const mvk_broadcast *b,
                    const float *in0, const float *in1, float *out)
{
    runs r = runs_init(b);

    for (; r.count > 0; r.count--, out += r.run) {
        switch (op) {
        case MVK_ADD: run_f32(MVK_ADD, act_min, act_max, &r, in0, in1, out); break;
        case MVK_SUB: run_f32(MVK_SUB, act_min, act_max, &r, in0, in1, out); break;
        case MVK_MUL: run_f32(MVK_MUL, act_min, act_max, &r, in0, in1, out); break;
        case MVK_DIV: run_f32(MVK_DIV, act_min, act_max, &r, in0, in1, out); break;
        default: run_f32(op, act_min, act_max, &r, in0, in1, out); break;
        }
        runs_next(&r);
    }
}

/* ---- int32, int64: small tensors (counters, shapes) -------------------------- */

static int64_t integer_op(mvk_binary_op op, int64_t x, int64_t y)
{
    switch (op) {
    case MVK_ADD: return (int64_t)((uint64_t)x + (uint64_t)y);
    case MVK_SUB: return (int64_t)((uint64_t)x - (uint64_t)y);
    case MVK_MUL: return (int64_t)((uint64_t)x * (uint64_t)y);
    case MVK_DIV:
        if (y == -1)
            return (int64_t)(0 - (uint64_t)x);
        return y == 0 ? 0 : x / y;
    case MVK_MAXIMUM: return x > y ? x : y;
    case MVK_MINIMUM: return x < y ? x : y;
    case MVK_SQUARED_DIFFERENCE:
        x = (int64_t)((uint64_t)x - (uint64_t)y);
        return (int64_t)((uint64_t)x * (uint64_t)x);
    }
    return 0;
}

void mvk_binary_s32(mvk_binary_op op, int32_t act_min, int32_t act_max, const mvk_broadcast *b,
                    const int32_t *in0, const int32_t *in1, int32_t *out)
{
    runs r = runs_init(b);
    ptrdiff_t i;

    for (; r.count > 0; r.count--) {
        for (i = 0; i < r.run; i++) {
            int64_t x = in0[r.offset[0] + i * r.step[0]], y = in1[r.offset[1] + i * r.step[1]];

            *out++ = mvk_clamp((int32_t)(uint32_t)integer_op(op, x, y), act_min, act_max);
        }
        runs_next(&r);
    }
}

void mvk_binary_s64(mvk_binary_op op, const mvk_broadcast *b, const int64_t *in0,
                    const int64_t *in1, int64_t *out)
{
    runs r = runs_init(b);
    ptrdiff_t i;

    for (; r.count > 0; r.count--) {
        for (i = 0; i < r.run; i++)
            *out++ = integer_op(op, in0[r.offset[0] + i * r.step[0]],
                                in1[r.offset[1] + i * r.step[1]]);
        runs_next(&r);
    }
}

/* int8 ADD, SUB and MUL, 16 at a time, where each input goes along with the output, is one
 * number, or one a channel. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/wasm/requant.h"
#include "kernels/wasm/wasm.h"

#include <string.h>

/* A scale that is the same for all, in integers: mvk_rescale with a shift to the right.
 * Halves of the second rounding go away from zero: one less before they go up, if negative. */
typedef struct factor {
    v128_t multiplier, half;
    int shift;
} factor;

typedef struct pair {
    v128_t zero[2];
    int left_shift, plain[2]; ///< plain: what brings an input to the common scale, if >= 0
    factor in[2], out;
    mvk_finish finish;
} pair;

static bool can_shift(mvk_scale scale)
{
    return scale.shift <= 0 && scale.shift >= -30;
}

static factor factor_of(mvk_scale scale)
{
    factor f = {.multiplier = wasm_i32x4_splat(scale.multiplier), .shift = -scale.shift};

    f.half = wasm_i32x4_splat(f.shift ? 1 << (f.shift - 1) : 0);
    return f;
}

static pair pair_init(const mvk_binary_s8 *p)
{
    pair j = {.left_shift = p->left_shift};

    for (int i = 0; i < 2; i++) {
        j.zero[i] = wasm_i16x8_splat((int16_t)p->zero[i]);
        j.in[i] = factor_of(p->in_scale[i]);
        /* A half, or a half of it …: nothing is rounded. One input has it always. */
        j.plain[i] = p->in_scale[i].multiplier == 1 << 30
                         ? p->left_shift + p->in_scale[i].shift - 1 : -1;
    }
    j.out = factor_of(p->out_scale);
    j.finish = mvk_finish_init(p->out_zero, p->act_min, p->act_max);
    return j;
}

ALWAYS_INLINE v128_t shift_left(v128_t x, int bits)
{
    KEEP(bits);
    return wasm_i32x4_shl(x, (uint32_t)bits);
}

ALWAYS_INLINE v128_t shift_right(v128_t x, int bits)
{
    KEEP(bits);
    return wasm_i32x4_shr(x, (uint32_t)bits);
}

/* mvk_rescale, for x under 2^30: half a step of the output fits on top. */
ALWAYS_INLINE v128_t rescale4(v128_t x, const factor *f)
{
    const v128_t round = wasm_i64x2_splat(1 << 30);
    v128_t m = f->multiplier, low, high, y;

    KEEP(m);
    low = wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(x, m), round);
    high = wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(x, m), round);
    y = wasm_i32x4_shuffle(wasm_u64x2_shr(low, 31), wasm_u64x2_shr(high, 31), 0, 2, 4, 6);
    if (f->shift) {
        y = wasm_i32x4_add(y, wasm_i32x4_shr(y, 31));
        y = shift_right(wasm_i32x4_add(y, f->half), f->shift);
    }
    return y;
}

/* On the common scale of both inputs. */
ALWAYS_INLINE v128_t raise(const pair *j, const int which, v128_t x)
{
    if (j->plain[which] >= 0)
        return shift_left(x, j->plain[which]);
    return rescale4(shift_left(x, j->left_shift), &j->in[which]);
}

/* `op` is a constant here and below. */
ALWAYS_INLINE v128_t four(const pair *j, v128_t a, v128_t b, const mvk_binary_op op)
{
    v128_t y;

    if (op == MVK_MUL)
        y = wasm_i32x4_mul(a, b);
    else if (op == MVK_ADD)
        y = wasm_i32x4_add(raise(j, 0, a), raise(j, 1, b));
    else
        y = wasm_i32x4_sub(raise(j, 0, a), raise(j, 1, b));
    return rescale4(y, &j->out);
}

ALWAYS_INLINE v128_t eight(const pair *j, v128_t a, v128_t b, const mvk_binary_op op)
{
    a = wasm_i16x8_sub(a, j->zero[0]);
    b = wasm_i16x8_sub(b, j->zero[1]);
    return wasm_i16x8_narrow_i32x4(
        four(j, wasm_i32x4_extend_low_i16x8(a), wasm_i32x4_extend_low_i16x8(b), op),
        four(j, wasm_i32x4_extend_high_i16x8(a), wasm_i32x4_extend_high_i16x8(b), op));
}

ALWAYS_INLINE v128_t sixteen(const pair *j, v128_t x, v128_t y, const mvk_binary_op op)
{
    return mvk_finish16(eight(j, wasm_i16x8_extend_low_i8x16(x), wasm_i16x8_extend_low_i8x16(y), op),
                        eight(j, wasm_i16x8_extend_high_i8x16(x), wasm_i16x8_extend_high_i8x16(y),
                              op), &j->finish);
}

/* Steps of the inputs are 1, or 0 for one number for all. */
ALWAYS_INLINE void run(const pair *p, const int8_t *in0, size_t step0, const int8_t *in1,
                       size_t step1, int8_t *out, size_t n, const mvk_binary_op op)
{
    v128_t x = wasm_i8x16_splat(in0[0]), y = wasm_i8x16_splat(in1[0]);
    const pair j = *p;
    size_t i = 0;

    for (; i + 16 <= n; i += 16) {
        if (step0)
            x = wasm_v128_load(in0 + i);
        if (step1)
            y = wasm_v128_load(in1 + i);
        wasm_v128_store(out + i, sixteen(&j, x, y, op));
    }
    if (i < n) {
        int8_t last[2][16] = {{0}};

        for (size_t k = 0; k < n - i; k++) {
            last[0][k] = in0[(i + k) * step0];
            last[1][k] = in1[(i + k) * step1];
        }
        wasm_v128_store(last[0], sixteen(&j, wasm_v128_load(last[0]), wasm_v128_load(last[1]), op));
        memcpy(out + i, last[0], n - i);
    }
}

#define RUN_OF(name, op)                                                                     \
    NOINLINE void name(const pair *j, const int8_t *x, size_t step0, const int8_t *y,        \
                       size_t step1, int8_t *out, size_t n)                                  \
    {                                                                                        \
        run(j, x, step0, y, step1, out, n, op);                                              \
    }
RUN_OF(run_add, MVK_ADD)
RUN_OF(run_sub, MVK_SUB)
RUN_OF(run_mul, MVK_MUL)

/* How an input goes along the output. */
typedef enum along { ONE, ALL, CHANNELS, OTHER } along;

static along along_of(const mvk_broadcast *b, int which)
{
    bool one = true, all = true, channels = true, last = true;
    ptrdiff_t step = 1;

    for (int i = b->rank - 1; i >= 0; i--) {
        ptrdiff_t stride = b->stride[which][i];

        if (b->shape[i] == 1)
            continue;
        one = one && stride == 0;
        all = all && stride == step;
        channels = channels && stride == last;
        step *= b->shape[i];
        last = false;
    }
    return one ? ONE : all ? ALL : channels ? CHANNELS : OTHER;
}

/* Sums are of two inputs under 2^8 · 2^left_shift each. */
static bool fits(const mvk_binary_s8 *p)
{
    if (p->op == MVK_ADD || p->op == MVK_SUB)
        return p->left_shift <= 20 && can_shift(p->in_scale[0]) && can_shift(p->in_scale[1]) &&
               can_shift(p->out_scale);
    return p->op == MVK_MUL && can_shift(p->out_scale);
}

void mvk_binary_s8_simd128(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                           const int8_t *in1, int8_t *out)
{
    along first = along_of(b, 0), second = along_of(b, 1);
    size_t total = 1, channels = 1, n;
    pair j;

    if (!fits(p) || first == OTHER || second == OTHER) {
        mvk_binary_s8_run(p, b, in0, in1, out);
        return;
    }
    for (int i = 0; i < b->rank; i++) {
        total *= (size_t)b->shape[i];
        if (b->shape[i] != 1)
            channels = (size_t)b->shape[i]; /* in the end: of the last axis */
    }
    j = pair_init(p);
    n = first == CHANNELS || second == CHANNELS ? channels : total;
    for (size_t i = 0; i < total; i += n, out += n) {
        const int8_t *x = in0 + (first == ALL ? i : 0), *y = in1 + (second == ALL ? i : 0);
        size_t step0 = first != ONE, step1 = second != ONE;

        switch (p->op) {
        case MVK_MUL: run_mul(&j, x, step0, y, step1, out, n); break;
        case MVK_ADD: run_add(&j, x, step0, y, step1, out, n); break;
        default: run_sub(&j, x, step0, y, step1, out, n); break;
        }
    }
}

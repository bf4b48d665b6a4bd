/* int8 ADD, SUB and MUL, 16 at a time, where each input goes along with the output, is
 * one number, or one a channel. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/arm.h"
#include "kernels/arm/requant.h"

typedef struct factor {
    int32x4_t multiplier, shift;
} factor;

typedef struct pair {
    int16x8_t zero[2];
    int32x4_t left_shift, sign; ///< sign: of the second input, 1 or −1
    factor in[2], out;
    mvk_finish finish;
} pair;

static factor factor_of(mvk_scale scale)
{
    return (factor){vdupq_n_s32(scale.multiplier), vdupq_n_s32(mvk_right_shift(scale))};
}

static pair pair_init(const mvk_binary_s8 *p)
{
    pair j = {.left_shift = vdupq_n_s32(p->left_shift)};

    for (int i = 0; i < 2; i++) {
        j.zero[i] = vdupq_n_s16((int16_t)p->zero[i]);
        j.in[i] = factor_of(p->in_scale[i]);
    }
    j.sign = vdupq_n_s32(p->op == MVK_SUB ? -1 : 1);
    j.out = factor_of(p->out_scale);
    j.finish = mvk_finish_init(p->out_zero, p->act_min, p->act_max);
    return j;
}

/* On the common scale of both inputs. */
static inline int32x4_t raise(const pair *j, int which, int16x4_t x)
{
    int32x4_t wide = vshlq_s32(vmovl_s16(x), j->left_shift);

    return mvk_rescale4(wide, j->in[which].multiplier, j->in[which].shift);
}

/* `multiply` is a constant here and below. */
ALWAYS_INLINE int32x4_t four(const pair *j, int16x4_t a, int16x4_t b, bool multiply)
{
    int32x4_t y;

    if (multiply)
        y = vmull_s16(a, b);
    else
        y = vmlaq_s32(raise(j, 0, a), raise(j, 1, b), j->sign);
    return mvk_rescale4(y, j->out.multiplier, j->out.shift);
}

ALWAYS_INLINE int16x8_t eight(const pair *j, int16x8_t a, int16x8_t b, bool multiply)
{
    return mvk_narrow8(four(j, vget_low_s16(a), vget_low_s16(b), multiply),
                       four(j, vget_high_s16(a), vget_high_s16(b), multiply), &j->finish);
}

ALWAYS_INLINE int8x16_t sixteen(const pair *j, int8x16_t x, int8x16_t y, bool multiply)
{
    int16x8_t a = vsubq_s16(vmovl_s8(vget_low_s8(x)), j->zero[0]);
    int16x8_t b = vsubq_s16(vmovl_s8(vget_low_s8(y)), j->zero[1]);
    int16x8_t c = vsubq_s16(vmovl_high_s8(x), j->zero[0]);
    int16x8_t d = vsubq_s16(vmovl_high_s8(y), j->zero[1]);

    return mvk_narrow16(eight(j, a, b, multiply), eight(j, c, d, multiply), &j->finish);
}

/* Steps of the inputs are 1, or 0 for one number for all. */
ALWAYS_INLINE void run(const pair *p, const int8_t *in0, size_t step0, const int8_t *in1,
                       size_t step1, int8_t *out, size_t n, bool multiply)
{
    int8x16_t x = vld1q_dup_s8(in0), y = vld1q_dup_s8(in1);
    const pair j = *p;
    size_t i = 0;

    for (; i + 16 <= n; i += 16) {
        if (step0)
            x = vld1q_s8(in0 + i);
        if (step1)
            y = vld1q_s8(in1 + i);
        vst1q_s8(out + i, sixteen(&j, x, y, multiply));
    }
    if (i < n) {
        int8_t last[2][16] = {{0}};

        for (size_t k = 0; k < n - i; k++) {
            last[0][k] = in0[(i + k) * step0];
            last[1][k] = in1[(i + k) * step1];
        }
        vst1q_s8(last[0], sixteen(&j, vld1q_s8(last[0]), vld1q_s8(last[1]), multiply));
        memcpy(out + i, last[0], n - i);
    }
}

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

static bool fits(const mvk_binary_s8 *p)
{
    if (p->op == MVK_ADD || p->op == MVK_SUB)
        return mvk_scales_fit(p->in_scale, 2) && mvk_scales_fit(&p->out_scale, 1);
    return p->op == MVK_MUL && mvk_scales_fit(&p->out_scale, 1);
}

void mvk_binary_s8_neon(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
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

        if (p->op == MVK_MUL)
            run(&j, x, first != ONE, y, second != ONE, out, n, true);
        else
            run(&j, x, first != ONE, y, second != ONE, out, n, false);
    }
}

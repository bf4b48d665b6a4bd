/* int8 ADD, SUB and MUL with AVX2. MUL's products are scaled in float where that is proved
 * the same when the model is loaded; sums of ADD have more bits than float has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"
#include "kernels/x86/x86.h"

typedef struct pair {
    __m256i zero[2];
    int left_shift, shift[2]; ///< shift: what brings an input to the common scale, if >= 0
    mvk_param8 in[2], out;
    mvk_finish256 finish;
} pair;

static bool can_do(const mvk_binary_s8 *p)
{
    bool sum = (p->op == MVK_ADD || p->op == MVK_SUB) && p->left_shift <= 20 &&
               mvk_scales_fit8(p->in_scale, NULL, 2);
    return (sum || p->op == MVK_MUL) && mvk_scales_fit8(&p->out_scale, NULL, 1);
}

/* All eight lanes alike. The proof is for products, which are within 255². */
static void set_param(mvk_param8 *param, mvk_scale scale, int32_t zero, int32_t low, int32_t high,
                      bool prove)
{
    mvk_channel channel[8];
    for (int i = 0; i < 8; i++)
        channel[i] = (mvk_channel){.scale = scale, .low = -255 * 255, .high = 255 * 255};
    mvk_param8_set(param, channel, 8, zero, low, high, prove);
}

static void pair_init(pair *j, const mvk_binary_s8 *p)
{
    const bool product = p->op == MVK_MUL;
    j->left_shift = p->left_shift;
    for (int i = 0; i < 2; i++) {
        j->zero[i] = _mm256_set1_epi32(p->zero[i]);
        /* A half, or a half of it …: nothing is rounded. One input has it always. */
        j->shift[i] = p->left_shift + p->in_scale[i].shift - 1;
        j->shift[i] = p->in_scale[i].multiplier == 1 << 30 ? j->shift[i] : -1;
        if (!product)
            set_param(&j->in[i], p->in_scale[i], 0, -256, 255, false);
    }
    set_param(&j->out, p->out_scale, p->out_zero, p->act_min, p->act_max, false);
    if (product && p->in_float) {
        _mm256_store_ps(j->out.a, _mm256_set1_ps(p->weight[0]));
        _mm256_store_ps(j->out.d, _mm256_set1_ps(p->offset));
        j->out.way += MVK_FLOAT8;
    }
    j->finish = mvk_finish256_init(p->out_zero, p->act_min, p->act_max);
}

/* ---- one step ---- */

INLINE __m256i biased(__m256i x)
{
    return _mm256_xor_si256(x, _mm256_set1_epi32(INT32_MIN));
}

INLINE __m256i on_common_scale(const pair *j, const int which, __m256i x)
{
    x = _mm256_sub_epi32(x, j->zero[which]);
    if (j->shift[which] >= 0)
        return _mm256_sll_epi32(x, _mm_cvtsi32_si128(j->shift[which]));
    x = _mm256_sll_epi32(x, _mm_cvtsi32_si128(j->left_shift));
    return mvk_integer8(biased(x), &j->in[which], 0);
}

/* Eight accumulators, as j->out takes them. */
INLINE __m256i combine(const pair *j, const mvk_binary_op op, __m128i in0, __m128i in1)
{
    __m256i a = _mm256_cvtepi8_epi32(in0), b = _mm256_cvtepi8_epi32(in1), y;
    if (op == MVK_MUL) {
        y = _mm256_mullo_epi32(_mm256_sub_epi32(a, j->zero[0]), _mm256_sub_epi32(b, j->zero[1]));
        return j->out.way < MVK_FLOAT8 ? biased(y) : y;
    }
    a = on_common_scale(j, 0, a);
    b = on_common_scale(j, 1, b);
    return biased(op == MVK_ADD ? _mm256_add_epi32(a, b) : _mm256_sub_epi32(a, b));
}

void mvk_prepare_binary_s8_avx2(mvk_binary_s8 *p)
{
    mvk_param8 param;
    if (p->op != MVK_MUL || !can_do(p))
        return;
    set_param(&param, p->out_scale, p->out_zero, p->act_min, p->act_max, true);
    p->in_float = param.way >= MVK_FLOAT8;
    p->weight[0] = param.a[0];
    p->offset = param.d[0];
}

/* ---- running ---- */

/* An input of a run: values one behind the other, or one for all. */
typedef struct source {
    const int8_t *at;
    bool one;
    __m128i all;
} source;

INLINE source source_of(const int8_t *in, ptrdiff_t step)
{
    return (source){in, step == 0, _mm_set1_epi8(in[0])};
}

INLINE __m128i take(const source *s, ptrdiff_t i, int n)
{
    return s->one ? s->all : mvk_load8(s->at + i, n);
}

/* Values i … of a run, n <= 8 of them. */
INLINE void run_eight(const pair *j, const mvk_binary_op op, const source *a, const source *b,
                      ptrdiff_t i, int n, int8_t *out)
{
    __m256i y = combine(j, op, take(a, i, n), take(b, i, n));
    mvk_rescale8(&y, 1, 1, &j->out);
    mvk_store8(out + i, _mm256_castsi256_si128(mvk_finish32(y, y, y, y, &j->finish)), n);
}

INLINE void run_of(const pair *j, const mvk_binary_op op, const int8_t *in0, ptrdiff_t step0,
                   const int8_t *in1, ptrdiff_t step1, int8_t *out, ptrdiff_t n)
{
    const source a = source_of(in0, step0), b = source_of(in1, step1);
    ptrdiff_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i y[4];
        UNROLL for (int k = 0; k < 4; k++)
            y[k] = combine(j, op, take(&a, i + 8 * k, 8), take(&b, i + 8 * k, 8));
        mvk_rescale8(y, 4, 1, &j->out);
        _mm256_storeu_si256((__m256i *)(void *)(out + i),
                            mvk_finish32(y[0], y[1], y[2], y[3], &j->finish));
    }
    for (; i + 8 <= n; i += 8)
        run_eight(j, op, &a, &b, i, 8, out);
    if (i < n)
        run_eight(j, op, &a, &b, i, (int)(n - i), out);
}

/* The broadcast as runs of n outputs, in whose course an input moves by `step` (0 or 1),
 * and the axes outside of them. False if it is not of this kind. */
typedef struct runs {
    int rank;
    ptrdiff_t n, count, step[2];
} runs;

static bool runs_of(const mvk_broadcast *b, runs *r)
{
    int axis = b->rank - 1;
    *r = (runs){.n = 1, .count = 1};
    for (; axis >= 0; axis--) {
        if (b->shape[axis] == 1)
            continue;
        for (int k = 0; k < 2 && r->n == 1; k++)
            r->step[k] = b->stride[k][axis];
        if (b->stride[0][axis] != r->step[0] * r->n || b->stride[1][axis] != r->step[1] * r->n)
            break;
        r->n *= b->shape[axis];
    }
    r->rank = axis + 1;
    for (; axis >= 0; axis--)
        r->count *= b->shape[axis];
    return r->n >= 8 && r->step[0] <= 1 && r->step[1] <= 1;
}

/* From one run's beginning in each input to the next one's. */
static void next_run(const mvk_broadcast *b, int rank, int32_t *at, const int8_t *in[2])
{
    for (int i = rank - 1; i >= 0; i--) {
        in[0] += b->stride[0][i];
        in[1] += b->stride[1][i];
        if (++at[i] < b->shape[i])
            return;
        in[0] -= b->stride[0][i] * b->shape[i];
        in[1] -= b->stride[1][i] * b->shape[i];
        at[i] = 0;
    }
}

void mvk_binary_s8_avx2(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                        const int8_t *in1, int8_t *out)
{
    const int8_t *in[2] = {in0, in1};
    int32_t at[MVK_MAX_RANK] = {0};
    runs r;
    pair j;
    if (!can_do(p) || !runs_of(b, &r)) {
        mvk_binary_s8_run(p, b, in0, in1, out);
        return;
    }
    pair_init(&j, p);
    for (; r.count > 0; r.count--, out += r.n) {
        if (p->op == MVK_MUL)
            run_of(&j, MVK_MUL, in[0], r.step[0], in[1], r.step[1], out, r.n);
        else if (p->op == MVK_ADD)
            run_of(&j, MVK_ADD, in[0], r.step[0], in[1], r.step[1], out, r.n);
        else
            run_of(&j, MVK_SUB, in[0], r.step[0], in[1], r.step[1], out, r.n);
        next_run(b, r.rank, at, in);
    }
}

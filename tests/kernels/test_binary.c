/* Element-wise ops of two inputs against their definitions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

/* Two random shapes that broadcast, and their sizes. */
typedef struct shapes {
    int rank[2];
    int32_t shape[2][MVK_MAX_RANK];
    size_t size[2], out_size;
    mvk_broadcast b;
} shapes;

static void choose(rng *r, shapes *s)
{
    int rank = rng_int(r, 0, 5), i, k;

    s->rank[0] = s->rank[1] = rank;
    if (rank)
        s->rank[rng_int(r, 0, 1)] = rng_int(r, 1, rank);
    for (i = 1; i <= rank; i++) {
        int n = rng_int(r, 1, i == 1 ? 40 : 5), which = rng_int(r, 0, 4);

        for (k = 0; k < 2; k++)
            if (i <= s->rank[k])
                s->shape[k][s->rank[k] - i] = which == k ? 1 : n;
    }
    assert_true(mvk_broadcast_init(&s->b, s->rank[0], s->shape[0], s->rank[1], s->shape[1]));
    for (k = 0; k < 2; k++)
        for (s->size[k] = 1, i = 0; i < s->rank[k]; i++)
            s->size[k] *= (size_t)s->shape[k][i];
    for (s->out_size = 1, i = 0; i < s->b.rank; i++)
        s->out_size *= (size_t)s->b.shape[i];
}

/* Where output `at` finds its element of input k, from the shapes alone. */
static size_t source(const shapes *s, int k, size_t at)
{
    size_t index = 0, step = 1;
    int i;

    for (i = 1; i <= s->b.rank; i++) {
        size_t n = (size_t)s->b.shape[s->b.rank - i], x = at % n;

        at /= n;
        if (i <= s->rank[k]) {
            int32_t own = s->shape[k][s->rank[k] - i];

            index += own == 1 ? 0 : x * step;
            step *= (size_t)own;
        }
    }
    return index;
}

static void shapes_that_do_not(void **state)
{
    static const int32_t a[] = {2, 3}, b[] = {2, 4}, c[] = {3, 2, 3};
    mvk_broadcast out;

    (void)state;
    assert_false(mvk_broadcast_init(&out, 2, a, 2, b));
    assert_true(mvk_broadcast_init(&out, 2, a, 3, c));
    assert_int_equal(out.rank, 3);
    assert_int_equal(out.stride[0][0], 0);
    assert_int_equal(out.stride[1][0], 6);
}

/* The int8 ops from the reference formulas. */
static int8_t naive_s8(const mvk_binary_s8 *p, int8_t a, int8_t b)
{
    int32_t x = a - p->zero[0], y = b - p->zero[1], z;
    int32_t wide_x = naive_rescale(x * (1 << p->left_shift), p->in_scale[0]);
    int32_t wide_y = naive_rescale(y * (1 << p->left_shift), p->in_scale[1]);

    switch (p->op) {
    case MVK_ADD: z = wide_x + wide_y; break;
    case MVK_SUB: z = wide_x - wide_y; break;
    case MVK_SQUARED_DIFFERENCE: z = (wide_x - wide_y) * (wide_x - wide_y); break;
    case MVK_MAXIMUM: return a > b ? a : b;
    case MVK_MINIMUM: return a < b ? a : b;
    default: z = x * y; break;
    }
    return (int8_t)clamp_to((int64_t)naive_rescale(z, p->out_scale) + p->out_zero, p->act_min,
                            p->act_max);
}

/* The real value, to see that the scales themselves are right. */
static double real_s8(mvk_binary_op op, double x, double y)
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

static void check_s8(const mvk_binary_s8 *p, const shapes *s, const float scale[3],
                     const int8_t *in0, const int8_t *in1, const int8_t *out)
{
    size_t i;

    for (i = 0; i < s->out_size; i++) {
        int8_t a = in0[source(s, 0, i)], b = in1[source(s, 1, i)];
        double x = scale[0] * (double)(a - p->zero[0]), y = scale[1] * (double)(b - p->zero[1]);
        double want = real_s8(p->op, x, y) / (double)scale[2] + p->out_zero;

        if (p->op != MVK_DIV)
            assert_int_equal(out[i], naive_s8(p, a, b));
        else if (b == p->zero[1])
            want = p->out_zero;
        if (p->op == MVK_MAXIMUM || p->op == MVK_MINIMUM)
            continue; /* no rescaling: only meaningful when the scales are equal */
        want = want < p->act_min ? p->act_min : want > p->act_max ? p->act_max : want;
        assert_true(fabs(out[i] - want) < 1.01);
    }
}

static void binary_s8(void **state)
{
    rng r = {8};
    int i;

    (void)state;
    for (i = 0; i < 700; i++) {
        shapes s = {.rank = {0}};
        mvk_binary_op op = (mvk_binary_op)(i % 7);
        float scale[3];
        mvk_binary_s8 p;
        int8_t *in0, *in1, *out;

        choose(&r, &s);
        scale[0] = rng_float(&r, 0.001f, 0.2f);
        scale[1] = rng_float(&r, 0.001f, 0.2f);
        scale[2] = rng_float(&r, 0.001f, 0.2f);
        in0 = malloc(s.size[0]);
        in1 = malloc(s.size[1]);
        out = guarded(s.out_size);
        rng_fill_s8(&r, in0, s.size[0]);
        rng_fill_s8(&r, in1, s.size[1]);
        assert_true(mvk_binary_s8_init(&p, op, scale[0], rng_int(&r, -128, 127), scale[1],
                                       rng_int(&r, -128, 127), scale[2], rng_int(&r, -128, 127),
                                       rng_int(&r, -128, -90), rng_int(&r, 90, 127)));
        mvk_binary_s8_run(&p, &s.b, in0, in1, out);
        check_s8(&p, &s, scale, in0, in1, out);
        guarded_free(out, s.out_size);
        free(in0);
        free(in1);
    }
}

static void refused_scales(void **state)
{
    mvk_binary_s8 p;

    (void)state;
    assert_false(mvk_binary_s8_init(&p, MVK_ADD, 1, 0, 1, 0, 1e-7f, 0, -128, 127));
    assert_true(mvk_binary_s8_init(&p, MVK_SUB, 1, 0, 1, 0, 1e-7f, 0, -128, 127));
    assert_false(mvk_binary_s8_init(&p, MVK_ADD, 1, 0, 1e-30f, 0, 1, 0, -128, 127) &&
                 p.in_scale[1].multiplier != 0);
    assert_false(mvk_binary_s8_init(&p, MVK_MUL, NAN, 0, 1, 0, 1, 0, -128, 127));
    assert_false(mvk_binary_s8_init(&p, MVK_MUL, 1, 0, 1, 0, 0, 0, -128, 127));
    assert_false(mvk_binary_s8_init(&p, MVK_MUL, 1e30f, 0, 1e30f, 0, 1e-30f, 0, -128, 127));
}

static void binary_f32(void **state)
{
    rng r = {9};
    int i;
    size_t k;

    (void)state;
    for (i = 0; i < 300; i++) {
        shapes s = {.rank = {0}};
        mvk_binary_op op = (mvk_binary_op)(i % 7);
        float *in0, *in1, *out;

        choose(&r, &s);
        in0 = malloc(s.size[0] * sizeof *in0);
        in1 = malloc(s.size[1] * sizeof *in1);
        out = guarded(s.out_size * sizeof *out);
        rng_fill_f32(&r, in0, s.size[0]);
        rng_fill_f32(&r, in1, s.size[1]);
        mvk_binary_f32(op, -2, 2, &s.b, in0, in1, out);
        for (k = 0; k < s.out_size; k++) {
            float want = (float)real_s8(op, in0[source(&s, 0, k)], in1[source(&s, 1, k)]);

            want = want < -2 ? -2 : want > 2 ? 2 : want;
            assert_true(fabsf(out[k] - want) <= 1e-6f * fabsf(want));
        }
        guarded_free(out, s.out_size * sizeof *out);
        free(in0);
        free(in1);
    }
}

static void binary_integers(void **state)
{
    static const int32_t a[] = {7, -7, INT32_MIN, INT32_MAX, 5, 0}, b[] = {2, 2, -1, 1, 0, -3};
    static const int32_t quotient[] = {3, -3, INT32_MIN, INT32_MAX, 0, 0};
    static const int32_t shape[] = {6};
    static const int64_t wide[] = {INT64_MIN}, minus[] = {-1};
    int32_t out[6];
    int64_t out64;
    mvk_broadcast br;
    int i;

    (void)state;
    assert_true(mvk_broadcast_init(&br, 1, shape, 1, shape));
    mvk_binary_s32(MVK_DIV, INT32_MIN, INT32_MAX, &br, a, b, out);
    assert_memory_equal(out, quotient, sizeof out);
    mvk_binary_s32(MVK_ADD, INT32_MIN, INT32_MAX, &br, a, b, out);
    for (i = 0; i < 6; i++)
        assert_int_equal(out[i], (int32_t)((uint32_t)a[i] + (uint32_t)b[i]));
    mvk_binary_s32(MVK_MUL, 0, 6, &br, a, b, out);
    for (i = 0; i < 6; i++)
        assert_int_equal(out[i],
                         clamp_to((int32_t)((uint32_t)a[i] * (uint32_t)b[i]), 0, 6));
    assert_true(mvk_broadcast_init(&br, 0, NULL, 0, NULL));
    mvk_binary_s64(MVK_DIV, &br, wide, minus, &out64);
    assert_true(out64 == INT64_MIN);
    mvk_binary_s64(MVK_SUB, &br, minus, wide, &out64);
    assert_true(out64 == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_that_do_not), cmocka_unit_test(binary_s8),
        cmocka_unit_test(refused_scales),     cmocka_unit_test(binary_f32),
        cmocka_unit_test(binary_integers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reductions against their definitions. SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

enum { MOST = 40000 };

static size_t choose(rng *r, mvk_reduce *d, size_t *outputs)
{
    size_t n = 1;
    int i;

    memset(d, 0, sizeof *d);
    *outputs = 1;
    d->rank = rng_int(r, 0, 5);
    for (i = 0; i < d->rank; i++) {
        d->shape[i] = rng_int(r, 1, 7);
        d->reduced[i] = rng_int(r, 0, 1);
        n *= (size_t)d->shape[i];
        *outputs *= d->reduced[i] ? 1 : (size_t)d->shape[i];
    }
    d->in_scale = rng_float(r, 0.01f, 0.1f);
    d->out_scale = rng_float(r, 0.01f, 0.1f);
    d->in_zero = rng_int(r, -128, 127);
    d->out_zero = rng_int(r, -128, 127);
    return n;
}

/* The output that input `at` belongs to. */
static size_t target(const mvk_reduce *d, size_t at)
{
    size_t index = 0, step = 1;
    int i;

    for (i = d->rank - 1; i >= 0; i--) {
        size_t n = (size_t)d->shape[i], x = at % n;

        at /= n;
        if (!d->reduced[i]) {
            index += x * step;
            step *= n;
        }
    }
    return index;
}

static void start(mvk_reduce_op op, double *acc, size_t outputs)
{
    size_t o;

    for (o = 0; o < outputs; o++)
        acc[o] = op == MVK_REDUCE_PROD ? 1 : op == MVK_REDUCE_MAX ? -INFINITY
               : op == MVK_REDUCE_MIN ? INFINITY : 0;
}

static double combine(mvk_reduce_op op, double a, double x)
{
    return op == MVK_REDUCE_PROD ? a * x : op == MVK_REDUCE_MAX ? fmax(a, x)
         : op == MVK_REDUCE_MIN ? fmin(a, x) : a + x;
}

static void reduce_f32(void **state)
{
    static float in[MOST];
    static double want[MOST];
    rng r = {13};
    size_t k;
    int i;

    (void)state;
    for (i = 0; i < 500; i++) {
        mvk_reduce d;
        size_t outputs, n = choose(&r, &d, &outputs), bytes = mvk_reduce_scratch(&d);
        float *out = guarded(outputs * sizeof *out);
        void *scratch = guarded(bytes);

        d.op = (mvk_reduce_op)(i % 5);
        rng_fill_f32(&r, in, n);
        for (k = 0; d.op == MVK_REDUCE_PROD && k < n; k++)
            in[k] = in[k] < 0 ? -1 : 1;
        start(d.op, want, outputs);
        for (k = 0; k < n; k++)
            want[target(&d, k)] = combine(d.op, want[target(&d, k)], in[k]);
        mvk_reduce_f32(&d, in, out, scratch);
        for (k = 0; k < outputs; k++) {
            want[k] /= d.op == MVK_MEAN ? (double)n / (double)outputs : 1;
            assert_true(fabs(out[k] - want[k]) < 1e-2);
        }
        guarded_free(out, outputs * sizeof *out);
        guarded_free(scratch, bytes);
    }
}

/* MEAN from the reference's formula; the rest within a step of the truth. */
static void check_s8(const mvk_reduce *d, double sum, int64_t n, int8_t got)
{
    mvk_scale s = mvk_scale_from_real((double)d->in_scale / (double)d->out_scale);
    double want = d->in_scale * (sum - (double)d->in_zero * (double)n) / d->out_scale;
    int shift = 0;

    if (d->op == MVK_MEAN)
        want /= (double)n;
    want = fmin(fmax(want + d->out_zero, -128), 127);
    assert_true(fabs(got - want) < 1.01);
    if (d->op != MVK_MEAN || d->keep_dims)
        return;
    while (n >> (shift + 1))
        shift++;
    shift = shift < 31 + s.shift ? shift : 31 + s.shift;
    s.multiplier = (int32_t)(((int64_t)s.multiplier << shift) / n);
    s.shift -= shift;
    assert_int_equal(got, clamp_to(naive_rescale((int32_t)(sum - (double)(d->in_zero * n)), s) +
                                   d->out_zero, -128, 127));
}

static void reduce_s8(void **state)
{
    static int8_t in[MOST];
    static double want[MOST];
    rng r = {14};
    size_t k;
    int i;

    (void)state;
    for (i = 0; i < 800; i++) {
        mvk_reduce d;
        size_t outputs, n = choose(&r, &d, &outputs), bytes = mvk_reduce_scratch(&d);
        int8_t *out = guarded(outputs);
        void *scratch = guarded(bytes);

        d.op = i % 4 == 0 ? MVK_SUM : i % 4 == 1 ? MVK_MEAN : i % 4 == 2 ? MVK_REDUCE_MAX
             : MVK_REDUCE_MIN;
        d.keep_dims = i % 8 == 1;
        rng_fill_s8(&r, in, n);
        start(d.op, want, outputs);
        for (k = 0; k < n; k++)
            want[target(&d, k)] = combine(d.op, want[target(&d, k)], in[k]);
        mvk_reduce_s8(&d, in, out, scratch);
        for (k = 0; k < outputs; k++)
            if (d.op == MVK_REDUCE_MAX || d.op == MVK_REDUCE_MIN)
                assert_int_equal(out[k], (int)want[k]);
            else
                check_s8(&d, want[k], (int64_t)(n / outputs), out[k]);
        guarded_free(out, outputs);
        guarded_free(scratch, bytes);
    }
}

static void mean_nhwc_keeps_dims(void **state)
{
    mvk_reduce d = {.op = MVK_MEAN, .rank = 4, .shape = {2, 7, 5, 19},
                    .reduced = {false, true, true, false}, .in_scale = 0.05f, .out_scale = 0.04f,
                    .in_zero = 9, .out_zero = -30, .keep_dims = true};
    int8_t in[2 * 7 * 5 * 19], out[38];
    int64_t scratch[64];
    rng r = {15};
    int b, c, i;

    (void)state;
    assert_true(mvk_reduce_scratch(&d) <= sizeof scratch);
    rng_fill_s8(&r, in, sizeof in);
    mvk_reduce_s8(&d, in, out, scratch);
    for (b = 0; b < 2; b++)
        for (c = 0; c < 19; c++) {
            mvk_scale s = mvk_scale_from_real(0.05f / (35 * 0.04f));
            int32_t sum = 0, bias = -30 - (int32_t)(9 * 0.05f / 0.04f + 0.5f);

            for (i = 0; i < 35; i++)
                sum += in[(b * 35 + i) * 19 + c];
            assert_int_equal(out[b * 19 + c], clamp_to(naive_rescale(sum, s) + bias, -128, 127));
        }
}

static void prod_s8(void **state)
{
    static const int8_t in[] = {20, 30, -10, 127, 1, 2};
    mvk_reduce d = {.op = MVK_REDUCE_PROD, .rank = 2, .shape = {2, 3}, .reduced = {false, true},
                    .in_scale = 0.1f, .out_scale = 0.2f, .in_zero = 0, .out_zero = 3};
    int64_t scratch[3];
    int8_t out[2];
    int i;

    (void)state;
    assert_true(mvk_reduce_scratch(&d) <= sizeof scratch);
    mvk_reduce_s8(&d, in, out, scratch);
    for (i = 0; i < 2; i++) {
        double want = 0.1 * in[3 * i] * 0.1 * in[3 * i + 1] * 0.1 * in[3 * i + 2] / 0.2 + 3;

        assert_true(fabs(out[i] - fmin(fmax(want, -128), 127)) < 1.5);
    }
}

static void reduce_s32(void **state)
{
    static const int32_t in[] = {INT32_MAX, 1, -7, -4, 0, 3};
    static const int32_t want[][2] = {
        [MVK_SUM] = {INT32_MAX - 6, -1}, [MVK_MEAN] = {(INT32_MAX - 6) / 3, 0},
        [MVK_REDUCE_MAX] = {INT32_MAX, 3}, [MVK_REDUCE_MIN] = {-7, -4},
        [MVK_REDUCE_PROD] = {(int32_t)(0x7fffffffu * (uint32_t)-7), 0},
    };
    int64_t scratch[3];
    int32_t out[2];
    int op;

    (void)state;
    for (op = MVK_SUM; op <= MVK_REDUCE_PROD; op++) {
        mvk_reduce d = {.op = (mvk_reduce_op)op, .rank = 2, .shape = {2, 3},
                        .reduced = {false, true}};

        mvk_reduce_s32(&d, in, out, scratch);
        assert_memory_equal(out, want[op], sizeof out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduce_f32), cmocka_unit_test(reduce_s8),
        cmocka_unit_test(mean_nhwc_keeps_dims), cmocka_unit_test(prod_s8),
        cmocka_unit_test(reduce_s32),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Pooling against its definition. SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

/* Sum, largest value and count of the taps of one output. */
typedef struct taps {
    double sum;
    double most;
    int count;
} taps;

static taps collect(const mvk_pool *p, const int8_t *s8, const float *f32, int b, int y, int x,
                    int c)
{
    taps t = {0, -INFINITY, 0};
    int fy, fx;

    for (fy = 0; fy < p->filter_h; fy++)
        for (fx = 0; fx < p->filter_w; fx++) {
            int iy = y * p->stride_h - p->pad_top + fy, ix = x * p->stride_w - p->pad_left + fx;
            int at = ((b * p->in_h + iy) * p->in_w + ix) * p->channels + c;
            double value;

            if (iy < 0 || iy >= p->in_h || ix < 0 || ix >= p->in_w)
                continue;
            value = s8 ? s8[at] : (double)f32[at];
            t.sum += value;
            t.most = value > t.most ? value : t.most;
            t.count++;
        }
    return t;
}

static void choose(rng *r, mvk_pool *p)
{
    memset(p, 0, sizeof *p);
    p->batch = rng_int(r, 1, 2);
    p->in_h = rng_int(r, 1, 12);
    p->in_w = rng_int(r, 1, 12);
    p->channels = rng_int(r, 1, 70);
    p->filter_h = rng_int(r, 1, 5);
    p->filter_w = rng_int(r, 1, 5);
    p->stride_h = rng_int(r, 1, 3);
    p->stride_w = rng_int(r, 1, 3);
    p->pad_top = rng_int(r, 0, p->filter_h - 1);
    p->pad_left = rng_int(r, 0, p->filter_w - 1);
    p->out_h = (p->in_h + p->pad_top - 1) / p->stride_h + 1;
    p->out_w = (p->in_w + p->pad_left - 1) / p->stride_w + 1;
    p->act_min = rng_int(r, -128, -100);
    p->act_max = rng_int(r, 100, 127);
    p->act_min_f = -2;
    p->act_max_f = 2;
}

static void compare(const mvk_pool *p, const int8_t *s8, const float *f32, bool max,
                    const int8_t *q, const float *f)
{
    int b, y, x, c;

    for (b = 0; b < p->batch; b++)
        for (y = 0; y < p->out_h; y++)
            for (x = 0; x < p->out_w; x++)
                for (c = 0; c < p->channels; c++, q++, f++) {
                    taps t = collect(p, s8, NULL, b, y, x, c);
                    double want = max ? t.most : round(t.sum / t.count);

                    want = want < p->act_min ? p->act_min : want > p->act_max ? p->act_max : want;
                    assert_int_equal(*q, (int)want);
                    t = collect(p, NULL, f32, b, y, x, c);
                    want = max ? t.most : t.sum / t.count;
                    want = want < -2 ? -2 : want > 2 ? 2 : want;
                    assert_true(fabs(*f - want) < 1e-5);
                }
}

static void pool_random(void **state)
{
    rng r = {7};
    int i;

    (void)state;
    for (i = 0; i < 200; i++) {
        mvk_pool p;
        size_t in_size, out_size;
        int8_t *s8, *q;
        float *f32, *f;

        choose(&r, &p);
        in_size = (size_t)(p.batch * p.in_h * p.in_w * p.channels);
        out_size = (size_t)(p.batch * p.out_h * p.out_w * p.channels);
        s8 = malloc(in_size);
        f32 = malloc(in_size * sizeof *f32);
        q = guarded(out_size);
        f = guarded(out_size * sizeof *f);
        rng_fill_s8(&r, s8, in_size);
        rng_fill_f32(&r, f32, in_size);
        mvk_average_pool_s8(&p, s8, q);
        mvk_average_pool_f32(&p, f32, f);
        compare(&p, s8, f32, false, q, f);
        mvk_max_pool_s8(&p, s8, q);
        mvk_max_pool_f32(&p, f32, f);
        compare(&p, s8, f32, true, q, f);
        guarded_free(q, out_size);
        guarded_free(f, out_size * sizeof *f);
        free(s8);
        free(f32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pool_random)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Resizing and softmax against double arithmetic. SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

static void choose(rng *r, mvk_resize *z)
{
    memset(z, 0, sizeof *z);
    z->batch = rng_int(r, 1, 2);
    z->in_h = rng_int(r, 1, 9);
    z->in_w = rng_int(r, 1, 9);
    z->out_h = rng_int(r, 1, 15);
    z->out_w = rng_int(r, 1, 15);
    z->channels = rng_int(r, 1, 5);
    z->align_corners = rng_int(r, 0, 2) == 0;
    z->half_pixel_centers = !z->align_corners && rng_int(r, 0, 1);
}

static double position(const mvk_resize *z, int at, int in, int out)
{
    double scale = z->align_corners && out > 1 ? (double)(in - 1) / (out - 1) : (double)in / out;

    return z->half_pixel_centers ? (at + 0.5) * scale - 0.5 : at * scale;
}

static double pixel(const mvk_resize *z, const float *in, int b, int y, int x, int c)
{
    y = y < 0 ? 0 : y < z->in_h ? y : z->in_h - 1;
    x = x < 0 ? 0 : x < z->in_w ? x : z->in_w - 1;
    return in[((b * z->in_h + y) * z->in_w + x) * z->channels + c];
}

static double bilinear(const mvk_resize *z, const float *in, int b, int y, int x, int c)
{
    double v = position(z, y, z->in_h, z->out_h), h = position(z, x, z->in_w, z->out_w);
    int y0 = (int)floor(v), x0 = (int)floor(h);

    v -= y0;
    h -= x0;
    return (1 - v) * ((1 - h) * pixel(z, in, b, y0, x0, c) + h * pixel(z, in, b, y0, x0 + 1, c)) +
           v * ((1 - h) * pixel(z, in, b, y0 + 1, x0, c) + h * pixel(z, in, b, y0 + 1, x0 + 1, c));
}

/* int8 positions are in 1/1024: a value of 255 steps may be off by some. */
static void resize_bilinear(void **state)
{
    rng r = {20};
    int i, b, y, x, c;

    (void)state;
    for (i = 0; i < 200; i++) {
        mvk_resize z;
        size_t n, m, k;
        float *in, *out, *of, error;
        int8_t *in8, *out8, *o8;

        choose(&r, &z);
        n = (size_t)(z.batch * z.in_h * z.in_w * z.channels);
        m = (size_t)(z.batch * z.out_h * z.out_w * z.channels);
        in = malloc(n * sizeof *in);
        in8 = malloc(n);
        of = out = guarded(m * sizeof *out);
        o8 = out8 = guarded(m);
        rng_fill_s8(&r, in8, n);
        for (k = 0; k < n; k++)
            in[k] = in8[k];
        mvk_resize_bilinear_f32(&z, in, out);
        mvk_resize_bilinear_s8(&z, in8, out8);
        for (b = 0; b < z.batch; b++)
            for (y = 0; y < z.out_h; y++)
                for (x = 0; x < z.out_w; x++)
                    for (c = 0; c < z.channels; c++) {
                        double want = bilinear(&z, in, b, y, x, c);

                        error = (float)fabs(*of++ - want);
                        assert_true(error < 1e-2);
                        assert_true(fabs(*o8++ - want) < 6);
                    }
        guarded_free(out, m * sizeof *out);
        guarded_free(out8, m);
        free(in);
        free(in8);
    }
}

static void resize_nearest(void **state)
{
    static const int16_t in[] = {1, 2, 3, 4};
    static const int16_t twice[] = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
    mvk_resize z = {.batch = 1, .in_h = 2, .in_w = 2, .channels = 1, .out_h = 4, .out_w = 4};
    int16_t out[16];

    (void)state;
    mvk_resize_nearest(&z, sizeof *in, in, out);
    assert_memory_equal(out, twice, sizeof twice);
    z.half_pixel_centers = true;
    mvk_resize_nearest(&z, sizeof *in, in, out);
    assert_memory_equal(out, twice, sizeof twice);
    z.half_pixel_centers = false;
    z.align_corners = true;
    mvk_resize_nearest(&z, sizeof *in, in, out);
    assert_memory_equal(out, twice, sizeof twice);
}

static void softmax(void **state)
{
    enum { N = 77, ROWS = 3 };
    float in[N * ROWS], out[N * ROWS];
    int8_t in8[N * ROWS], out8[N * ROWS];
    rng r = {21};
    int row, i;

    (void)state;
    rng_fill_s8(&r, in8, N * ROWS);
    for (i = 0; i < N * ROWS; i++)
        in[i] = 0.04f * (float)in8[i] + 1000; /* no overflow */
    mvk_softmax_f32(1.5f, in, out, ROWS, N);
    mvk_softmax_s8(1.5f, 0.04f, 1.0f / 256, -128, in8, out8, ROWS, N);
    for (row = 0; row < ROWS; row++) {
        double sum = 0;

        for (i = 0; i < N; i++)
            sum += exp(1.5 * 0.04 * in8[row * N + i]);
        for (i = 0; i < N; i++) {
            double want = exp(1.5 * 0.04 * in8[row * N + i]) / sum;

            assert_true(fabs(out[row * N + i] - want) < 1e-4);
            assert_true(fabs(out8[row * N + i] - (want * 256 - 128)) < 0.51);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resize_bilinear),
        cmocka_unit_test(resize_nearest),
        cmocka_unit_test(softmax),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

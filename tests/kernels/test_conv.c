/* Convolutions against seven nested loops. SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include <math.h>

enum kind { PLAIN, DEPTHWISE };

/* A random convolution with all its data. */
typedef struct fixture {
    enum kind kind;
    mvk_conv conv;
    size_t in_size, weight_size, out_size;
    int8_t *in_s8, *weights_s8;
    float *in_f32, *weights_f32, *bias_f32;
    int32_t *bias_s8;
    mvk_scale *scale;
} fixture;

static size_t weight_count(const fixture *f)
{
    const mvk_conv *c = &f->conv;
    size_t taps = (size_t)c->kernel_h * (size_t)c->kernel_w * (size_t)c->out_c;

    return f->kind == PLAIN ? taps * (size_t)(c->in_c / c->groups) : taps;
}

static void choose_channels(rng *r, fixture *f)
{
    mvk_conv *c = &f->conv;

    c->groups = c->depth_multiplier = 1;
    if (f->kind == PLAIN) {
        c->groups = rng_int(r, 0, 3) ? 1 : rng_int(r, 1, 3);
        c->in_c = c->groups * rng_int(r, 1, rng_int(r, 0, 1) ? 70 : 9);
        c->out_c = c->groups * rng_int(r, 1, rng_int(r, 0, 1) ? 70 : 9);
        return;
    }
    c->in_c = rng_int(r, 1, rng_int(r, 0, 1) ? 90 : 9);
    c->depth_multiplier = rng_int(r, 0, 3) ? 1 : rng_int(r, 1, 3);
    c->out_c = c->in_c * c->depth_multiplier;
}

static void choose_shape(rng *r, fixture *f)
{
    mvk_conv *c = &f->conv;
    bool pointwise = f->kind == PLAIN && rng_int(r, 0, 2) == 0;

    memset(c, 0, sizeof *c);
    c->batch = rng_int(r, 1, 2);
    c->in_h = rng_int(r, 1, 12);
    c->in_w = rng_int(r, 1, 12);
    c->kernel_h = pointwise ? 1 : rng_int(r, 1, 5);
    c->kernel_w = pointwise ? 1 : rng_int(r, 1, 5);
    c->stride_h = pointwise ? 1 : rng_int(r, 1, 3);
    c->stride_w = pointwise ? 1 : rng_int(r, 1, 3);
    c->dilation_h = rng_int(r, 1, 3);
    c->dilation_w = rng_int(r, 1, 3);
    c->pad_top = pointwise ? 0 : rng_int(r, 0, 4);
    c->pad_left = pointwise ? 0 : rng_int(r, 0, 4);
    c->out_h = pointwise ? c->in_h : rng_int(r, 1, 9);
    c->out_w = pointwise ? c->in_w : rng_int(r, 1, 9);
    choose_channels(r, f);
}

static void fill_data(rng *r, fixture *f)
{
    mvk_conv *c = &f->conv;
    size_t out_c = (size_t)c->out_c, i;
    bool tiny = rng_int(r, 0, 3) == 0;

    f->in_size = (size_t)c->batch * (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_c;
    f->out_size = (size_t)c->batch * (size_t)c->out_h * (size_t)c->out_w * out_c;
    f->weight_size = weight_count(f);
    f->in_s8 = malloc(f->in_size);
    f->weights_s8 = malloc(f->weight_size);
    f->in_f32 = malloc(f->in_size * sizeof(float));
    f->weights_f32 = malloc(f->weight_size * sizeof(float));
    f->bias_f32 = malloc(out_c * sizeof(float));
    f->bias_s8 = malloc(out_c * sizeof(int32_t));
    f->scale = malloc(out_c * sizeof(mvk_scale));
    rng_fill_s8(r, f->in_s8, f->in_size);
    rng_fill_s8(r, f->weights_s8, f->weight_size);
    rng_fill_f32(r, f->in_f32, f->in_size);
    rng_fill_f32(r, f->weights_f32, f->weight_size);
    rng_fill_f32(r, f->bias_f32, out_c);
    for (i = 0; i < out_c; i++) {
        f->bias_s8[i] = (int32_t)rng_next(r) >> rng_int(r, 0, 30);
        f->scale[i] = mvk_scale_from_real(exp2(rng_float(r, -20, tiny ? 2 : -1.1f)));
        if (rng_int(r, 0, 20) == 0)
            f->scale[i] = (mvk_scale){0, 0};
    }
    c->scale = f->scale;
    c->in_zero = rng_int(r, -128, 127);
    c->out_zero = rng_int(r, -128, 127);
    c->act_min = rng_int(r, 0, 1) ? -128 : c->out_zero;
    c->act_max = rng_int(r, 0, 1) ? 127 : c->out_zero < 100 ? c->out_zero + 27 : 127;
    c->act_min_f = rng_int(r, 0, 1) ? -INFINITY : 0;
    c->act_max_f = rng_int(r, 0, 1) ? INFINITY : 6;
}

static void fixture_free(fixture *f)
{
    free(f->in_s8);
    free(f->weights_s8);
    free(f->in_f32);
    free(f->weights_f32);
    free(f->bias_f32);
    free(f->bias_s8);
    free(f->scale);
}

/* Index of the input and the weight of one tap; false if there is none. */
static bool tap_at(const fixture *f, int b, int y, int x, int o, int ky, int kx, int ci,
                   size_t *in, size_t *weight)
{
    const mvk_conv *c = &f->conv;
    int iy = y * c->stride_h - c->pad_top + ky * c->dilation_h;
    int ix = x * c->stride_w - c->pad_left + kx * c->dilation_w;
    int per_group_in = c->in_c / c->groups, per_group_out = c->out_c / c->groups, channel;

    if (iy < 0 || iy >= c->in_h || ix < 0 || ix >= c->in_w)
        return false;
    if (f->kind == PLAIN) {
        channel = o / per_group_out * per_group_in + ci;
        *weight = (size_t)(((o * c->kernel_h + ky) * c->kernel_w + kx) * per_group_in + ci);
    } else {
        channel = o / c->depth_multiplier;
        *weight = (size_t)((ky * c->kernel_w + kx) * c->out_c + o);
    }
    *in = (size_t)(((b * c->in_h + iy) * c->in_w + ix) * c->in_c + channel);
    return true;
}

/* What output (b, y, x, o) must be. */
static void expect(const fixture *f, int b, int y, int x, int o, int8_t *s8, float *f32)
{
    const mvk_conv *c = &f->conv;
    int channels = f->kind == PLAIN ? c->in_c / c->groups : 1, ky, kx, ci;
    uint32_t acc = 0;
    double sum = 0;
    size_t in, w;

    for (ky = 0; ky < c->kernel_h; ky++)
        for (kx = 0; kx < c->kernel_w; kx++)
            for (ci = 0; ci < channels; ci++)
                if (tap_at(f, b, y, x, o, ky, kx, ci, &in, &w)) {
                    acc += (uint32_t)(f->weights_s8[w] * (f->in_s8[in] - c->in_zero));
                    sum += (double)f->weights_f32[w] * f->in_f32[in];
                }
    acc += c->bias ? (uint32_t)f->bias_s8[o] : 0;
    sum += c->bias ? f->bias_f32[o] : 0;
    *s8 = (int8_t)clamp_to((int64_t)naive_rescale((int32_t)acc, f->scale[o]) + c->out_zero,
                           c->act_min, c->act_max);
    *f32 = (float)(sum < c->act_min_f ? c->act_min_f : sum > c->act_max_f ? c->act_max_f : sum);
}

static void check(const fixture *f, const int8_t *s8, const float *f32)
{
    const mvk_conv *c = &f->conv;
    float slack = 1e-4f * sqrtf((float)(c->in_c * c->kernel_h * c->kernel_w));
    int b, y, x, o;

    for (b = 0; b < c->batch; b++)
        for (y = 0; y < c->out_h; y++)
            for (x = 0; x < c->out_w; x++)
                for (o = 0; o < c->out_c; o++) {
                    int8_t want_s8;
                    float want_f32;

                    expect(f, b, y, x, o, &want_s8, &want_f32);
                    assert_int_equal(*s8++, want_s8);
                    assert_true(fabsf(*f32++ - want_f32) <= slack);
                }
}

/* Rows begin … end-1 of both types, packed anew. */
static void run(fixture *f, int begin, int end, int8_t *s8, float *f32)
{
    mvk_conv *c = &f->conv;
    bool plain = f->kind == PLAIN;
    size_t size_s8 = plain ? mvk_conv_s8_packed_size(c) : mvk_depthwise_s8_packed_size(c);
    size_t size_f32 = plain ? mvk_conv_f32_packed_size(c) : mvk_depthwise_f32_packed_size(c);
    void *packed_s8 = guarded(size_s8), *packed_f32 = guarded(size_f32);
    const void *bias = c->bias;

    (plain ? mvk_conv_s8_pack : mvk_depthwise_s8_pack)(c, f->weights_s8, packed_s8);
    (plain ? mvk_conv_f32_pack : mvk_depthwise_f32_pack)(c, f->weights_f32, packed_f32);
    c->packed = packed_s8;
    c->bias = bias ? f->bias_s8 : NULL;
    (plain ? mvk_conv_s8 : mvk_depthwise_s8)(c, f->in_s8, s8, begin, end);
    c->packed = packed_f32;
    c->bias = bias ? (const void *)f->bias_f32 : NULL;
    (plain ? mvk_conv_f32 : mvk_depthwise_f32)(c, f->in_f32, f32, begin, end);
    guarded_free(packed_s8, size_s8);
    guarded_free(packed_f32, size_f32);
    c->bias = bias;
}

/* All rows at once, then in random pieces: the same bits. */
static void run_and_compare(rng *r, fixture *f)
{
    int8_t *s8 = guarded(f->out_size), *pieces_s8 = guarded(f->out_size);
    size_t bytes = f->out_size * sizeof(float);
    float *f32 = guarded(bytes), *pieces_f32 = guarded(bytes);
    int rows = f->conv.batch * f->conv.out_h, begin, end;

    run(f, 0, rows, s8, f32);
    check(f, s8, f32);
    for (begin = 0; begin < rows; begin = end) {
        end = rng_int(r, begin + 1, rows);
        run(f, begin, end, pieces_s8, pieces_f32);
    }
    assert_memory_equal(s8, pieces_s8, f->out_size);
    assert_memory_equal(f32, pieces_f32, bytes);
    guarded_free(s8, f->out_size);
    guarded_free(pieces_s8, f->out_size);
    guarded_free(f32, bytes);
    guarded_free(pieces_f32, bytes);
}

static void random_ones(enum kind kind, uint64_t seed)
{
    rng r = {seed};
    int i;

    for (i = 0; i < 300; i++) {
        fixture f = {.kind = kind};

        choose_shape(&r, &f);
        fill_data(&r, &f);
        f.conv.bias = rng_int(&r, 0, 3) ? f.bias_s8 : NULL;
        run_and_compare(&r, &f);
        fixture_free(&f);
    }
}

static void conv_random(void **state)
{
    (void)state;
    random_ones(PLAIN, 3);
}

static void depthwise_random(void **state)
{
    (void)state;
    random_ones(DEPTHWISE, 4);
}

/* Receptive fields longer than a tile is deep; many pixels. */
static void conv_large(void **state)
{
    static const int shapes[][4] = {
        {5, 3, 2100, 3}, {1, 1, 4097, 40}, {3, 3, 700, 5}, {9, 31, 16, 33},
    };
    rng r = {5};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        fixture f = {.kind = PLAIN};
        mvk_conv *c = &f.conv;
        int kernel = i == 2 ? 3 : 1;

        *c = (mvk_conv){.batch = 1, .in_h = shapes[i][0], .in_w = shapes[i][1],
                        .in_c = shapes[i][2], .out_h = shapes[i][0], .out_w = shapes[i][1],
                        .out_c = shapes[i][3], .kernel_h = kernel, .kernel_w = kernel,
                        .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1,
                        .pad_top = kernel / 2, .pad_left = kernel / 2, .groups = 1,
                        .depth_multiplier = 1};
        fill_data(&r, &f);
        c->bias = f.bias_s8;
        run_and_compare(&r, &f);
        fixture_free(&f);
    }
}

/* The temporal form: [1, k, H·W, C] with a k×1 kernel. */
static void depthwise_temporal(void **state)
{
    fixture f = {.kind = DEPTHWISE};
    rng r = {6};

    (void)state;
    f.conv = (mvk_conv){.batch = 1, .in_h = 5, .in_w = 49, .in_c = 184, .out_h = 1, .out_w = 49,
                        .out_c = 184, .kernel_h = 5, .kernel_w = 1, .stride_h = 1, .stride_w = 1,
                        .dilation_h = 1, .dilation_w = 1, .groups = 1, .depth_multiplier = 1};
    fill_data(&r, &f);
    f.conv.bias = f.bias_s8;
    run_and_compare(&r, &f);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_random),
        cmocka_unit_test(depthwise_random),
        cmocka_unit_test(conv_large),
        cmocka_unit_test(depthwise_temporal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

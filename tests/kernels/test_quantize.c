/* Number formats. SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"
#include "movinet/movinet.h"

#include <math.h>

static void quantize(void **state)
{
    enum { N = 4004 };
    static float in[N], back[N];
    int8_t *out = guarded(N);
    rng r = {12};
    int i, k;

    (void)state;
    for (k = 0; k < 20; k++) {
        float scale = rng_float(&r, 0.001f, 0.3f);
        int32_t zero = rng_int(&r, -128, 127);

        for (i = 0; i < N; i++) /* every second one a half */
            in[i] = i % 2 ? rng_float(&r, -40, 40) : scale * ((float)rng_int(&r, -300, 300) + 0.5f);
        in[0] = INFINITY;
        in[2] = -INFINITY;
        in[4] = 3e38f;
        in[6] = 0.49999997f * scale;
        mvk_quantize_s8(scale, zero, in, out, N);
        for (i = 0; i < N; i++) {
            float q = fminf(fmaxf(roundf(in[i] / scale), -1e6f), 1e6f);

            assert_int_equal(out[i], clamp_to((int64_t)q + zero, -128, 127));
        }
        mvk_dequantize_s8(scale, zero, out, back, N);
        for (i = 0; i < N - 4; i++) /* groups of eight fused, the rest not: see quantize.c */
            assert_true(back[i] == fmaf(out[i], scale, (float)-zero * scale));
        for (; i < N; i++)
            assert_true(back[i] == scale * (float)(out[i] - zero));
        in[0] = NAN;
        mvk_quantize_s8(scale, zero, in, out, 1);
    }
    guarded_free(out, N);
}

/* 255 steps between the ends, 0 among them. */
static void dynamic_round(void **state)
{
    float in[100], out[100];
    rng r = {22};
    int i, k;

    (void)state;
    for (k = 0; k < 50; k++) {
        float low = rng_float(&r, -5, 0), high = rng_float(&r, 0.1f, 5), step = (high - low) / 255;

        for (i = 0; i < 100; i++)
            in[i] = rng_float(&r, low, high);
        in[0] = 0;
        in[1] = low;
        in[2] = high;
        mvk_dynamic_round(in, out, 100);
        assert_true(out[0] == 0);
        for (i = 0; i < 100; i++) {
            float steps = out[i] / step;

            assert_true(fabsf(out[i] - in[i]) <= 1.01f * step); /* the ends move by half a step */
            assert_true(fabsf(steps - roundf(steps)) < 1e-3f);
        }
    }
    memset(in, 0, sizeof in);
    mvk_dynamic_round(in, in, 100);
    assert_true(in[99] == 0);
}

static void requantize(void **state)
{
    int8_t table[256];
    int q;

    (void)state;
    mvk_requantize_table(table, 0.1f, -5, 0.1f, -5);
    for (q = -128; q < 128; q++)
        assert_int_equal(table[(uint8_t)q], q);
    mvk_requantize_table(table, 0.07f, 11, 0.03f, -20);
    for (q = -128; q < 128; q++) {
        mvk_scale s = mvk_scale_from_real((double)0.07f / (double)0.03f);

        assert_int_equal(table[(uint8_t)q], clamp_to(naive_rescale(q - 11, s) - 20, -128, 127));
    }
}

/* All 65536, by arithmetic. */
static void half(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 65536; i++) {
        uint16_t h = (uint16_t)i;
        int exponent = h >> 10 & 31, fraction = h & 1023;
        double want = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        float f;

        mvk_half_to_f32(&h, &f, 1);
        assert_int_equal(!!signbit(f), h >> 15);
        if (exponent == 31 && fraction)
            assert_true(isnan(f));
        else if (exponent == 31)
            assert_true(isinf(f));
        else
            assert_true(fabs((double)f) == want);
    }
}

static void channels(void **state)
{
    static const float scale[] = {0.5f, 2};
    static const int32_t zero[] = {0, 1};
    static const int8_t in[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const float want[] = {0.5f, 1, 4, 6, 2.5f, 3, 12, 14, 4.5f};
    float out[9];

    (void)state;
    mvk_dequantize_channels_s8(scale, zero, 2, 2, in, out, 9);
    assert_memory_equal(out, want, sizeof want);
}

static void casts(void **state)
{
    static const float in[] = {1.9f, -1.9f, 3e9f, -3e9f, 300, -300, 0, NAN};
    static const int32_t s32[] = {1, -1, INT32_MAX, INT32_MIN, 300, -300, 0, INT32_MAX};
    static const int8_t s8[] = {1, -1, 127, -128, 127, -128, 0, 127};
    static const uint8_t u8[] = {1, 0, 255, 0, 255, 0, 0, 255}, truth[] = {1, 1, 1, 1, 1, 1, 0, 1};
    static const int8_t wrapped[] = {1, -1, -1, 0, 44, -44, 0, -1};
    uint8_t out[8 * 8];
    int64_t wide[8];
    float back[8];
    int i;

    (void)state;
    assert_true(mvk_cast(MOVINET_FLOAT32, in, MOVINET_INT32, out, 8));
    assert_memory_equal(out, s32, sizeof s32);
    assert_true(mvk_cast(MOVINET_FLOAT32, in, MOVINET_INT8, out, 8));
    assert_memory_equal(out, s8, sizeof s8);
    assert_true(mvk_cast(MOVINET_FLOAT32, in, MOVINET_UINT8, out, 8));
    assert_memory_equal(out, u8, sizeof u8);
    assert_true(mvk_cast(MOVINET_FLOAT32, in, MOVINET_BOOL, out, 8));
    assert_memory_equal(out, truth, sizeof truth);
    assert_true(mvk_cast(MOVINET_INT32, s32, MOVINET_INT8, out, 8));
    assert_memory_equal(out, wrapped, sizeof wrapped);
    assert_true(mvk_cast(MOVINET_INT32, s32, MOVINET_INT64, wide, 8));
    assert_true(mvk_cast(MOVINET_INT64, wide, MOVINET_FLOAT32, back, 8));
    for (i = 0; i < 8; i++)
        assert_true(back[i] == (float)s32[i]);
    assert_true(mvk_cast(MOVINET_FLOAT32, in, MOVINET_FLOAT32, back, 8));
    assert_memory_equal(back, in, sizeof in);
    assert_false(mvk_cast(MOVINET_STRING, in, MOVINET_INT32, out, 8));
    assert_false(mvk_cast(MOVINET_INT32, in, MOVINET_STRING, out, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantize), cmocka_unit_test(dynamic_round), cmocka_unit_test(requantize),
        cmocka_unit_test(half),     cmocka_unit_test(channels),      cmocka_unit_test(casts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the kernel tests share: random numbers, buffers with guards, and the
 * fixed-point arithmetic written out from its definition.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNEL_TEST_H
#define KERNEL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/kernels.h"

/* A generator of our own, so that a failure can be had again anywhere. */
typedef struct rng {
    uint64_t state;
} rng;

static inline uint32_t rng_next(rng *r)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 33) ^ (uint32_t)(r->state >> 20 & 0x80000000u);
}

/* low … high, both included. */
static inline int rng_int(rng *r, int low, int high)
{
    return low + (int)(rng_next(r) % (uint32_t)(high - low + 1));
}

static inline float rng_float(rng *r, float low, float high)
{
    return low + (high - low) * (float)(rng_next(r) >> 8 & 0xffff) / 65535.0f;
}

static inline void rng_fill_s8(rng *r, int8_t *out, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        out[i] = (int8_t)rng_next(r);
}

static inline void rng_fill_f32(rng *r, float *out, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        out[i] = rng_float(r, -3, 3);
}

/* `size` bytes with 64 known ones on both sides. */
enum { GUARD = 64 };

static inline void *guarded(size_t size)
{
    uint8_t *block = malloc(size + 2 * GUARD);

    assert_non_null(block);
    memset(block, 0xa5, size + 2 * GUARD);
    return block + GUARD;
}

static inline void guarded_free(void *buffer, size_t size)
{
    uint8_t *block = (uint8_t *)buffer - GUARD;
    size_t i;

    for (i = 0; i < GUARD; i++) {
        assert_int_equal(block[i], 0xa5);
        assert_int_equal(block[GUARD + size + i], 0xa5);
    }
    free(block);
}

static inline int32_t clamp_to(int64_t x, int32_t low, int32_t high)
{
    return (int32_t)(x < low ? low : x > high ? high : x);
}

/* round(a · b / 2^31) by division, saturating, as gemmlowp defines it. */
static inline int32_t naive_mul_high(int32_t a, int32_t b)
{
    int64_t product = (int64_t)a * b;
    int64_t nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);

    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return (int32_t)((product + nudge) / ((int64_t)1 << 31));
}

/* x / 2^bits to nearest, halves away from zero. */
static inline int32_t naive_round_shift(int32_t x, int bits)
{
    int64_t magnitude = x < 0 ? -(int64_t)x : x, unit = (int64_t)1 << bits;
    int64_t q = (magnitude + unit / 2) / unit;

    return (int32_t)(x < 0 ? -q : q);
}

static inline int32_t naive_rescale(int32_t x, mvk_scale scale)
{
    if (scale.shift > 0)
        x = (int32_t)(uint32_t)((uint64_t)(uint32_t)x << scale.shift);
    x = naive_mul_high(x, scale.multiplier);
    return scale.shift < 0 ? naive_round_shift(x, -scale.shift) : x;
}

#endif

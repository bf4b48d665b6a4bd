/* The inner loop of the int8 convolution, for the set of instructions that this file is
 * compiled for: sums[r][j] += Σ_k x[r][k] · w[k][4j … 4j+3] for a block of 8 channels.
 * k goes to `depth`, a multiple of 8, whose last 8 are done apart if it is none of 16.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MVK_ARM_CONV_S8_TILE_H
#define MVK_ARM_CONV_S8_TILE_H

#include "kernels/arm/requant.h"

/* Channels of a block. ROWS: pixels of a tile, whose sums live in registers. */
enum { BLOCK = 8 };

#if defined(__ARM_FEATURE_MATMUL_INT8)

#define MVK_ARM_SET(name) mvk_##name##_i8mm
#define TILE_NAME "i8mm 8x8"
enum { ROWS = 8 };

/* Where a block holds the weight of (k, channel): pairs of channels by 8 k. */
static inline size_t weight_at(int k, int channel, int depth)
{
    (void)depth;
    return (size_t)(k / 8) * 64 + (size_t)channel * 8 + (size_t)(k % 8);
}

/* SMMLA: pairs of pixels times pairs of channels. A lone pixel is taken twice. */
ALWAYS_INLINE void multiply(const int8_t *x, ptrdiff_t step, const int8_t *w, int depth,
                            bool narrow, const int rows, int32x4_t sums[ROWS][2])
{
    int32x4_t acc[ROWS / 2][4];
    const int pairs = (rows + 1) / 2;
    const ptrdiff_t second = rows == 1 ? 0 : step;
    int k = 0;

    (void)narrow;
    UNROLL(8) for (int p = 0; p < pairs; p++)
        UNROLL(4) for (int c = 0; c < 4; c++)
            acc[p][c] = vdupq_n_s32(0);
    for (; k + 16 <= depth; k += 16, w += 128) {
        int8x16_t low[ROWS / 2], high[ROWS / 2];

        UNROLL(8) for (int p = 0; p < pairs; p++) {
            int64x2_t a = vreinterpretq_s64_s8(vld1q_s8(x + 2 * p * step + k));
            int64x2_t b = vreinterpretq_s64_s8(vld1q_s8(x + 2 * p * step + second + k));

            low[p] = vreinterpretq_s8_s64(vzip1q_s64(a, b));
            high[p] = vreinterpretq_s8_s64(vzip2q_s64(a, b));
        }
        UNROLL(4) for (int c = 0; c < 4; c++) {
            int8x16_t w0 = vld1q_s8(w + 16 * c), w1 = vld1q_s8(w + 64 + 16 * c);

            UNROLL(8) for (int p = 0; p < pairs; p++)
                acc[p][c] = vmmlaq_s32(acc[p][c], low[p], w0);
            UNROLL(8) for (int p = 0; p < pairs; p++)
                acc[p][c] = vmmlaq_s32(acc[p][c], high[p], w1);
        }
    }
    if (k < depth)
        UNROLL(8) for (int p = 0; p < pairs; p++) {
            int8x16_t a = vcombine_s8(vld1_s8(x + 2 * p * step + k),
                                      vld1_s8(x + 2 * p * step + second + k));

            UNROLL(4) for (int c = 0; c < 4; c++)
                acc[p][c] = vmmlaq_s32(acc[p][c], a, vld1q_s8(w + 16 * c));
        }
    UNROLL(8) for (int r = 0; r < rows; r++)
        UNROLL(2) for (int j = 0; j < 2; j++) {
            int64x2_t a = vreinterpretq_s64_s32(acc[r / 2][2 * j]);
            int64x2_t b = vreinterpretq_s64_s32(acc[r / 2][2 * j + 1]);

            sums[r][j] = vaddq_s32(sums[r][j], vreinterpretq_s32_s64(
                r % 2 ? vzip2q_s64(a, b) : vzip1q_s64(a, b)));
        }
}

#elif defined(__ARM_FEATURE_DOTPROD)

#define MVK_ARM_SET(name) mvk_##name##_dotprod
#define TILE_NAME "dotprod 8x8"
enum { ROWS = 8 };

/* 8 channels by 4 k. */
static inline size_t weight_at(int k, int channel, int depth)
{
    (void)depth;
    return (size_t)(k / 4) * 32 + (size_t)channel * 4 + (size_t)(k % 4);
}

#define DOT(lane)                                                                            \
    do {                                                                                     \
        int8x16_t w0 = vld1q_s8(w + 32 * (lane)), w1 = vld1q_s8(w + 32 * (lane) + 16);       \
                                                                                             \
        UNROLL(8) for (int r = 0; r < rows; r++) {                                           \
            sums[r][0] = vdotq_laneq_s32(sums[r][0], w0, v[r], lane);                        \
            sums[r][1] = vdotq_laneq_s32(sums[r][1], w1, v[r], lane);                        \
        }                                                                                    \
    } while (0)

/* SDOT: four k of one pixel times those of four channels. */
ALWAYS_INLINE void multiply(const int8_t *x, ptrdiff_t step, const int8_t *w, int depth,
                            bool narrow, const int rows, int32x4_t sums[ROWS][2])
{
    int8x16_t v[ROWS];
    int k = 0;

    (void)narrow;
    for (; k + 16 <= depth; k += 16, w += 128) {
        UNROLL(8) for (int r = 0; r < rows; r++)
            v[r] = vld1q_s8(x + r * step + k);
        DOT(0);
        DOT(1);
        DOT(2);
        DOT(3);
    }
    if (k < depth) {
        UNROLL(8) for (int r = 0; r < rows; r++)
            v[r] = vcombine_s8(vld1_s8(x + r * step + k), vdup_n_s8(0));
        DOT(0);
        DOT(1);
    }
}

#else

#define MVK_ARM_SET(name) mvk_##name##_neon
#define TILE_NAME "neon 2x8"
enum { ROWS = 2 };

/* 8 channels by 16 k; by 8 k in the end. */
static inline size_t weight_at(int k, int channel, int depth)
{
    int step = k / 16 * 16 + 16 <= depth ? 16 : 8;

    return (size_t)(k / 16) * 128 + (size_t)channel * (size_t)step + (size_t)(k % 16);
}

/* 16 products, two by two, to int16 and on to int32. Two products fit int16 unless all
 * four factors are −128: `narrow` says that no weight is. */
ALWAYS_INLINE int32x4_t dot16(int32x4_t acc, int8x16_t x, int8x16_t w, bool narrow)
{
    int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));

    if (narrow)
        return vpadalq_s16(acc, vmlal_high_s8(products, x, w));
    return vpadalq_s16(vpadalq_s16(acc, products), vmull_high_s8(x, w));
}

/* Each sum is four, of every fourth pair of k, until the end. */
ALWAYS_INLINE void multiply(const int8_t *x, ptrdiff_t step, const int8_t *w, int depth,
                            bool narrow, const int rows, int32x4_t sums[ROWS][2])
{
    int32x4_t acc[ROWS][BLOCK];
    int k = 0;

    UNROLL(2) for (int r = 0; r < rows; r++)
        UNROLL(8) for (int c = 0; c < BLOCK; c++)
            acc[r][c] = vdupq_n_s32(0);
    for (; k + 16 <= depth; k += 16, w += 128) {
        int8x16_t v[ROWS];

        UNROLL(2) for (int r = 0; r < rows; r++)
            v[r] = vld1q_s8(x + r * step + k);
        UNROLL(8) for (int c = 0; c < BLOCK; c++) {
            int8x16_t weights = vld1q_s8(w + 16 * c);

            UNROLL(2) for (int r = 0; r < rows; r++)
                acc[r][c] = dot16(acc[r][c], v[r], weights, narrow);
        }
    }
    if (k < depth)
        UNROLL(2) for (int r = 0; r < rows; r++) {
            int8x8_t v = vld1_s8(x + r * step + k);

            UNROLL(8) for (int c = 0; c < BLOCK; c++)
                acc[r][c] = vpadalq_s16(acc[r][c], vmull_s8(v, vld1_s8(w + 8 * c)));
        }
    UNROLL(2) for (int r = 0; r < rows; r++)
        UNROLL(2) for (int j = 0; j < 2; j++) {
            int32x4_t a = vpaddq_s32(acc[r][4 * j], acc[r][4 * j + 1]);
            int32x4_t b = vpaddq_s32(acc[r][4 * j + 2], acc[r][4 * j + 3]);

            sums[r][j] = vaddq_s32(sums[r][j], vpaddq_s32(a, b));
        }
}

#endif

#endif

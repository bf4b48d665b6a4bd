/* SPDX-License-Identifier: Apache-2.0 */
#include "picture/over.h"

#include <math.h>

enum { BITS = 16 }; /* of the factors' fraction */

/* What an ARGB pixel adds, by red, green, blue and alpha: multiples of 1 / 2^BITS. Alpha's part
 * is where the range begins, or its middle. */
typedef struct factors {
    int32_t luma[4], blue[4], red[4];
} factors;

static void set(int32_t to[4], double r, double g, double b, double a)
{
    const double one = 1 << BITS;
    to[0] = (int32_t)lrint(r * one);
    to[1] = (int32_t)lrint(g * one);
    to[2] = (int32_t)lrint(b * one);
    to[3] = (int32_t)lrint(a * one);
}

/* ITU-R BT.601 and BT.709, limited range. */
static factors factors_of(mvv_matrix m)
{
    factors f;
    double kg = 1 - m.kr - m.kb, y = 219 / 255.0, c = 112 / 255.0;
    set(f.luma, y * m.kr, y * kg, y * m.kb, 16 / 255.0);
    set(f.blue, -c * m.kr / (1 - m.kb), -c * kg / (1 - m.kb), c, 128 / 255.0);
    set(f.red, c, -c * kg / (1 - m.kr), -c * m.kb / (1 - m.kr), 128 / 255.0);
    return f;
}

/* above + below · keep / 255; above: a multiple of 1 / 2^BITS, keep: 0 … 255, both perhaps sums
 * of 2^shift pixels. No sum is above 2^27. */
static uint8_t over(int32_t above, uint8_t below, int keep, int shift)
{
    /* 1 / 255 = 257 / 65536 and a little, which rounding forgives. */
    int32_t sum = above + below * keep * 257 + (1 << (BITS + shift - 1));
    sum >>= BITS + shift;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static int32_t weigh(const int32_t f[4], const int sum[4])
{
    return f[0] * sum[0] + f[1] * sum[1] + f[2] * sum[2] + f[3] * sum[3];
}

static void add(int sum[4], uint32_t p)
{
    sum[0] += p >> 16 & 255;
    sum[1] += p >> 8 & 255;
    sum[2] += p & 255;
    sum[3] += p >> 24;
}

static void put_luma(const factors *f, const uint32_t *argb, uint8_t *luma, int from, int to)
{
    for (int x = from; x < to; x++) {
        int sum[4] = {0};
        if (!argb[x])
            continue;
        add(sum, argb[x]);
        luma[x] = over(weigh(f->luma, sum), luma[x], 255 - sum[3], 0);
    }
}

/* Two rows of pixels, one of chroma. At an odd side the last pixels stand for two. */
static void put_chroma(const factors *f, const uint32_t *upper, const uint32_t *lower, int width,
                       uint8_t *blue, uint8_t *red, int from, int to)
{
    for (int x = from; x < to; x++) {
        int sum[4] = {0}, left = 2 * x, right = left + 1 < width ? left + 1 : left;
        if (!(upper[left] | upper[right] | lower[left] | lower[right]))
            continue;
        add(sum, upper[left]);
        add(sum, upper[right]);
        add(sum, lower[left]);
        add(sum, lower[right]);
        blue[x] = over(weigh(f->blue, sum), blue[x], 4 * 255 - sum[3], 2);
        red[x] = over(weigh(f->red, sum), red[x], 4 * 255 - sum[3], 2);
    }
}

/* Where a row is drawn on: the columns from … to-1, none if from is the width. */
static void find(const uint32_t *argb, int width, int *from, int *to)
{
    enum { STEP = 32 };
    int begin = 0, end = width;
    for (; begin + STEP <= width; begin += STEP) {
        uint32_t any = 0;
        for (int i = 0; i < STEP; i++)
            any |= argb[begin + i];
        if (any)
            break;
    }
    while (begin < width && !argb[begin])
        begin++;
    while (end > begin && !argb[end - 1])
        end--;
    *from = begin < *from ? begin : *from;
    *to = end > *to && begin < width ? end : *to;
}

void mvv_put_over(const uint32_t *argb, int width, int height, mvv_matrix matrix,
                  uint8_t *const planes[3], const int strides[3])
{
    factors f = factors_of(matrix);
    for (int y = 0; y < height; y += 2) {
        const uint32_t *upper = argb + (size_t)y * (size_t)width;
        const uint32_t *lower = y + 1 < height ? upper + width : upper;
        int from = width, to = 0, rows = y + 1 < height ? 2 : 1;
        find(upper, width, &from, &to);
        find(lower, width, &from, &to);
        if (from >= to)
            continue;
        for (int i = 0; i < rows; i++)
            put_luma(&f, i ? lower : upper, planes[0] + (ptrdiff_t)(y + i) * strides[0], from, to);
        put_chroma(&f, upper, lower, width, planes[1] + (ptrdiff_t)(y / 2) * strides[1],
                   planes[2] + (ptrdiff_t)(y / 2) * strides[2], from / 2, (to + 1) / 2);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "show/blend.h"

enum { BLOCK = 16 }; /* pixels; as bytes three vectors of any length that there is */

/* above + below · keep / 255, rounded to the nearest; all in 16 bits, which compilers make
 * vectors of. A sum above 255, which no premultiplied pixel gives, stays there. */
static inline uint8_t over(uint8_t above, uint8_t below, uint8_t keep)
{
    uint16_t x = (uint16_t)(below * keep + 128);
    uint16_t sum = (uint16_t)(above + (uint16_t)((uint16_t)(x + (x >> 8)) >> 8));
    return (uint8_t)(sum < 255 ? sum : 255);
}

/* The same, of three values side by side, 16 bits each. */
static void blend_pixel(uint8_t *rgb, uint32_t p)
{
    const uint64_t ones = 0x000100010001, bytes = ones * 255;
    uint64_t x = (uint64_t)rgb[0] << 32 | (uint64_t)rgb[1] << 16 | rgb[2];
    x = x * (255 - (p >> 24)) + ones * 128;
    x = ((x + ((x >> 8) & bytes)) >> 8) & bytes;
    x += (uint64_t)(p & 0xff0000) << 16 | (uint64_t)(p & 0xff00) << 8 | (p & 0xff);
    x |= ((x >> 8) & ones) * 255;
    rgb[0] = (uint8_t)(x >> 32);
    rgb[1] = (uint8_t)(x >> 16);
    rgb[2] = (uint8_t)x;
}

/* A colour over `blocks` blocks: plates, tracks and bars are mostly that. */
static void blend_blocks(uint8_t *rgb, uint32_t p, int blocks)
{
    uint8_t above[BLOCK * 3], keep = (uint8_t)(255 - (p >> 24));
    for (int i = 0; i < BLOCK; i++) {
        above[i * 3] = (uint8_t)(p >> 16);
        above[i * 3 + 1] = (uint8_t)(p >> 8);
        above[i * 3 + 2] = (uint8_t)p;
    }
    for (; blocks > 0; blocks--, rgb += BLOCK * 3)
        for (int i = 0; i < BLOCK * 3; i++)
            rgb[i] = over(above[i], rgb[i], keep);
}

/* How many pixels there are equal to the first; eight at a time, as most are on plates. */
static int equal_run(const uint32_t *argb, int n)
{
    int run = 1;
    for (; run + 8 <= n; run += 8) {
        uint32_t differs = 0;
        for (int i = 0; i < 8; i++)
            differs |= argb[run + i] ^ argb[0];
        if (differs)
            break;
    }
    while (run < n && argb[run] == argb[0])
        run++;
    return run;
}

void mvs_blend_row(uint8_t *rgb, const uint32_t *argb, int n)
{
    for (int i = 0; i < n;) {
        int run = n - i >= BLOCK && argb[i + 1] == argb[i] ? equal_run(argb + i, n - i) : 1;
        int blocks = run / BLOCK, end = i + run;
        if (blocks && argb[i])
            blend_blocks(rgb + i * 3, argb[i], blocks);
        for (i += blocks * BLOCK; i < end; i++)
            if (argb[i])
                blend_pixel(rgb + i * 3, argb[i]);
    }
}

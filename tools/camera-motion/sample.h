/* Colours between the texels of a canvas. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_SAMPLE_H
#define CM_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct canvas_view {
    const uint8_t *pixels; /* of a level */
    int side;
    bool whole;
    float ripple, ripple_at; /* texels, radians */
} canvas_view;

static inline uint32_t texel_at(const canvas_view *c, int x, int y)
{
    uint32_t t;
    memcpy(&t, c->pixels + ((size_t)y * (size_t)c->side + (size_t)x) * 4, 4);
    return t;
}

/* share: 0 … 256 */
static inline uint32_t blend(uint32_t a, uint32_t b, uint32_t share)
{
    uint32_t odd_a = a >> 8 & 0x00ff00ff, odd_b = b >> 8 & 0x00ff00ff;
    uint32_t even = ((a & 0x00ff00ff) * (256 - share) + (b & 0x00ff00ff) * share) >> 8 & 0x00ff00ff;
    uint32_t odd = (odd_a * (256 - share) + odd_b * share) & 0xff00ff00;
    return even | odd;
}

/* A place on a canvas: texels in 1/256, above FAR so that none is below 0. FAR is a multiple of
 * twice any side. */
enum { FAR = 16384 };

static inline int mirrored(int i, int side)
{
    i &= 2 * side - 1;
    return i < side ? i : 2 * side - 1 - i;
}

static inline uint32_t sample_whole(const canvas_view *c, int u, int v)
{
    int side = c->side;
    int x = mirrored(u >> 8, side), x1 = mirrored((u >> 8) + 1, side);
    int y = mirrored(v >> 8, side), y1 = mirrored((v >> 8) + 1, side);
    uint32_t su = (uint32_t)u & 255;
    return blend(blend(texel_at(c, x, y), texel_at(c, x1, y), su),
                 blend(texel_at(c, x, y1), texel_at(c, x1, y1), su), (uint32_t)v & 255);
}

/* 0 where there is nothing. */
static inline uint32_t sample_part(const canvas_view *c, int u, int v)
{
    int x = (u >> 8) - FAR, y = (v >> 8) - FAR;
    if (x < 0 || y < 0 || x + 1 >= c->side || y + 1 >= c->side)
        return 0;
    uint32_t su = (uint32_t)u & 255;
    return blend(blend(texel_at(c, x, y), texel_at(c, x + 1, y), su),
                 blend(texel_at(c, x, y + 1), texel_at(c, x + 1, y + 1), su), (uint32_t)v & 255);
}

static inline void lay_over(uint8_t *to, uint32_t t, bool moves)
{
    uint32_t opacity = t >> 24, stays = 255 - opacity;
    if (!opacity)
        return;
    for (int k = 0; k < 3; k++)
        to[k] = (uint8_t)((t >> (8 * k) & 255) + (to[k] * stays + 127) / 255);
    if (opacity > 127)
        to[3] = moves;
}

#endif

/* Making a look: the cut is resampled linearly between neighbours, in whole numbers, and then
 * coloured. SPDX-License-Identifier: Apache-2.0 */
#include "data/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shares of neighbours are multiples of 1 / 2^this: 255 · 2^7 fits an int16. */
enum { SHARE_BITS = 7, SHARE_ONE = 1 << SHARE_BITS };

/* One output pixel lies between the input pixels `low` and the next. */
typedef struct place {
    int low;
    int16_t share; ///< of the next, 0 … SHARE_ONE
} place;

typedef struct cutter {
    int width, height; ///< of the output
    place *x, *y;      ///< [width], [height]
    int16_t *rows;     ///< [2][width][3]: input rows, resampled along x, times SHARE_ONE
    int have[2];       ///< which: an even one and an odd one; -1: none
} cutter;

static void set_places(place *places, int out_size, int in_size, double origin, double length,
                       bool flip)
{
    double begin = origin * in_size, step = length * in_size / out_size;
    for (int i = 0; i < out_size; i++) {
        double at = begin + (i + 0.5) * step - 0.5;
        at = at < 0 ? 0 : at > in_size - 1 ? in_size - 1 : at;
        place *p = &places[flip ? out_size - 1 - i : i];
        p->low = (int)at;
        p->share = (int16_t)floor((at - p->low) * SHARE_ONE + 0.5);
        if (p->low == in_size - 1 && in_size > 1) { /* so that there is a next one */
            p->low--;
            p->share = SHARE_ONE;
        }
    }
}

static bool open_cutter(cutter *c, int width, int height)
{
    *c = (cutter){.width = width, .height = height};
    c->x = calloc((size_t)width, sizeof *c->x);
    c->y = calloc((size_t)height, sizeof *c->y);
    c->rows = calloc((size_t)width * 6, sizeof *c->rows);
    return c->x && c->y && c->rows;
}

static void close_cutter(cutter *c)
{
    free(c->x);
    free(c->y);
    free(c->rows);
}

static void along(const cutter *c, const uint8_t *in, int next, int16_t *out)
{
    for (int i = 0; i < c->width; i++, out += 3) {
        const uint8_t *a = in + c->x[i].low * 3, *b = a + next;
        int share = c->x[i].share, rest = SHARE_ONE - share;
        out[0] = (int16_t)(a[0] * rest + b[0] * share);
        out[1] = (int16_t)(a[1] * rest + b[1] * share);
        out[2] = (int16_t)(a[2] * rest + b[2] * share);
    }
}

static void blend(const int16_t *a, const int16_t *b, int16_t share, int n, uint8_t *out)
{
    int16_t rest = (int16_t)(SHARE_ONE - share);
    for (int i = 0; i < n; i++) {
        int32_t sum = (int32_t)a[i] * rest + (int32_t)b[i] * share;
        out[i] = (uint8_t)((sum + (1 << (2 * SHARE_BITS - 1))) >> (2 * SHARE_BITS));
    }
}

/* Row y of the picture, resampled along x; neighbours do not displace each other. */
static const int16_t *row_of(cutter *c, const mvd_clip *clip, const uint8_t *picture, int y)
{
    y = y < clip->height ? y : clip->height - 1;
    int16_t *row = c->rows + (size_t)(y & 1) * (size_t)c->width * 3;
    if (c->have[y & 1] != y)
        along(c, picture + (size_t)y * (size_t)clip->width * 3, clip->width > 1 ? 3 : 0, row);
    c->have[y & 1] = y;
    return row;
}

static void cut(cutter *c, const mvd_clip *clip, const uint8_t *picture, uint8_t *out)
{
    int n = c->width * 3;
    c->have[0] = c->have[1] = -1;
    for (int i = 0; i < c->height; i++, out += n) {
        const int16_t *a = row_of(c, clip, picture, c->y[i].low);
        const int16_t *b = row_of(c, clip, picture, c->y[i].low + 1);
        blend(a, b, c->y[i].share, n, out);
    }
}

/* ---- colours -------------------------------------------------------------------- */

/* v' = value · v + grey · (share of red, green, blue) + offset, in 2^COLOUR_BITS. */
enum { COLOUR_BITS = 12, COLOUR_ONE = 1 << COLOUR_BITS };

typedef struct tint {
    int32_t value, grey[3], offset;
} tint;

static uint8_t clip_byte(int32_t v)
{
    v >>= COLOUR_BITS;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void colour(const tint *t, uint8_t *pixels, size_t n)
{
    for (size_t i = 0; i < n; i++, pixels += 3) {
        int32_t grey =
            pixels[0] * t->grey[0] + pixels[1] * t->grey[1] + pixels[2] * t->grey[2] + t->offset;
        for (int k = 0; k < 3; k++)
            pixels[k] = clip_byte(pixels[k] * t->value + grey);
    }
}

static double mean_of(const uint8_t *bytes, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bytes[i];
    return (double)sum / (double)n;
}

/* Saturation moves a pixel to or from its grey, contrast to or from the clip's mean, brightness
 * makes all of it lighter or darker: one step for all three. */
static tint tint_of(const mvd_look *look, double mean)
{
    static const double luma[3] = {0.299, 0.587, 0.114};
    double all = look->brightness * look->contrast;
    tint t = {.value = (int32_t)floor(all * look->saturation * COLOUR_ONE + 0.5)};
    for (int k = 0; k < 3; k++)
        t.grey[k] = (int32_t)floor(all * (1 - look->saturation) * luma[k] * COLOUR_ONE + 0.5);
    t.offset = (int32_t)floor(look->brightness * (1 - look->contrast) * mean * COLOUR_ONE + 0.5) +
               COLOUR_ONE / 2;
    return t;
}

movinet_status mvd_look_make(const mvd_look *look, const mvd_clip *clip, int width, int height,
                             uint8_t *out, movinet_error *err)
{
    size_t from = (size_t)clip->width * (size_t)clip->height * 3;
    size_t pixels = (size_t)width * (size_t)height;
    size_t bytes = (size_t)look->frames * pixels * 3;
    cutter c;
    bool fine = open_cutter(&c, width, height);
    if (fine) {
        set_places(c.x, width, clip->width, look->x, look->width, look->flip);
        set_places(c.y, height, clip->height, look->y, look->height, false);
    }
    for (int i = 0; i < look->frames && fine; i++) {
        int at = mvd_look_frame(look, i, clip->frames);
        cut(&c, clip, clip->pixels + (size_t)at * from, out + (size_t)i * pixels * 3);
    }
    close_cutter(&c);
    if (!fine)
        return mv_fail(err, MOVINET_ERR_MEMORY, "a look at a clip: out of memory");
    if (look->brightness == 1 && look->contrast == 1 && look->saturation == 1)
        return MOVINET_OK;
    tint t = tint_of(look, mean_of(out, bytes));
    colour(&t, out, (size_t)look->frames * pixels);
    return MOVINET_OK;
}

void mvd_floats(const uint8_t *bytes, float *out, size_t n)
{
    float values[256];
    for (int i = 0; i < 256; i++)
        values[i] = (float)i / 255.0f;
    for (size_t i = 0; i < n; i++)
        out[i] = values[bytes[i]];
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "picture/unpack.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

/* ---- copies ------------------------------------------------------------------------ */

static int samples(int pixels, int shift)
{
    return (pixels + (1 << shift) - 1) >> shift;
}

static size_t row_bytes(const mvv_planes *in, const mvv_plane *p)
{
    return (size_t)samples(in->width, p->shift_x) * (size_t)p->step;
}

/* Packed YUV is two planes in the same bytes. The one before that has them; -1: none. */
static int same_bytes(const mvv_planes *in, int i)
{
    for (int k = 0; k < i; k++)
        if (in->plane[k].bytes == in->plane[i].bytes)
            return k;
    return -1;
}

/* Rows of the same bytes may differ in what is left of an odd last sample. */
static size_t widest_row(const mvv_planes *in, int i)
{
    size_t widest = 0;
    for (int k = 0; k < in->n; k++)
        if (in->plane[k].bytes == in->plane[i].bytes && row_bytes(in, &in->plane[k]) > widest)
            widest = row_bytes(in, &in->plane[k]);
    return widest;
}

size_t mvv_planes_size(const mvv_planes *in)
{
    size_t total = 0, size;
    for (int i = 0; i < in->n; i++) {
        size_t rows = (size_t)samples(in->height, in->plane[i].shift_y);
        if (same_bytes(in, i) >= 0)
            continue;
        if (!mv_mul_size(widest_row(in, i), rows, &size) || total > SIZE_MAX - size)
            return 0;
        total += size;
    }
    return total;
}

void mvv_planes_copy(const mvv_planes *in, uint8_t *bytes, mvv_planes *out)
{
    mvv_planes to = *in;
    for (int i = 0; i < in->n; i++) {
        int same = same_bytes(in, i);
        size_t row = widest_row(in, i);
        to.plane[i].stride = (ptrdiff_t)row;
        to.plane[i].bytes = same >= 0 ? to.plane[same].bytes : bytes;
        if (same >= 0)
            continue;
        for (int y = 0; y < samples(in->height, in->plane[i].shift_y); y++, bytes += row)
            memcpy(bytes, in->plane[i].bytes + y * in->plane[i].stride, row);
    }
    *out = to;
}

/* ---- RGB --------------------------------------------------------------------------- */

/* Pixels are computed in pieces of rows, channel by channel: loops that a compiler makes
 * vectors of. 16 bits are enough: products of two are kept to their upper half, which is in
 * sixteenths of a step of colour. */
enum { PIECE = 256, BITS = 4 };

/* R = y (Y - black) + rv V, G = … - gu U - gv V, B = … + bu U. Luma comes as multiples of 128,
 * chroma of 256. */
typedef struct matrix {
    int16_t y, black, rv, gu, gv, bu;
} matrix;

static int16_t fixed(double value, int of)
{
    return (int16_t)floor(value * (1 << BITS) * (65536.0 / of) + 0.5);
}

static matrix matrix_of(const mvv_planes *in)
{
    double kr = in->kr, kb = in->kb, kg = 1 - kr - kb;
    double chroma = in->full_range ? 1 : 255.0 / 224;
    return (matrix){
        .y = fixed(in->full_range ? 1 : 255.0 / 219, 128),
        .black = in->full_range ? 0 : 16,
        .rv = fixed(2 * (1 - kr) * chroma, 256),
        .gu = fixed(2 * (1 - kb) * kb / kg * chroma, 256),
        .gv = fixed(2 * (1 - kr) * kr / kg * chroma, 256),
        .bu = fixed(2 * (1 - kb) * chroma, 256),
    };
}

static inline int16_t times(int16_t a, int16_t b)
{
    return (int16_t)((int32_t)a * b >> 16);
}

static inline uint8_t byte_of(int16_t value)
{
    value = (int16_t)((int16_t)(value + (1 << (BITS - 1))) >> BITS);
    value = value < 0 ? 0 : value;
    return (uint8_t)(value > 255 ? 255 : value);
}

/* Where a channel's samples are. */
typedef struct channel {
    const uint8_t *bytes;
    ptrdiff_t stride;
    int step, shift_x, shift_y;
} channel;

static channel channel_of(const mvv_planes *in, int number)
{
    for (int i = 0; i < in->n; i++)
        for (int k = 0; k < MVV_STEP_MAX; k++)
            if (in->plane[i].channel[k] == number) {
                const mvv_plane *p = &in->plane[i];
                return (channel){p->bytes + k, p->stride, p->step, p->shift_x, p->shift_y};
            }
    return (channel){0};
}

/* The samples of n pixels from x on, one a pixel. x is a multiple of PIECE. */
static void gather(const channel *c, int x, int y, int n, uint8_t *out)
{
    const uint8_t *in = c->bytes + (y >> c->shift_y) * c->stride + (x >> c->shift_x) * c->step;
    if (c->shift_x == 0 && c->step == 1)
        memcpy(out, in, (size_t)n);
    else if (c->shift_x == 0)
        for (int i = 0; i < n; i++)
            out[i] = in[i * c->step];
    else if (c->shift_x == 1)
        for (int i = 0; i < n; i += 2, in += c->step)
            out[i] = out[i + 1] = *in; /* of PIECE there is an even number */
    else
        for (int i = 0; i < n; i++)
            out[i] = in[(i >> c->shift_x) * c->step];
}

static void interleave(const uint8_t from[3][PIECE], int n, uint8_t *rgb)
{
    for (int i = 0; i < n; i++, rgb += 3) {
        rgb[0] = from[0][i];
        rgb[1] = from[1][i];
        rgb[2] = from[2][i];
    }
}

/* In place. */
static void to_rgb(const matrix *m, uint8_t of[3][PIECE])
{
    uint8_t *restrict a = of[0], *restrict b = of[1], *restrict c = of[2];
    for (int i = 0; i < PIECE; i++) {
        int16_t y = times((int16_t)((a[i] - m->black) * 128), m->y);
        int16_t u = (int16_t)((b[i] - 128) * 256), v = (int16_t)((c[i] - 128) * 256);
        a[i] = byte_of((int16_t)(y + times(v, m->rv)));
        b[i] = byte_of((int16_t)(y - times(u, m->gu) - times(v, m->gv)));
        c[i] = byte_of((int16_t)(y + times(u, m->bu)));
    }
}

static void yuv_to_rgb(const mvv_planes *in, uint8_t *rgb)
{
    const matrix m = matrix_of(in);
    const channel channels[3] = {channel_of(in, 0), channel_of(in, 1), channel_of(in, 2)};
    uint8_t piece[3][PIECE] = {{0}};
    for (int y = 0; y < in->height; y++)
        for (int x = 0; x < in->width; x += PIECE) {
            int n = in->width - x < PIECE ? in->width - x : PIECE;
            for (int c = 0; c < 3; c++)
                gather(&channels[c], x, y, n, piece[c]);
            to_rgb(&m, piece);
            interleave((const uint8_t(*)[PIECE])piece, n, rgb);
            rgb += (size_t)n * 3;
        }
}

static void grey_to_rgb(const mvv_planes *in, uint8_t *rgb)
{
    const matrix m = matrix_of(in);
    const channel l = channel_of(in, 0);
    for (int y = 0; y < in->height; y++) {
        const uint8_t *row = l.bytes + y * l.stride;
        for (int x = 0; x < in->width; x++, rgb += 3)
            rgb[0] = rgb[1] = rgb[2] =
                byte_of(times((int16_t)((row[x * l.step] - m.black) * 128), m.y));
    }
}

static void copy_rgb(const mvv_planes *in, uint8_t *rgb)
{
    const channel r = channel_of(in, 0), g = channel_of(in, 1), b = channel_of(in, 2);
    for (int y = 0; y < in->height; y++) {
        const uint8_t *at[3] = {r.bytes + y * r.stride, g.bytes + y * g.stride,
                                b.bytes + y * b.stride};
        for (int x = 0; x < in->width; x++, rgb += 3) {
            rgb[0] = at[0][x * r.step];
            rgb[1] = at[1][x * g.step];
            rgb[2] = at[2][x * b.step];
        }
    }
}

void mvv_planes_to_rgb(const mvv_planes *in, uint8_t *rgb)
{
    if (in->colour == MVV_COLOUR_YUV)
        yuv_to_rgb(in, rgb);
    else if (in->colour == MVV_COLOUR_GREY)
        grey_to_rgb(in, rgb);
    else
        copy_rgb(in, rgb);
}

/* The matrices of YUV. SPDX-License-Identifier: Apache-2.0 */
#include "picture/colour.h"

#include <math.h>

enum {
    MATRIX_BITS = 13, /* 2.15 · 2^13 · 128 · 2^8, twice, fits an int32 */
    SHIFT = MATRIX_BITS + MVV_CHANNEL_BITS,
    HALF = 1 << (SHIFT - 1),
    MIDDLE = 128 << MVV_CHANNEL_BITS, /* chroma of grey */
};

/* Multiples of 1 / 2^13. R = y (Y - black) + rv V, G = … - gu U - gv V, B = … + bu U. */
typedef struct matrix {
    int32_t y, black, rv, gu, gv, bu;
} matrix;

static int32_t fixed(double value)
{
    return (int32_t)floor(value * (1 << MATRIX_BITS) + 0.5);
}

static matrix matrix_of(const mvv_planes *in)
{
    double kr = in->kr, kb = in->kb, kg = 1 - kr - kb;
    double chroma = in->full_range ? 1 : 255.0 / 224;
    matrix m = {.y = fixed(in->full_range ? 1 : 255.0 / 219),
                .black = in->full_range ? 0 : 16 << MVV_CHANNEL_BITS};
    if (in->colour != MVV_COLOUR_YUV)
        return m;
    m.rv = fixed(2 * (1 - kr) * chroma);
    m.gu = fixed(2 * (1 - kb) * kb / kg * chroma);
    m.gv = fixed(2 * (1 - kr) * kr / kg * chroma);
    m.bu = fixed(2 * (1 - kb) * chroma);
    return m;
}

static uint8_t byte_of(int32_t value)
{
    value = value < 0 ? 0 : value >> SHIFT;
    return (uint8_t)(value > 255 ? 255 : value);
}

static void from_yuv(const matrix *m, const uint16_t *const channel[3], size_t n, uint8_t *out)
{
    for (size_t k = 0; k < n; k++) {
        int32_t y = (channel[0][k] - m->black) * m->y + HALF;
        int32_t u = channel[1][k] - MIDDLE, v = channel[2][k] - MIDDLE;
        out[3 * k] = byte_of(y + m->rv * v);
        out[3 * k + 1] = byte_of(y - m->gu * u - m->gv * v);
        out[3 * k + 2] = byte_of(y + m->bu * u);
    }
}

static void from_grey(const matrix *m, const uint16_t *luma, size_t n, uint8_t *out)
{
    for (size_t k = 0; k < n; k++) {
        uint8_t value = byte_of((luma[k] - m->black) * m->y + HALF);
        out[3 * k] = out[3 * k + 1] = out[3 * k + 2] = value;
    }
}

static void from_rgb(const uint16_t *const channel[3], size_t n, uint8_t *out)
{
    for (size_t k = 0; k < n; k++)
        for (int c = 0; c < 3; c++)
            out[3 * k + (size_t)c] = (uint8_t)((channel[c][k] + (1 << (MVV_CHANNEL_BITS - 1))) >>
                                               MVV_CHANNEL_BITS);
}

void mvv_colour_to_rgb(const mvv_planes *in, const uint16_t *const channel[3], size_t n,
                       uint8_t *out)
{
    matrix m = matrix_of(in);
    if (in->colour == MVV_COLOUR_YUV)
        from_yuv(&m, channel, n, out);
    else if (in->colour == MVV_COLOUR_GREY)
        from_grey(&m, channel[0], n, out);
    else
        from_rgb(channel, n, out);
}

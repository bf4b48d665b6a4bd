/* RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR over NHWC.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

/* ---- float ------------------------------------------------------------------ */

/* Between which two input rows (or columns) an output lies, and how far. */
typedef struct between_f32 {
    int low, high;
    float part; ///< 0: at low
} between_f32;

static between_f32 between(const mvk_resize *r, int at, int in, int out)
{
    float scale = (float)in / (float)out, where;
    between_f32 b;

    if (r->align_corners && out > 1)
        scale = (float)(in - 1) / (float)(out - 1);
    where = r->half_pixel_centers ? ((float)at + 0.5f) * scale - 0.5f : (float)at * scale;
    b.low = min_int(max_int((int)floorf(where), 0), in - 1);
    b.high = min_int((int)ceilf(where), in - 1);
    b.high = max_int(b.high, 0);
    b.part = where - (float)b.low;
    return b;
}

void mvk_resize_bilinear_f32(const mvk_resize *r, const float *in, float *out)
{
    ptrdiff_t picture = (ptrdiff_t)r->in_h * r->in_w * r->channels;
    ptrdiff_t row = (ptrdiff_t)r->in_w * r->channels;
    int b, y, x, c;

    for (b = 0; b < r->batch; b++, in += picture)
        for (y = 0; y < r->out_h; y++) {
            between_f32 v = between(r, y, r->in_h, r->out_h);

            for (x = 0; x < r->out_w; x++, out += r->channels) {
                between_f32 h = between(r, x, r->in_w, r->out_w);
                const float *p00 = in + v.low * row + (ptrdiff_t)h.low * r->channels;
                const float *p01 = in + v.low * row + (ptrdiff_t)h.high * r->channels;
                const float *p10 = in + v.high * row + (ptrdiff_t)h.low * r->channels;
                const float *p11 = in + v.high * row + (ptrdiff_t)h.high * r->channels;

                for (c = 0; c < r->channels; c++)
                    out[c] = p00[c] * (1 - v.part) * (1 - h.part) + p10[c] * v.part * (1 - h.part) +
                             p01[c] * (1 - v.part) * h.part + p11[c] * v.part * h.part;
            }
        }
}

/* ---- int8: positions in 1/1024 ------------------------------------------------ */

typedef struct between_s8 {
    int low, high;
    int64_t part; ///< 0 … 1024
} between_s8;

static between_s8 between_fixed(const mvk_resize *r, int at, int in, int out)
{
    int64_t scale = ((int64_t)1024 * in + out / 2) / out, where;
    between_s8 b;

    if (r->align_corners && out > 1)
        scale = ((int64_t)1024 * (in - 1) + (out - 1) / 2) / (out - 1);
    where = at * scale + (r->half_pixel_centers ? scale / 2 - 512 : 0);
    b.low = where / 1024 > 0 ? (int)(where / 1024) : 0;
    b.low = min_int(b.low, in - 1);
    b.high = max_int(min_int((int)((where + 1023) / 1024), in - 1), 0);
    b.part = where - (int64_t)1024 * b.low;
    return b;
}

void mvk_resize_bilinear_s8(const mvk_resize *r, const int8_t *in, int8_t *out)
{
    ptrdiff_t picture = (ptrdiff_t)r->in_h * r->in_w * r->channels;
    ptrdiff_t row = (ptrdiff_t)r->in_w * r->channels;
    int b, y, x, c;

    for (b = 0; b < r->batch; b++, in += picture)
        for (y = 0; y < r->out_h; y++) {
            between_s8 v = between_fixed(r, y, r->in_h, r->out_h);

            for (x = 0; x < r->out_w; x++, out += r->channels) {
                between_s8 h = between_fixed(r, x, r->in_w, r->out_w);
                const int8_t *p00 = in + v.low * row + (ptrdiff_t)h.low * r->channels;
                const int8_t *p01 = in + v.low * row + (ptrdiff_t)h.high * r->channels;
                const int8_t *p10 = in + v.high * row + (ptrdiff_t)h.low * r->channels;
                const int8_t *p11 = in + v.high * row + (ptrdiff_t)h.high * r->channels;

                for (c = 0; c < r->channels; c++) {
                    int64_t sum = p00[c] * (1024 - v.part) * (1024 - h.part) +
                                  p10[c] * v.part * (1024 - h.part) +
                                  p01[c] * (1024 - v.part) * h.part + p11[c] * v.part * h.part;

                    /* Halves away from zero. */
                    out[c] = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                }
            }
        }
}

/* ---- nearest ------------------------------------------------------------------ */

static int nearest(const mvk_resize *r, int at, int in, int out)
{
    float scale = r->align_corners && out > 1 ? (float)(in - 1) / (float)(out - 1)
                                              : (float)in / (float)out;
    float where = ((float)at + (r->half_pixel_centers ? 0.5f : 0)) * scale;
    int index = (int)(r->align_corners ? roundf(where) : floorf(where));

    return max_int(min_int(index, in - 1), 0);
}

void mvk_resize_nearest(const mvk_resize *r, size_t size, const void *in, void *out)
{
    size_t pixel = (size_t)r->channels * size, row = (size_t)r->in_w * pixel;
    const uint8_t *from = in;
    uint8_t *to = out;
    int b, y, x;

    for (b = 0; b < r->batch; b++, from += (size_t)r->in_h * row)
        for (y = 0; y < r->out_h; y++) {
            const uint8_t *line = from + (size_t)nearest(r, y, r->in_h, r->out_h) * row;

            for (x = 0; x < r->out_w; x++, to += pixel)
                memcpy(to, line + (size_t)nearest(r, x, r->in_w, r->out_w) * pixel, pixel);
        }
}

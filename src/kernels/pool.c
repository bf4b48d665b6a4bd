/* Average and maximum pooling over NHWC. Taps outside the picture do not count.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/requantize.h"

#include <math.h>

enum { LANES = 32 };

/* The part of the filter that lies inside, as input rows and columns. */
typedef struct area {
    int y_begin, y_end, x_begin, x_end, count;
} area;

static void clip(int origin, int filter, int size, int *begin, int *end)
{
    *begin = origin > 0 ? origin : 0;
    *end = origin + filter < size ? origin + filter : size;
    if (*end < *begin)
        *end = *begin;
}

static area area_of(const mvk_pool *pool, int y, int x)
{
    area a;

    clip(y * pool->stride_h - pool->pad_top, pool->filter_h, pool->in_h, &a.y_begin, &a.y_end);
    clip(x * pool->stride_w - pool->pad_left, pool->filter_w, pool->in_w, &a.x_begin, &a.x_end);
    a.count = (a.y_end - a.y_begin) * (a.x_end - a.x_begin);
    return a;
}

/* One output pixel and a run of at most LANES of its channels. */
typedef struct place {
    area a;
    ptrdiff_t in;  ///< first channel of the run in pixel (0, 0) of the picture
    ptrdiff_t out; ///< first channel of the run in the output
    int channels;  ///< of the run
} place;

static size_t place_count(const mvk_pool *pool)
{
    return (size_t)pool->batch * (size_t)pool->out_h * (size_t)pool->out_w;
}

static place place_at(const mvk_pool *pool, size_t pixel, int channel)
{
    int x = (int)(pixel % (size_t)pool->out_w);
    size_t row = pixel / (size_t)pool->out_w;
    int y = (int)(row % (size_t)pool->out_h);
    ptrdiff_t batch = (ptrdiff_t)(row / (size_t)pool->out_h);
    place p;

    p.a = area_of(pool, y, x);
    p.in = batch * pool->in_h * pool->in_w * pool->channels + channel;
    p.out = (ptrdiff_t)pixel * pool->channels + channel;
    p.channels = pool->channels - channel < LANES ? pool->channels - channel : LANES;
    return p;
}

static ptrdiff_t tap(const mvk_pool *pool, const place *p, int y, int x)
{
    return p->in + ((ptrdiff_t)y * pool->in_w + x) * pool->channels;
}

/* The mean, halves away from zero. No rescaling: input and output share a scale. */
static void average_run_s8(const mvk_pool *pool, const place *p, const int8_t *in, int8_t *out)
{
    int32_t sum[LANES] = {0};
    int n = p->a.count, y, x, c;

    for (y = p->a.y_begin; y < p->a.y_end; y++)
        for (x = p->a.x_begin; x < p->a.x_end; x++) {
            const int8_t *from = in + tap(pool, p, y, x);

            for (c = 0; c < p->channels; c++)
                sum[c] += from[c];
        }
    for (c = 0; c < p->channels; c++) {
        int32_t mean = n ? (sum[c] > 0 ? sum[c] + n / 2 : sum[c] - n / 2) / n : 0;

        out[p->out + c] = (int8_t)mvk_clamp(mean, pool->act_min, pool->act_max);
    }
}

void mvk_average_pool_s8(const mvk_pool *pool, const int8_t *in, int8_t *out)
{
    size_t pixel, pixels = place_count(pool);
    int channel;

    for (pixel = 0; pixel < pixels; pixel++)
        for (channel = 0; channel < pool->channels; channel += LANES) {
            place p = place_at(pool, pixel, channel);

            average_run_s8(pool, &p, in, out);
        }
}

static float clamp_f32(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

static void average_run_f32(const mvk_pool *pool, const place *p, const float *in, float *out)
{
    float sum[LANES] = {0};
    float n = p->a.count ? (float)p->a.count : 1;
    int y, x, c;

    for (y = p->a.y_begin; y < p->a.y_end; y++)
        for (x = p->a.x_begin; x < p->a.x_end; x++) {
            const float *from = in + tap(pool, p, y, x);

            for (c = 0; c < p->channels; c++)
                sum[c] += from[c];
        }
    for (c = 0; c < p->channels; c++)
        out[p->out + c] = clamp_f32(sum[c] / n, pool->act_min_f, pool->act_max_f);
}

void mvk_average_pool_f32(const mvk_pool *pool, const float *in, float *out)
{
    size_t pixel, pixels = place_count(pool);
    int channel;

    for (pixel = 0; pixel < pixels; pixel++)
        for (channel = 0; channel < pool->channels; channel += LANES) {
            place p = place_at(pool, pixel, channel);

            average_run_f32(pool, &p, in, out);
        }
}

static void max_run_s8(const mvk_pool *pool, const place *p, const int8_t *in, int8_t *out)
{
    int8_t most[LANES];
    int y, x, c;

    for (c = 0; c < LANES; c++)
        most[c] = INT8_MIN;
    for (y = p->a.y_begin; y < p->a.y_end; y++)
        for (x = p->a.x_begin; x < p->a.x_end; x++) {
            const int8_t *from = in + tap(pool, p, y, x);

            for (c = 0; c < p->channels; c++)
                most[c] = from[c] > most[c] ? from[c] : most[c];
        }
    for (c = 0; c < p->channels; c++)
        out[p->out + c] = (int8_t)mvk_clamp(most[c], pool->act_min, pool->act_max);
}

void mvk_max_pool_s8(const mvk_pool *pool, const int8_t *in, int8_t *out)
{
    size_t pixel, pixels = place_count(pool);
    int channel;

    for (pixel = 0; pixel < pixels; pixel++)
        for (channel = 0; channel < pool->channels; channel += LANES) {
            place p = place_at(pool, pixel, channel);

            max_run_s8(pool, &p, in, out);
        }
}

static void max_run_f32(const mvk_pool *pool, const place *p, const float *in, float *out)
{
    float most[LANES];
    int y, x, c;

    for (c = 0; c < LANES; c++)
        most[c] = -INFINITY;
    for (y = p->a.y_begin; y < p->a.y_end; y++)
        for (x = p->a.x_begin; x < p->a.x_end; x++) {
            const float *from = in + tap(pool, p, y, x);

            for (c = 0; c < p->channels; c++)
                most[c] = from[c] > most[c] ? from[c] : most[c];
        }
    for (c = 0; c < p->channels; c++)
        out[p->out + c] = clamp_f32(most[c], pool->act_min_f, pool->act_max_f);
}

void mvk_max_pool_f32(const mvk_pool *pool, const float *in, float *out)
{
    size_t pixel, pixels = place_count(pool);
    int channel;

    for (pixel = 0; pixel < pixels; pixel++)
        for (channel = 0; channel < pool->channels; channel += LANES) {
            place p = place_at(pool, pixel, channel);

            max_run_f32(pool, &p, in, out);
        }
}

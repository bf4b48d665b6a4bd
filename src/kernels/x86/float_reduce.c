/* Float pooling and sums over pixels, a few vectors of channels at a time; every output
 * adds up its inputs in their order, so bits are those of portable C.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/float.h"
#include "kernels/x86/float_lanes.h"

#include <stdbool.h>

/* Additions wait for each other only within a vector: BLOCK of them at a time. */
enum { BLOCK = 4 };

/* What is added up: `rows` pieces of n pixels. Steps in floats. */
typedef struct window {
    ptrdiff_t rows, row_step, n, step;
} window;

/* sum[v] = all pixels of a window, in their order. Of the last vector, lanes m. */
ALWAYS_INLINE void add_pixels(const float *in, const window *w, vec sum[BLOCK],
                              const int vectors, const int whole, mask m)
{
    vec s[BLOCK];

    UNROLL(4) for (int v = 0; v < vectors; v++)
        s[v] = vec_zero();
    for (ptrdiff_t row = 0; row < w->rows; row++, in += w->row_step) {
        const float *at = in;

        for (ptrdiff_t i = 0; i < w->n; i++, at += w->step)
            UNROLL(4) for (int v = 0; v < vectors; v++)
                s[v] = vec_add(s[v], vec_load_last(at + v * LANES, whole || v < vectors - 1, m));
    }
    UNROLL(4) for (int v = 0; v < vectors; v++)
        sum[v] = s[v];
}

/* The next channels to do: `vectors` of them, of which the last may not be whole. */
typedef struct part {
    int vectors;
    bool whole;
    mask m;
} part;

static part part_of(ptrdiff_t channels)
{
    ptrdiff_t vectors = (channels + LANES - 1) / LANES;
    part p = {.vectors = vectors < BLOCK ? (int)vectors : BLOCK};
    ptrdiff_t last = channels - (ptrdiff_t)(p.vectors - 1) * LANES;

    p.whole = last >= LANES;
    p.m = mask_first(p.whole ? LANES : (int)last);
    return p;
}

static void add_part(const part *p, const float *in, const window *w, vec sum[BLOCK])
{
    switch (p->vectors * 2 + p->whole) {
    case 2: add_pixels(in, w, sum, 1, 0, p->m); break;
    case 3: add_pixels(in, w, sum, 1, 1, p->m); break;
    case 4: add_pixels(in, w, sum, 2, 0, p->m); break;
    case 5: add_pixels(in, w, sum, 2, 1, p->m); break;
    case 6: add_pixels(in, w, sum, 3, 0, p->m); break;
    case 7: add_pixels(in, w, sum, 3, 1, p->m); break;
    case 8: add_pixels(in, w, sum, 4, 0, p->m); break;
    default: add_pixels(in, w, sum, 4, 1, p->m); break;
    }
}

static void store_part(const part *p, const vec sum[BLOCK], float *out)
{
    int v;

    for (v = 0; v < p->vectors - 1; v++)
        vec_store(out + v * LANES, sum[v]);
    vec_store_last(out + v * LANES, p->whole, p->m, sum[v]);
}

/* ---- average pooling ------------------------------------------------------------------- */

/* Input rows or columns under one output. */
typedef struct span {
    int begin, end;
} span;

static span span_of(int at, int stride, int pad, int filter, int size)
{
    int origin = at * stride - pad;
    span s = {origin > 0 ? origin < size ? origin : size : 0, origin + filter < size ? origin + filter : size};

    s.end = s.end < s.begin ? s.begin : s.end;
    return s;
}

/* One output row, some channels. `in` is its picture. */
ALWAYS_INLINE void pool_row(const mvk_pool *pool, const float *in, span y, float *out,
                            const int vectors, const int whole, mask m)
{
    const vec low = vec_fill(pool->act_min_f), high = vec_fill(pool->act_max_f);
    window w = {y.end - y.begin, (ptrdiff_t)pool->in_w * pool->channels, 0, pool->channels};

    for (int ox = 0; ox < pool->out_w; ox++, out += pool->channels) {
        span x = span_of(ox, pool->stride_w, pool->pad_left, pool->filter_w, pool->in_w);
        vec sum[BLOCK], n = vec_fill(1);

        w.n = x.end - x.begin;
        if (w.rows * w.n > 0)
            n = vec_fill((float)(w.rows * w.n));
        add_pixels(in + ((ptrdiff_t)y.begin * pool->in_w + x.begin) * pool->channels, &w, sum,
                   vectors, whole, m);
        UNROLL(4) for (int v = 0; v < vectors; v++)
            vec_store_last(out + v * LANES, whole || v < vectors - 1, m,
                           vec_clamp(vec_div(sum[v], n), low, high));
    }
}

static void pool_part(const mvk_pool *pool, const part *p, const float *in, span y, float *out)
{
    switch (p->vectors * 2 + p->whole) {
    case 2: pool_row(pool, in, y, out, 1, 0, p->m); break;
    case 3: pool_row(pool, in, y, out, 1, 1, p->m); break;
    case 4: pool_row(pool, in, y, out, 2, 0, p->m); break;
    case 5: pool_row(pool, in, y, out, 2, 1, p->m); break;
    case 6: pool_row(pool, in, y, out, 3, 0, p->m); break;
    case 7: pool_row(pool, in, y, out, 3, 1, p->m); break;
    case 8: pool_row(pool, in, y, out, 4, 0, p->m); break;
    default: pool_row(pool, in, y, out, 4, 1, p->m); break;
    }
}

void MVK_FLOAT(average_pool)(const mvk_pool *pool, const float *in, float *out)
{
    ptrdiff_t picture = (ptrdiff_t)pool->in_h * pool->in_w * pool->channels;
    ptrdiff_t out_row = (ptrdiff_t)pool->out_w * pool->channels;

    for (int b = 0; b < pool->batch; b++, in += picture)
        for (int oy = 0; oy < pool->out_h; oy++, out += out_row) {
            span y = span_of(oy, pool->stride_h, pool->pad_top, pool->filter_h, pool->in_h);

            for (ptrdiff_t c = 0; c < pool->channels; c += BLOCK * LANES) {
                part p = part_of(pool->channels - c);

                pool_part(pool, &p, in + c, y, out + c);
            }
        }
}

/* ---- SUM, MEAN ---------------------------------------------------------------------------- */

/* The shape as [outer, n, channels], n of which become one. */
typedef struct sums {
    ptrdiff_t outer, n, channels;
} sums;

/* False if kept and reduced axes are mixed otherwise, or too few channels are left. */
static bool sums_of(const mvk_reduce *r, sums *s)
{
    int axis = r->rank - 1;

    *s = (sums){1, 1, 1};
    for (; axis >= 0 && (!r->reduced[axis] || r->shape[axis] == 1); axis--)
        s->channels *= r->shape[axis];
    for (; axis >= 0 && (r->reduced[axis] || r->shape[axis] == 1); axis--)
        s->n *= r->shape[axis];
    for (; axis >= 0 && (!r->reduced[axis] || r->shape[axis] == 1); axis--)
        s->outer *= r->shape[axis];
    return axis < 0 && s->channels > 1;
}

void MVK_FLOAT(reduce)(const mvk_reduce *r, const float *in, float *out, void *scratch)
{
    bool mean = r->op == MVK_MEAN;
    sums s;

    if ((!mean && r->op != MVK_SUM) || !sums_of(r, &s)) {
        mvk_reduce_f32(r, in, out, scratch);
        return;
    }
    for (; s.outer > 0; s.outer--, in += s.n * s.channels, out += s.channels)
        for (ptrdiff_t c = 0; c < s.channels; c += BLOCK * LANES) {
            part p = part_of(s.channels - c);
            window w = {.rows = 1, .n = s.n, .step = s.channels};
            vec sum[BLOCK];

            add_part(&p, in + c, &w, sum);
            for (int v = 0; v < p.vectors && mean; v++)
                sum[v] = vec_div(sum[v], vec_fill((float)s.n));
            store_part(&p, sum, out + c);
        }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "train/window.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool is_depthwise(const mvz_conv *c)
{
    return c->kind == MVZ_SPATIAL || c->kind == MVZ_TEMPORAL;
}

/* The most rows that a chunk has. */
static size_t chunk_rows(const mvt_chunks *c)
{
    if (c->bands > 1)
        return ((size_t)c->hw + (size_t)c->bands - 1) / (size_t)c->bands;
    return (size_t)c->together * (size_t)c->hw;
}

size_t mvt_sums_need(const mvt_unit *u)
{
    const mvz_conv *c = u->conv;
    size_t items = (size_t)u->out.frames;
    if (c->kind == MVZ_POINT)
        items = (size_t)mvt_point_chunks(u).n;
    else if (c->kind == MVZ_FULL)
        items = (size_t)mvt_full_chunks(u).n;
    else if (c->kind == MVZ_TEMPORAL)
        items = (size_t)mvt_temporal_bands(u) * (size_t)(u->out.frames / u->clip_frames);
    return items * mvt_sums_size((int)larger((size_t)c->in, (size_t)c->out));
}

size_t mvt_weights_need(const mvt_unit *u)
{
    const mvz_conv *c = u->conv;
    size_t taps = (size_t)c->kt * (size_t)c->kh * (size_t)c->kw;
    if (is_depthwise(c))
        return (MVT_PARTS + 1) * taps * mvt_tile(c->out);
    int chunks = c->kind == MVZ_FULL ? mvt_full_chunks(u).n : mvt_point_chunks(u).n;
    return c->weights.n * (size_t)(chunks < MVT_PARTS ? chunks : MVT_PARTS);
}

static size_t spatial_scratch(const mvz_conv *c)
{
    mvt_window w = mvt_window_of(c);
    size_t planes = (size_t)(w.columns * w.stride) * (size_t)c->in;
    size_t row = (size_t)(c->in_w > c->out_w ? c->in_w : c->out_w) * (size_t)c->in;
    return mvt_window_size(&w) + mvt_window_out_size(&w) + larger(planes, row);
}

size_t mvt_scratch_need(const mvt_unit *u)
{
    const mvz_conv *c = u->conv;
    if (c->kind == MVZ_SPATIAL)
        return spatial_scratch(c);
    if (c->kind == MVZ_TEMPORAL) {
        size_t hw = (size_t)u->out.h * (size_t)u->out.w, bands = (size_t)mvt_temporal_bands(u);
        return (hw + bands - 1) / bands * (size_t)c->out * 2 * (size_t)u->clip_frames +
               2 * mvt_tile(c->out);
    }
    mvt_chunks chunks = c->kind == MVZ_FULL ? mvt_full_chunks(u) : mvt_point_chunks(u);
    return chunk_rows(&chunks) * (c->weights.n / (size_t)c->out + (size_t)c->out);
}

void mvt_unit_forward(const mvt_pass *p, mvt_unit *u)
{
    switch (u->conv->kind) {
    case MVZ_FULL: mvt_full_forward(p, u); break;
    case MVZ_POINT: mvt_point_forward(p, u); break;
    case MVZ_SPATIAL: mvt_spatial_forward(p, u); break;
    case MVZ_TEMPORAL: mvt_temporal_forward(p, u); break;
    }
}

void mvt_unit_backward(const mvt_pass *p, mvt_unit *u, bool add, bool settle)
{
    switch (u->conv->kind) {
    case MVZ_FULL: mvt_full_backward(p, u); break;
    case MVZ_POINT: mvt_point_backward(p, u, add, settle); break;
    case MVZ_SPATIAL: mvt_spatial_backward(p, u); break;
    case MVZ_TEMPORAL: mvt_temporal_backward(p, u); break;
    }
}

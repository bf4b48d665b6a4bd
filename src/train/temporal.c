/* Depthwise convolutions over time: an output frame reads the input frame of its time and
 * those before it; before the clip there are zeros. Each item is a band of pixels of one
 * clip, through all its frames. SPDX-License-Identifier: Apache-2.0 */
#include "train/unit.h"

#include <string.h>

#ifndef MVT_DOUBLE
enum { BAND = 32 << 10, MIN_ROWS = 8 }; /* numbers of a band in all frames; pixels */
#else
enum { BAND = 1 << 10, MIN_ROWS = 3 };
#endif

typedef struct job {
    const mvt_pass *p;
    mvt_unit *u;
    int clips, frames; ///< of a clip
    int bands;         ///< of a frame
    int hw;
    int parts;
    const mvt_real *tiles;
} job;

typedef struct band {
    size_t row;   ///< of the clip's first frame
    size_t rows;
    size_t step;  ///< rows from frame to frame
    size_t n;     ///< numbers in a frame of it
} band;

int mvt_temporal_bands(const mvt_unit *u)
{
    int hw = u->out.h * u->out.w, rows = BAND / (u->out.c * u->clip_frames);
    rows = rows < MIN_ROWS ? MIN_ROWS : rows;
    return (hw + rows - 1) / rows;
}

static band band_of(const job *j, int item)
{
    size_t hw = (size_t)j->hw, bands = (size_t)j->bands, i = (size_t)item % bands;
    size_t first = hw * i / bands, last = hw * (i + 1) / bands;
    return (band){.row = (size_t)item / bands * (size_t)j->frames * hw + first, .rows = last - first,
                  .step = hw, .n = (last - first) * (size_t)j->u->out.c};
}

static job job_of(const mvt_pass *p, mvt_unit *u)
{
    job j = {.p = p, .u = u, .clips = u->out.frames / u->clip_frames, .frames = u->clip_frames,
             .bands = mvt_temporal_bands(u), .hw = u->out.h * u->out.w, .tiles = mvt_make_tiles(p, u->conv)};
    int items = j.clips * j.bands;
    j.parts = items < MVT_PARTS ? items : MVT_PARTS;
    return j;
}

static void load_frames(const job *j, const band *b, mvt_real *to)
{
    for (int t = 0; t < j->frames; t++)
        mvt_load_to(j->p->m, j->u->in, b->row + (size_t)t * b->step, b->rows,
                    to + (size_t)t * b->n);
}

/* ---- forward ----------------------------------------------------------------------- */

/* Taps of output frame t, whose last one reads the same frame. */
static mvt_taps taps_at(const job *j, const band *b, const mvt_real *x, mvt_real *weights, int t)
{
    const mvz_conv *c = j->u->conv;
    mvt_taps taps = {0};
    for (int k = 0; k < c->kt; k++) {
        int from = t + k - (c->kt - 1);
        if (from < 0)
            continue;
        taps.in[taps.n] = x + (size_t)from * b->n;
        taps.weights[taps.n++] = weights + (size_t)k * mvt_tile(c->out);
    }
    return taps;
}

static void forward_band(void *user, int item, mvt_real *scratch)
{
    const job *j = user;
    const mvt_tensor *out = &j->u->out;
    band b = band_of(j, item);
    load_frames(j, &b, scratch);
    for (int t = 0; t < j->frames; t++) {
        mvt_taps taps = taps_at(j, &b, scratch, (mvt_real *)j->tiles, t);
        j->p->m->loops->taps(out->z + (b.row + (size_t)t * b.step) * (size_t)out->c, &taps, b.n,
                             out->c);
    }
    if (mvt_counts(j->p, j->u))
        mvt_count(j->p, out, b.row, b.rows, b.step, j->frames, item);
}

void mvt_temporal_forward(const mvt_pass *p, mvt_unit *u)
{
    job j = job_of(p, u);
    mvt_run(p->m, forward_band, &j, j.clips * j.bands);
    mvt_normalise(p, u, j.clips * j.bands);
}

/* ---- backward ------------------------------------------------------------------------ */

static void load_grads(const job *j, const band *b, mvt_real *to)
{
    for (int t = 0; t < j->frames; t++) {
        mvt_real *frame = to + (size_t)t * b->n;
        const mvt_real *dz = mvt_load_grad(j->p->m, &j->u->out, b->row + (size_t)t * b->step,
                                           b->rows, frame);
        if (dz != frame)
            memcpy(frame, dz, b->n * sizeof *frame);
    }
}

/* Input frame t was read by the output frames t … t + kt - 1. */
static void input_grad(const job *j, const band *b, const mvt_real *dz, int t)
{
    const mvz_conv *c = j->u->conv;
    mvt_taps taps = {0};
    for (int k = c->kt - 1; k >= 0; k--) {
        int to = t + c->kt - 1 - k;
        if (to >= j->frames)
            continue;
        taps.in[taps.n] = dz + (size_t)to * b->n;
        taps.weights[taps.n++] = (mvt_real *)j->tiles + (size_t)k * mvt_tile(c->out);
    }
    j->p->m->loops->taps(j->u->in->d + (b->row + (size_t)t * b->step) * (size_t)c->in, &taps, b->n,
                         c->in);
}

static void finish_band(const job *j, const band *b, int item, mvt_real *more)
{
    int c = j->u->conv->in;
    size_t size = 2 * mvt_tile(c);
    mvt_real *sums = mvt_sums_of(j->p, c, item);
    memset(sums, 0, size * sizeof *sums);
    for (int t = 0; t < j->frames; t++) {
        mvt_finish(j->p->m, j->u->in, b->row + (size_t)t * b->step, b->rows, more);
        for (size_t i = 0; i < size; i++)
            sums[i] += more[i];
    }
}

static void backward_band(const job *j, int item, mvt_real *weights, mvt_real *scratch)
{
    band b = band_of(j, item);
    mvt_real *dz = scratch + (size_t)j->frames * b.n, *more = dz + (size_t)j->frames * b.n;
    load_frames(j, &b, scratch);
    load_grads(j, &b, dz);
    for (int t = 0; t < j->frames; t++) {
        mvt_taps taps = taps_at(j, &b, scratch, weights, t);
        j->p->m->loops->taps_weights(&taps, dz + (size_t)t * b.n, b.n, j->u->conv->out);
    }
    if (!j->u->in->d)
        return;
    for (int t = 0; t < j->frames; t++)
        input_grad(j, &b, dz, t);
    finish_band(j, &b, item, more);
}

static void backward_part(void *user, int part, mvt_real *scratch)
{
    const job *j = user;
    mvt_real *weights = mvt_part_tiles(j->p, j->u->conv, part);
    int items = j->clips * j->bands;
    int first = (int)((int64_t)items * part / j->parts);
    int last = (int)((int64_t)items * (part + 1) / j->parts);
    for (int i = first; i < last; i++)
        backward_band(j, i, weights, scratch);
}

void mvt_temporal_backward(const mvt_pass *p, mvt_unit *u)
{
    job j = job_of(p, u);
    mvt_run(p->m, backward_part, &j, j.parts);
    mvt_add_tiles(p, u->conv, j.parts);
    if (u->in->d)
        mvt_settle(p, u->in, j.clips * j.bands);
}

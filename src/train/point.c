/* Convolutions of one pixel: matrix products of rows, and also the stem's, whose input is
 * laid out anew for that. SPDX-License-Identifier: Apache-2.0 */
#include "train/unit.h"

#include <string.h>

typedef struct job {
    const mvt_pass *p;
    mvt_unit *u;
    mvt_chunks chunks;
    int parts;
    bool add, settle;
} job;

mvt_chunks mvt_point_chunks(const mvt_unit *u)
{
    int widest = u->conv->in > u->conv->out ? u->conv->in : u->conv->out;
    return mvt_chunks_of(u->out.frames, u->out.h * u->out.w, widest);
}

/* Multiplies rows of `in` by the gate of their frames, `with` 1 or, backward, sums
 * products instead; see below. */
typedef struct piece {
    size_t row, rows; ///< of the chunk
    int frame;
} piece;

/* The next run of rows that lie in one frame; false: there is none. */
static bool next_piece(const mvt_chunks *c, size_t row, size_t rows, piece *p)
{
    size_t at = p->row + p->rows, hw = (size_t)c->hw;
    if (at >= rows)
        return false;
    p->row = at;
    p->frame = (int)((row + at) / hw);
    size_t left = hw - (row + at) % hw;
    p->rows = left < rows - at ? left : rows - at;
    return true;
}

/* y of the chunk times its gates, where there are any. */
static const mvt_real *load_input(const job *j, size_t row, size_t rows, mvt_real *to)
{
    const mvt_unit *u = j->u;
    size_t c = (size_t)u->conv->in;
    if (!u->gate)
        return mvt_load(j->p->m, u->in, row, rows, to);
    mvt_load_to(j->p->m, u->in, row, rows, to);
    for (piece p = {0}; next_piece(&j->chunks, row, rows, &p);) {
        const mvt_real *gate = u->gate + (size_t)p.frame * c;
        mvt_real *y = to + p.row * c;
        for (size_t i = 0; i < p.rows; i++)
            for (size_t k = 0; k < c; k++)
                y[i * c + k] *= gate[k];
    }
    return to;
}

static void forward_chunk(void *user, int item, mvt_real *scratch)
{
    const job *j = user;
    const mvt_unit *u = j->u;
    size_t row, rows;
    mvt_chunk(&j->chunks, item, &row, &rows);
    const mvt_real *x = load_input(j, row, rows, scratch);
    mvt_product product = {.m = (int)rows, .n = u->conv->out, .k = u->conv->in, .a = x,
                           .b = j->p->values + u->conv->weights.at, .b_turned = true,
                           .c = u->out.z + row * (size_t)u->conv->out};
    j->p->m->multiply(&product);
    if (mvt_counts(j->p, u))
        mvt_count(j->p, &u->out, row, rows, 0, 1, item);
}

void mvt_point_forward(const mvt_pass *p, mvt_unit *u)
{
    job j = {.p = p, .u = u, .chunks = mvt_point_chunks(u)};
    mvt_run(p->m, forward_chunk, &j, j.chunks.n);
    mvt_normalise(p, u, j.chunks.n);
}

/* ---- backward ----------------------------------------------------------------------- */

/* The gate's gradient: Σ over pixels of dx · y; then x = y · gate makes dx that of y,
 * which mvt_gate_backward does. x is y · gate already. */
static void gate_sums(const job *j, int item, size_t row, size_t rows, const mvt_real *dx,
                      mvt_real *y)
{
    const mvt_unit *u = j->u;
    size_t c = (size_t)u->conv->in;
    mvt_load_to(j->p->m, u->in, row, rows, y);
    for (piece p = {0}; next_piece(&j->chunks, row, rows, &p);) {
        int band = item % j->chunks.bands;
        mvt_real *sum = u->gate_d + ((size_t)p.frame * (size_t)j->chunks.bands + (size_t)band) * c;
        memset(sum, 0, c * sizeof *sum);
        for (size_t i = p.row; i < p.row + p.rows; i++)
            for (size_t k = 0; k < c; k++)
                sum[k] += dx[i * c + k] * y[i * c + k];
    }
}

static void backward_chunk(const job *j, int item, mvt_real *weights, mvt_real *scratch)
{
    const mvt_unit *u = j->u;
    const mvz_conv *conv = u->conv;
    size_t row, rows;
    mvt_chunk(&j->chunks, item, &row, &rows);
    mvt_real *x_scratch = scratch + rows * (size_t)conv->out;
    const mvt_real *dz = mvt_load_grad(j->p->m, &u->out, row, rows, scratch);
    const mvt_real *x = load_input(j, row, rows, x_scratch);
    mvt_product dw = {.m = conv->out, .n = conv->in, .k = (int)rows, .a = dz, .a_turned = true,
                      .b = x, .add = true, .c = weights};
    j->p->m->multiply(&dw);
    if (!u->in->d)
        return;
    mvt_real *dx = u->in->d + row * (size_t)conv->in;
    mvt_product product = {.m = (int)rows, .n = conv->in, .k = conv->out, .a = dz,
                           .b = j->p->values + conv->weights.at, .add = j->add, .c = dx};
    j->p->m->multiply(&product);
    if (u->gate)
        gate_sums(j, item, row, rows, dx, x_scratch);
    else if (j->settle)
        mvt_finish(j->p->m, u->in, row, rows, mvt_sums_of(j->p, conv->in, item));
}

static void backward_part(void *user, int part, mvt_real *scratch)
{
    const job *j = user;
    size_t n = j->u->conv->weights.n;
    mvt_real *weights = j->p->weights + (size_t)part * n;
    memset(weights, 0, n * sizeof *weights);
    int first = (int)((int64_t)j->chunks.n * part / j->parts);
    int last = (int)((int64_t)j->chunks.n * (part + 1) / j->parts);
    for (int i = first; i < last; i++)
        backward_chunk(j, i, weights, scratch);
}

void mvt_point_backward(const mvt_pass *p, mvt_unit *u, bool add, bool settle)
{
    job j = {.p = p, .u = u, .chunks = mvt_point_chunks(u), .add = add, .settle = settle};
    j.parts = j.chunks.n < MVT_PARTS ? j.chunks.n : MVT_PARTS;
    mvt_run(p->m, backward_part, &j, j.parts);
    mvt_add_parts(p, p->grads + u->conv->weights.at, u->conv->weights.n, j.parts);
    if (u->in->d && settle && !u->gate)
        mvt_settle(p, u->in, j.chunks.n);
}

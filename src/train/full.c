/* The stem: a convolution over all channels, as a matrix product of what each output
 * pixel reads. SPDX-License-Identifier: Apache-2.0 */
#include "train/window.h"

#include <string.h>

typedef struct job {
    const mvt_pass *p;
    mvt_unit *u;
    mvt_chunks chunks;
    mvt_window window;
    int parts;
} job;

static size_t columns_of(const mvz_conv *c)
{
    return (size_t)c->kh * (size_t)c->kw * (size_t)c->in;
}

/* What output pixel (y, x) of a frame reads, zeros beside it: to[kh][kw][in]. */
static void gather(const mvz_conv *c, const mvt_window *win, const mvt_real *frame, int y, int x,
                   mvt_real *to)
{
    size_t in = (size_t)c->in;
    memset(to, 0, columns_of(c) * sizeof *to);
    for (int ky = 0; ky < c->kh; ky++) {
        int iy = y * c->stride + ky - win->top;
        for (int kx = 0; kx < c->kw && iy >= 0 && iy < c->in_h; kx++) {
            int ix = x * c->stride + kx - win->left;
            if (ix >= 0 && ix < c->in_w)
                memcpy(to + (size_t)(ky * c->kw + kx) * in,
                       frame + ((size_t)iy * (size_t)c->in_w + (size_t)ix) * in, in * sizeof *to);
        }
    }
}

static void gather_rows(const job *j, size_t row, size_t rows, mvt_real *to)
{
    const mvz_conv *c = j->u->conv;
    size_t hw = (size_t)c->out_h * (size_t)c->out_w;
    size_t frame = (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in;
    for (size_t i = 0; i < rows; i++) {
        size_t at = (row + i) % hw;
        gather(c, &j->window, j->u->in->z + (row + i) / hw * frame, (int)(at / (size_t)c->out_w),
               (int)(at % (size_t)c->out_w), to + i * columns_of(c));
    }
}

static void forward_chunk(void *user, int item, mvt_real *scratch)
{
    const job *j = user;
    const mvz_conv *c = j->u->conv;
    size_t row, rows;
    mvt_chunk(&j->chunks, item, &row, &rows);
    gather_rows(j, row, rows, scratch);
    mvt_product product = {.m = (int)rows, .n = c->out, .k = (int)columns_of(c), .a = scratch,
                           .b = j->p->values + c->weights.at, .b_turned = true,
                           .c = j->u->out.z + row * (size_t)c->out};
    j->p->m->multiply(&product);
    if (mvt_counts(j->p, j->u))
        mvt_count(j->p, &j->u->out, row, rows, 0, 1, item);
}

mvt_chunks mvt_full_chunks(const mvt_unit *u)
{
    int columns = (int)columns_of(u->conv), out = u->conv->out;
    return mvt_chunks_of(u->out.frames, u->out.h * u->out.w, columns > out ? columns : out);
}

static job job_of(const mvt_pass *p, mvt_unit *u)
{
    return (job){.p = p, .u = u, .window = mvt_window_of(u->conv), .chunks = mvt_full_chunks(u)};
}

void mvt_full_forward(const mvt_pass *p, mvt_unit *u)
{
    job j = job_of(p, u);
    mvt_run(p->m, forward_chunk, &j, j.chunks.n);
    mvt_normalise(p, u, j.chunks.n);
}

static void backward_part(void *user, int part, mvt_real *scratch)
{
    const job *j = user;
    const mvz_conv *c = j->u->conv;
    mvt_real *weights = j->p->weights + (size_t)part * c->weights.n;
    memset(weights, 0, c->weights.n * sizeof *weights);
    int first = (int)((int64_t)j->chunks.n * part / j->parts);
    int last = (int)((int64_t)j->chunks.n * (part + 1) / j->parts);
    for (int i = first; i < last; i++) {
        size_t row, rows;
        mvt_chunk(&j->chunks, i, &row, &rows);
        mvt_real *x = scratch + rows * (size_t)c->out;
        const mvt_real *dz = mvt_load_grad(j->p->m, &j->u->out, row, rows, scratch);
        gather_rows(j, row, rows, x);
        mvt_product dw = {.m = c->out, .n = (int)columns_of(c), .k = (int)rows, .a = dz,
                          .a_turned = true, .b = x, .add = true, .c = weights};
        j->p->m->multiply(&dw);
    }
}

void mvt_full_backward(const mvt_pass *p, mvt_unit *u)
{
    job j = job_of(p, u);
    j.parts = j.chunks.n < MVT_PARTS ? j.chunks.n : MVT_PARTS;
    mvt_run(p->m, backward_part, &j, j.parts);
    mvt_add_parts(p, p->grads + u->conv->weights.at, u->conv->weights.n, j.parts);
}

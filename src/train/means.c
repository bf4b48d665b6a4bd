/* Means over the picture, and over time so far. SPDX-License-Identifier: Apache-2.0 */
#include "train/gate.h"

#include <string.h>

enum { BLOCK = 8 << 10 }; /* numbers that are loaded at once */

typedef struct job {
    const mvt_pass *p;
    mvt_tensor *t;
    mvt_real *to;
    size_t step;
    const mvt_real *means_d, *factor;
} job;

static size_t block_rows(const mvt_tensor *t)
{
    size_t rows = BLOCK / (size_t)t->c, hw = (size_t)t->h * (size_t)t->w;
    return rows < 1 ? 1 : rows < hw ? rows : hw;
}

size_t mvt_means_scratch(const mvt_tensor *t)
{
    return block_rows(t) * (size_t)t->c + 2 * mvt_tile(t->c);
}

static void mean_of_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    const mvt_tensor *t = j->t;
    size_t hw = (size_t)t->h * (size_t)t->w, c = (size_t)t->c, block = block_rows(t);
    mvt_real *sums = scratch, *y = scratch + mvt_tile(t->c);
    memset(sums, 0, mvt_tile(t->c) * sizeof *sums);
    for (size_t i = 0; i < hw; i += block) {
        size_t rows = hw - i < block ? hw - i : block;
        const mvt_real *at = mvt_load(j->p->m, t, (size_t)frame * hw + i, rows, y);
        j->p->m->loops->sums(at, sums, rows * c, t->c);
    }
    mvt_tile_fold(sums, t->c);
    for (size_t k = 0; k < c; k++)
        j->to[(size_t)frame * j->step + k] = sums[k] / (mvt_real)hw;
}

void mvt_means(const mvt_pass *p, const mvt_tensor *t, mvt_real *to, size_t step)
{
    job j = {.p = p, .t = (mvt_tensor *)t, .to = to, .step = step};
    mvt_run(p->m, mean_of_frame, &j, t->frames);
}

static void spread_over_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    mvt_tensor *t = j->t;
    size_t hw = (size_t)t->h * (size_t)t->w, c = (size_t)t->c;
    mvt_real *a = scratch, *b = scratch + mvt_tile(t->c), *d = t->d + (size_t)frame * hw * c;
    for (size_t k = 0; k < c; k++) {
        a[k] = j->factor ? j->factor[(size_t)frame * c + k] : 0;
        b[k] = j->means_d[(size_t)frame * c + k] / (mvt_real)hw;
    }
    mvt_tile_fill(a, t->c);
    mvt_tile_fill(b, t->c);
    if (!j->factor) /* what is there may be anything, also no number */
        memset(d, 0, hw * c * sizeof *d);
    j->p->m->loops->mul_add(d, a, b, hw * c, t->c);
    mvt_finish(j->p->m, t, (size_t)frame * hw, hw, mvt_sums_of(j->p, t->c, frame));
}

void mvt_means_backward(const mvt_pass *p, mvt_tensor *t, const mvt_real *means_d,
                        const mvt_real *factor)
{
    job j = {.p = p, .t = t, .means_d = means_d, .factor = factor};
    mvt_run(p->m, spread_over_frame, &j, t->frames);
    mvt_settle(p, t, t->frames);
}

void mvt_so_far(mvt_real *to, const mvt_real *means, size_t step, int clips, int frames, int c)
{
    for (int n = 0; n < clips; n++)
        for (int k = 0; k < c; k++) {
            double sum = 0;
            for (int t = 0; t < frames; t++) {
                size_t at = (size_t)(n * frames + t) * step + (size_t)k;
                sum += (double)means[at];
                to[at] = (mvt_real)(sum / (t + 1));
            }
        }
}

/* The mean of frame t is part of those so far of t, t + 1, … */
void mvt_so_far_backward(mvt_real *means_d, const mvt_real *d, size_t step, int clips, int frames,
                         int c)
{
    for (int n = 0; n < clips; n++)
        for (int k = 0; k < c; k++) {
            double sum = 0;
            for (int t = frames - 1; t >= 0; t--) {
                size_t row = (size_t)(n * frames + t);
                sum += (double)d[row * step + (size_t)k] / (t + 1);
                means_d[row * (size_t)c + (size_t)k] += (mvt_real)sum;
            }
        }
}

/* Batch normalisation: y = act(gamma · (z - mean) / deviation + beta), with mean and
 * deviation over all frames of all clips, or those that training has kept.
 *
 * Backward (Ioffe, Szegedy 2015), with d for the gradient of what the activation reads
 * and x for (z - mean) / deviation:
 *
 *     dz = gamma / deviation · (d - mean(d) - x · mean(d · x))
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/unit.h"

#include <math.h>
#include <string.h>

/* ---- forward --------------------------------------------------------------------- */

/* sums of an item: tile of means, tile of squares of distances from them, number. */
void mvt_count(const mvt_pass *p, const mvt_tensor *t, size_t row, size_t rows, size_t step,
               int segments, int item)
{
    size_t c = (size_t)t->c, tile = mvt_tile(t->c);
    mvt_real *mean = mvt_sums_of(p, t->c, item), *squares = mean + tile;
    memset(mean, 0, mvt_sums_size(t->c) * sizeof *mean);
    for (int i = 0; i < segments; i++)
        p->m->loops->sums(t->z + (row + (size_t)i * step) * c, mean, rows * c, t->c);
    mvt_tile_fold(mean, t->c);
    mvt_real n = (mvt_real)rows * (mvt_real)segments;
    for (size_t i = 0; i < c; i++)
        mean[i] /= n;
    mvt_tile_fill(mean, t->c);
    for (int i = 0; i < segments; i++)
        p->m->loops->squares(t->z + (row + (size_t)i * step) * c, mean, squares, rows * c, t->c);
    mvt_tile_fold(squares, t->c);
    squares[tile] = n;
}

/* Mean and variance of channel c over all items (Chan, Golub, LeVeque 1979). */
static void combine(const mvt_pass *p, int channels, int items, int c, double *mean,
                    double *variance)
{
    size_t tile = mvt_tile(channels);
    double n = 0, sum = 0, squares = 0;
    for (int i = 0; i < items; i++) {
        const mvt_real *s = mvt_sums_of(p, channels, i);
        n += (double)s[2 * tile];
        sum += (double)s[c] * (double)s[2 * tile];
    }
    *mean = sum / n;
    for (int i = 0; i < items; i++) {
        const mvt_real *s = mvt_sums_of(p, channels, i);
        double away = (double)s[c] - *mean;
        squares += (double)s[tile + (size_t)c] + away * away * (double)s[2 * tile];
    }
    *variance = squares / n;
}

static void move(mvt_real *running, double now, mvt_real momentum)
{
    *running = momentum * *running + (1 - momentum) * (mvt_real)now;
}

static void fill_tiles(mvt_tensor *t)
{
    mvt_tile_fill(t->scale, t->c);
    mvt_tile_fill(t->shift, t->c);
    if (t->rate) {
        mvt_tile_fill(t->rate, t->c);
        mvt_tile_fill(t->begin, t->c);
    }
}

void mvt_normalise(const mvt_pass *p, mvt_unit *u, int items)
{
    const mvz_conv *conv = u->conv;
    mvt_tensor *t = &u->out;
    mvt_real *v = p->values;
    bool counted = mvt_counts(p, u);
    if (p->again)
        return;
    for (int c = 0; c < t->c; c++) {
        mvt_real bias = conv->bias.n ? v[conv->bias.at + (size_t)c] : 0;
        t->scale[c] = 1;
        t->shift[c] = bias;
        if (!conv->gamma.n)
            continue;
        mvt_real *kept_mean = &v[conv->mean.at + (size_t)c];
        mvt_real *kept_variance = &v[conv->variance.at + (size_t)c];
        double mean = (double)*kept_mean, variance = (double)*kept_variance;
        if (counted) {
            combine(p, t->c, items, c, &mean, &variance);
            move(kept_mean, mean, p->momentum);
            move(kept_variance, variance, p->momentum);
        }
        double rate = 1 / sqrt(variance + (double)MVZ_BN_EPSILON);
        double gamma = (double)v[conv->gamma.at + (size_t)c];
        t->rate[c] = (mvt_real)rate;
        t->begin[c] = (mvt_real)(-mean * rate);
        t->scale[c] = (mvt_real)(gamma * rate);
        t->shift[c] = (mvt_real)((double)v[conv->beta.at + (size_t)c] - mean * gamma * rate);
    }
    fill_tiles(t);
}

/* ---- backward ----------------------------------------------------------------------- */

static void sum_items(const mvt_pass *p, int channels, int items, int c, double *sum, double *white)
{
    *sum = *white = 0;
    for (int i = 0; i < items; i++) {
        const mvt_real *s = mvt_sums_of(p, channels, i);
        *sum += (double)s[c];
        *white += (double)s[mvt_tile(channels) + (size_t)c];
    }
}

void mvt_settle(const mvt_pass *p, mvt_tensor *t, int items)
{
    const mvz_conv *conv = t->conv;
    if (!conv)
        return;
    double n = (double)mvt_rows(t);
    for (int c = 0; c < t->c; c++) {
        double sum, white;
        sum_items(p, t->c, items, c, &sum, &white);
        if (conv->bias.n)
            p->grads[conv->bias.at + (size_t)c] += (mvt_real)sum;
        if (!conv->gamma.n)
            continue;
        p->grads[conv->beta.at + (size_t)c] += (mvt_real)sum;
        p->grads[conv->gamma.at + (size_t)c] += (mvt_real)white;
        double scale = (double)t->scale[c], rate = (double)t->rate[c];
        bool batch = p->train && t->batch;
        t->a[c] = t->scale[c];
        t->b[c] = batch ? (mvt_real)(-scale * rate * white / n) : 0;
        t->e[c] = batch ? (mvt_real)(-scale * (sum + (double)t->begin[c] * white) / n) : 0;
    }
    if (t->a) {
        mvt_tile_fill(t->a, t->c);
        mvt_tile_fill(t->b, t->c);
        mvt_tile_fill(t->e, t->c);
    }
}

void mvt_add_parts(const mvt_pass *p, mvt_real *to, size_t size, int parts)
{
    for (int i = 0; i < parts; i++)
        for (size_t k = 0; k < size; k++)
            to[k] += p->weights[(size_t)i * size + k];
}

void mvt_finish_all(const mvt_pass *p, mvt_tensor *t)
{
    mvt_finish(p->m, t, 0, mvt_rows(t), mvt_sums_of(p, t->c, 0));
    mvt_settle(p, t, 1);
}

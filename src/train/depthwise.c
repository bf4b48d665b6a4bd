/* What depthwise convolutions over space and over time share: weights as tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/unit.h"

#include <string.h>

static size_t taps_of(const mvz_conv *c)
{
    return (size_t)c->kt * (size_t)c->kh * (size_t)c->kw;
}

const mvt_real *mvt_make_tiles(const mvt_pass *p, const mvz_conv *c)
{
    size_t n = (size_t)c->out;
    for (size_t t = 0; t < taps_of(c); t++) {
        mvt_real *to = p->weights + t * mvt_tile(c->out);
        memcpy(to, p->values + c->weights.at + t * n, n * sizeof *to);
        mvt_tile_fill(to, c->out);
    }
    return p->weights;
}

mvt_real *mvt_part_tiles(const mvt_pass *p, const mvz_conv *c, int part)
{
    size_t size = taps_of(c) * mvt_tile(c->out);
    mvt_real *sums = p->weights + (size_t)(part + 1) * size;
    memset(sums, 0, size * sizeof *sums);
    return sums;
}

void mvt_add_tiles(const mvt_pass *p, const mvz_conv *c, int parts)
{
    size_t n = (size_t)c->out, taps = taps_of(c), tile = mvt_tile(c->out);
    for (int i = 0; i < parts; i++)
        for (size_t t = 0; t < taps; t++) {
            mvt_real *sums = p->weights + ((size_t)(i + 1) * taps + t) * tile;
            mvt_tile_fold(sums, c->out);
            for (size_t k = 0; k < n; k++)
                p->grads[c->weights.at + t * n + k] += sums[k];
        }
}

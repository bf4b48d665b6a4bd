/* The loops of training that are no matrix products: over n numbers that are rows of c
 * channels, or several such rows at once. One file of them, compiled for each set of
 * instructions.
 *
 * What is different for each channel comes as a tile: c numbers and behind them the
 * first ones over again, MVT_LANES more in all. A step of MVT_LANES numbers that begins
 * with channel q then reads tile[q] … tile[q + MVT_LANES - 1], whatever c is. Sums for
 * each channel are collected in tiles, too, and folded at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_LOOPS_H
#define MV_TRAIN_LOOPS_H

#include "train/real.h"
#include "zoo/network.h"

enum { MVT_LANES = 64, MVT_MAX_TAPS = 64 };

/** Length of a tile of c channels. */
static inline size_t mvt_tile(int c)
{
    return (size_t)c + MVT_LANES;
}

/** Fills in what lies behind the first c numbers. */
void mvt_tile_fill(mvt_real *tile, int c);
/** Adds what lies behind the first c numbers to them. */
void mvt_tile_fold(mvt_real *tile, int c);

/** y = act(z · scale + shift): what became of a convolution's sums z. Tiles. */
typedef struct mvt_affine {
    const mvt_real *scale, *shift;
    mvz_activation act;
} mvt_affine;

/** How a value behind the normalisation depends on z: (z - mean) / deviation is
 * z · rate + begin. Tiles; NULL without normalisation. */
typedef struct mvt_white {
    const mvt_real *rate, *begin;
} mvt_white;

/** A sum over taps: each reads from its own place, with its own tile of weights. */
typedef struct mvt_taps {
    int n;
    const mvt_real *in[MVT_MAX_TAPS];
    mvt_real *weights[MVT_MAX_TAPS];
} mvt_taps;

typedef struct mvt_loops {
    /** y = act(z · scale + shift) */
    void (*load)(mvt_real *y, const mvt_real *z, const mvt_affine *f, size_t n, int c);
    /** d = d · act'(z · scale + shift); sum += d; white_sum += d · white(z), which is NULL
     * without normalisation. */
    void (*finish)(mvt_real *d, const mvt_real *z, const mvt_affine *f, const mvt_white *white,
                   mvt_real *sum, mvt_real *white_sum, size_t n, int c);
    /** dz = d · a + z · b + e; tiles a, b, e */
    void (*grad)(mvt_real *dz, const mvt_real *d, const mvt_real *z, const mvt_real *a,
                 const mvt_real *b, const mvt_real *e, size_t n, int c);
    /** sum += x */
    void (*sums)(const mvt_real *x, mvt_real *sum, size_t n, int c);
    /** sum += (x - mean)² */
    void (*squares)(const mvt_real *x, const mvt_real *mean, mvt_real *sum, size_t n, int c);
    /** sum += x · y */
    void (*products)(const mvt_real *x, const mvt_real *y, mvt_real *sum, size_t n, int c);
    /** x = x · a + b; tiles a, b */
    void (*mul_add)(mvt_real *x, const mvt_real *a, const mvt_real *b, size_t n, int c);
    /** out = factor · (x · scale + shift) + (y · scale + shift), both without activation;
     * y_f NULL: y as it is */
    void (*join)(mvt_real *out, mvt_real factor, const mvt_real *x, const mvt_affine *x_f,
                 const mvt_real *y, const mvt_affine *y_f, size_t n, int c);
    /** out = Σ in · weights */
    void (*taps)(mvt_real *out, const mvt_taps *taps, size_t n, int c);
    /** weights += in · d, for every tap */
    void (*taps_weights)(const mvt_taps *taps, const mvt_real *d, size_t n, int c);
} mvt_loops;

/** The fastest set that this processor has. */
const mvt_loops *mvt_loops_get(void);

#endif

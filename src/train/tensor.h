/* Values of one place in the network, over all frames of all clips, as they are kept:
 * what the convolution gave, z. Whoever needs y = act(z · scale + shift) computes it for
 * the few rows at hand; y is never stored. Gradients alike: `d` is kept with regard to
 * what the activation reads, and dz = d · a + z · b + e computed where it is needed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_TENSOR_H
#define MV_TRAIN_TENSOR_H

#include "core/memory.h"
#include "train/machine.h"

typedef struct mvt_tensor {
    const mvz_conv *conv; ///< that z comes from; NULL: none, y is z
    int frames;           ///< of all clips, clip by clip
    int h, w, c;
    bool batch;           ///< normalised by the statistics of the batch in training
    mvt_real *z;          ///< [frames][h][w][c]
    mvt_real *d;          ///< the same; only in the backward pass
    mvt_real *scale, *shift;   ///< tiles
    mvt_real *rate, *begin;    ///< tiles: what is normalised is z · rate + begin
    mvt_real *a, *b, *e;       ///< tiles, see above; only with normalisation
} mvt_tensor;

/** Takes its tiles from the arena. conv: see there. false: out of memory. */
bool mvt_tensor_init(mvt_tensor *t, mv_arena *arena, const mvz_conv *conv, int frames, int h,
                     int w, int c);
static inline size_t mvt_rows(const mvt_tensor *t)
{
    return (size_t)t->frames * (size_t)t->h * (size_t)t->w;
}
static inline size_t mvt_size(const mvt_tensor *t)
{
    return mvt_rows(t) * (size_t)t->c;
}

/** y of some rows: into `to`, or where it stands already. */
const mvt_real *mvt_load(const mvt_machine *m, const mvt_tensor *t, size_t row, size_t rows,
                         mvt_real *to);
void mvt_load_to(const mvt_machine *m, const mvt_tensor *t, size_t row, size_t rows, mvt_real *to);
/** dz of some rows: into `to`, or where it stands already. */
const mvt_real *mvt_load_grad(const mvt_machine *m, const mvt_tensor *t, size_t row, size_t rows,
                              mvt_real *to);
/** In `d` of some rows, which is with regard to y, makes it with regard to what the
 * activation reads. sums: two tiles, see loops.h; they are emptied first. */
void mvt_finish(const mvt_machine *m, mvt_tensor *t, size_t row, size_t rows, mvt_real *sums);

/** How rows are shared out: whole frames together, or bands of one frame. It depends on
 * shapes alone. */
typedef struct mvt_chunks {
    int n;
    int frames, hw;
    int together; ///< frames of a chunk
    int bands;    ///< of a frame; above 1 only if together is 1
} mvt_chunks;

/** widest: channels of the widest tensor that is read or written. */
mvt_chunks mvt_chunks_of(int frames, int hw, int widest);
void mvt_chunk(const mvt_chunks *c, int i, size_t *row, size_t *rows);

#endif

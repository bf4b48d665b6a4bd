/* A convolution with its normalisation and activation, forward and backward, over all
 * frames of all clips. The activation is computed by whoever reads the output.
 *
 * Backward: the reader of a tensor writes its gradient `d` and gathers the sums that the
 * gradients of bias or normalisation need (mvt_finish), piece by piece; mvt_settle then
 * adds these up. After that the tensor's own convolution can go backward.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_UNIT_H
#define MV_TRAIN_UNIT_H

#include "train/tensor.h"

typedef struct mvt_unit {
    const mvz_conv *conv;
    mvt_tensor *in;
    mvt_tensor out;
    const mvt_real *gate; ///< [frames][in->c]: what y of `in` is multiplied by; or NULL
    mvt_real *gate_d;     ///< [frames][bands][in->c]: its gradient, to be summed over bands
    int clip_frames;      ///< of a clip, for MVZ_TEMPORAL
} mvt_unit;

/** What a pass over the network works with. */
typedef struct mvt_pass {
    const mvt_machine *m;
    mvt_real *values;  ///< as mvz_network has them
    mvt_real *grads;   ///< the same; what is learned is added to
    bool train;        ///< normalisations of tensors with `batch` by the batch
    bool again;        ///< computed once more: statistics are there
    mvt_real momentum; ///< of running means: what stays of the old
    mvt_real *sums;    ///< workspace, mvt_sums_need numbers
    mvt_real *weights; ///< workspace, mvt_weights_need numbers
} mvt_pass;

enum { MVT_PARTS = 16 }; ///< in which gradients of weights are summed, then these

/** Numbers that the unit needs of each workspace, and of each thread's scratch. */
size_t mvt_sums_need(const mvt_unit *u);
size_t mvt_weights_need(const mvt_unit *u);
size_t mvt_scratch_need(const mvt_unit *u);

/** How the work of a unit is shared out. */
mvt_chunks mvt_point_chunks(const mvt_unit *u);
mvt_chunks mvt_full_chunks(const mvt_unit *u);
int mvt_temporal_bands(const mvt_unit *u);

void mvt_unit_forward(const mvt_pass *p, mvt_unit *u);

/** From out.d: gradients of the weights, and unless in->d is NULL, that of the input.
 * MVZ_POINT only: add: to what is in in->d. settle: in->d is complete then, otherwise it
 * is left with regard to y. A gated input always is. */
void mvt_unit_backward(const mvt_pass *p, mvt_unit *u, bool add, bool settle);

/** Of the kinds of convolutions. */
void mvt_point_forward(const mvt_pass *p, mvt_unit *u);
void mvt_point_backward(const mvt_pass *p, mvt_unit *u, bool add, bool settle);
void mvt_full_forward(const mvt_pass *p, mvt_unit *u);
void mvt_full_backward(const mvt_pass *p, mvt_unit *u);
void mvt_spatial_forward(const mvt_pass *p, mvt_unit *u);
void mvt_spatial_backward(const mvt_pass *p, mvt_unit *u);
void mvt_temporal_forward(const mvt_pass *p, mvt_unit *u);
void mvt_temporal_backward(const mvt_pass *p, mvt_unit *u);

/* ---- sums over items, in norm.c ------------------------------------------------------- */

/** Numbers that one item has in mvt_pass.sums: mean and squares, or two sums. */
static inline size_t mvt_sums_size(int c)
{
    return 2 * mvt_tile(c) + 16;
}
static inline mvt_real *mvt_sums_of(const mvt_pass *p, int c, int item)
{
    return p->sums + (size_t)item * mvt_sums_size(c);
}
/** Whether statistics are to be gathered. */
static inline bool mvt_counts(const mvt_pass *p, const mvt_unit *u)
{
    return p->train && !p->again && u->out.batch && u->conv->gamma.n;
}
/** Mean and squares of `segments` of n rows each, `step` rows apart, for one item. */
void mvt_count(const mvt_pass *p, const mvt_tensor *t, size_t row, size_t rows, size_t step,
               int segments, int item);
/** Sets the tiles by which z is normalised; moves the running means on. */
void mvt_normalise(const mvt_pass *p, mvt_unit *u, int items);
/** Gradients of the bias or the normalisation of t, and its tiles a, b, e. */
void mvt_settle(const mvt_pass *p, mvt_tensor *t, int items);

/** Adds the parts' gradients, size numbers each, n of them, to `to`. */
void mvt_add_parts(const mvt_pass *p, mvt_real *to, size_t size, int parts);
/** For a tensor whose `d` is there as a whole, and small. */
void mvt_finish_all(const mvt_pass *p, mvt_tensor *t);

/* ---- weights of depthwise convolutions, in depthwise.c ------------------------------------ */

/** The weights of each tap as a tile, at the beginning of mvt_pass.weights. */
const mvt_real *mvt_make_tiles(const mvt_pass *p, const mvz_conv *c);
/** Sums of a part, which follow those tiles: a tile each tap. */
mvt_real *mvt_part_tiles(const mvt_pass *p, const mvz_conv *c, int part);
/** Adds the parts' sums to the weights' gradients. */
void mvt_add_tiles(const mvt_pass *p, const mvz_conv *c, int parts);

#endif

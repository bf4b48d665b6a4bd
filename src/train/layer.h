/* One layer of the network, forward and backward. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_LAYER_H
#define MV_TRAIN_LAYER_H

#include "train/gate.h"

typedef struct mvt_layer {
    const mvz_layer *shape;
    mvt_tensor *in;
    mvt_unit expand, spatial, temporal, project, skip; ///< without conv: not there
    mvt_gate gate;       ///< `of` NULL: not there
    mvt_tensor pooled;   ///< in front of skip, with shape->pool
    mvt_tensor out;      ///< its z is the sum itself
    mvt_real *kept;      ///< [clips] 0: dropped in training, else 1 / chance to be kept; NULL: all 1
    int clip_frames;
    bool stored;         ///< what is inside is still there for the backward pass
} mvt_layer;

/** What project reads: the output of temporal, or of spatial. */
mvt_tensor *mvt_layer_last(mvt_layer *l);

void mvt_layer_forward(const mvt_pass *p, mvt_layer *l);

/** Gradients inside, shared by all layers: nothing stays in them. */
typedef struct mvt_layer_work {
    mvt_real *a, *b; ///< of the largest tensors inside
    mvt_real *narrow;///< of the largest output
} mvt_layer_work;

/** From out.d to in->d, unless that is NULL. in->d may be out.d where there is no skip
 * convolution. */
void mvt_layer_backward(const mvt_pass *p, mvt_layer *l, const mvt_layer_work *work);

/** 3 × 3 average with stride 2; zeros around the picture are not counted. */
void mvt_pool_forward(const mvt_pass *p, const mvt_tensor *in, mvt_tensor *out);
/** in->d from out->d. */
void mvt_pool_backward(const mvt_pass *p, mvt_tensor *in, const mvt_tensor *out);

#endif

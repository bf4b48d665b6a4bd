/* From the last layer to the logits. The mean over picture and time so far of what the
 * head's convolution gives are the features; dense and classes make logits of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_HEAD_H
#define MV_TRAIN_HEAD_H

#include "train/gate.h"

typedef struct mvt_head {
    mvt_unit conv;
    int clip_frames;
    bool all_frames;      ///< features after each frame, not only after the last
    const int *lengths;   ///< [clips] frames of each clip, of which the last counts; NULL: all
    mvt_real *means;      ///< [frames][c]
    mvt_real *means_d;    ///< the same; only in the backward pass
    mvt_tensor features;  ///< [rows][c]; rows: clips, or frames
    mvt_unit dense;
    mvt_tensor hidden;    ///< [rows][dense], what dropout left
    mvt_real *mask;       ///< [rows][dense]: 0 or 1 / chance to be kept; used in training; or NULL
    mvt_unit classes;
    mvt_real *logits;     ///< [rows][classes]
} mvt_head;

/** features from conv.in. */
void mvt_head_forward(const mvt_pass *p, mvt_head *h);
/** logits from features. */
void mvt_classify_forward(const mvt_pass *p, mvt_head *h);

/** From classes.out.d, the gradient of the logits, to features.d, unless that is NULL.
 * dense: whether its weights learn, too. */
void mvt_classify_backward(const mvt_pass *p, mvt_head *h, bool dense);
/** From features.d to conv.in->d, unless that is NULL. */
void mvt_head_backward(const mvt_pass *p, mvt_head *h);

#endif

/* The gate of a layer (squeeze-excitation): a factor for each channel of each frame, from
 * the mean over this frame and that over all frames of the clip so far.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_GATE_H
#define MV_TRAIN_GATE_H

#include "train/unit.h"

typedef struct mvt_gate {
    mvt_tensor *of;       ///< what is averaged, and multiplied by the factor
    mvt_tensor means;     ///< [frames][2 c]: so far, now
    mvt_unit squeeze, excite;
    mvt_real *factor;     ///< [frames][c]
    mvt_real *factor_d;   ///< [frames][bands][c]
    int clip_frames;
    mvz_range position;   ///< scale of the positional encoding; n 0: none
    mvt_real *encoding;   ///< [clip_frames][2 c], or NULL
} mvt_gate;

/** The encoding of frame t, n numbers (zoo/network_file.c has the formula). */
void mvt_encode(mvt_real *to, int t, int n);

void mvt_gate_forward(const mvt_pass *p, mvt_gate *g);
/** From factor_d and of->d, which is with regard to what was multiplied: makes of->d
 * complete. bands: of factor_d. */
void mvt_gate_backward(const mvt_pass *p, mvt_gate *g, int bands);

/** Mean over the picture of each frame of t: to[frame * step]. */
void mvt_means(const mvt_pass *p, const mvt_tensor *t, mvt_real *to, size_t step);
/** The reverse: t->d, with regard to y, is the gradient of the means / pixels, plus, where
 * factor is not NULL, t->d times it; then makes t->d complete. factor: [frames][c]. */
void mvt_means_backward(const mvt_pass *p, mvt_tensor *t, const mvt_real *means_d,
                        const mvt_real *factor);
size_t mvt_means_scratch(const mvt_tensor *t);

/** In means[frame][c], `step` apart: the mean over this and all earlier frames of the clip,
 * and the gradient of what went in. */
void mvt_so_far(mvt_real *to, const mvt_real *means, size_t step, int clips, int frames, int c);
void mvt_so_far_backward(mvt_real *means_d, const mvt_real *d, size_t step, int clips, int frames,
                         int c);

#endif

/* Whatever training draws by lot hangs on the seed, on what it is for, and on where in the
 * run it is needed, never on what was drawn before: so a run can be taken up anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_DRAW_H
#define MV_TRAIN_DRAW_H

#include "core/random.h"

typedef enum mvt_purpose {
    MVT_DRAW_ORDER = 1, ///< of clips in an epoch
    MVT_DRAW_DROPOUT,
    MVT_DRAW_LAYERS,    ///< which layers are left out
    MVT_DRAW_MIXUP,
    MVT_DRAW_LOOK,      ///< which look at a clip, where features of several are kept
    MVT_DRAW_CLASSES,   ///< first weights of the classifier
} mvt_purpose;

/** A generator for one purpose and place. */
mv_random mvt_draw(uint64_t seed, mvt_purpose purpose, uint64_t epoch, uint64_t clip);

/** order[n]: 0 … n-1 in the order of an epoch. */
void mvt_draw_order(int *order, int n, uint64_t seed, uint64_t epoch);

/** Beta(a, a). */
double mvt_draw_beta(mv_random *random, double a);

#endif

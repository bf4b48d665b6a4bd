/* A small streaming classifier, for tests that need a model that runs but no
 * real one. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_SUPPORT_SMALL_MODEL_H
#define MV_TESTS_SUPPORT_SMALL_MODEL_H

#include "support/model_builder.h"

enum { SMALL_WIDTH = 12, SMALL_HEIGHT = 8, SMALL_CLASSES = 3 };

/** image [1,1,8,12,3] → mean over the picture → added to a running sum (state
 * "state_sum", float32) → divided by a count (state "state_count", int32):
 * the logits are the mean red, green and blue of all frames so far, times 8.
 * Signature "serving_default"; no labels yet. */
mb_model *small_model(void);

#endif

/* A network that is small and has all that there is in the family: kernels, strides, both
 * kinds of skips. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_TRAIN_TINY_H
#define MV_TESTS_TRAIN_TINY_H

#include "zoo/variants.h"

static const mvz_variant tiny = {
    .name = "tiny", .stem = 8, .head = 24, .dense = 20, .size = 20, .frames = 4, .position = true,
    .blocks = {{8, 2, 1, {{16, 15}}},
               {16, 2, 2, {{24, 33}, {40, 13}}},
               {24, 1, 2, {{32, 53}, {24, 33}}},
               {24, 1, 1, {{40, 15}}},
               {16, 2, 2, {{24, 53}, {32, 55}}}},
};
enum { TINY_LAYERS = 8 };

#endif

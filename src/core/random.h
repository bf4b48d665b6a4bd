/* Random numbers that are the same everywhere: no arithmetic that machines or
 * libraries of functions round differently. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_RANDOM_H
#define MV_CORE_RANDOM_H

#include <stdint.h>

/** Any state is a good seed. */
typedef struct mv_random {
    uint64_t state;
} mv_random;

uint64_t mv_random_bits(mv_random *random);
/** 0 <= x < 1, a multiple of 2^-53. */
double mv_random_unit(mv_random *random);
/** 0 … n-1; n > 0. */
uint32_t mv_random_below(mv_random *random, uint32_t n);
/** Standard normal, cut off at -2 and 2. */
double mv_random_normal(mv_random *random);

#endif

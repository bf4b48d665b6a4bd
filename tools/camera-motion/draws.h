/* Numbers drawn by lot. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_DRAWS_H
#define CM_DRAWS_H

#include "core/random.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define CM_TURN 6.283185307179586 ///< radians

static inline double cm_between(mv_random *r, double low, double high)
{
    return low + (high - low) * mv_random_unit(r);
}

/** Each octave between `low` and `high` is as likely as another. */
static inline double cm_between_log(mv_random *r, double low, double high)
{
    return low * pow(high / low, mv_random_unit(r));
}

static inline bool cm_chance(mv_random *r, double probability)
{
    return mv_random_unit(r) < probability;
}

/** 0 … n-1 */
static inline int cm_pick(mv_random *r, int n)
{
    return (int)mv_random_below(r, (uint32_t)n);
}

/** -1 or 1 */
static inline double cm_sign(mv_random *r)
{
    return mv_random_bits(r) >> 63 ? 1 : -1;
}

/** A generator of its own for part `index` of what `seed` stands for. */
static inline mv_random cm_fork(uint64_t seed, uint64_t index)
{
    mv_random r = {seed};
    r.state = mv_random_bits(&r) ^ (index + 1) * UINT64_C(0xd1342543de82ef95);
    mv_random_bits(&r);
    return r;
}

static inline double cm_clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

#endif

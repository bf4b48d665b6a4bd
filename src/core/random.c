/* SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"

#include <stdbool.h>

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t mv_random_bits(mv_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

double mv_random_unit(mv_random *random)
{
    return (double)(mv_random_bits(random) >> 11) * 0x1p-53;
}

uint32_t mv_random_below(mv_random *random, uint32_t n)
{
    return (uint32_t)((mv_random_bits(random) >> 32) * n >> 32);
}

/* True with probability e^-g, 0 <= g <= 1, by comparisons alone (von Neumann 1951):
 * how long do numbers keep falling from g on? An even number of times. */
static bool survives(mv_random *random, double g)
{
    bool even = true;
    for (double last = g, next; (next = mv_random_unit(random)) < last; last = next)
        even = !even;
    return even;
}

double mv_random_normal(mv_random *random)
{
    for (;;) { /* x is kept with probability e^(-x²/2), in two halves below 1 */
        double x = 4 * mv_random_unit(random) - 2, g = x * x / 4;
        if (survives(random, g) && survives(random, g))
            return x;
    }
}

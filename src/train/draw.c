/* SPDX-License-Identifier: Apache-2.0 */
#include "train/draw.h"

#include <math.h>

mv_random mvt_draw(uint64_t seed, mvt_purpose purpose, uint64_t epoch, uint64_t clip)
{
    const uint64_t words[] = {(uint64_t)purpose, epoch, clip};
    mv_random random = {seed};
    for (int i = 0; i < 3; i++)
        random.state = mv_random_bits(&random) ^ words[i];
    random.state = mv_random_bits(&random);
    return random;
}

void mvt_draw_order(int *order, int n, uint64_t seed, uint64_t epoch)
{
    mv_random random = mvt_draw(seed, MVT_DRAW_ORDER, epoch, 0);
    for (int i = 0; i < n; i++) { /* Fisher, Yates, from the inside */
        int at = (int)mv_random_below(&random, (uint32_t)i + 1);
        order[i] = order[at];
        order[at] = i;
    }
}

/* Jöhnk 1964, for a below 1; from there on quickly enough, too. */
double mvt_draw_beta(mv_random *random, double a)
{
    for (;;) {
        double x = pow(mv_random_unit(random), 1 / a), y = pow(mv_random_unit(random), 1 / a);
        if (x + y > 0 && x + y <= 1)
            return x / (x + y);
    }
}

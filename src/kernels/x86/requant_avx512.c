/* Packing of scales for AVX-512. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx512.h"

#include <string.h>

static void set_integers(mvk_param16 *p, int lane, mvk_scale scale)
{
    int e = -scale.shift;
    if (lane % 2)
        p->odd_m[lane - 1] = scale.multiplier;
    else
        p->even_m[lane] = scale.multiplier;
    p->shift[lane] = e;
    p->half[lane] = e ? (int32_t)(1u << (e - 1)) : 0;
    p->sign[lane] = e ? -1 : 0;
}

void mvk_param16_fill(mvk_param16 *p, mvk_scale scale)
{
    memset(p, 0, sizeof *p);
    for (int lane = 0; lane < 16; lane++)
        set_integers(p, lane, scale);
}

void mvk_param16_set(mvk_param16 *p, const mvk_channel *channel, int n, int32_t out_zero,
                     int32_t act_min, int32_t act_max)
{
    int first = act_min - out_zero + 1, last = act_max - out_zero;
    bool positive = first > 0, floats = true;
    memset(p, 0, sizeof *p);
    for (int lane = 0; lane < 16 && lane < n; lane++) {
        p->bias[lane] = channel[lane].bias;
        set_integers(p, lane, channel[lane].scale);
        floats = floats && mvk_prove_float(&channel[lane], first, last, positive, &p->a[lane],
                                              &p->d[lane]);
    }
    p->way = (floats ? MVK_FLOAT : MVK_INTEGER) + (positive ? 1 : 0);
}

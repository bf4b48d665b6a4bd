/* Packing of scales for AVX2. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"

bool mvk_scales_fit8(const mvk_scale *scale, const int32_t *bias, int n)
{
    const int32_t most = MVK_ACC_MAX / 2;
    for (int i = 0; bias && i < n; i++)
        if (bias[i] >= most || bias[i] <= -most)
            return false;
    return mvk_scales_fit(scale, n);
}

static void set_integers(mvk_param8 *p, int lane, mvk_scale scale, bool positive)
{
    int e = -scale.shift;
    uint32_t m2 = 2 * (uint32_t)scale.multiplier;
    if (lane % 2)
        p->odd_m[lane - 1] = m2;
    else
        p->even_m[lane] = m2;
    p->half[lane] = e ? (int32_t)(1u << (e - 1)) : 0;
    p->add[lane] = (positive ? p->half[lane] : 0) - scale.multiplier;
    p->sign[lane] = e ? 31 : 32;
    p->shift[lane] = e;
}

void mvk_param8_set(mvk_param8 *p, const mvk_channel *channel, int n, int32_t out_zero,
                    int32_t act_min, int32_t act_max, bool prove_floats)
{
    int first = act_min - out_zero + 1, last = act_max - out_zero;
    bool positive = first > 0, floats = prove_floats;
    memset(p, 0, sizeof *p);
    for (int lane = 0; lane < 8 && lane < n; lane++) {
        set_integers(p, lane, channel[lane].scale, positive);
        floats = floats && mvk_prove_float(&channel[lane], first, last, positive, &p->a[lane],
                                              &p->d[lane]);
    }
    p->way = (floats ? MVK_FLOAT8 : MVK_INTEGER8) + (positive ? 1 : 0);
    for (int lane = 0; lane < 8 && lane < n; lane++)
        p->bias[lane] = (int32_t)((uint32_t)channel[lane].bias + (floats ? 0 : 1u << 31));
}

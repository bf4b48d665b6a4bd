/* First numbers of a network. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/network.h"

#include "core/random.h"

#include <math.h>

/* He's normal distribution, cut off at two standard deviations, which then is
 * sqrt(2 / fan in) again by the factor. */
#define CUT_OFF 0.87962566103423978

static double fan_in(const mvz_conv *conv)
{
    bool depthwise = conv->kind == MVZ_SPATIAL || conv->kind == MVZ_TEMPORAL;
    return (double)conv->kt * conv->kh * conv->kw * (depthwise ? 1 : conv->in);
}

void mvz_network_init(mvz_network *network, uint64_t seed)
{
    mv_random random = {seed};
    for (int i = 0; i < network->n_params; i++) {
        const mvz_param *p = &network->params[i];
        float *values = network->values + p->range.at;
        double sigma = 0, constant = p->role == MVZ_GAMMA || p->role == MVZ_VARIANCE;
        if (p->role == MVZ_WEIGHTS)
            sigma = sqrt(2 / fan_in(p->conv)) / CUT_OFF;
        for (size_t k = 0; k < p->range.n; k++)
            values[k] = (float)(sigma ? sigma * mv_random_normal(&random) : constant);
    }
    /* A layer's scale is 1, not ReZero's 0: what takes two layers to see (which way something
     * moves) is learned from hundreds of clips, else not even from thousands. */
    for (int i = 0; i < network->n_layers; i++)
        network->values[network->layers[i].scale.at] = 1;
}

/* SOFTMAX over the last axis. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/kernels.h"

#include <math.h>

void mvk_softmax_f32(float beta, const float *in, float *out, size_t outer, int n)
{
    int i;

    for (; outer > 0; outer--, in += n, out += n) {
        float most = -INFINITY, sum = 0;

        for (i = 0; i < n; i++)
            most = in[i] > most ? in[i] : most;
        for (i = 0; i < n; i++) {
            out[i] = expf((in[i] - most) * beta);
            sum += out[i];
        }
        for (i = 0; i < n; i++)
            out[i] /= sum;
    }
}

/* exp of the distance from the row's largest value, by table; sums in float. */
void mvk_softmax_s8(float beta, float in_scale, float out_scale, int32_t out_zero,
                    const int8_t *in, int8_t *out, size_t outer, int n)
{
    float scale = -in_scale * beta, table[256]; /* [d]: of a value d steps below the largest */
    int i;

    for (i = 0; i < 256; i++)
        table[i] = expf(scale * (float)i);
    for (; outer > 0; outer--, in += n, out += n) {
        float sum = 0, inverse;
        int most = -128;

        for (i = 0; i < n; i++)
            most = in[i] > most ? in[i] : most;
        for (i = 0; i < n; i++)
            sum += table[most - in[i]];
        inverse = 1 / (sum * out_scale);
        for (i = 0; i < n; i++) {
            float q = roundf(table[most - in[i]] * inverse);
            int32_t y = (q < 1024 ? (int32_t)q : 1024) + out_zero;

            out[i] = (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
        }
    }
}

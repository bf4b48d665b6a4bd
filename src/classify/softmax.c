/* Logits to probabilities. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>

void movinet_softmax(const float *logits, float *scores, int n)
{
    if (n <= 0)
        return;
    float max = logits[0];
    for (int i = 1; i < n; i++)
        if (logits[i] > max)
            max = logits[i];
    /* With the largest logit taken off, no exponential overflows and the sum is
     * at least 1. */
    double sum = 0;
    for (int i = 0; i < n; i++) {
        scores[i] = expf(logits[i] - max);
        sum += scores[i];
    }
    for (int i = 0; i < n; i++)
        scores[i] = (float)(scores[i] / sum);
}

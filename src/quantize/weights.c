/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/int8.h"

#include <math.h>

static double bias_of(const mvq_weights *w, int c)
{
    return (double)w->bias[c] + (w->plus ? (double)w->plus[c] : 0);
}

/* A bias in steps of input · scale stays below 2^30, so that with the sum it fits 32 bits. */
static float scale_of(const mvq_weights *w, int c)
{
    float largest = 0;
    for (int k = 0; k < w->each; k++)
        largest = fmaxf(largest, fabsf(w->weights[(size_t)c * w->channel + (size_t)k * w->next]));
    double least = fabs(bias_of(w, c)) / ((double)w->input * (1 << 30));
    double scale = fmax(fmax((double)largest / 127, least), 1e-12);
    return (float)scale;
}

void mvq_weights_make(const mvq_weights *w, int8_t *weights, float *scales, int32_t *bias)
{
    for (int c = 0; c < w->n; c++) {
        scales[c] = scale_of(w, c);
        for (int k = 0; k < w->each; k++) {
            size_t at = (size_t)c * w->channel + (size_t)k * w->next;
            float q = rintf(w->weights[at] / scales[c]);
            weights[at] = (int8_t)fmaxf(-127, fminf(127, q));
        }
        bias[c] = (int32_t)lrint(bias_of(w, c) / ((double)w->input * (double)scales[c]));
    }
}

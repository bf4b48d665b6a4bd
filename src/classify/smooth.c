/* Exponential smoothing of probabilities, by time and not by frames.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

struct movinet_smoother {
    int n_classes;
    double seconds;  ///< time constant
    double last;     ///< time of the newest frame, if begun
    bool begun;
    double values[]; ///< [n_classes] the smoothed scores, twice as exact as those given out:
                     ///< frames may come so close together that a float would not move;
                     ///< behind them float [n_classes], what is given out
};

static float *given_out(movinet_smoother *smoother)
{
    return (float *)(smoother->values + smoother->n_classes);
}

movinet_status movinet_smoother_open(movinet_smoother **out, int n_classes, double seconds,
                                     movinet_error *err)
{
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_smoother_open: out is NULL");
    *out = NULL;
    if (n_classes < 1)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "a smoother needs classes, not %d", n_classes);
    if (!(seconds >= 0 && isfinite(seconds)))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "smoothing over %g seconds is not possible; give 0 or more", seconds);
    size_t bytes;
    movinet_smoother *smoother = NULL;
    if (mv_mul_size((size_t)n_classes, sizeof(double) + sizeof(float), &bytes) &&
        bytes < SIZE_MAX - sizeof *smoother)
        smoother = calloc(1, sizeof *smoother + bytes);
    if (!smoother)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory to smooth %d classes", n_classes);
    smoother->n_classes = n_classes;
    smoother->seconds = seconds;
    *out = smoother;
    return MOVINET_OK;
}

void movinet_smoother_close(movinet_smoother *smoother)
{
    free(smoother);
}

/* How much of the new frame goes in. */
static double weight(const movinet_smoother *smoother, double time)
{
    if (!smoother->begun || time < smoother->last || smoother->seconds == 0)
        return 1;
    return -expm1(-(time - smoother->last) / smoother->seconds);
}

const float *movinet_smoother_push(movinet_smoother *smoother, double time, const float *scores)
{
    float *out = given_out(smoother);
    if (!isfinite(time))
        return out;
    double w = weight(smoother, time);
    smoother->last = time;
    smoother->begun = true;
    for (int i = 0; i < smoother->n_classes; i++) {
        double score = isfinite(scores[i]) ? (double)scores[i] : 0;
        smoother->values[i] = w == 1 ? score
                                     : smoother->values[i] + w * (score - smoother->values[i]);
        out[i] = (float)smoother->values[i];
    }
    return out;
}

void movinet_smoother_reset(movinet_smoother *smoother)
{
    smoother->begun = false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/ranges.h"

#include "quantize/weigh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

mvq_steps mvq_steps_of(mvq_range range)
{
    double low = fmin(range.low, 0), high = fmax(range.high, 0);
    double scale = (high - low) / 255;
    if (!(scale >= 1e-9))
        return (mvq_steps){1.0f / 255, -128};
    mvq_steps steps = {(float)scale, (int32_t)lrint(-128 - low / scale)};
    steps.zero = steps.zero < -128 ? -128 : steps.zero > 127 ? 127 : steps.zero;
    return steps;
}

/* ---- choosing ----------------------------------------------------------------------- */

static double behind_of(mvq_behind behind, double x)
{
    if (behind == MVQ_HARD_SWISH)
        return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
    return x;
}

static double center(const mvq_histogram *h, int bin)
{
    return h->low + (bin + 0.5) * ((double)h->high - h->low) / MVQ_BINS;
}

/* Squared error, summed. The bin of 0 is exact: most of what it holds is just 0. */
static double error_of(const mvq_histogram *h, mvq_behind behind, mvq_range range)
{
    mvq_steps s = mvq_steps_of(range);
    double sum = 0, width = ((double)h->high - h->low) / MVQ_BINS;
    for (int i = 0; i < MVQ_BINS; i++) {
        double x = center(h, i);
        if (!(h->bins[i] > 0) || fabs(x) <= width / 2)
            continue;
        double q = fmin(fmax(rint(x / s.scale) + s.zero, -128), 127);
        double error = behind_of(behind, (q - s.zero) * s.scale) - behind_of(behind, x);
        sum += error * error * h->bins[i];
    }
    return sum;
}

mvq_range mvq_range_choose(const mvq_histogram *h, mvq_behind behind, bool search)
{
    enum { TRIES = 24 };
    mvq_range whole = {fminf(h->low, 0), fmaxf(h->high, 0)};
    if (behind == MVQ_HARD_SWISH)
        whole.low = fmaxf(whole.low, -3);
    if (!search || !(whole.high > whole.low))
        return whole;
    mvq_range best = whole;
    double least = error_of(h, behind, whole);
    for (int i = 0; i < TRIES; i++) {
        for (int k = 0; k < (whole.low < 0 ? TRIES : 1); k++) {
            mvq_range r = {whole.low * (float)(TRIES - k) / TRIES,
                           whole.high * (float)(TRIES - i) / TRIES};
            double error = error_of(h, behind, r);
            if (error < least) {
                least = error;
                best = r;
            }
        }
    }
    return best;
}

/* ---- seeing -------------------------------------------------------------------------- */

typedef struct seen {
    mvq_histogram h;
    double count; ///< values of each channel
} seen;

typedef struct watch {
    const tfl_model *model;
    const mvq_behind *behind;
    seen **seen;               ///< [n_tensors], NULL: not of interest
    mvq_rows sums, variances;  ///< before the second round: sums of squares
    mvq_rows weights;
    bool count;                ///< the second round: the extremes are known
} watch;

static void widen(watch *w, int tensor, const float *x, size_t n)
{
    mvq_histogram *h = &w->seen[tensor]->h;
    size_t at = w->sums.at[tensor], channels = w->sums.at[tensor + 1] - at;
    float low = h->low, high = h->high;
    for (size_t i = 0; i < n; i++) {
        double v = behind_of(w->behind[tensor], (double)x[i]);
        w->sums.values[at + i % channels] += v;
        w->variances.values[at + i % channels] += v * v;
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    w->seen[tensor]->count += (double)(n / channels);
    h->low = low;
    h->high = high;
}

static void count(watch *w, int tensor, const float *x, size_t n)
{
    mvq_histogram *h = &w->seen[tensor]->h;
    size_t at = w->weights.at[tensor], channels = w->weights.at[tensor + 1] - at;
    const double *weight = w->weights.values + at;
    double width = ((double)h->high - h->low) / MVQ_BINS;
    float per = width > 0 ? (float)(1 / width) : 0;
    for (size_t i = 0; i < n; i++) {
        int bin = (int)((x[i] - h->low) * per);
        h->bins[bin < 0 ? 0 : bin >= MVQ_BINS ? MVQ_BINS - 1 : bin] += weight[i % channels];
    }
}

static void look(void *user, int op, int tensor, const void *bytes, size_t size)
{
    watch *w = user;
    (void)op;
    if (w->seen[tensor])
        (w->count ? count : widen)(w, tensor, bytes, size / sizeof(float));
}

static movinet_status open_watch(watch *w, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    w->seen = calloc((size_t)w->model->n_tensors, sizeof *w->seen);
    mvq_rows *rows[] = {&w->sums, &w->variances, &w->weights};
    for (int i = 0; !status && i < 3; i++)
        status = mvq_rows_open(rows[i], w->model, err);
    for (int i = 0; !status && w->seen && i < w->model->n_ops; i++) {
        int out = w->model->ops[i].outputs[0];
        if (w->sums.at[out + 1] > w->sums.at[out] && !(w->seen[out] = calloc(1, sizeof **w->seen)))
            status = mv_fail(err, MOVINET_ERR_MEMORY, "calibration: out of memory");
    }
    return status;
}

static void close_watch(watch *w)
{
    for (int i = 0; w->seen && i < w->model->n_tensors; i++)
        free(w->seen[i]);
    free(w->seen);
    mvq_rows_free(&w->sums);
    mvq_rows_free(&w->variances);
    mvq_rows_free(&w->weights);
}

/* From sums to variances, and to what errors weigh; where nothing is known all the same. */
static void weigh(watch *w)
{
    for (int t = 0; t < w->model->n_tensors; t++) {
        for (size_t i = w->sums.at[t]; w->seen[t] && i < w->sums.at[t + 1]; i++) {
            double mean = w->sums.values[i] / w->seen[t]->count;
            w->variances.values[i] = w->variances.values[i] / w->seen[t]->count - mean * mean;
        }
    }
    mvq_weigh(w->model, &w->variances, &w->weights);
    for (int t = 0; t < w->model->n_tensors; t++) {
        double sum = 0;
        for (size_t i = w->weights.at[t]; i < w->weights.at[t + 1]; i++)
            sum += w->weights.values[i];
        for (size_t i = w->weights.at[t]; !(sum > 0) && i < w->weights.at[t + 1]; i++)
            w->weights.values[i] = 1;
    }
}

movinet_status mvq_ranges_see(const mvq_frames *frames, const tfl_model *model,
                              const mvq_behind *behind, bool search, mvq_range *ranges,
                              movinet_error *err)
{
    watch w = {.model = model, .behind = behind};
    movinet_status status = open_watch(&w, err);
    if (!status)
        status = mvq_frames_run(frames, frames->n, model, look, &w, err);
    w.count = true;
    if (!status)
        weigh(&w);
    if (!status && search)
        status = mvq_frames_run(frames, frames->n, model, look, &w, err);
    for (int i = 0; !status && i < model->n_tensors; i++) {
        ranges[i] = (mvq_range){0};
        if (w.seen[i])
            ranges[i] = mvq_range_choose(&w.seen[i]->h, behind[i], search);
    }
    close_watch(&w);
    return status;
}

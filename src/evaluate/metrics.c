/* Metrics. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/metrics.h"

#include <math.h>
#include <stdlib.h>

/* Whether class a is placed before class b. */
static bool before(const float *scores, int a, int b)
{
    if (isnan(scores[a]) || isnan(scores[b]))
        return isnan(scores[a]) && isnan(scores[b]) ? a < b : isnan(scores[b]);
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
}

int mvx_rank(const float *scores, int n_classes, int truth)
{
    int rank = 0;
    for (int i = 0; i < n_classes; i++)
        rank += i != truth && before(scores, i, truth);
    return rank;
}

int mvx_top(const float *scores, int n_classes)
{
    int top = 0;
    for (int i = 1; i < n_classes; i++)
        if (before(scores, i, top))
            top = i;
    return top;
}

void mvx_confusion(const int *truth, const int *predicted, int n, int n_classes, int *counts)
{
    for (int i = 0; i < n; i++)
        if (truth[i] >= 0)
            counts[(size_t)truth[i] * (size_t)n_classes + (size_t)predicted[i]]++;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

void mvx_classes(const int *counts, int n_classes, mvx_class *out)
{
    size_t n = (size_t)n_classes;
    for (size_t c = 0; c < n; c++) {
        mvx_class *k = &out[c];
        *k = (mvx_class){.right = counts[c * n + c]};
        for (size_t i = 0; i < n; i++) {
            k->support += counts[c * n + i];
            k->predicted += counts[i * n + c];
        }
        k->precision = share(k->right, k->predicted);
        k->recall = share(k->right, k->support);
        k->f1 = share(2.0 * k->right, k->support + k->predicted);
    }
}

mvx_totals mvx_sum_up(const mvx_class *classes, int n_classes)
{
    mvx_totals t = {0};
    int known = 0;
    for (int c = 0; c < n_classes; c++) {
        const mvx_class *k = &classes[c];
        if (!k->support)
            continue;
        known++;
        t.clips += k->support;
        t.right += k->right;
        t.mean_recall += k->recall;
        t.mean_precision += k->predicted ? k->precision : 0;
        t.mean_f1 += k->f1;
    }
    t.accuracy = share(t.right, t.clips);
    t.mean_recall = share(t.mean_recall, known);
    t.mean_precision = share(t.mean_precision, known);
    t.mean_f1 = share(t.mean_f1, known);
    return t;
}

/* Guo, Pleiss, Sun, Weinberger 2017. */
double mvx_calibration(const float *confidence, const bool *right, int n, int n_bins, mvx_bin *bins)
{
    mvx_bin own[MVX_BINS] = {{0}};
    double error = 0;
    n_bins = n_bins < 1 ? 1 : n_bins > MVX_BINS ? MVX_BINS : n_bins;
    for (int i = 0; i < n; i++) {
        int at = (int)(confidence[i] * (float)n_bins);
        mvx_bin *bin = &own[at < 0 ? 0 : at < n_bins ? at : n_bins - 1];
        bin->clips++;
        bin->confidence += confidence[i];
        bin->accuracy += right[i];
    }
    for (int i = 0; i < n_bins; i++) {
        error += fabs(own[i].confidence - own[i].accuracy);
        own[i].confidence = share(own[i].confidence, own[i].clips);
        own[i].accuracy = share(own[i].accuracy, own[i].clips);
        if (bins)
            bins[i] = own[i];
    }
    return share(error, n);
}

typedef struct ranked {
    float score;
    bool truth;
} ranked;

static int by_score(const void *a, const void *b)
{
    float x = ((const ranked *)a)->score, y = ((const ranked *)b)->score;
    return (x < y) - (x > y);
}

double mvx_average_precision(const float *scores, const bool *truth, int n)
{
    ranked *list = calloc((size_t)n + 1, sizeof *list);
    double sum = 0;
    int right = 0;
    if (!list)
        return NAN;
    for (int i = 0; i < n; i++)
        list[i] = (ranked){isnan(scores[i]) ? -INFINITY : scores[i], truth[i]};
    qsort(list, (size_t)n, sizeof *list, by_score);
    for (int i = 0, end; i < n; i = end) {
        int more = 0;
        for (end = i; end < n && list[end].score == list[i].score; end++)
            more += list[end].truth;
        right += more;
        sum += more * (double)right / end;
    }
    free(list);
    return share(sum, right);
}

/* Intervals. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/interval.h"
#include "core/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Standard normal: 95 % lie within ± this. */
#define Z 1.959963984540054

static mvx_interval between(double low, double high, double least, double most)
{
    return (mvx_interval){low > least ? low : least, high < most ? high : most};
}

/* Wilson 1927. */
mvx_interval mvx_wilson(double k, double n)
{
    if (!(n > 0))
        return (mvx_interval){0, 1};
    double p = k / n, z2 = Z * Z;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    mvx_interval interval = between(middle - half, middle + half, 0, 1);
    if (k <= 0) /* where rounding must not leave a hair */
        interval.low = 0;
    if (k >= n)
        interval.high = 1;
    return interval;
}

/* ---- the beta function ------------------------------------------------------------- */

/* Its continued fraction (DLMF 8.17.22), by Lentz's method; converges fast for
 * x < (a + 1) / (a + b + 2). */
static double fraction(double x, double a, double b)
{
    enum { ENOUGH = 10000 };
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < ENOUGH; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double terms[2] = {even, odd};
        double step = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d;
            c = 1 + terms[i] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            step = c * d;
            value *= step;
        }
        if (fabs(step - 1) < 1e-15)
            break;
    }
    return value;
}

double mvx_beta(double x, double a, double b)
{
    if (x <= 0 || x >= 1)
        return x >= 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a
                                     : 1 - front * fraction(1 - x, b, a) / b;
}

/* Where I_x(a, b) reaches p. */
static double beta_quantile(double p, double a, double b)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (mvx_beta(middle, a, b) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* Clopper and Pearson 1934: a k as large, or as small, would come in 2.5 % of cases. */
mvx_interval mvx_clopper_pearson(int k, int n)
{
    return (mvx_interval){k > 0 ? beta_quantile(0.025, k, n - k + 1) : 0,
                          k < n ? beta_quantile(0.975, k + 1, n - k) : 1};
}

/* ---- two models ------------------------------------------------------------------ */

double mvx_mcnemar(const mvx_pairs *pairs)
{
    int less = pairs->only_a < pairs->only_b ? pairs->only_a : pairs->only_b;
    int n = pairs->only_a + pairs->only_b;
    if (2 * less >= n)
        return 1;
    /* Twice the probability of `less` heads or fewer among n throws of a coin. */
    double p = 2 * mvx_beta(0.5, n - less, less + 1);
    return p < 1 ? p : 1;
}

/* Agresti and Min 2005: Wald's interval, with half a clip more in each of the four cases. */
mvx_interval mvx_paired_difference(const mvx_pairs *pairs)
{
    double n = pairs->n + 2.0, a = (pairs->only_a + 0.5) / n, b = (pairs->only_b + 0.5) / n;
    double half = Z * sqrt((a + b - (b - a) * (b - a)) / n);
    return between(b - a - half, b - a + half, -1, 1);
}

/* ---- bootstrap ------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of sorted values, between neighbours. */
static double quantile(const double *values, int n, double p)
{
    double at = p * (n - 1);
    int low = (int)at;
    return low + 1 < n ? values[low] + (at - low) * (values[low + 1] - values[low]) : values[low];
}

mvx_interval mvx_bootstrap(mvx_measure *measure, void *user, int n, int rounds, uint64_t seed)
{
    mvx_interval interval = {NAN, NAN};
    mv_random random = {seed};
    int *sample = calloc((size_t)n + 1, sizeof *sample), known = 0;
    double *values = calloc((size_t)rounds + 1, sizeof *values);
    for (int round = 0; sample && values && n > 0 && round < rounds; round++) {
        for (int i = 0; i < n; i++)
            sample[i] = (int)mv_random_below(&random, (uint32_t)n);
        double value = measure(user, sample, n);
        if (!isnan(value))
            values[known++] = value;
    }
    if (known) {
        qsort(values, (size_t)known, sizeof *values, by_value);
        interval = (mvx_interval){quantile(values, known, 0.025), quantile(values, known, 0.975)};
    }
    free(sample);
    free(values);
    return interval;
}

/* ---- normal distribution ------------------------------------------------------------ */

static double normal(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

/* Within ± 3: what lies outside says no more than that it does. */
static double normal_quantile(double p)
{
    double low = -3, high = 3;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (normal(middle) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static double nearest(const double *values, int n, double p)
{
    int at = (int)floor(p * n);
    return values[at < n ? at : n - 1];
}

mvx_interval mvx_drawn(double value, double *drawn, int n)
{
    double below = 0;
    if (n < 1 || isnan(value))
        return (mvx_interval){NAN, NAN};
    qsort(drawn, (size_t)n, sizeof *drawn, by_value);
    for (int i = 0; i < n; i++)
        below += drawn[i] < value ? 1 : drawn[i] > value ? 0 : 0.5;
    double shift = 2 * normal_quantile(below / n);
    double low = nearest(drawn, n, normal(shift - Z)), high = nearest(drawn, n, normal(shift + Z));
    return (mvx_interval){low < value ? low : value, high > value ? high : value};
}

/* ---- figures made of shares ----------------------------------------------------------- */

mvx_interval mvx_mean_of(const double *shares, const mvx_interval *intervals, int n)
{
    double sum = 0, low = 0, high = 0;
    if (n < 1)
        return (mvx_interval){NAN, NAN};
    for (int i = 0; i < n; i++) {
        sum += shares[i];
        low += (shares[i] - intervals[i].low) * (shares[i] - intervals[i].low);
        high += (intervals[i].high - shares[i]) * (intervals[i].high - shares[i]);
    }
    return between((sum - sqrt(low)) / n, (sum + sqrt(high)) / n, 0, 1);
}

mvx_interval mvx_f1_interval(int right, int support, int predicted, double wider)
{
    /* F1 = 2 J / (1 + J), where J is that share. */
    mvx_interval j = mvx_wilson(right / wider, (support + predicted - right) / wider);
    return (mvx_interval){2 * j.low / (1 + j.low), 2 * j.high / (1 + j.high)};
}

/* Intervals: against figures from tables, and how often they hold what they promise.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/interval.h"
#include "core/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double is, double expected)
{
    if (!(fabs(is - expected) < 1e-6))
        fail_msg("%.9f instead of %.9f", is, expected);
}

static void is(mvx_interval i, double low, double high)
{
    near(i.low, low);
    near(i.high, high);
}

/* R: binom::binom.confint, stats::binom.test. */
static void known_answers(void **state)
{
    (void)state;
    is(mvx_wilson(8, 10), 0.4901625, 0.9433178);
    is(mvx_wilson(0, 10), 0, 0.2775328);
    is(mvx_wilson(10, 10), 0.7224672, 1);
    is(mvx_wilson(0, 0), 0, 1);
    is(mvx_clopper_pearson(8, 10), 0.4439045, 0.9747893);
    is(mvx_clopper_pearson(0, 10), 0, 0.3084971);
    is(mvx_clopper_pearson(10, 10), 0.6915029, 1);
    is(mvx_clopper_pearson(0, 0), 0, 1);
}

static void beta(void **state)
{
    (void)state;
    near(mvx_beta(0.3, 1, 1), 0.3);
    near(mvx_beta(0.3, 2, 1), 0.09);
    near(mvx_beta(0.25, 2, 3), 0.26171875); /* 6x² - 8x³ + 3x⁴ */
    near(mvx_beta(0.75, 3, 2), 1 - 0.26171875);
    near(mvx_beta(0.5, 1000, 1000), 0.5);
    near(mvx_beta(0, 2, 3) + mvx_beta(1, 2, 3), 1);
}

static double binomial(int n, int k, double p)
{
    return exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) +
               (n - k) * log(1 - p));
}

/* How often the intervals of 0 … n out of n hold the p that the number came from. */
static double coverage(const mvx_interval *intervals, int n, double p)
{
    double sum = 0;
    for (int k = 0; k <= n; k++)
        sum += intervals[k].low <= p && p <= intervals[k].high ? binomial(n, k, p) : 0;
    return sum;
}

static void they_hold_what_they_promise(void **state)
{
    (void)state;
    enum { LARGEST = 200 };
    static const int sizes[] = {10, 30, 60, LARGEST};
    mvx_interval exact[LARGEST + 1], wilson[LARGEST + 1];
    for (int s = 0; s < 4; s++) {
        double sum = 0;
        for (int k = 0; k <= sizes[s]; k++) {
            exact[k] = mvx_clopper_pearson(k, sizes[s]);
            wilson[k] = mvx_wilson(k, sizes[s]);
        }
        for (int i = 1; i < 100; i++) {
            double p = i / 100.0;
            assert_true(coverage(exact, sizes[s], p) >= 0.95 - 1e-9);
            sum += coverage(wilson, sizes[s], p);
        }
        assert_true(fabs(sum / 99 - 0.95) < 0.01);
    }
}

static void mcnemar(void **state)
{
    (void)state;
    near(mvx_mcnemar(&(mvx_pairs){100, 10, 2}), 2 * (1 + 12 + 66) / 4096.0);
    near(mvx_mcnemar(&(mvx_pairs){100, 2, 10}), 2 * (1 + 12 + 66) / 4096.0);
    near(mvx_mcnemar(&(mvx_pairs){100, 0, 6}), 2 / 64.0);
    near(mvx_mcnemar(&(mvx_pairs){100, 5, 5}), 1);
    near(mvx_mcnemar(&(mvx_pairs){100, 4, 5}), 1);
    near(mvx_mcnemar(&(mvx_pairs){100, 0, 0}), 1);
}

static void paired_difference(void **state)
{
    (void)state;
    /* By hand: n 102, 12.5 and 4.5 of them; half = 1.96 · sqrt((17 - 64/102)/102 / 102). */
    double half = 1.959963984540054 * sqrt((17.0 / 102 - 64.0 / 102 / 102) / 102);
    is(mvx_paired_difference(&(mvx_pairs){100, 4, 12}), 8.0 / 102 - half, 8.0 / 102 + half);
    /* It holds the truth in about 95 % of samples. */
    enum { SAMPLES = 2000, N = 80 };
    mv_random random = {11};
    int held = 0;
    for (int i = 0; i < SAMPLES; i++) {
        mvx_pairs pairs = {.n = N};
        for (int k = 0; k < N; k++) {
            double u = mv_random_unit(&random);
            pairs.only_a += u < 0.05;
            pairs.only_b += u >= 0.05 && u < 0.2;
        }
        mvx_interval interval = mvx_paired_difference(&pairs);
        held += interval.low <= 0.1 && 0.1 <= interval.high;
    }
    assert_true(fabs(held / (double)SAMPLES - 0.95) < 0.02);
}

static double mean(void *user, const int *sample, int n)
{
    const double *values = user;
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += values[sample[i]];
    return sum / n;
}

static double none(void *user, const int *sample, int n)
{
    (void)user, (void)sample, (void)n;
    return NAN;
}

static void bootstrap(void **state)
{
    (void)state;
    enum { N = 60, SAMPLES = 300, ROUNDS = 300 };
    double values[N];
    mv_random random = {5};
    int held = 0;
    for (int s = 0; s < SAMPLES; s++) {
        for (int i = 0; i < N; i++)
            values[i] = mv_random_unit(&random) * mv_random_unit(&random);
        mvx_interval i = mvx_bootstrap(mean, values, N, ROUNDS, (uint64_t)s);
        assert_true(i.low < mean(values, (int[]){0}, 1) || i.low < i.high);
        held += i.low <= 0.25 && 0.25 <= i.high;
    }
    assert_true(held >= SAMPLES * 90 / 100 && held <= SAMPLES * 98 / 100);
    mvx_interval a = mvx_bootstrap(mean, values, N, ROUNDS, 1);
    mvx_interval b = mvx_bootstrap(mean, values, N, ROUNDS, 1);
    assert_true(a.low == b.low && a.high == b.high);
    assert_true(isnan(mvx_bootstrap(none, values, N, ROUNDS, 1).low));
    assert_true(isnan(mvx_bootstrap(mean, values, 0, ROUNDS, 1).high));
}

/* How often the interval of F1 holds it: `support` clips of a class that is found with
 * probability r, and others that are taken for it. */
static double f1_coverage(int support, double r, int others, double taken)
{
    enum { SAMPLES = 2000 };
    mv_random random = {17};
    int held = 0;
    double expected = 2 * support * r / (support + support * r + others * taken);
    for (int s = 0; s < SAMPLES; s++) {
        int right = 0, wrong = 0;
        for (int i = 0; i < support; i++)
            right += mv_random_unit(&random) < r;
        for (int i = 0; i < others; i++)
            wrong += mv_random_unit(&random) < taken;
        mvx_interval i = mvx_f1_interval(right, support, right + wrong, 1);
        assert_true(i.low >= 0 && i.low < i.high && i.high <= 1);
        held += i.low <= expected && expected <= i.high;
    }
    return held / (double)SAMPLES;
}

static void f1(void **state)
{
    (void)state;
    is(mvx_f1_interval(0, 0, 0, 1), 0, 1);
    is(mvx_f1_interval(10, 10, 10, 1), 2 * 0.7224672 / 1.7224672, 1);
    is(mvx_f1_interval(20, 20, 20, 2), 2 * 0.7224672 / 1.7224672, 1);
    static const double found[] = {0.5, 0.8, 0.95};
    for (int i = 0; i < 3; i++) {
        double coverage = f1_coverage(40, found[i], 100, 0.1);
        assert_true(coverage > 0.93 && coverage < 0.995);
    }
}

static void mean_of_shares(void **state)
{
    (void)state;
    enum { SAMPLES = 2000, CLASSES = 6, CLIPS = 15 };
    static const double p[CLASSES] = {0.3, 0.6, 0.8, 0.9, 0.95, 0.99};
    double expected = (0.3 + 0.6 + 0.8 + 0.9 + 0.95 + 0.99) / CLASSES;
    mv_random random = {23};
    int held = 0;
    for (int s = 0; s < SAMPLES; s++) {
        double shares[CLASSES];
        mvx_interval intervals[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            int k = 0;
            for (int i = 0; i < CLIPS; i++)
                k += mv_random_unit(&random) < p[c];
            shares[c] = k / (double)CLIPS;
            intervals[c] = mvx_wilson(k, CLIPS);
        }
        mvx_interval i = mvx_mean_of(shares, intervals, CLASSES);
        held += i.low <= expected && expected <= i.high;
    }
    assert_true(fabs(held / (double)SAMPLES - 0.95) < 0.02);
    mvx_interval one = mvx_wilson(8, 10);
    is(mvx_mean_of(&(double){0.8}, &one, 1), one.low, one.high);
    assert_true(isnan(mvx_mean_of(NULL, NULL, 0).low));
}

/* A figure that is biased: the greatest of a sample lies below what it is drawn from. And an
 * infinite one. */
static void drawn(void **state)
{
    (void)state;
    double values[101];
    for (int i = 0; i <= 100; i++)
        values[i] = i;
    mvx_interval middle = mvx_drawn(50, values, 101);
    assert_true(middle.low >= 2 && middle.low <= 3 && middle.high >= 97 && middle.high <= 98);
    mvx_interval low = mvx_drawn(20, values, 101); /* most was drawn above it: it moves down */
    assert_true(low.low == 0 && low.high > 20 && low.high < 75);
    mvx_interval outside = mvx_drawn(-7, values, 101);
    assert_true(outside.low <= -7 && outside.high >= -7);
    for (int i = 60; i <= 100; i++)
        values[i] = INFINITY;
    mvx_interval open = mvx_drawn(50, values, 101);
    assert_true(open.low < 5 && isinf(open.high));
    assert_true(isnan(mvx_drawn(NAN, values, 101).low));
    assert_true(isnan(mvx_drawn(1, values, 0).low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(beta),
        cmocka_unit_test(they_hold_what_they_promise),
        cmocka_unit_test(mcnemar),
        cmocka_unit_test(paired_difference),
        cmocka_unit_test(bootstrap),
        cmocka_unit_test(f1),
        cmocka_unit_test(mean_of_shares),
        cmocka_unit_test(drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

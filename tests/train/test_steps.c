/* Losses, optimizers, rates, lots. SPDX-License-Identifier: Apache-2.0 */
#include "train/draw.h"
#include "train/loss.h"
#include "train/optimizer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"

static void near(double a, double b, double bound)
{
    if (!(fabs(a - b) <= bound))
        fail_msg("%.9g, but %.9g was expected", a, b);
}

/* ---- losses ------------------------------------------------------------------------ */

static void test_targets(void **state)
{
    (void)state;
    float t[4];
    mvt_targets(t, 4, false, (const int[]){2}, 1, 0.2);
    near((double)t[2], 0.85, 1e-6);
    near((double)t[0], 0.05, 1e-6);
    mvt_targets(t, 4, true, (const int[]){0, 3}, 2, 0.2);
    near((double)t[0], 0.9, 1e-6);
    near((double)t[1], 0.1, 1e-6);
    near((double)t[3], 0.9, 1e-6);
}

static void test_loss_by_hand(void **state)
{
    (void)state;
    const float logits[] = {0, 0, 1000, 0}, targets[] = {1, 0, 0, 1}, weights[] = {3, 1};
    mvt_loss l = {.rows = 2, .n_classes = 2, .logits = logits, .targets = targets,
                  .weights = weights, .total = 4};
    float d[4];
    near(mvt_loss_of(&l, d), 0.75 * log(2) + 0.25 * 1000, 1e-4);
    near((double)d[0], 0.75 * -0.5, 1e-6);
    near((double)d[1], 0.75 * 0.5, 1e-6);
    near((double)d[2], 0.25, 1e-6);
    near((double)d[3], -0.25, 1e-6);
    l.multi_label = true;
    near(mvt_loss_of(&l, d), 0.75 * 2 * log(2) + 0.25 * (1000 + log(2)), 1e-4);
}

/* The gradient against differences, for both kinds, soft targets, and a row that does not
 * count, which may be anything. */
static void test_loss_gradient(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        float logits[9] = {0.3f, -1, 2, 0.1f, 0.2f, -3, INFINITY, NAN, 1};
        float targets[9] = {0.2f, 0.5f, 0.3f, 1, 0, 0, 0.5f, 0.5f, 0}, weights[] = {1, 0.5f, 0}, d[9];
        mvt_loss l = {.rows = 3, .n_classes = 3, .multi_label = kind, .logits = logits,
                      .targets = targets, .weights = weights, .total = 1.5};
        assert_true(isfinite(mvt_loss_of(&l, d)));
        for (int i = 0; i < 6; i++) {
            float at = logits[i];
            logits[i] = at + 0.01f;
            double up = mvt_loss_of(&l, NULL);
            logits[i] = at - 0.01f;
            near((up - mvt_loss_of(&l, NULL)) / 0.02, (double)d[i], 2e-5);
            logits[i] = at;
        }
        assert_true(d[6] == 0 && d[7] == 0 && d[8] == 0);
    }
}

/* A logit that is no number must be seen. */
static void test_loss_of_nan(void **state)
{
    (void)state;
    float logits[] = {1, NAN}, targets[] = {1, 0}, weights[] = {1};
    mvt_loss l = {.rows = 1, .n_classes = 2, .logits = logits, .targets = targets,
                  .weights = weights, .total = 1};
    assert_false(isfinite(mvt_loss_of(&l, NULL)));
    l.multi_label = true;
    assert_false(isfinite(mvt_loss_of(&l, NULL)));
}

/* ---- optimizers ----------------------------------------------------------------------- */

static mvt_optimizer optimizer_of(movinet_optimizer kind, double decay, double clip)
{
    const mvt_group groups[] = {{0, 1, 1, true}, {3, 1, 0.5, false}};
    mvt_optimizer o = {.kind = kind, .weight_decay = decay, .clip = clip};
    OK(mvt_optimizer_open(&o, groups, 2, err));
    return o;
}

/* Two steps of each, by hand. Numbers that are in no group stay. */
static void check_steps(movinet_optimizer kind, double decay, const double first[2],
                        const double second[2])
{
    float values[4] = {1, 2, 3, 1};
    const float grads[4] = {0.5f, 9, 9, 0.5f};
    mvt_optimizer o = optimizer_of(kind, decay, 0);
    near(mvt_gradient_length(&o, grads), sqrt(0.5), 1e-6);
    mvt_optimizer_step(&o, values, grads, 1, 0.1);
    near((double)values[0], first[0], 1e-6);
    near((double)values[3], first[1], 1e-6);
    mvt_optimizer_step(&o, values, grads, 1, 0.1);
    near((double)values[0], second[0], 1e-6);
    near((double)values[3], second[1], 1e-6);
    assert_true(values[1] == 2 && values[2] == 3);
    mvt_optimizer_close(&o);
}

static void test_sgd(void **state)
{
    (void)state;
    /* g 0.5: v = 0.5, then 0.95; step 0.1 (g + 0.9 v) */
    const double one = 1 - 0.095, two = one - 0.1 * (0.5 + 0.9 * 0.95);
    check_steps(MOVINET_SGD, 0, (double[]){one, 1 - 0.095 / 2},
                (double[]){two, 1 - 0.095 / 2 - 0.05 * (0.5 + 0.9 * 0.95)});
    /* decay: g = 0.5 + 0.1 · 1 */
    const double d1 = 1 - 0.1 * 1.9 * 0.6, g2 = 0.5 + 0.1 * d1;
    const double d2 = d1 - 0.1 * (g2 + 0.9 * (0.54 + g2));
    check_steps(MOVINET_SGD, 0.1, (double[]){d1, 1 - 0.095 / 2},
                (double[]){d2, 1 - 0.095 / 2 - 0.05 * (0.5 + 0.9 * 0.95)});
}

static void test_rmsprop(void **state)
{
    (void)state;
    double s1 = 0.1 * 0.25, v1 = 0.1 * 0.5 / sqrt(s1 + 1);
    double s2 = 0.9 * s1 + 0.025, v2 = 0.9 * v1 + 0.05 / sqrt(s2 + 1);
    check_steps(MOVINET_RMSPROP, 0, (double[]){1 - v1, 1 - v1 / 2},
                (double[]){1 - v1 - v2, 1 - (v1 + v2) / 2});
}

static void test_adamw(void **state)
{
    (void)state;
    /* Equal gradients: the way is 1 in each step; decay goes beside it. */
    const double one = 1 - 0.1 * (1 + 0.01);
    check_steps(MOVINET_ADAMW, 0.01, (double[]){one, 0.95},
                (double[]){one - 0.1 * (1 + 0.01 * one), 0.9});
}

static void test_clip(void **state)
{
    (void)state;
    float values[4] = {0}, grads[4] = {30, 0, 0, 40};
    mvt_optimizer o = optimizer_of(MOVINET_SGD, 0, 1);
    mvt_optimizer_step(&o, values, grads, mvt_gradient_length(&o, grads), 1);
    near((double)values[0], -0.6 * 1.9, 1e-5);
    near((double)values[3], -0.8 * 1.9 / 2, 1e-5);
    mvt_optimizer_close(&o);
}

static void test_rates(void **state)
{
    (void)state;
    near(mvt_rate(0, 100, 0.1), 1.0 / 11, 1e-9);
    near(mvt_rate(9, 100, 0.1), 10.0 / 11, 1e-9);
    near(mvt_rate(10, 100, 0.1), 1, 1e-9);
    near(mvt_rate(55, 100, 0.1), 0.5, 1e-9);
    assert_true(mvt_rate(99, 100, 0.1) > 0 && mvt_rate(99, 100, 0.1) < 0.01);
    near(mvt_rate(0, 1, 0), 1, 1e-9);
}

static void test_average(void **state)
{
    (void)state;
    float average = 0, value = 1, same = 0.1f, before = same;
    mvt_average(&average, &value, 1, 0.75);
    near((double)average, 0.25, 1e-6);
    mvt_average(&average, &value, 1, 0);
    near((double)average, 1, 0);
    mvt_average(&same, &before, 1, 0.9); /* what does not learn keeps every bit */
    assert_memory_equal(&same, &before, sizeof same);
    near(mvt_keep(0.99, 0), 0.1, 1e-9);
    near(mvt_keep(0.99, 100000000), 0.99, 1e-9);
}

/* ---- lots -------------------------------------------------------------------------------- */

static void test_lots(void **state)
{
    (void)state;
    int order[100], again[100], seen[100] = {0}, moved = 0;
    mvt_draw_order(order, 100, 7, 3);
    mvt_draw_order(again, 100, 7, 3);
    assert_memory_equal(order, again, sizeof order);
    mvt_draw_order(again, 100, 7, 4);
    for (int i = 0; i < 100; i++) {
        seen[order[i]]++;
        moved += order[i] != again[i];
    }
    assert_true(moved > 80);
    for (int i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    mv_random a = mvt_draw(1, MVT_DRAW_DROPOUT, 2, 3), b = mvt_draw(1, MVT_DRAW_LAYERS, 2, 3);
    assert_true(mv_random_bits(&a) != mv_random_bits(&b));
}

/* Beta(a, a): mean 1/2, variance 1 / (4 (2 a + 1)). */
static void test_beta(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        double a = (const double[]){0.2, 1, 3}[k], sum = 0, squares = 0;
        mv_random random = {5};
        for (int i = 0; i < 20000; i++) {
            double x = mvt_draw_beta(&random, a);
            sum += x;
            squares += (x - 0.5) * (x - 0.5);
        }
        near(sum / 20000, 0.5, 0.01);
        near(squares / 20000, 1 / (4 * (2 * a + 1)), 0.01);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets),       cmocka_unit_test(test_loss_by_hand),
        cmocka_unit_test(test_loss_gradient), cmocka_unit_test(test_loss_of_nan),
        cmocka_unit_test(test_sgd),           cmocka_unit_test(test_rmsprop),
        cmocka_unit_test(test_adamw),         cmocka_unit_test(test_clip),
        cmocka_unit_test(test_rates),         cmocka_unit_test(test_average),
        cmocka_unit_test(test_lots),          cmocka_unit_test(test_beta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Gradients against finite differences, in double: all of src/train is compiled once more
 * for this, with MVT_DOUBLE. Each learned number of the network moves: for every list of
 * weights, biases, … along a random direction. SPDX-License-Identifier: Apache-2.0 */
#include "train/net.h"

#include "core/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"
#include "support/slow.h"
#include "train/plain.h"
#include "train/tiny.h"
#include "zoo/reference.h"

movinet_status mvt_multiply_get(mvt_multiply **out, movinet_error *err)
{
    (void)err;
    *out = plain_multiply;
    return MOVINET_OK;
}

typedef struct trial {
    mvz_network *shape;
    mvt_machine machine;
    mvt_net *net;
    double *values, *grads, *logits_d;
} trial;

static void fill(double *x, size_t n, uint64_t seed)
{
    mv_random random = {seed};
    for (size_t i = 0; i < n; i++)
        x[i] = mv_random_unit(&random);
}

static trial *open_trial(mvz_spec spec, mvt_net_options options)
{
    trial *t = calloc(1, sizeof *t);
    spec.n_classes = 4;
    spec.variant = &tiny;
    OK(mvz_network_open(&t->shape, &spec, err));
    reference_stir(t->shape, 3);
    size_t n = t->shape->n_values;
    t->values = calloc(n, sizeof *t->values);
    t->grads = calloc(n, sizeof *t->grads);
    for (size_t i = 0; i < n; i++)
        t->values[i] = (double)t->shape->values[i];
    OK(mvt_machine_open(&t->machine, 2, err));
    OK(mvt_net_open(&t->net, t->shape, t->values, t->grads, &t->machine, &options, err));
    fill(t->net->image.z, mvt_size(&t->net->image), 1);
    t->logits_d = calloc(mvt_size(&t->net->head.classes.out), sizeof *t->logits_d);
    fill(t->logits_d, mvt_size(&t->net->head.classes.out), 2);
    return t;
}

static void close_trial(trial *t)
{
    mvt_net_close(t->net);
    mvt_machine_close(&t->machine);
    mvz_network_close(t->shape);
    free(t->values);
    free(t->grads);
    free(t->logits_d);
    free(t);
}

static double loss_of(trial *t)
{
    double sum = 0;
    size_t n = mvt_size(&t->net->head.classes.out);
    mvt_net_forward(t->net, true);
    for (size_t i = 0; i < n; i++)
        sum += t->logits_d[i] * t->net->head.logits[i];
    return sum;
}

/* The derivative along `direction`, which is of the numbers in `range`. Running means are
 * put back: they move with every pass. */
static double difference(trial *t, mvz_range range, const double *direction, double step)
{
    size_t n = t->shape->n_values;
    double *kept = malloc(n * sizeof *kept), loss[2];
    memcpy(kept, t->values, n * sizeof *kept);
    for (int side = 0; side < 2; side++) {
        for (size_t k = 0; k < range.n; k++)
            t->values[range.at + k] += (side ? -step : step) * direction[k];
        loss[side] = loss_of(t);
        memcpy(t->values, kept, n * sizeof *kept);
    }
    free(kept);
    return (loss[0] - loss[1]) / (2 * step);
}

static void check_param(trial *t, int i, double *worst)
{
    const mvz_param *p = &t->shape->params[i];
    double *direction = malloc(p->range.n * sizeof *direction), expected = 0, size = 0;
    mv_random random = {(uint64_t)i};
    for (size_t k = 0; k < p->range.n; k++) {
        direction[k] = mv_random_normal(&random);
        expected += direction[k] * t->grads[p->range.at + k];
        size += fabs(t->grads[p->range.at + k]);
    }
    /* A kink within a step spoils the difference; then a smaller step must do. */
    double bound = 1e-5 * (size / sqrt((double)p->range.n) + 1e-3), away = INFINITY;
    for (double step = 1e-5; away > bound && step > 1e-8; step /= 8)
        away = fabs(difference(t, p->range, direction, step) - expected);
    if (away > bound)
        print_message("%s, role %d: gradient %g, off by %g\n", p->conv ? p->conv->name : "layer",
                      (int)p->role, expected, away);
    *worst = fmax(*worst, away / bound);
    free(direction);
}

static void check(mvz_spec spec, mvt_net_options options, bool drop)
{
    trial *t = open_trial(spec, options);
    double worst = 0;
    int checked = 0, learning = 0, moving = 0;
    for (int i = 0; drop && i < t->shape->n_layers; i++) /* the first clip now and then */
        if (t->net->layers[i].kept)
            t->net->layers[i].kept[0] = i % 3 ? 1.25 : 0;
    for (size_t i = 0; drop && i < mvt_size(&t->net->head.hidden); i++)
        t->net->head.mask[i] = i % 5 ? 1.25 : 0;
    loss_of(t);
    memcpy(t->net->head.classes.out.d, t->logits_d,
           mvt_size(&t->net->head.classes.out) * sizeof *t->logits_d);
    mvt_net_backward(t->net);
    for (int i = 0; i < t->shape->n_params; i++) {
        const mvz_param *p = &t->shape->params[i];
        double any = 0;
        for (size_t k = 0; k < p->range.n; k++)
            any += fabs(t->grads[p->range.at + k]);
        if (!mvt_learns(t->shape, options.first, p)) {
            assert_true(any == 0);
            continue;
        }
        if (!slow_here() || learning % 8 == 0) {
            check_param(t, i, &worst);
            checked++;
        }
        learning++;
        moving += any > 0;
    }
    print_message("%d of %d lists checked, %d learn, %d with a gradient, at most %.2g of the bound; "
                  "%d layers computed twice\n", checked, t->shape->n_params, learning, moving, worst,
                  t->net->recomputed);
    assert_true(checked > 0);
    assert_true(worst < 1);
    assert_int_equal(moving, learning);
    assert_int_equal(t->net->recomputed > 0, options.memory > 0);
    close_trial(t);
}

static void test_streaming(void **state)
{
    (void)state;
    check((mvz_spec){.size = 21}, (mvt_net_options){.clips = 2, .frames = 4}, false);
    check((mvz_spec){.size = 26}, (mvt_net_options){.clips = 3, .frames = 2}, false);
}

static void test_dropped(void **state)
{
    (void)state;
    check((mvz_spec){.size = 16}, (mvt_net_options){.clips = 2, .frames = 3, .all_frames = true},
          true);
}

static void test_no_gates(void **state)
{
    (void)state;
    check((mvz_spec){.size = 24, .no_se = true, .activation = MVZ_RELU6},
          (mvt_net_options){.clips = 2, .frames = 3}, false);
}

static void test_folded(void **state)
{
    (void)state;
    check((mvz_spec){.size = 23, .no_norm = true, .activation = MVZ_SWISH},
          (mvt_net_options){.clips = 1, .frames = 2}, false);
}

static void test_kept_norm(void **state)
{
    (void)state;
    check((mvz_spec){.size = 20, .activation = MVZ_RELU},
          (mvt_net_options){.clips = 2, .frames = 2, .keep_norm = true}, false);
}

/* Learning begins in every layer, and behind the last. */
static void test_first(void **state)
{
    (void)state;
    for (int first = 1; first <= TINY_LAYERS + 3; first += slow_here() ? 5 : 1)
        check((mvz_spec){.size = 16}, (mvt_net_options){.clips = 2, .frames = 2, .first = first},
              false);
}

/* So little memory that layers are computed twice. */
static void test_little_memory(void **state)
{
    (void)state;
    trial *t = open_trial((mvz_spec){.size = 40}, (mvt_net_options){.clips = 2, .frames = 3});
    size_t bytes = t->net->bytes;
    close_trial(t);
    check((mvz_spec){.size = 40}, (mvt_net_options){.clips = 2, .frames = 3,
                                                    .memory = bytes * 9 / 10}, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streaming),     cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_no_gates),      cmocka_unit_test(test_folded),
        cmocka_unit_test(test_kept_norm),     cmocka_unit_test(test_first),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Networks from the tables: what they count, and their first weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"
#include "zoo/network.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "support/slow.h"
#include "zoo/network_of.h"

/* ---- numbers known from elsewhere ------------------------------------------------ */

static const struct {
    const char *name;
    int layers;
    double macs, base_macs; /* millions a frame, thousands of millions a clip */
    double parameters;      /* millions */
} known[] = {
    {"A0", 15, 50.7, 2.63, 3.75},   {"A1", 24, 113.2, 5.87, 6.45},    {"A2", 26, 216.5, 11.56, 7.33},
    {"A3", 33, 437.2, 55.6, 10.99}, {"A4", 47, 1212.2, 103.3, 18.14}, {"A5", 59, 2184.2, 276.3, 31.50},
    {"T0", 14, 42.5, 2.19, 2.37},   {"N0", 12, 13.73, 0.2352, 0.846},
};

static void test_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (slow_here() && known[i].parameters > 5)
            continue;
        mvz_network *stream = network_of(known[i].name, (mvz_spec){0});
        mvz_network *base = network_of(known[i].name, (mvz_spec){.base = true});
        mvz_count count = mvz_network_count(stream);
        assert_int_equal(stream->n_layers, known[i].layers);
        assert_true(fabs((double)count.macs / 1e6 - known[i].macs) < 0.051);
        assert_true(fabs((double)count.parameters / 1e6 - known[i].parameters) < 0.0051);
        count = mvz_network_count(base);
        assert_true(fabs((double)count.macs / 1e9 / known[i].base_macs - 1) < 0.002);
        mvz_network_close(stream);
        mvz_network_close(base);
    }
    assert_null(mvz_variant_get((int)(sizeof known / sizeof *known)));
    assert_null(mvz_variant_find("A6"));
    assert_ptr_equal(mvz_variant_find("t0"), mvz_variant_find("T0"));
}

static void test_divisible(void **state)
{
    (void)state;
    assert_int_equal(mvz_divisible(0.25 * 48), 16);  /* 12 */
    assert_int_equal(mvz_divisible(0.25 * 160), 40);
    assert_int_equal(mvz_divisible(1), 8);
    assert_int_equal(mvz_divisible(19), 24);         /* 16 is below 90 % */
    assert_int_equal(mvz_divisible(0.25 * 688), 176);
}

/* The numbers of a network are its parameters, each once. */
static void test_parameters(void **state)
{
    (void)state;
    mvz_network *network = network_of("A3", (mvz_spec){.n_classes = 3, .size = 32});
    size_t next = 0;
    for (int i = 0; i < network->n_params; i++) {
        assert_int_equal(network->params[i].range.at, next);
        next += network->params[i].range.n;
    }
    assert_int_equal(next, network->n_values);
    mvz_network_close(network);
}

/* First weights: mean 0, variance 2 / fan in, cut off at two of the uncut deviations. */
static void test_first_weights(void **state)
{
    (void)state;
    mvz_network *a = network_of("T0", (mvz_spec){.seed = 7}), *b = network_of("T0", (mvz_spec){0});
    const mvz_conv *c = a->dense;
    double sum = 0, squares = 0, largest = 0, n = (double)c->weights.n;
    for (size_t i = 0; i < c->weights.n; i++) {
        double w = a->values[c->weights.at + i];
        sum += w;
        squares += w * w;
        largest = fmax(largest, fabs(w));
    }
    double variance = 2.0 / c->in;
    assert_true(fabs(sum / n) < 4 * sqrt(variance / n));
    assert_true(fabs(squares / n / variance - 1) < 0.01);
    assert_true(largest < 2 * sqrt(variance) / 0.87962566103423978 + 1e-6);
    assert_true(largest > 1.99 * sqrt(variance) / 0.87962566103423978);
    assert_memory_not_equal(a->values, b->values, a->n_values * sizeof(float));
    for (int i = 0; i < a->n_layers; i++)
        assert_true(a->values[a->layers[i].scale.at] == 1);
    mvz_network_init(b, 7);
    assert_memory_equal(a->values, b->values, a->n_values * sizeof(float));
    mvz_network_close(a);
    mvz_network_close(b);
}

/* The generator itself is part of what a seed means. */
static void test_random(void **state)
{
    (void)state;
    mv_random random = {0};
    assert_true(mv_random_bits(&random) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(mv_random_bits(&random) == UINT64_C(0x6e789e6aa1b965f4));
    double sum = 0, squares = 0;
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        double x = mv_random_normal(&random);
        assert_true(x >= -2 && x <= 2);
        sum += x;
        squares += x * x;
    }
    assert_true(fabs(sum / N) < 0.01);
    assert_true(fabs(squares / N - 0.7737413) < 0.01); /* of a normal cut off at 2 */
}

/* ---- bad wishes --------------------------------------------------------------------- */

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        mvz_spec spec;
        const char *says;
    } cases[] = {
        {{.size = 15}, "16 to 1024"},      {{.size = 1025}, "16 to 1024"},
        {{.n_classes = -1}, "1 to 100000"}, {{.n_classes = 100001}, "1 to 100000"},
        {{.frames = 1001}, "1 to 1000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mvz_network *network = (mvz_network *)state;
        mvz_spec spec = cases[i].spec;
        movinet_error err;
        spec.variant = mvz_variant_get(0);
        assert_int_equal(mvz_network_open(&network, &spec, &err), MOVINET_ERR_ARGUMENT);
        assert_null(network);
        assert_non_null(strstr(err.message, cases[i].says));
    }
    movinet_error err;
    assert_int_equal(movinet_new("/nowhere", "A9", NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_new(NULL, "A0", NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_new("/no/such/folder/a.tflite", "T0",
                                 &(movinet_new_options){.n_classes = 2}, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, "/no/such/folder/a.tflite"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_divisible),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_first_weights),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

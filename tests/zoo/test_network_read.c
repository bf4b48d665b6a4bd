/* Networks read from files that were written from networks: every number, bit for bit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "network_files.h"
#include "reference.h"

#include "core/random.h"
#include "tflite/precision.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/slow.h"
#include "zoo/network_of.h"

/* ---- what has to come back ------------------------------------------------------------ */

static float half_number(uint16_t half)
{
    int exponent = half >> 10 & 31;
    double fraction = half & 1023;
    double value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return (float)(half >> 15 ? -value : value);
}

/* The weights of one output channel. */
static void round_to_int8(float *w, size_t n)
{
    float largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmaxf(largest, fabsf(w[i]));
    float scale = largest / 127;
    for (size_t i = 0; i < n; i++) {
        int q = (int)fmaxf(-127, fminf(127, roundf(w[i] / scale)));
        w[i] = (float)((double)scale * q);
    }
}

/* As a file has them: normalisation folded in, rounded as the precision says. weights:
 * [conv->weights.n], bias: [conv->out]. */
static void folded(const mvz_network *net, const mvz_conv *conv, movinet_precision precision,
                   float *weights, float *bias)
{
    const float *v = net->values;
    size_t out = (size_t)conv->out, n = conv->weights.n, each = n / out;
    bool depthwise = conv->kind == MVZ_SPATIAL || conv->kind == MVZ_TEMPORAL;
    float plus = conv->act == MVZ_HARD_SIGMOID ? 3 : 0; /* in the file's bias */
    for (size_t i = 0; i < n; i++) {
        size_t c = depthwise ? i % out : i / each;
        float factor = 1;
        if (conv->gamma.n)
            factor = v[conv->gamma.at + c] / sqrtf(v[conv->variance.at + c] + MVZ_BN_EPSILON);
        weights[i] = v[conv->weights.at + i] * factor;
        if (precision == MOVINET_PRECISION_FLOAT16)
            weights[i] = half_number(tfl_half(weights[i]));
    }
    for (size_t c = 0; precision == MOVINET_PRECISION_DYNAMIC && !depthwise && n >= 1024 && c < out;
         c++)
        round_to_int8(weights + c * each, each);
    for (size_t c = 0; c < out; c++) {
        float b = plus;
        if (conv->bias.n)
            b += v[conv->bias.at + c];
        if (conv->gamma.n)
            b += v[conv->beta.at + c] -
                 v[conv->mean.at + c] *
                     (v[conv->gamma.at + c] / sqrtf(v[conv->variance.at + c] + MVZ_BN_EPSILON));
        if (precision == MOVINET_PRECISION_FLOAT16)
            b = half_number(tfl_half(b));
        bias[c] = b - plus;
    }
}

static void check_conv(const mvz_network *net, const mvz_conv *a, const mvz_network *read,
                       const mvz_conv *b, movinet_precision precision)
{
    float *weights = malloc(a->weights.n * sizeof *weights);
    float *bias = malloc((size_t)a->out * sizeof *bias);
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->act, b->act);
    assert_int_equal(a->stride, b->stride);
    assert_int_equal(a->weights.n, b->weights.n);
    assert_int_equal(b->bias.n, a->out);
    folded(net, a, precision, weights, bias);
    assert_memory_equal(weights, read->values + b->weights.at, a->weights.n * sizeof *weights);
    assert_memory_equal(bias, read->values + b->bias.at, (size_t)a->out * sizeof *bias);
    free(weights);
    free(bias);
}

static float number(const mvz_network *net, mvz_range range)
{
    return net->values[range.at];
}

static void check_network(const mvz_network *net, const mvz_network *read,
                          movinet_precision precision)
{
    assert_string_equal(net->variant->name, read->variant->name);
    assert_true(net->base == read->base && net->se == read->se && net->act == read->act);
    assert_true(!net->se || net->gate_act == read->gate_act);
    assert_int_equal(net->dense_act, read->dense_act);
    assert_int_equal(net->position, read->position);
    assert_int_equal(net->n_classes, read->n_classes);
    assert_int_equal(net->size, read->size);
    assert_int_equal(net->frames, read->frames);
    assert_int_equal(net->n_convs, read->n_convs);
    for (int i = 0; i < net->n_convs; i++)
        check_conv(net, &net->convs[i], read, &read->convs[i], precision);
    for (int i = 0; i < net->n_layers; i++) {
        const mvz_layer *a = &net->layers[i], *b = &read->layers[i];
        assert_string_equal(a->name, b->name);
        assert_true(number(net, a->scale) == number(read, b->scale));
        if (net->position)
            assert_true(number(net, a->position) == number(read, b->position));
    }
}

/* ---- round trips ------------------------------------------------------------------------- */

enum { FRAMES = 4 };

static void check_logits(const file *f, const mvz_network *read, movinet_precision precision)
{
    float *frames = random_frames(read->size, FRAMES, 3);
    tfl_model model;
    file real = *f;
    OK(tfl_read(&model, f->bytes, f->size, err));
    if (precision == MOVINET_PRECISION_DYNAMIC) { /* without rounding what the ops read */
        tfl_model twin = float_twin(&model);
        real = file_of_model(&twin);
        tfl_free(&twin);
    }
    float *a = logits_of_file(&real, frames, FRAMES), *b = logits_of_network(read, frames, FRAMES);
    assert_memory_equal(a, b, (size_t)(FRAMES * read->n_classes) * sizeof *a);
    if (real.bytes != f->bytes)
        free(real.bytes);
    tfl_free(&model);
    free(frames);
    free(a);
    free(b);
}

/* With numbers everywhere; normally distributed ones take their time. */
static mvz_network *stirred(const char *name, mvz_spec spec)
{
    mv_random random = {9};
    spec.blank = true;
    mvz_network *net = network_of(name, spec);
    for (int i = 0; i < net->n_params; i++) {
        const mvz_range *r = &net->params[i].range;
        float size = net->params[i].conv ? 2 / sqrtf((float)r->n / (float)net->params[i].conv->out)
                                         : 1;
        for (size_t k = 0; k < r->n; k++)
            net->values[r->at + k] = size * ((float)mv_random_unit(&random) - 0.5f);
    }
    reference_stir(net, 1);
    return net;
}

static void round_trip(const char *name, mvz_spec spec, movinet_precision precision, bool run)
{
    if (!spec.n_classes)
        spec.n_classes = 7;
    mvz_network *net = stirred(name, spec);
    file f = file_of_network(net, precision);
    mvz_network *read = network_of_file(&f);
    check_network(net, read, precision);
    if (precision == MOVINET_PRECISION_FLOAT32) {
        file again = file_of_network(read, precision);
        assert_int_equal(again.size, f.size);
        assert_memory_equal(again.bytes, f.bytes, f.size);
        free(again.bytes);
    }
    if (run)
        check_logits(&f, read, precision);
    free(f.bytes);
    mvz_network_close(read);
    mvz_network_close(net);
}

static void test_variants(void **state)
{
    (void)state;
    for (int i = slow_here() ? 6 : 0; mvz_variant_get(i); i++)
        round_trip(mvz_variant_get(i)->name, (mvz_spec){0}, MOVINET_PRECISION_FLOAT32, i == 0);
}

static void test_precisions(void **state)
{
    (void)state;
    round_trip("T0", (mvz_spec){.n_classes = 20}, MOVINET_PRECISION_FLOAT16, true);
    round_trip("T0", (mvz_spec){.n_classes = 20}, MOVINET_PRECISION_DYNAMIC, true);
    if (slow_here())
        return;
    round_trip("A3", (mvz_spec){.size = 64}, MOVINET_PRECISION_DYNAMIC, true);
    round_trip("A3", (mvz_spec){.size = 64}, MOVINET_PRECISION_FLOAT16, true);
}

static void test_kinds(void **state)
{
    (void)state;
    static const mvz_activation acts[] = {MVZ_HARD_SWISH, MVZ_RELU6, MVZ_SWISH, MVZ_RELU};
    for (int i = slow_here() ? 7 : 0; i < 8; i++) {
        mvz_spec spec = {.activation = acts[i / 2], .no_se = i & 1, .size = 64 + i};
        round_trip("T0", spec, MOVINET_PRECISION_FLOAT32, true);
        spec.no_norm = true;
        round_trip(i ? "T0" : "A3", spec, MOVINET_PRECISION_FLOAT16, false);
        spec.base = true;
        spec.frames = 1 + i;
        round_trip(i ? "T0" : "A1", spec, i & 1 ? MOVINET_PRECISION_DYNAMIC
                                                : MOVINET_PRECISION_FLOAT32, false);
    }
}

/* Down to pictures of one pixel, which are their own means. */
static void test_sizes(void **state)
{
    (void)state;
    round_trip("T0", (mvz_spec){.size = 16}, MOVINET_PRECISION_FLOAT32, true);
    round_trip("A0", (mvz_spec){.size = 32, .activation = MVZ_SWISH}, MOVINET_PRECISION_FLOAT32,
               true);
    if (slow_here())
        return;
    round_trip("A0", (mvz_spec){.size = 16, .base = true, .frames = 1}, MOVINET_PRECISION_FLOAT32,
               true);
    round_trip("A0", (mvz_spec){.size = 33, .n_classes = 1}, MOVINET_PRECISION_FLOAT32, true);
    round_trip("T0", (mvz_spec){.base = true, .size = 24}, MOVINET_PRECISION_FLOAT16, false);
}

/* Other widths, kernels and numbers of layers than any table has. */
static void test_custom(void **state)
{
    (void)state;
    static const mvz_variant custom = {
        .name = "custom", .stem = 8, .head = 40, .dense = 72, .size = 40, .frames = 50,
        .blocks = {{8, 2, 1, {{16, 15}}},
                   {16, 2, 2, {{24, 33}, {32, 13}}},
                   {16, 1, 2, {{48, 53}, {40, 33}}},
                   {24, 1, 1, {{48, 23}}},
                   {32, 2, 3, {{56, 53}, {56, 35}, {64, 15}}}}};
    for (int i = 0; i < 6; i++) {
        mvz_spec spec = {.variant = &custom, .n_classes = 3, .no_se = i % 3 == 1,
                         .base = i % 3 == 2, .frames = 1};
        mvz_network *net, *read;
        mvz_variant positioned = custom;
        positioned.position = i < 3;
        spec.variant = &positioned;
        OK(mvz_network_open(&net, &spec, err));
        reference_stir(net, 4);
        file f = file_of_network(net, MOVINET_PRECISION_FLOAT32);
        read = network_of_file(&f);
        if (!net->base) /* blocks that look alike are told apart by the states' names */
            assert_memory_equal(net->variant->blocks, read->variant->blocks, sizeof custom.blocks);
        check_logits(&f, read, MOVINET_PRECISION_FLOAT32);
        if (!net->base)
            check_network(net, read, MOVINET_PRECISION_FLOAT32);
        free(f.bytes);
        mvz_network_close(net);
        mvz_network_close(read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants),   cmocka_unit_test(test_precisions),
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_custom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

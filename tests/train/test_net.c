/* A clip at once gives what the stream gives frame by frame; threads and memory change
 * nothing. SPDX-License-Identifier: Apache-2.0 */
#include "train/net.h"

#include "core/random.h"
#include "tflite/writer.h"
#include "zoo/network_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "train/trainable.h"
#include "zoo/network_of.h"
#include "zoo/reference.h"

static void fill(float *x, size_t n, uint64_t seed)
{
    mv_random random = {seed};
    for (size_t i = 0; i < n; i++)
        x[i] = (float)mv_random_unit(&random);
}

static movinet_model *model_of(const mvz_network *network)
{
    tfl_model file;
    uint8_t *bytes;
    size_t size;
    movinet_model *model;
    OK(mvz_network_model(network, NULL, &file, err));
    OK(tfl_write(&file, &bytes, &size, err));
    tfl_free(&file);
    OK(movinet_model_open_memory(&model, bytes, size, NULL, err));
    free(bytes);
    return model;
}

/* The largest difference from the stream's logits, in units of their spread. */
static double difference(const mvz_network *shape, const float *clip, int frames,
                         const float *logits)
{
    movinet_model *model = model_of(shape);
    movinet_stream *stream;
    int n = shape->n_classes, size = shape->size;
    double worst = 0;
    OK(movinet_stream_open(&stream, model, NULL, err));
    for (int t = 0; t < frames; t++) {
        movinet_frame frame = {.pixels = clip + (size_t)(t * size * size * 3), .width = size,
                               .height = size, .pixel = MOVINET_RGBF32};
        double mean = 0, spread = 0, largest = 0;
        OK(movinet_stream_push(stream, &frame, NULL, err));
        const float *expected = movinet_stream_logits(stream);
        for (int i = 0; i < n; i++)
            mean += (double)expected[i] / n;
        for (int i = 0; i < n; i++) {
            double away = (double)expected[i] - mean;
            spread += away * away / n;
            largest = fmax(largest, fabs((double)expected[i] - (double)logits[t * n + i]));
        }
        assert_true(spread > 1e-9);
        worst = fmax(worst, largest / sqrt(spread));
    }
    movinet_stream_close(stream);
    movinet_model_close(model);
    return worst;
}

static void check_stream(const char *variant, mvz_spec spec, int frames)
{
    mvt_machine machine;
    mvt_net *net;
    spec.n_classes = 20;
    mvz_network *shape = network_of(variant, spec);
    reference_stir(shape, 1);
    mvt_net_options options = {.clips = 2, .frames = frames, .all_frames = true,
                               .first = shape->n_layers + 4};
    OK(mvt_machine_open(&machine, 2, err));
    OK(mvt_net_open(&net, shape, shape->values, NULL, &machine, &options, err));
    size_t clip = mvt_size(&net->image) / 2;
    fill(net->image.z, 2 * clip, 5);
    mvt_net_forward(net, false);
    for (size_t i = 0; i < 2; i++) {
        double worst = difference(shape, net->image.z + i * clip, frames,
                                  net->head.logits + i * (size_t)frames * 20);
        print_message("%s, clip %zu: %.2g of the spread of the logits\n", variant, i, worst);
        assert_true(worst < 1e-4);
    }
    mvt_net_close(net);
    mvt_machine_close(&machine);
    mvz_network_close(shape);
}

static void test_stream(void **state)
{
    (void)state;
    check_stream("T0", (mvz_spec){.size = 64}, 6);
    check_stream("A0", (mvz_spec){.size = 50}, 5);
    check_stream("A0", (mvz_spec){0}, 3); /* as published */
    check_stream("A3", (mvz_spec){.size = 32}, 4);
}

static void test_stream_of_other_kinds(void **state)
{
    (void)state;
    check_stream("A0", (mvz_spec){.size = 64, .no_se = true, .activation = MVZ_RELU6}, 5);
    check_stream("T0", (mvz_spec){.size = 50, .no_norm = true, .activation = MVZ_SWISH}, 5);
    check_stream("T0", (mvz_spec){.size = 37, .activation = MVZ_RELU}, 5);
}

/* Logits and gradients of a batch, for free(). */
static float *learn(mvz_network *shape, int threads, size_t memory, size_t *bytes, int *recomputed)
{
    mvt_machine machine;
    mvt_net *net;
    size_t n = shape->n_values;
    float *values = malloc(n * sizeof *values), *grads = calloc(n + 60, sizeof *grads);
    memcpy(values, shape->values, n * sizeof *values);
    OK(mvt_machine_open(&machine, threads, err));
    OK(mvt_net_open(&net, shape, values, grads, &machine,
                    &(mvt_net_options){.clips = 3, .frames = 4, .memory = memory}, err));
    fill(net->image.z, mvt_size(&net->image), 9);
    mvt_net_forward(net, true);
    memcpy(grads + n, net->head.logits, 60 * sizeof *grads);
    for (size_t i = 0; i < 60; i++)
        net->head.classes.out.d[i] = (float)(i % 7) - 3;
    mvt_net_backward(net);
    *recomputed = net->recomputed;
    *bytes = net->bytes;
    mvt_net_close(net);
    mvt_machine_close(&machine);
    free(values);
    return grads;
}

static void test_same_bits(void **state)
{
    (void)state;
    mvz_network *shape = network_of("A0", (mvz_spec){.size = 80, .n_classes = 20});
    size_t size = (shape->n_values + 60) * sizeof(float), bytes, less;
    int recomputed;
    reference_stir(shape, 2);
    float *one = learn(shape, 1, 0, &bytes, &recomputed);
    assert_int_equal(recomputed, 0);
    for (int threads = 1; threads <= 3; threads++) {
        float *other = learn(shape, threads, bytes * 4 / 5, &less, &recomputed);
        assert_true(recomputed > 0 && less <= bytes * 4 / 5);
        assert_memory_equal(one, other, size);
        free(other);
    }
    free(one);
    mvz_network_close(shape);
}

static void test_refusals(void **state)
{
    (void)state;
    mvt_machine machine;
    mvt_net *net;
    movinet_error why;
    mvz_network *base = network_of("T0", (mvz_spec){.base = true, .size = 32});
    mvz_network *stream = network_of("T0", (mvz_spec){.size = 64});
    mvt_net_options options = {.clips = 4, .frames = 4, .memory = 1000};
    OK(mvt_machine_open(&machine, 1, err));
    assert_int_equal(mvt_net_open(&net, base, base->values, NULL, &machine, &options, &why),
                     MOVINET_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.message, "base networks"));
    assert_int_equal(mvt_net_open(&net, stream, stream->values, NULL, &machine, &options, &why),
                     MOVINET_ERR_MEMORY);
    assert_non_null(strstr(why.message, "4 clips of 4 frames need"));
    mvt_machine_close(&machine);
    mvz_network_close(base);
    mvz_network_close(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_stream_of_other_kinds),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_refusals),
    };
    return trainable() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}

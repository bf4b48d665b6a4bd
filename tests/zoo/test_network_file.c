/* Files of networks: their states, that the passes know them, and that they compute
 * what the network means. SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "core/random.h"
#include "tflite/precision.h"
#include "tflite/writer.h"
#include "zoo/network_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/slow.h"
#include "zoo/network_of.h"

typedef struct file {
    uint8_t *bytes;
    size_t size;
} file;

static file write_network(const mvz_network *network, movinet_precision precision,
                          const char *const *labels)
{
    tfl_model model, smaller = {0};
    file f;
    OK(mvz_network_model(network, labels, &model, err));
    if (precision == MOVINET_PRECISION_FLOAT16)
        OK(tfl_to_float16(&model, &smaller, err));
    if (precision == MOVINET_PRECISION_DYNAMIC)
        OK(tfl_to_dynamic_range(&model, &smaller, err));
    OK(tfl_write(precision ? &smaller : &model, &f.bytes, &f.size, err));
    tfl_free(&smaller);
    tfl_free(&model);
    return f;
}

static movinet_model *open_file(const file *f)
{
    movinet_model *model;
    OK(movinet_model_open_memory(&model, f->bytes, f->size, NULL, err));
    return model;
}

static int count_steps(const movinet_model *model, const char *kind)
{
    movinet_step_info step;
    int n = 0;
    for (int i = 0; movinet_model_step(model, i, &step) == MOVINET_OK; i++)
        n += !strcmp(step.kind, kind);
    return n;
}

static void check_state(const movinet_model *model, const char *name, movinet_type type, int rank,
                        const int32_t *shape)
{
    movinet_state_info info;
    movinet_tensor_info tensor;
    for (int i = 0; movinet_model_state(model, i, &info) == MOVINET_OK; i++) {
        if (strcmp(info.name, name))
            continue;
        for (int k = 0; k < 2; k++) {
            assert_int_equal(movinet_model_tensor(model, k ? info.output : info.input, &tensor),
                             MOVINET_OK);
            assert_int_equal(tensor.type, type);
            assert_int_equal(tensor.rank, rank);
            assert_memory_equal(tensor.shape, shape, (size_t)rank * sizeof *shape);
        }
        return;
    }
    fail_msg("there is no state %s", name);
}

/* All states, by name and shape; returns their number. */
static int check_states(const movinet_model *model, const char *variant, int size, bool position)
{
    const mvz_variant *v = mvz_variant_find(variant);
    static const int32_t one[] = {1};
    char name[80];
    int n = 2, side = (size + 1) / 2;
    for (int b = 0; b < MVZ_BLOCKS; b++) {
        side = b == 3 ? side : (side + 1) / 2;
        for (int k = 0; k < v->blocks[b].n_layers; k++) {
            int32_t c = v->blocks[b].layers[k].expand, frames = v->blocks[b].layers[k].kernel / 10;
            snprintf(name, sizeof name, "state_block%d_layer%d_pool_buffer", b, k);
            check_state(model, name, MOVINET_FLOAT32, 5, (const int32_t[]){1, 1, 1, 1, c});
            snprintf(name, sizeof name, "state_block%d_layer%d_pool_frame_count", b, k);
            check_state(model, name, MOVINET_INT32, 1, one);
            n += 2;
            if (frames > 1) {
                snprintf(name, sizeof name, "state_block%d_layer%d_stream_buffer", b, k);
                check_state(model, name, MOVINET_FLOAT32, 5,
                            (const int32_t[]){1, frames - 1, side, side, c});
                n++;
            }
            if (position) {
                snprintf(name, sizeof name, "state_block%d_layer%d_pos_enc_frame_count", b, k);
                check_state(model, name, MOVINET_INT32, 1, one);
                n++;
            }
        }
    }
    check_state(model, "state_head_pool_buffer", MOVINET_FLOAT32, 5,
                (const int32_t[]){1, 1, 1, 1, v->head});
    check_state(model, "state_head_pool_frame_count", MOVINET_INT32, 1, one);
    return n;
}

/* Every variant at its own size: names and shapes, and that the passes know it. */
static void test_variants(void **state)
{
    (void)state;
    for (int i = 0; mvz_variant_get(i); i++) {
        const mvz_variant *v = mvz_variant_get(i);
        if (slow_here() && !!strcmp(v->name, "T0") && !!strcmp(v->name, "A3")) /* has position */
            continue;
        mvz_network *network = network_of(v->name, (mvz_spec){0});
        mvz_count count = mvz_network_count(network);
        file f = write_network(network, MOVINET_PRECISION_DYNAMIC, NULL);
        movinet_model *model = open_file(&f);
        const movinet_model_info *info = movinet_model_get_info(model);
        assert_string_equal(info->variant, v->name);
        assert_string_equal(info->precision, "dynamic range");
        assert_string_equal(info->signature, "serving_default");
        assert_true(info->streaming && info->squeeze_excitation);
        assert_int_equal(info->frame_width, v->size);
        assert_int_equal(info->n_classes, 600);
        assert_int_equal(info->macs, count.macs);
        assert_int_equal(info->parameters, count.folded);
        assert_int_equal(info->n_states, check_states(model, v->name, v->size, v->position));
        int rings = 0;
        for (int k = 0; k < network->n_layers; k++)
            rings += network->layers[k].temporal != NULL;
        assert_int_equal(count_steps(model, "TEMPORAL"), rings);
        assert_int_equal(count_steps(model, "STRIDED_SLICE"), 0);
        assert_int_equal(count_steps(model, "HARD_SWISH"), 0); /* all taken along */
        assert_int_equal(count_steps(model, "DEPTHWISE_CONV_2D"), network->n_layers);
        movinet_model_close(model);
        free(f.bytes);
        mvz_network_close(network);
    }
}

/* ---- the same logits ------------------------------------------------------------------ */

enum { FRAMES = 7 };

static void fill(float *image, int n, uint64_t seed)
{
    mv_random random = {seed};
    for (int i = 0; i < n; i++)
        image[i] = (float)mv_random_unit(&random);
}

/* The largest difference of the file's logits from the network's, in units of their
 * spread, over some frames. */
static double difference(const mvz_network *network, const file *f)
{
    movinet_model *model = open_file(f);
    movinet_stream *stream;
    int n = network->n_classes, size = network->size;
    double *expected = calloc((size_t)n, sizeof *expected), worst = 0;
    float *image = calloc((size_t)(size * size * 3), sizeof *image);
    reference *r = reference_open(network);
    OK(movinet_stream_open(&stream, model, NULL, err));
    for (int k = 0; k < FRAMES; k++) {
        double mean = 0, spread = 0, largest = 0;
        fill(image, size * size * 3, (uint64_t)k / 2);
        if (network->base) /* each picture a clip of its own */
            reference_clip(network, image, expected);
        else
            reference_push(r, image, expected);
        OK(movinet_stream_push(stream, &(movinet_frame){.pixels = image, .width = size,
                                                        .height = size, .pixel = MOVINET_RGBF32},
                               NULL, err));
        const float *logits = movinet_stream_logits(stream);
        for (int i = 0; i < n; i++)
            mean += expected[i] / n;
        for (int i = 0; i < n; i++) {
            spread += (expected[i] - mean) * (expected[i] - mean) / n;
            largest = fmax(largest, fabs(expected[i] - (double)logits[i]));
        }
        assert_true(spread > 1e-6);
        worst = fmax(worst, largest / sqrt(spread));
    }
    reference_close(r);
    movinet_stream_close(stream);
    movinet_model_close(model);
    free(image);
    free(expected);
    return worst;
}

static void check_logits(const char *name, mvz_spec spec, movinet_precision precision,
                         double bound)
{
    spec.n_classes = 20;
    mvz_network *network = network_of(name, spec);
    reference_stir(network, 1);
    file f = write_network(network, precision, NULL);
    double worst = difference(network, &f);
    print_message("%s: %.2g of the spread of the logits\n", name, worst);
    assert_true(worst < bound);
    free(f.bytes);
    mvz_network_close(network);
}

static void test_logits(void **state)
{
    (void)state;
    check_logits("A0", (mvz_spec){.size = 50}, MOVINET_PRECISION_FLOAT32, 1e-4);
    check_logits("T0", (mvz_spec){.size = 37}, MOVINET_PRECISION_FLOAT32, 1e-4);
    if (!slow_here())
        check_logits("A1", (mvz_spec){.size = 32}, MOVINET_PRECISION_FLOAT32, 1e-4);
}

static void test_logits_with_position(void **state)
{
    (void)state;
    check_logits("A3", (mvz_spec){.size = 24}, MOVINET_PRECISION_FLOAT32, 1e-4);
}

static void test_logits_of_other_kinds(void **state)
{
    (void)state;
    check_logits("T0", (mvz_spec){.size = 32, .no_se = true, .activation = MVZ_RELU6},
                 MOVINET_PRECISION_FLOAT32, 1e-4);
    check_logits("T0", (mvz_spec){.size = 32, .activation = MVZ_SWISH, .no_norm = true},
                 MOVINET_PRECISION_FLOAT32, 1e-4);
    check_logits("T0", (mvz_spec){.size = 32, .activation = MVZ_RELU}, MOVINET_PRECISION_FLOAT32,
                 1e-4);
}

/* movinet runs base networks of one frame only; litert.mjs has longer clips. */
static void test_logits_of_base(void **state)
{
    (void)state;
    check_logits("A0", (mvz_spec){.base = true, .frames = 1, .size = 40},
                 MOVINET_PRECISION_FLOAT32, 1e-4);
    mvz_network *network = network_of("T0", (mvz_spec){.base = true, .frames = 5, .size = 32});
    file f = write_network(network, MOVINET_PRECISION_FLOAT32, NULL);
    movinet_model *model;
    movinet_error err;
    assert_int_equal(movinet_model_open_memory(&model, f.bytes, f.size, NULL, &err),
                     MOVINET_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "one frame at a time"));
    free(f.bytes);
    mvz_network_close(network);
}

static void test_logits_of_smaller_files(void **state)
{
    (void)state;
    check_logits("A0", (mvz_spec){.size = 40}, MOVINET_PRECISION_FLOAT16, 0.01);
    check_logits("A0", (mvz_spec){.size = 40}, MOVINET_PRECISION_DYNAMIC, 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_logits),
        cmocka_unit_test(test_logits_with_position),
        cmocka_unit_test(test_logits_of_other_kinds),
        cmocka_unit_test(test_logits_of_base),
        cmocka_unit_test(test_logits_of_smaller_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

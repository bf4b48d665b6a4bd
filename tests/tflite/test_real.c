/* The real models, where they are at hand: numbers known from other tools.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/tflite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#ifndef MOVINET_SOURCE_ROOT
#define MOVINET_SOURCE_ROOT "."
#endif

/* False if the file is not there. */
static bool open_real(const char *name, tfl_model *model, uint8_t **file, size_t *size)
{
    char path[4096];
    const char *shared = getenv("MOVINET_SHARED");
    snprintf(path, sizeof path, "%s/models/%s", shared ? shared : MOVINET_SOURCE_ROOT "/../shared",
             name);
    if (mv_read_file(path, 64 << 20, file, size, NULL))
        return false;
    movinet_error err = {0};
    movinet_status status = tfl_read(model, *file, *size, &err);
    if (status)
        fail_msg("%s", err.message);
    return true;
}

static int count_ops(const tfl_model *model, int code)
{
    int n = 0;
    for (int i = 0; i < model->n_ops; i++)
        n += model->ops[i].code == code;
    return n;
}

/* Index of a signature's name, -1 if it lacks it. */
static int find_name(const tfl_named *list, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(list[i].name, name))
            return list[i].tensor;
    return -1;
}

static void test_google_a0(void **state)
{
    (void)state;
    tfl_model model;
    uint8_t *file;
    size_t size;
    if (!open_real("movinet_a0_stream_int8_k600.tflite", &model, &file, &size))
        skip();
    assert_int_equal(model.n_ops, 227);
    assert_int_equal(count_ops(&model, TFL_OP_RESHAPE), 74);
    assert_int_equal(count_ops(&model, TFL_OP_CONV_2D), 38);
    assert_int_equal(count_ops(&model, TFL_OP_DEPTHWISE_CONV_2D), 26);
    assert_int_equal(count_ops(&model, TFL_OP_ADD), 17);
    assert_int_equal(count_ops(&model, TFL_OP_AVERAGE_POOL_2D), 4);
    assert_true(model.n_signatures >= 1);
    assert_string_equal(model.signatures[0].key, "serving_default");
    int image = find_name(model.signatures[0].inputs, model.signatures[0].n_inputs, "image");
    assert_true(image >= 0);
    assert_int_equal(model.tensors[image].rank, 5);
    assert_memory_equal(model.tensors[image].shape, ((int32_t[]){1, 1, 172, 172, 3}), 20);
    assert_int_equal(model.n_labels, 0);
    tfl_free(&model);
    free(file);
}

static void test_calf(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int ops, swishes;
    } files[] = {
        {"calf_a0_stream_int8.tflite", 606, 58},
        {"calf_a0_stream_dynamic.tflite", 504, -1},
    };
    for (int i = 0; i < 2; i++) {
        tfl_model model;
        uint8_t *file;
        size_t size;
        if (!open_real(files[i].name, &model, &file, &size))
            skip();
        assert_int_equal(model.n_ops, files[i].ops);
        if (files[i].swishes >= 0)
            assert_int_equal(count_ops(&model, TFL_OP_HARD_SWISH), files[i].swishes);
        assert_string_equal(model.signatures[0].key, "call");
        tfl_free(&model);
        free(file);
    }
}

/* Cut off anywhere: an error, except in what nothing refers to at the end. */
static void test_cut_off(void **state)
{
    (void)state;
    tfl_model model;
    uint8_t *file;
    size_t size;
    if (!open_real("movinet_a0_stream_int8_k600.tflite", &model, &file, &size))
        skip();
    tfl_free(&model);
    for (size_t i = 0; i < 400; i++) {
        size_t length = size / 400 * i;
        uint8_t *part = malloc(length + 1);
        memcpy(part, file, length);
        movinet_error err = {0};
        assert_int_not_equal(tfl_read(&model, part, length, &err), MOVINET_OK);
        assert_true(err.message[0] != '\0');
        free(part);
    }
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_google_a0),
        cmocka_unit_test(test_calf),
        cmocka_unit_test(test_cut_off),
    };
    return cmocka_run_group_tests_name("tflite-real", tests, NULL, NULL);
}

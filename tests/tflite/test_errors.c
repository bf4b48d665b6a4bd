/* Files that are wrong in one place: the right status, and a message that names
 * the place. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void check_message(const movinet_error *err, const char *part)
{
    if (!strstr(err->message, part))
        fail_msg("\"%s\" does not say \"%s\"", err->message, part);
    assert_null(strchr(err->message, '\n'));
}

/* Reading fails with this status and a message that has `part` in it. */
static void expect_bytes(const uint8_t *bytes, size_t size, movinet_status status, const char *part)
{
    tfl_model model;
    movinet_error err = {0};
    movinet_status got = tfl_read(&model, bytes, size, &err);
    if (!got)
        fail_msg("read, but should have said \"%s\"", part);
    check_message(&err, part);
    assert_int_equal(got, status);
    assert_int_equal(err.status, status);
    assert_null(model.arena.chunks); /* nothing is left behind */
}

static void expect(mb_model *m, movinet_status status, const char *part)
{
    size_t size;
    uint8_t *file = mb_finish(m, &size);
    expect_bytes(file, size, status, part);
    free(file);
}

#define FORMAT MOVINET_ERR_FORMAT
#define UNSUPPORTED MOVINET_ERR_UNSUPPORTED

static void test_foreign(void **state)
{
    (void)state;
    expect_bytes((const uint8_t *)"", 0, FORMAT, "not a .tflite file");
    expect_bytes((const uint8_t *)"\0\0\0\0TFL", 7, FORMAT, "not a .tflite file");
    expect_bytes((const uint8_t *)"\x7f""ELF, something else entirely", 32, FORMAT,
                 "not a .tflite file");
    expect_bytes((const uint8_t *)"\xff\xff\xff\xffTFL3", 8, FORMAT, "out of the file");
    expect_bytes((const uint8_t *)"\0\0\0\0TFL3", 8, FORMAT, "out of the file");
    mb_model *m = sample_model();
    mb_flags(m, MB_NO_IDENTIFIER);
    expect(m, FORMAT, "not a .tflite file");
}

static void test_model(void **state)
{
    (void)state;
    mb_model *m = sample_model();
    mb_version(m, 2);
    expect(m, UNSUPPORTED, "version 2");
    m = sample_model();
    mb_flags(m, MB_NO_SUBGRAPH);
    expect(m, FORMAT, "no subgraph");
    m = sample_model();
    mb_flags(m, MB_NO_BUFFERS);
    expect(m, FORMAT, "tensor 2 \"w\"");
    m = sample_model();
    mb_inputs(m, MB_IDS(0, 11));
    expect(m, FORMAT, "the model: its input 1 is tensor 11");
    m = sample_model();
    mb_outputs(m, MB_IDS(-1));
    expect(m, FORMAT, "the model: its output 0 is tensor -1");
    m = sample_model();
    mb_signature_input(m, 0, "lost", 77);
    expect(m, FORMAT, "signature \"serving_default\": \"lost\" is tensor 77");
}

static void test_shapes(void **state)
{
    (void)state;
    mb_model *m = sample_model();
    mb_tensor(m, "deep", MOVINET_FLOAT32, 9, (int32_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1});
    expect(m, UNSUPPORTED, "tensor 11 \"deep\": it has 9 dimensions");
    m = sample_model();
    mb_tensor(m, "less", MOVINET_FLOAT32, 2, (int32_t[]){1, -2});
    expect(m, FORMAT, "tensor 11 \"less\": its dimension 1 is -2");
    m = sample_model();
    mb_tensor(m, "huge", MOVINET_FLOAT32, 4,
              (int32_t[]){INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX});
    expect(m, UNSUPPORTED, "tensor 11 \"huge\"");
    m = sample_model();
    mb_tensor(m, "hidden", MOVINET_FLOAT32, 3, (int32_t[]){0, INT32_MAX, 2});
    expect(m, UNSUPPORTED, "tensor 11 \"hidden\"");
}

static void test_types(void **state)
{
    (void)state;
    const int types[] = {8, 11, 12, 13, 17, 18, 22, -1, 100};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        mb_model *m = sample_model();
        mb_set_type(m, 0, types[i]);
        expect(m, UNSUPPORTED, "tensor 0 \"image\": its element type");
    }
}

static void test_data(void **state)
{
    (void)state;
    mb_model *m = sample_model();
    mb_data(m, 2, "12345", 5);
    expect(m, FORMAT, "tensor 2 \"w\": its data is 5 bytes, and its shape asks for 6");
    m = sample_model();
    mb_data(m, 2, "1234567", 7);
    expect(m, FORMAT, "asks for 6");
    m = sample_model();
    mb_set_buffer(m, 3, 99);
    expect(m, FORMAT, "tensor 3 \"b\": its data is buffer 99");
    m = sample_model();
    mb_set_sparse(m, 2);
    expect(m, UNSUPPORTED, "tensor 2 \"w\": sparse");
    m = sample_model();
    mb_share_data(m, 4, 2);
    expect(m, FORMAT, "tensor 4 \"c\"");
    m = sample_model();
    mb_data(m, 10, "abcd", 4);
    expect(m, FORMAT, "op 4 ADD: it writes to tensor 10 \"state out\", a constant");
    m = sample_model();
    mb_flags(m, MB_BUFFERS_BEHIND);
    size_t size;
    uint8_t *file = mb_finish(m, &size);
    expect_bytes(file, size - 1, FORMAT, "the file is cut off");
    free(file);
}

static void test_scales(void **state)
{
    (void)state;
    const struct {
        int n, n_zeros, axis;
        float scales[4];
        int64_t zeros[4];
        const char *part;
    } cases[] = {
        {1, 1, 0, {-1.0f}, {0}, "its scale 0 is -1"},
        {1, 1, 0, {1.0f / 0.0f}, {0}, "its scale 0 is inf"},
        {1, 1, 0, {0.0f / 0.0f}, {0}, "its scale 0 is"},
        {3, 3, 0, {1, 0, 1}, {0}, "its scale 1 is 0"},
        {2, 2, 0, {1, 1}, {0}, "it has 2 scales, and 3 channels on axis 0"},
        {4, 4, 0, {1, 1, 1, 1}, {0}, "it has 4 scales"},
        {3, 3, 4, {1, 1, 1}, {0}, "along axis 4"},
        {3, 3, -1, {1, 1, 1}, {0}, "along axis -1"},
        {3, 2, 0, {1, 1, 1}, {0}, "it has 3 scales and 2 zero points"},
        {1, 1, 0, {1}, {128}, "its zero point 0 is 128, out of range for int8"},
        {1, 1, 0, {1}, {-129}, "out of range for int8"},
        {1, 1, 0, {1}, {INT64_MAX}, "out of range for int8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mb_model *m = sample_model();
        mb_quantize(m, 2, cases[i].n, cases[i].scales, cases[i].n_zeros, cases[i].zeros,
                    cases[i].axis);
        expect(m, FORMAT, "tensor 2 \"w\"");
        m = sample_model();
        mb_quantize(m, 2, cases[i].n, cases[i].scales, cases[i].n_zeros, cases[i].zeros,
                    cases[i].axis);
        expect(m, FORMAT, cases[i].part);
    }
}

static void test_ops(void **state)
{
    (void)state;
    mb_model *m = sample_model();
    mb_op(m, TFL_OP_MUL, 1, MB_IDS(0, 11), MB_IDS(1), NULL);
    expect(m, FORMAT, "op 5 MUL: its input 1 is tensor 11, and the model has 11");
    m = sample_model();
    mb_op(m, TFL_OP_MUL, 1, MB_IDS(0, -2), MB_IDS(1), NULL);
    expect(m, FORMAT, "op 5 MUL: its input 1 is tensor -2");
    m = sample_model();
    mb_op(m, TFL_OP_MUL, 1, MB_IDS(0), MB_IDS(-1), NULL);
    expect(m, FORMAT, "op 5 MUL: its output 0 is tensor -1");
    m = sample_model();
    mb_set_op_code_index(m, 1, 5);
    expect(m, FORMAT, "op 1: its code is entry 5 of the table of codes, which has 5");
    m = sample_model();
    mb_op(m, 210, 1, MB_IDS(0), MB_NONE, NULL);
    expect(m, UNSUPPORTED, "op 5: operator code 210 is unknown");
    m = sample_model();
    mb_op(m, -7, 1, MB_IDS(0), MB_NONE, NULL);
    expect(m, FORMAT, "op 5: code -7");
    m = sample_model();
    mb_op(m, TFL_OP_ADD, -1, MB_IDS(0), MB_NONE, NULL);
    expect(m, FORMAT, "op 5: code 0 version -1");
}

/* One op whose options are wrong. */
static void expect_options(int code, const tfl_options *options, movinet_status status,
                           const char *part)
{
    mb_model *m = sample_model();
    mb_op(m, code, 1, MB_IDS(0), MB_NONE, options);
    expect(m, status, part);
}

static void test_options(void **state)
{
    (void)state;
    expect_options(TFL_OP_CONV_2D, NULL, FORMAT, "op 5 CONV_2D: its options are missing");
    expect_options(TFL_OP_CONV_2D, &(tfl_options){.stride_h = 1}, FORMAT,
                   "op 5 CONV_2D: its option stride_w is 0");
    expect_options(TFL_OP_CONV_2D, &(tfl_options){.stride_h = -1, .stride_w = 1}, FORMAT,
                   "stride_h is -1");
    expect_options(TFL_OP_CONV_2D,
                   &(tfl_options){.stride_h = 1, .stride_w = 1, .dilation_w = 1 << 20}, FORMAT,
                   "dilation_w");
    expect_options(TFL_OP_AVERAGE_POOL_2D, &(tfl_options){.stride_h = 1, .stride_w = 1}, FORMAT,
                   "filter_w");
    expect_options(TFL_OP_ADD, &(tfl_options){.activation = 6}, FORMAT, "activation is 6");
    expect_options(TFL_OP_DEPTHWISE_CONV_2D,
                   &(tfl_options){.stride_h = 1, .stride_w = 1, .padding = 2}, FORMAT,
                   "padding is 2");
    expect_options(TFL_OP_SOFTMAX, &(tfl_options){.beta = 0.0f / 0.0f}, FORMAT, "beta");
    mb_model *m = sample_model();
    mb_set_options_type(m, 1, TFL_OPTIONS_POOL_2D);
    expect(m, FORMAT, "op 1 CONV_2D: has the options of another op");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_foreign), cmocka_unit_test(test_model),
        cmocka_unit_test(test_shapes),  cmocka_unit_test(test_types),
        cmocka_unit_test(test_data),    cmocka_unit_test(test_scales),
        cmocka_unit_test(test_ops),     cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests_name("tflite-errors", tests, NULL, NULL);
}

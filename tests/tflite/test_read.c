/* What the builder writes is what the reader reads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Builds, reads; the file is kept in *file for free(). */
static void read_built(mb_model *m, tfl_model *model, uint8_t **file)
{
    size_t size;
    movinet_error err = {0};
    *file = mb_finish(m, &size);
    movinet_status status = tfl_read(model, *file, size, &err);
    if (status)
        fail_msg("%s", err.message);
}

static void check_tensors(const tfl_model *model)
{
    const tfl_tensor *t = model->tensors;
    assert_int_equal(model->n_tensors, 11);
    assert_string_equal(t[0].name, "image");
    assert_int_equal(t[0].type, MOVINET_FLOAT32);
    assert_int_equal(t[0].rank, 4);
    assert_memory_equal(t[0].shape, ((int32_t[]){1, 4, 4, 2, 0, 0, 0, 0}), 32);
    assert_null(t[0].data);
    assert_int_equal(t[0].quant.n, 0);
    assert_int_equal(t[1].quant.n, 1);
    assert_true(t[1].quant.scale[0] == 0.1f);
    assert_int_equal(t[1].quant.zero_point[0], -128);
    assert_int_equal(t[2].size, 6);
    assert_memory_equal(t[2].data, ((int8_t[]){1, -2, 3, -4, 5, -6}), 6);
    assert_int_equal(t[2].quant.n, 3);
    assert_int_equal(t[2].quant.axis, 0);
    assert_true(t[2].quant.scale[2] == 0.125f);
    /* Zero points that are left out are 0. */
    assert_int_equal(t[3].quant.n, 3);
    assert_int_equal(t[3].quant.zero_point[2], 0);
    assert_memory_equal(t[3].data, ((int32_t[]){10, 20, 30}), 12);
}

static void check_ops(const tfl_model *model)
{
    assert_int_equal(model->n_ops, 5);
    const tfl_op *conv = &model->ops[1];
    assert_int_equal(conv->code, TFL_OP_CONV_2D);
    assert_int_equal(conv->version, 3);
    assert_null(conv->custom);
    assert_int_equal(conv->n_inputs, 3);
    assert_memory_equal(conv->inputs, ((int32_t[]){1, 2, 3}), 12);
    assert_int_equal(conv->n_outputs, 1);
    assert_int_equal(conv->outputs[0], 4);
    assert_int_equal(conv->options.padding, TFL_PADDING_SAME);
    assert_int_equal(conv->options.stride_w, 1);
    assert_int_equal(conv->options.dilation_w, 1); /* left out in the file */
    assert_int_equal(conv->options.dilation_h, 1);
    assert_int_equal(conv->options.activation, TFL_ACT_RELU6);
    assert_true(model->ops[2].options.keep_dims);
    assert_int_equal(model->ops[3].options.n_new_shape, 2);
    assert_int_equal(model->ops[3].options.new_shape[1], 3);
}

static void check_model(const tfl_model *model)
{
    assert_string_equal(model->description, "a sample");
    assert_int_equal(model->n_subgraphs, 1);
    assert_int_equal(model->n_inputs, 2);
    assert_int_equal(model->inputs[1], 9);
    assert_int_equal(model->n_outputs, 2);
    assert_int_equal(model->outputs[0], 8);
    assert_int_equal(model->n_signatures, 1);
    const tfl_signature *s = model->signatures;
    assert_string_equal(s->key, "serving_default");
    assert_int_equal(s->n_inputs, 2);
    assert_string_equal(s->inputs[1].name, "state");
    assert_int_equal(s->inputs[1].tensor, 9);
    assert_int_equal(s->n_outputs, 2);
    assert_string_equal(s->outputs[0].name, "logits");
    assert_int_equal(s->outputs[1].tensor, 10);
    assert_null(model->metadata);
    assert_int_equal(model->n_labels, 0);
    check_tensors(model);
    check_ops(model);
}

/* In every way of writing a file. */
static void test_round_trip(void **state)
{
    (void)state;
    const int flags[] = {0, MB_LEGACY_CODES, MB_BUFFERS_BEHIND,
                         MB_LEGACY_CODES | MB_BUFFERS_BEHIND};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        tfl_model model;
        uint8_t *file;
        mb_model *m = sample_model();
        mb_flags(m, flags[i]);
        read_built(m, &model, &file);
        check_model(&model);
        tfl_free(&model);
        assert_int_equal(model.n_tensors, 0);
        tfl_free(&model); /* twice is fine */
        free(file);
    }
}

/* Bytes at any address: nothing in the file needs to be aligned. */
static void test_unaligned(void **state)
{
    (void)state;
    size_t size;
    tfl_model model;
    uint8_t *file = mb_finish(sample_model(), &size);
    uint8_t *moved = malloc(size + 1);
    memcpy(moved + 1, file, size);
    assert_int_equal(tfl_read(&model, moved + 1, size, NULL), MOVINET_OK);
    check_model(&model);
    tfl_free(&model);
    free(moved);
    free(file);
}

static void test_op_codes(void **state)
{
    (void)state;
    tfl_model model;
    uint8_t *file;
    mb_model *m = mb_new();
    int a = mb_tensor(m, NULL, MOVINET_FLOAT32, 0, NULL);
    int b = mb_tensor(m, NULL, MOVINET_FLOAT32, 0, NULL);
    mb_op(m, TFL_OP_BROADCAST_TO, 2, MB_IDS(a, -1), MB_IDS(b), NULL); /* above 127 */
    mb_op(m, TFL_OP_GELU, 1, MB_IDS(a), MB_IDS(b), &(tfl_options){0});
    mb_custom(m, "Mine", MB_IDS(a), MB_NONE);
    read_built(m, &model, &file);
    assert_int_equal(model.ops[0].code, 130);
    assert_int_equal(model.ops[0].version, 2);
    assert_int_equal(model.ops[0].inputs[1], -1);
    assert_int_equal(model.ops[1].code, TFL_OP_GELU);
    assert_int_equal(model.ops[2].code, TFL_OP_CUSTOM);
    assert_string_equal(model.ops[2].custom, "Mine");
    assert_int_equal(model.ops[2].n_outputs, 0);
    assert_string_equal(model.tensors[0].name, "");
    assert_string_equal(model.description, "");
    tfl_free(&model);
    free(file);
}

/* One op with these options; reads them back. */
static void check_options(int code, const tfl_options *options, const tfl_options *expected)
{
    tfl_model model;
    uint8_t *file;
    mb_model *m = mb_new();
    int a = mb_tensor(m, "a", MOVINET_FLOAT32, 0, NULL);
    mb_op(m, code, 1, MB_IDS(a), MB_NONE, options);
    read_built(m, &model, &file);
    const tfl_options *got = &model.ops[0].options;
    if (memcmp(got, expected, sizeof *got) != 0)
        fail_msg("options of %s differ", tfl_op_name(code));
    tfl_free(&model);
    free(file);
}

/* Padding bytes are zero in both: static storage is zeroed whole. */
static void same(int code, tfl_options *options)
{
    tfl_options expected;
    memcpy(&expected, options, sizeof expected);
    if (!expected.dilation_w)
        expected.dilation_w = expected.dilation_h = 1;
    check_options(code, options, &expected);
    memset(options, 0, sizeof *options);
}

static void test_window_options(void **state)
{
    (void)state;
    static tfl_options o;
    o.padding = TFL_PADDING_VALID, o.stride_w = 2, o.stride_h = 3;
    o.activation = TFL_ACT_RELU_N1_TO_1, o.dilation_w = 4, o.dilation_h = 5;
    same(TFL_OP_CONV_2D, &o);
    o.padding = TFL_PADDING_VALID, o.stride_w = 2, o.stride_h = 3, o.depth_multiplier = 7;
    o.activation = TFL_ACT_RELU, o.dilation_w = 4, o.dilation_h = 5;
    same(TFL_OP_DEPTHWISE_CONV_2D, &o);
    o.padding = TFL_PADDING_VALID, o.stride_w = 2, o.stride_h = 3, o.filter_w = 4, o.filter_h = 5;
    o.activation = TFL_ACT_TANH;
    same(TFL_OP_AVERAGE_POOL_2D, &o);
    o.stride_w = o.stride_h = o.filter_w = o.filter_h = 1;
    same(TFL_OP_MAX_POOL_2D, &o);
    o.stride_w = 1, o.stride_h = 2, o.activation = TFL_ACT_RELU6;
    same(TFL_OP_TRANSPOSE_CONV, &o);
}

static void test_math_options(void **state)
{
    (void)state;
    static tfl_options o;
    o.activation = TFL_ACT_RELU, o.weights_format = 1, o.keep_num_dims = true;
    same(TFL_OP_FULLY_CONNECTED, &o);
    o.beta = 1.5f;
    same(TFL_OP_SOFTMAX, &o);
    o.alpha = 0.25f;
    same(TFL_OP_LEAKY_RELU, &o);
    const int fused[] = {TFL_OP_ADD, TFL_OP_SUB, TFL_OP_MUL, TFL_OP_DIV, TFL_OP_L2_NORMALIZATION};
    for (size_t i = 0; i < sizeof fused / sizeof *fused; i++) {
        o.activation = TFL_ACT_SIGN_BIT;
        same(fused[i], &o);
    }
    const int reducers[] = {TFL_OP_MEAN, TFL_OP_SUM, TFL_OP_REDUCE_MAX, TFL_OP_REDUCE_ALL};
    for (size_t i = 0; i < sizeof reducers / sizeof *reducers; i++) {
        o.keep_dims = true;
        same(reducers[i], &o);
    }
    o.adj_y = true;
    same(TFL_OP_BATCH_MATMUL, &o);
    o.align_corners = true;
    same(TFL_OP_RESIZE_BILINEAR, &o);
    o.half_pixel_centers = true;
    same(TFL_OP_RESIZE_NEAREST_NEIGHBOR, &o);
}

static void test_shape_options(void **state)
{
    (void)state;
    static tfl_options o;
    o.axis = -1, o.activation = TFL_ACT_RELU;
    same(TFL_OP_CONCATENATION, &o);
    o.axis = 2, o.batch_dims = 1;
    same(TFL_OP_GATHER, &o);
    o.axis = -2, o.values_count = 4;
    same(TFL_OP_PACK, &o);
    o.axis = 1, o.values_count = 2;
    same(TFL_OP_UNPACK, &o);
    o.begin_mask = 1, o.end_mask = 2, o.ellipsis_mask = 4, o.new_axis_mask = 8;
    o.shrink_axis_mask = 16, o.offset = true;
    same(TFL_OP_STRIDED_SLICE, &o);
    o.in_type = MOVINET_INT32, o.out_type = MOVINET_FLOAT32;
    same(TFL_OP_CAST, &o);
    o.out_type = MOVINET_INT64;
    same(TFL_OP_SHAPE, &o);
    o.out_type = MOVINET_INT64;
    same(TFL_OP_ARG_MAX, &o);
    o.n_squeeze_dims = 2, o.squeeze_dims[0] = 1, o.squeeze_dims[1] = -1;
    same(TFL_OP_SQUEEZE, &o);
    same(TFL_OP_SQUEEZE, &o);
    o.n_new_shape = 3, o.new_shape[0] = 1, o.new_shape[1] = -1, o.new_shape[2] = 600;
    same(TFL_OP_RESHAPE, &o);
    same(TFL_OP_RESHAPE, &o); /* a list that is there, but empty: a scalar */
    o.n_new_shape = -1;
    same(TFL_OP_RESHAPE, &o);
}

/* Options that an op may leave out whole. */
static void test_no_options(void **state)
{
    (void)state;
    static tfl_options plain, reshape;
    plain.dilation_w = plain.dilation_h = 1;
    check_options(TFL_OP_MEAN, NULL, &plain);
    check_options(TFL_OP_ADD, NULL, &plain);
    check_options(TFL_OP_LOGISTIC, NULL, &plain);
    reshape = plain;
    reshape.n_new_shape = -1;
    check_options(TFL_OP_RESHAPE, NULL, &reshape);
}

static void test_signatures(void **state)
{
    (void)state;
    tfl_model model;
    uint8_t *file;
    mb_model *m = sample_model();
    mb_extra_subgraph(m);
    int other = mb_signature(m, "of another subgraph", 1);
    mb_signature_input(m, other, "x", 99);
    int second = mb_signature(m, "second", 0);
    mb_signature_output(m, second, "y", 3);
    read_built(m, &model, &file);
    assert_int_equal(model.n_subgraphs, 2);
    assert_int_equal(model.n_signatures, 2);
    assert_string_equal(model.signatures[1].key, "second");
    assert_int_equal(model.signatures[1].n_inputs, 0);
    assert_int_equal(model.signatures[1].outputs[0].tensor, 3);
    tfl_free(&model);
    free(file);
}

static void test_tensor_kinds(void **state)
{
    (void)state;
    tfl_model model;
    uint8_t *file;
    mb_model *m = mb_new();
    int a = mb_tensor(m, "a", MOVINET_FLOAT32, 3, (int32_t[]){1, -1, 2});
    int b = mb_tensor(m, "b", MOVINET_FLOAT32, 2, (int32_t[]){1, 2});
    mb_shape_signature(m, b, MB_IDS(-1, 2));
    mb_shape_signature(m, mb_tensor(m, "c", MOVINET_BOOL, 1, (int32_t[]){5}), MB_IDS(5));
    int d = mb_constant(m, "d\nd\xff\xc3\xa4", MOVINET_FLOAT64, 0, NULL, &(double){1});
    int e = mb_tensor(m, "e", MOVINET_INT64, 0, NULL);
    mb_share_data(m, e, d);
    mb_set_variable(m, e);
    int f = mb_constant(m, "no elements", MOVINET_INT32, 1, (int32_t[]){0}, NULL);
    int g = mb_constant(m, "words", MOVINET_STRING, 1, (int32_t[]){1}, NULL);
    mb_data(m, g, "any bytes", 9);
    mb_quantize(m, mb_tensor(m, "h", MOVINET_INT8, 0, NULL), 1, &(float){0}, 1, &(int64_t){0}, 0);
    int i = mb_tensor(m, "i", MOVINET_INT8, 2, (int32_t[]){2, 3});
    mb_quantize(m, i, 3, (float[]){1, 2, 3}, 1, &(int64_t){7}, 1);
    read_built(m, &model, &file);
    const tfl_tensor *t = model.tensors;
    assert_true(t[a].dynamic);
    assert_int_equal(t[a].shape[1], 1);
    assert_true(t[b].dynamic);
    assert_false(t[2].dynamic);
    assert_string_equal(t[d].name, "d?d?\xc3\xa4");
    assert_int_equal(t[d].size, 8);
    assert_ptr_equal(t[d].data, t[e].data);
    assert_true(t[e].variable);
    assert_false(t[d].variable);
    assert_non_null(t[f].data);
    assert_int_equal(t[f].size, 0);
    assert_memory_equal(t[g].data, "any bytes", 9);
    assert_int_equal(t[7].quant.n, 0); /* a scale of 0: not quantized */
    assert_int_equal(t[i].quant.axis, 1);
    assert_int_equal(t[i].quant.zero_point[2], 7); /* one for all */
    tfl_free(&model);
    free(file);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(tfl_op_name(0), "ADD");
    assert_string_equal(tfl_op_name(3), "CONV_2D");
    assert_string_equal(tfl_op_name(117), "HARD_SWISH");
    assert_string_equal(tfl_op_name(130), "BROADCAST_TO");
    assert_string_equal(tfl_op_name(209), "STABLEHLO_CASE");
    assert_null(tfl_op_name(210));
    assert_null(tfl_op_name(-1));
    for (int code = 0; code < TFL_OP_COUNT; code++)
        assert_int_equal(tfl_op_code(tfl_op_name(code)), code);
    assert_int_equal(tfl_op_code("NO_SUCH_OP"), -1);
    assert_int_equal(tfl_type_size(MOVINET_FLOAT16), 2);
    assert_int_equal(tfl_type_size(MOVINET_FLOAT64), 8);
    assert_int_equal(tfl_type_size(MOVINET_STRING), 0);
    assert_int_equal(tfl_type_size((movinet_type)77), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_op_codes),       cmocka_unit_test(test_window_options),
        cmocka_unit_test(test_math_options),   cmocka_unit_test(test_shape_options),
        cmocka_unit_test(test_no_options),     cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_tensor_kinds),   cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("tflite-read", tests, NULL, NULL);
}

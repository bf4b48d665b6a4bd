/* Small networks made by hand: states of every kind, folding, views, memory
 * reuse, and what cannot be run is named. SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"
#include "support/net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const float scale_half = 0.5f;
static const int32_t zero_3 = 3;

/* logits[6] = reshape(image) + state; state' = logits. */
static void accumulator(net *n, movinet_type type)
{
    net_begin(n);
    int img = net_image(n), state = net_vector(n, "s", type, 6);
    int flat = net_vector(n, "flat", MOVINET_FLOAT32, 6), sum = net_vector(n, "sum", MOVINET_FLOAT32, 6);
    int shape = net_ints(n, 1, (int32_t[]){6});
    net_op(n, TFL_OP_RESHAPE, 2, (int32_t[]){img, shape}, flat);
    if (type == MOVINET_FLOAT32) {
        net_op(n, TFL_OP_ADD, 2, (int32_t[]){flat, state}, sum);
        net_ends(n, state, "state_a", sum, "state_a");
    } else { /* an int8 state of scale 0.5, zero point 3 */
        int real = net_vector(n, "real", MOVINET_FLOAT32, 6), next = net_vector(n, "next", type, 6);
        tfl_quant q = {.n = 1, .scale = &scale_half, .zero_point = &zero_3};
        n->tensors[state].quant = n->tensors[next].quant = q;
        net_op(n, TFL_OP_DEQUANTIZE, 1, (int32_t[]){state}, real);
        net_op(n, TFL_OP_ADD, 2, (int32_t[]){flat, real}, sum);
        net_op(n, TFL_OP_QUANTIZE, 1, (int32_t[]){sum}, next);
        net_ends(n, state, "state_a", next, "state_a");
    }
    net_ends(n, img, "image", sum, "logits");
    net_sign(n);
}

/* Every test runs twice: op by op as the file says, and through the passes. */
static bool plain;

typedef struct run {
    mve_plan plan;
    mve_stream stream;
    float logits[6];
} run;

static void start(run *r, net *n)
{
    movinet_error err;
    if (mve_plan_build(&r->plan, &n->model, &(mve_options){.plain = plain}, &err) ||
        mve_stream_open(&r->stream, &r->plan, 1, &err))
        fail_msg("%s", err.message);
}

static void frame(run *r, float value)
{
    float row[6];
    for (int i = 0; i < 6; i++)
        row[i] = value + (float)i;
    mve_stream_put_f32(&r->stream, 0, row);
    mve_stream_step(&r->stream, r->logits);
}

static void end(run *r)
{
    mve_stream_close(&r->stream);
    mve_plan_free(&r->plan);
}

static void float_state_adds_up(void **state)
{
    net n;
    run r;
    (void)state;
    accumulator(&n, MOVINET_FLOAT32);
    start(&r, &n);
    for (int f = 1; f <= 3; f++) {
        frame(&r, 1);
        for (int i = 0; i < 6; i++)
            assert_true(r.logits[i] == (float)f * (1 + (float)i));
    }
    mve_stream_reset(&r.stream);
    frame(&r, 2);
    assert_true(r.logits[0] == 2);
    end(&r);
}

static void int8_state_starts_at_real_zero(void **state)
{
    net n;
    run r;
    (void)state;
    accumulator(&n, MOVINET_INT8);
    start(&r, &n);
    frame(&r, 1);
    assert_true(r.logits[0] == 1 && r.logits[5] == 6);
    frame(&r, 1);
    assert_true(r.logits[0] == 2 && r.logits[5] == 12);
    end(&r);
}

/* a' = b, b' = a: neither may be overwritten before the other was read. */
static void swapped_states(void **state)
{
    net n;
    run r;
    (void)state;
    net_begin(&n);
    int img = net_image(&n), a = net_vector(&n, "a", MOVINET_INT32, 2), b = net_vector(&n, "b", MOVINET_INT32, 2);
    int c = net_vector(&n, "c", MOVINET_INT32, 2), flat = net_vector(&n, "flat", MOVINET_FLOAT32, 6);
    int shape = net_ints(&n, 1, (int32_t[]){6});
    net_op(&n, TFL_OP_RESHAPE, 2, (int32_t[]){img, shape}, flat);
    net_ends(&n, c, "state_c", c, "state_c"); /* passes through */
    net_ends(&n, a, "state_a", b, "state_a");
    net_ends(&n, b, "state_b", a, "state_b");
    net_ends(&n, img, "image", flat, "logits");
    net_sign(&n);
    start(&r, &n);
    assert_int_equal(mve_stream_state_size(&r.stream), 24);
    int32_t values[6] = {7, 8, 1, 2, 3, 4};
    mve_stream_set_states(&r.stream, (const uint8_t *)values);
    frame(&r, 0);
    mve_stream_get_states(&r.stream, (uint8_t *)values);
    const int32_t want[4] = {3, 4, 1, 2};
    assert_memory_equal(values + 2, want, sizeof want);
    /* What nobody reads or changes is not kept: it is what it began as. */
    assert_int_equal(values[0], plain ? 7 : 0);
    end(&r);
}

static void states_by_tensor_names(void **state)
{
    net n;
    run r;
    (void)state;
    accumulator(&n, MOVINET_FLOAT32);
    n.model.n_signatures = 0;
    n.tensors[1].name = "serving_default_state_block1_layer0_stream_buffer:0";
    int copy = net_vector(&n, "StatefulPartitionedCall/state_block1_layer0_stream_buffer:0",
                      MOVINET_FLOAT32, 6);
    net_op(&n, TFL_OP_MUL, 2, (int32_t[]){3, net_floats(&n, 1, (float[]){2})}, copy);
    n.outputs[0] = copy;
    start(&r, &n);
    assert_int_equal(r.plan.graph.n_states, 1);
    assert_string_equal(r.plan.graph.states[0].name, "state_block1_layer0_stream_buffer");
    frame(&r, 1);
    frame(&r, 1);
    assert_true(r.logits[0] == 3); /* 1 + 2 · 1 */
    end(&r);
}

static void no_states_runs_frame_by_frame(void **state)
{
    net n;
    run r;
    (void)state;
    net_begin(&n);
    int img = net_image(&n), flat = net_vector(&n, "flat", MOVINET_FLOAT32, 6);
    tfl_op *o = net_op(&n, TFL_OP_RESHAPE, 1, (int32_t[]){img}, flat);
    o->options.n_new_shape = 1;
    o->options.new_shape[0] = -1;
    net_ends(&n, img, "image", flat, "logits");
    start(&r, &n);
    frame(&r, 4);
    assert_true(r.logits[5] == 9);
    end(&r);
}

/* SHAPE → GATHER → PACK → RESHAPE, as dynamic-shape exports do: all folded. */
static void shapes_fold(void **state)
{
    net n;
    run r;
    (void)state;
    net_begin(&n);
    int img = net_image(&n), shape = net_vector(&n, "shape", MOVINET_INT32, 5);
    int two = net_vector(&n, "two", MOVINET_INT32, 2), first = net_vector(&n, "first", MOVINET_INT32, 1);
    int six = net_vector(&n, "six", MOVINET_INT32, 1);
    int flat = net_vector(&n, "flat", MOVINET_FLOAT32, 6);
    n.tensors[first].rank = 0;
    int minus = net_ints(&n, 1, (int32_t[]){-1});
    n.tensors[minus].rank = 0;
    net_op(&n, TFL_OP_SHAPE, 1, (int32_t[]){img}, shape);
    net_op(&n, TFL_OP_GATHER, 2, (int32_t[]){shape, net_ints(&n, 2, (int32_t[]){3, 4})}, two);
    tfl_op *prod = net_op(&n, TFL_OP_REDUCE_PROD, 2,
                      (int32_t[]){two, net_ints(&n, 1, (int32_t[]){0})}, first);
    prod->options.keep_dims = false;
    net_op(&n, TFL_OP_PACK, 1, (int32_t[]){first}, six);
    net_op(&n, TFL_OP_RESHAPE, 2, (int32_t[]){img, six}, flat);
    net_ends(&n, img, "image", flat, "logits");
    net_sign(&n);
    start(&r, &n);
    for (int i = 0; i < 4; i++)
        assert_true(r.plan.graph.ops[i].folded);
    assert_int_equal(r.plan.n_steps, 0);
    frame(&r, 1);
    assert_true(r.logits[3] == 4);
    end(&r);
}

static void expect_error(net *n, movinet_status status, const char *a, const char *b)
{
    mve_plan plan;
    movinet_error err = {0};
    assert_int_equal(mve_plan_build(&plan, &n->model, &(mve_options){.plain = plain}, &err), status);
    if (!strstr(err.message, a) || !strstr(err.message, b))
        fail_msg("'%s' lacks '%s' or '%s'", err.message, a, b);
}

static void what_cannot_run_is_named(void **state)
{
    net n;
    (void)state;
    accumulator(&n, MOVINET_FLOAT32);
    n.ops[1].code = TFL_OP_CUMSUM;
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "op 1 (CUMSUM v1), tensor 3 'sum'", "not supported");
    accumulator(&n, MOVINET_FLOAT32);
    n.ops[1].version = 99;
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "op 1 (ADD v99)", "versions up to");
    accumulator(&n, MOVINET_FLOAT32);
    n.ops[1].custom = "MyOp";
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "op 1", "custom op 'MyOp'");
    accumulator(&n, MOVINET_FLOAT32);
    n.tensors[2].type = MOVINET_INT16;
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "op 0 (RESHAPE v1)", "int16");
    accumulator(&n, MOVINET_FLOAT32);
    n.tensors[1].shape[0] = 5;
    expect_error(&n, MOVINET_ERR_FORMAT, "op 1 (ADD v1)", "do not fit");
}

static void odd_ends_are_refused(void **state)
{
    net n;
    (void)state;
    accumulator(&n, MOVINET_FLOAT32);
    n.out_names[0].name = "something";
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "two inputs that are not states", "'image'");
    accumulator(&n, MOVINET_FLOAT32);
    n.signature.n_inputs = 1;
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "missing from signature", "'image'");
    accumulator(&n, MOVINET_FLOAT32);
    n.tensors[0].shape[4] = 6;
    n.tensors[0].shape[3] = 1;
    expect_error(&n, MOVINET_ERR_UNSUPPORTED, "image input", "height, width, 3");
    accumulator(&n, MOVINET_FLOAT32);
    n.model.n_ops = 1;
    expect_error(&n, MOVINET_ERR_FORMAT, "nothing writes it", "");
}

/* Ops read only what is there already; nothing is written twice. */
static void order_is_checked(void **state)
{
    net n;
    (void)state;
    accumulator(&n, MOVINET_FLOAT32);
    tfl_op first = n.ops[0];
    n.ops[0] = n.ops[1];
    n.ops[1] = first;
    expect_error(&n, MOVINET_ERR_FORMAT, "op 0", "before anything has written it");
    accumulator(&n, MOVINET_FLOAT32);
    n.links[1][7] = 2;
    expect_error(&n, MOVINET_ERR_FORMAT, "op 1", "written twice");
    accumulator(&n, MOVINET_FLOAT32);
    n.links[1][7] = 1;
    expect_error(&n, MOVINET_ERR_FORMAT, "op 1", "written twice");
}

/* Found by fuzzing: channels / 0. */
static void empty_convolutions_are_refused(void **state)
{
    static const float weight[8];
    (void)state;
    for (int code = TFL_OP_CONV_2D; code <= TFL_OP_DEPTHWISE_CONV_2D; code++) {
        net n;
        net_begin(&n);
        int img = net_image(&n), in = net_tensor(&n, "in", MOVINET_FLOAT32, 4, (int32_t[]){1, 2, 2, 0});
        int w = net_tensor(&n, "w", MOVINET_FLOAT32, 4, (int32_t[]){1, 1, 1, 3});
        int out = net_vector(&n, "out", MOVINET_FLOAT32, 6);
        n.tensors[w].data = n.tensors[in].data = (const uint8_t *)weight;
        n.tensors[w].size = 12;
        net_op(&n, code, 2, (int32_t[]){in, w}, out)->options.stride_h = 1;
        n.ops[0].options.stride_w = 1;
        net_ends(&n, img, "image", out, "logits");
        expect_error(&n, MOVINET_ERR_FORMAT, "op 0", "do not fit");
    }
}

/* logits = conv 1×1 of an int8 state of `k` values: sums of too many products could
 * overflow int32. */
static void sums_that_could_overflow_are_refused(void **state)
{
    static int8_t weights[65536];
    static const int32_t zero = 0;
    (void)state;
    for (int k = 65535; k <= 65536; k++) {
        net n;
        mve_plan plan;
        movinet_error err;
        net_begin(&n);
        int img = net_image(&n);
        int in = net_tensor(&n, "in", MOVINET_INT8, 4, (int32_t[]){1, 1, 1, k});
        int w = net_tensor(&n, "w", MOVINET_INT8, 4, (int32_t[]){1, 1, 1, k});
        int out = net_tensor(&n, "out", MOVINET_INT8, 4, (int32_t[]){1, 1, 1, 1});
        int logits = net_vector(&n, "logits", MOVINET_INT8, 1);
        net_quant(&n, in, &scale_half, &zero_3);
        net_quant(&n, w, &scale_half, &zero);
        net_quant(&n, out, &scale_half, &zero_3);
        net_quant(&n, logits, &scale_half, &zero_3);
        net_data(&n, w, weights, (size_t)k);
        tfl_op *op = net_op(&n, TFL_OP_CONV_2D, 2, (int32_t[]){in, w}, out);
        op->options.stride_h = op->options.stride_w = 1;
        net_op(&n, TFL_OP_RESHAPE, 2, (int32_t[]){out, net_ints(&n, 1, (int32_t[]){1})}, logits);
        net_ends(&n, img, "image", logits, "logits");
        net_ends(&n, in, "state_a", in, "state_a");
        net_sign(&n);
        if (k > 65535) {
            expect_error(&n, MOVINET_ERR_UNSUPPORTED, "op 0 (CONV_2D v1)", "65535 products");
        } else if (mve_plan_build(&plan, &n.model, &(mve_options){.plain = plain}, &err)) {
            fail_msg("%s", err.message);
        } else {
            mve_plan_free(&plan);
        }
    }
}

/* A long chain must not take memory for each link, and must compute the same. */
static void memory_is_reused(void **state)
{
    net n;
    run r;
    (void)state;
    net_begin(&n);
    int img = net_image(&n), t = img, one = net_floats(&n, 1, (float[]){1});
    for (int i = 0; i < 12; i++) {
        int next = net_tensor(&n, "link", MOVINET_FLOAT32, 5, n.tensors[img].shape);
        net_op(&n, TFL_OP_ADD, 2, (int32_t[]){t, one}, next);
        t = next;
    }
    int flat = net_vector(&n, "flat", MOVINET_FLOAT32, 6);
    net_op(&n, TFL_OP_RESHAPE, 2, (int32_t[]){t, net_ints(&n, 1, (int32_t[]){6})}, flat);
    net_ends(&n, img, "image", flat, "logits");
    net_sign(&n);
    start(&r, &n);
    assert_true(r.plan.arena_bytes <= 3 * MV_ALIGN);
    assert_int_equal(r.plan.n_steps, plain ? 12 : 1); /* a chain is one step */
    frame(&r, 0);
    for (int i = 0; i < 6; i++)
        assert_true(r.logits[i] == (float)(12 + i));
    end(&r);
}

/* Bytes and floats give the same; an image that is only quantized is kept as int8. */
static void images_of_bytes_and_floats(void **state)
{
    (void)state;
    net n;
    run r;
    static const float scale = 1.0f / 300;
    static const int32_t zero = -100;
    static const uint8_t bytes[6] = {0, 1, 77, 128, 254, 255};
    float row[6];
    net_begin(&n);
    int img = net_image(&n), flat = net_vector(&n, "flat", MOVINET_FLOAT32, 6);
    int q = net_vector(&n, "q", MOVINET_INT8, 6), out = net_vector(&n, "out", MOVINET_FLOAT32, 6);
    net_quant(&n, q, &scale, &zero);
    net_op(&n, TFL_OP_RESHAPE, 2, (int32_t[]){img, net_ints(&n, 1, (int32_t[]){6})}, flat);
    net_op(&n, TFL_OP_QUANTIZE, 1, (int32_t[]){flat}, q);
    net_op(&n, TFL_OP_DEQUANTIZE, 1, (int32_t[]){q}, out);
    net_ends(&n, img, "image", out, "logits");
    net_sign(&n);
    start(&r, &n);
    assert_int_equal(r.plan.graph.image, plain ? img : q);
    assert_int_equal(r.plan.n_steps, plain ? 2 : 1);
    mve_stream_put_u8(&r.stream, 0, bytes);
    mve_stream_step(&r.stream, r.logits);
    for (int i = 0; i < 6; i++) {
        row[i] = (float)bytes[i] / 255.0f;
        float want = fminf(fmaxf(roundf(row[i] / scale) + (float)zero, -128), 127);
        assert_true(r.logits[i] == (want - (float)zero) * scale);
        r.logits[i] = -1;
    }
    float before[6];
    mve_stream_put_u8(&r.stream, 0, bytes);
    mve_stream_step(&r.stream, before);
    mve_stream_put_f32(&r.stream, 0, row);
    mve_stream_step(&r.stream, r.logits);
    assert_memory_equal(before, r.logits, sizeof before);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_state_adds_up),
        cmocka_unit_test(int8_state_starts_at_real_zero),
        cmocka_unit_test(swapped_states),
        cmocka_unit_test(states_by_tensor_names),
        cmocka_unit_test(no_states_runs_frame_by_frame),
        cmocka_unit_test(shapes_fold),
        cmocka_unit_test(what_cannot_run_is_named),
        cmocka_unit_test(odd_ends_are_refused),
        cmocka_unit_test(order_is_checked),
        cmocka_unit_test(empty_convolutions_are_refused),
        cmocka_unit_test(sums_that_could_overflow_are_refused),
        cmocka_unit_test(memory_is_reused),
        cmocka_unit_test(images_of_bytes_and_floats),
    };
    int failed = 0;
    for (int pass = 0; pass < 2; pass++) {
        plain = pass == 0;
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    }
    return failed;
}

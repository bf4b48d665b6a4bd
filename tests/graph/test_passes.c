/* Each pass alone: the graph before, the graph after.
 * SPDX-License-Identifier: Apache-2.0 */
#include "graph/passes.h"
#include "support/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { C = 6, TAPS = 3 }; /* the image is 1 × 2 pixels × 3; frames are [1, 1, 1, C] */

static movinet_status no_folding(const mvg_graph *graph, int op, movinet_error *err)
{
    (void)graph, (void)op, (void)err;
    return MOVINET_OK;
}

static void build(mvg_graph *g, net *n)
{
    movinet_error err;
    if (mvg_build(g, &n->model, no_folding, &err))
        fail_msg("%s", err.message);
}

static const float half = 0.5f, quarter = 0.25f;
static const int32_t three = 3, four = 4, none = 0;
static const int8_t weights_s8[TAPS * C] = {1, 2, 3};
static const float weights_f32[TAPS * C] = {1, 2, 3};

/* ---- rings ---- */

typedef struct stream_net {
    net n;
    int frame, joined, flat, out, kept, begin;
} stream_net;

static int frames_of(net *n, const char *name, movinet_type type, int count, const float *scale)
{
    int t = net_tensor(n, name, type, 4, (int32_t[]){1, count, 1, C});
    if (type == MOVINET_INT8)
        net_quant(n, t, scale, &three);
    return t;
}

/* A float network with a stream buffer, or an int8 one between QUANTIZE and
 * DEQUANTIZE. Ops: 0 RESHAPE, [1 QUANTIZE frame, 2 QUANTIZE state,] CONCATENATION,
 * RESHAPE, DEPTHWISE_CONV_2D, STRIDED_SLICE, [DEQUANTIZE,] …, RESHAPE to logits. */
static void make_stream_net(stream_net *s, bool int8)
{
    net *n = &s->n;
    movinet_type type = int8 ? MOVINET_INT8 : MOVINET_FLOAT32;
    net_begin(n);
    int image = net_image(n), real = frames_of(n, "frame", MOVINET_FLOAT32, 1, NULL);
    int state = frames_of(n, "state", MOVINET_FLOAT32, TAPS - 1, NULL), old = state;
    net_op(n, TFL_OP_RESHAPE, 2, (int32_t[]){image, net_ints(n, 4, (int32_t[]){1, 1, 1, C})},
           real);
    /* The frame must come from an op that is no view. */
    int computed = frames_of(n, "computed", MOVINET_FLOAT32, 1, NULL);
    net_op(n, TFL_OP_RELU, 1, (int32_t[]){real}, computed);
    s->frame = computed;
    if (int8) {
        s->frame = frames_of(n, "frame q", type, 1, &half);
        old = frames_of(n, "state q", type, TAPS - 1, &half);
        net_op(n, TFL_OP_QUANTIZE, 1, (int32_t[]){computed}, s->frame);
        net_op(n, TFL_OP_QUANTIZE, 1, (int32_t[]){state}, old);
    }
    s->joined = frames_of(n, "joined", type, TAPS, &half);
    net_op(n, TFL_OP_CONCATENATION, 2, (int32_t[]){old, s->frame}, s->joined)->options.axis = 1;
    s->flat = frames_of(n, "flat", type, TAPS, &half);
    net_op(n, TFL_OP_RESHAPE, 2,
           (int32_t[]){s->joined, net_ints(n, 4, (int32_t[]){1, TAPS, 1, C})}, s->flat);
    int w = net_tensor(n, "w", type, 4, (int32_t[]){1, TAPS, 1, C});
    net_data(n, w, int8 ? (const void *)weights_s8 : weights_f32,
             int8 ? sizeof weights_s8 : sizeof weights_f32);
    if (int8)
        net_quant(n, w, &half, &none);
    s->out = frames_of(n, "out", type, 1, &half);
    tfl_op *conv = net_op(n, TFL_OP_DEPTHWISE_CONV_2D, 2, (int32_t[]){s->flat, w}, s->out);
    conv->options.stride_w = conv->options.stride_h = 1;
    conv->options.padding = TFL_PADDING_VALID;
    s->kept = frames_of(n, "kept", type, TAPS - 1, &half);
    s->begin = net_ints(n, 4, (int32_t[]){0, 1, 0, 0});
    net_op(n, TFL_OP_STRIDED_SLICE, 4,
           (int32_t[]){s->joined, s->begin, net_ints(n, 4, (int32_t[]){1, TAPS, 1, C}),
                       net_ints(n, 4, (int32_t[]){1, 1, 1, 1})},
           s->kept);
    int next = s->kept;
    if (int8) {
        next = frames_of(n, "next", MOVINET_FLOAT32, TAPS - 1, NULL);
        net_op(n, TFL_OP_DEQUANTIZE, 1, (int32_t[]){s->kept}, next);
    }
    int logits = net_vector(n, "logits", type, C);
    if (int8)
        net_quant(n, logits, &half, &three);
    net_op(n, TFL_OP_RESHAPE, 2, (int32_t[]){s->out, net_ints(n, 1, (int32_t[]){C})}, logits);
    net_ends(n, image, "image", logits, "logits");
    net_ends(n, state, "state_b", next, "state_b");
    net_sign(n);
}

static int count_live(const mvg_graph *g, int code)
{
    int count = 0;
    for (int i = 0; i < g->n_ops; i++)
        count += mvg_is_live(&g->ops[i]) && g->ops[i].code == code;
    return count;
}

static void expect_ring(bool int8)
{
    stream_net s;
    mvg_graph g;
    make_stream_net(&s, int8);
    build(&g, &s.n);
    assert_int_equal(count_live(&g, TFL_OP_CONCATENATION), 1);
    assert_int_equal(mvg_pass_rings(&g, NULL), MOVINET_OK);
    assert_int_equal(g.n_rings, 1);
    assert_int_equal(g.rings[0].frame, s.frame);
    assert_int_equal(g.rings[0].taps, TAPS);
    assert_int_equal(g.states[0].ring, 0);
    assert_int_equal(count_live(&g, MVG_OP_TEMPORAL), 1);
    const int gone[] = {TFL_OP_CONCATENATION, TFL_OP_STRIDED_SLICE, TFL_OP_DEQUANTIZE,
                        TFL_OP_DEPTHWISE_CONV_2D};
    for (int i = 0; i < 4; i++)
        assert_int_equal(count_live(&g, gone[i]), 0);
    assert_int_equal(count_live(&g, TFL_OP_QUANTIZE), int8);
    for (int i = 0; i < g.n_ops; i++)
        if (g.ops[i].code == MVG_OP_TEMPORAL)
            assert_int_equal(g.ops[i].inputs[0], s.frame);
    mvg_free(&g);
}

static void float_ring(void **state)
{
    (void)state;
    expect_ring(false);
}

static void int8_ring(void **state)
{
    (void)state;
    expect_ring(true);
}

/* Anything but the pattern stays as it is. */
static void not_quite_a_ring(void **state)
{
    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        stream_net s;
        mvg_graph g;
        make_stream_net(&s, true);
        switch (kind) {
        case 0: s.n.ints[s.begin][1] = 0; s.n.ints[s.begin + 1][1] = TAPS - 1; break; /* oldest */
        case 1: net_quant(&s.n, s.kept, &quarter, &three); break;
        case 2: net_quant(&s.n, s.joined, &half, &four); break;
        case 3: net_op(&s.n, TFL_OP_RELU, 1, (int32_t[]){s.joined},
                       frames_of(&s.n, "more", MOVINET_INT8, TAPS, &half)); break;
        case 4: net_op(&s.n, TFL_OP_RELU, 1, (int32_t[]){s.flat},
                       frames_of(&s.n, "more", MOVINET_INT8, TAPS, &half)); break;
        }
        build(&g, &s.n);
        assert_int_equal(mvg_pass_rings(&g, NULL), MOVINET_OK);
        if (g.n_rings)
            fail_msg("kind %d became a ring", kind);
        assert_int_equal(count_live(&g, TFL_OP_CONCATENATION), 1);
        mvg_free(&g);
    }
}

/* ---- chains ---- */

/* flat = reshape(image); sum = flat + flat2; a = relu(sum); b = a · 2; c = b + skip */
typedef struct chain_net {
    net n;
    int flat, sum, relu, product, total, factor;
} chain_net;

static void make_chain_net(chain_net *s)
{
    net *n = &s->n;
    net_begin(n);
    int image = net_image(n);
    s->flat = net_vector(n, "flat", MOVINET_FLOAT32, C);
    s->sum = net_vector(n, "sum", MOVINET_FLOAT32, C);
    s->relu = net_vector(n, "relu", MOVINET_FLOAT32, C);
    s->product = net_vector(n, "product", MOVINET_FLOAT32, C);
    s->total = net_vector(n, "total", MOVINET_FLOAT32, C);
    s->factor = net_floats(n, C, (float[]){2, 2, 2, 2, 2, 2});
    net_op(n, TFL_OP_RESHAPE, 2, (int32_t[]){image, net_ints(n, 1, (int32_t[]){C})}, s->flat);
    net_op(n, TFL_OP_ADD, 2, (int32_t[]){s->flat, s->flat}, s->sum);
    net_op(n, TFL_OP_RELU, 1, (int32_t[]){s->sum}, s->relu);
    net_op(n, TFL_OP_MUL, 2, (int32_t[]){s->factor, s->relu}, s->product);
    net_op(n, TFL_OP_ADD, 2, (int32_t[]){s->flat, s->product}, s->total);
    net_ends(n, image, "image", s->total, "logits");
    net_sign(n);
}

static void chain_takes_all_along(void **state)
{
    (void)state;
    chain_net s;
    mvg_graph g;
    make_chain_net(&s);
    build(&g, &s.n);
    assert_int_equal(mvg_pass_chains(&g, NULL), MOVINET_OK);
    assert_int_equal(g.ops[1].head, -1);
    for (int i = 2; i <= 4; i++) {
        assert_int_equal(g.ops[i].head, 1);
        assert_int_equal(g.ops[i - 1].next, i);
    }
    assert_int_equal(g.ops[4].next, -1);
    mvg_free(&g);
}

static void chain_stops_where_it_must(void **state)
{
    (void)state;
    chain_net s;
    mvg_graph g;
    /* A factor that is not one number. */
    make_chain_net(&s);
    s.n.numbers[s.factor][3] = 5;
    build(&g, &s.n);
    mvg_pass_chains(&g, NULL);
    assert_int_equal(g.ops[1].next, 2);
    assert_int_equal(g.ops[2].next, -1);
    assert_int_equal(g.ops[3].next, 4); /* leads its own */
    mvg_free(&g);
    /* A second reader of what lies between. */
    make_chain_net(&s);
    net_op(&s.n, TFL_OP_RELU, 1, (int32_t[]){s.sum},
           net_vector(&s.n, "second", MOVINET_FLOAT32, C));
    build(&g, &s.n);
    mvg_pass_chains(&g, NULL);
    assert_int_equal(g.ops[1].next, -1);
    mvg_free(&g);
    /* A state that keeps what lies between. */
    make_chain_net(&s);
    net_ends(&s.n, net_vector(&s.n, "s", MOVINET_FLOAT32, C), "state_s", s.relu, "state_s");
    net_sign(&s.n);
    build(&g, &s.n);
    mvg_pass_chains(&g, NULL);
    assert_int_equal(g.ops[1].next, 2);
    assert_int_equal(g.ops[2].next, -1);
    mvg_free(&g);
}

/* ---- broadcasts, dead ops ---- */

static void broadcast_is_read_through(void **state)
{
    (void)state;
    net n;
    mvg_graph g;
    net_begin(&n);
    int image = net_image(&n), mean = net_tensor(&n, "mean", MOVINET_FLOAT32, 5,
                                                 (int32_t[]){1, 1, 1, 1, 3});
    int wide = net_tensor(&n, "wide", MOVINET_FLOAT32, 5, (int32_t[]){1, 1, 1, 2, 3});
    int scaled = net_tensor(&n, "scaled", MOVINET_FLOAT32, 5, (int32_t[]){1, 1, 1, 2, 3});
    int flat = net_vector(&n, "flat", MOVINET_FLOAT32, C);
    net_op(&n, TFL_OP_MEAN, 2, (int32_t[]){image, net_ints(&n, 2, (int32_t[]){2, 3})}, mean)
        ->options.keep_dims = true;
    net_op(&n, TFL_OP_BROADCAST_TO, 2,
           (int32_t[]){mean, net_ints(&n, 5, (int32_t[]){1, 1, 1, 2, 3})}, wide);
    net_op(&n, TFL_OP_MUL, 2, (int32_t[]){wide, image}, scaled);
    net_op(&n, TFL_OP_RESHAPE, 2, (int32_t[]){scaled, net_ints(&n, 1, (int32_t[]){C})}, flat);
    net_ends(&n, image, "image", flat, "logits");
    net_sign(&n);
    build(&g, &n);
    assert_int_equal(mvg_pass_broadcast(&g, NULL), MOVINET_OK);
    assert_int_equal(g.ops[2].inputs[0], mean);
    assert_false(g.ops[1].dropped);
    assert_int_equal(mvg_pass_dead(&g, NULL), MOVINET_OK);
    assert_true(g.ops[1].dropped); /* nobody reads it now */
    assert_false(g.ops[0].dropped);
    mvg_free(&g);
}

static void dead_ops_and_states(void **state)
{
    (void)state;
    chain_net s;
    mvg_graph g;
    make_chain_net(&s);
    int a = net_vector(&s.n, "a", MOVINET_FLOAT32, C), b = net_vector(&s.n, "b", MOVINET_FLOAT32, C);
    int kept = net_vector(&s.n, "kept", MOVINET_FLOAT32, C);
    net_op(&s.n, TFL_OP_RELU, 1, (int32_t[]){s.sum}, a);
    net_op(&s.n, TFL_OP_RELU, 1, (int32_t[]){a}, b);
    net_ends(&s.n, kept, "state_kept", kept, "state_kept");
    net_sign(&s.n);
    build(&g, &s.n);
    assert_int_equal(mvg_pass_dead(&g, NULL), MOVINET_OK);
    assert_true(g.ops[5].dropped);
    assert_true(g.ops[6].dropped);
    for (int i = 0; i < 5; i++)
        assert_false(g.ops[i].dropped);
    assert_true(g.states[0].unread);
    mvg_free(&g);
}

/* ---- the image ---- */

/* q = quantize(reshape(image)); logits = dequantize(q). Returns q. */
static int make_image_net(net *n)
{
    net_begin(n);
    int image = net_image(n), flat = net_vector(n, "flat", MOVINET_FLOAT32, C);
    int q = net_vector(n, "q", MOVINET_INT8, C), out = net_vector(n, "out", MOVINET_FLOAT32, C);
    net_quant(n, q, &half, &three);
    net_op(n, TFL_OP_RESHAPE, 2, (int32_t[]){image, net_ints(n, 1, (int32_t[]){C})}, flat);
    net_op(n, TFL_OP_QUANTIZE, 1, (int32_t[]){flat}, q);
    net_op(n, TFL_OP_DEQUANTIZE, 1, (int32_t[]){q}, out);
    net_ends(n, image, "image", out, "logits");
    net_sign(n);
    return q;
}

static void quantized_image(void **state)
{
    (void)state;
    net n;
    mvg_graph g;
    int q = make_image_net(&n);
    build(&g, &n);
    assert_int_equal(mvg_pass_image(&g, NULL), MOVINET_OK);
    assert_int_equal(g.image, q);
    assert_true(g.ops[0].dropped && g.ops[1].dropped);
    assert_false(g.ops[2].dropped);
    mvg_free(&g);
    /* Somebody else needs it in float. */
    make_image_net(&n);
    net_op(&n, TFL_OP_RELU, 1, (int32_t[]){0}, net_tensor(&n, "second", MOVINET_FLOAT32, 5,
                                                          (int32_t[]){1, 1, 1, 2, 3}));
    build(&g, &n);
    int image = g.image;
    assert_int_equal(mvg_pass_image(&g, NULL), MOVINET_OK);
    assert_int_equal(g.image, image);
    assert_false(g.ops[1].dropped);
    mvg_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_ring),
        cmocka_unit_test(int8_ring),
        cmocka_unit_test(not_quite_a_ring),
        cmocka_unit_test(chain_takes_all_along),
        cmocka_unit_test(chain_stops_where_it_must),
        cmocka_unit_test(broadcast_is_read_through),
        cmocka_unit_test(dead_ops_and_states),
        cmocka_unit_test(quantized_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

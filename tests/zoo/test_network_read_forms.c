/* Networks in other forms than ours, and what is no network: named, and refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "network_files.h"
#include "other_forms.h"
#include "reference.h"

#include "support/small_model.h"
#include "tflite/draft.h"
#include "zoo/network_file.h"
#include "zoo/network_read.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/slow.h"
#include "zoo/network_of.h"

static tfl_model model_of(const mvz_network *network)
{
    tfl_model model;
    OK(mvz_network_model(network, NULL, &model, err));
    return model;
}

/* ---- other forms ------------------------------------------------------------------------ */

enum { FRAMES = 3 };

static void check_same_numbers(const mvz_network *a, const mvz_network *b)
{
    assert_int_equal(a->n_values, b->n_values);
    assert_string_equal(a->variant->name, b->variant->name);
    for (int i = 0; i < a->n_convs; i++)
        assert_int_equal(a->convs[i].act, b->convs[i].act);
    for (size_t i = 0; i < a->n_values; i++) /* the 3 of a gate was rounded with its bias */
        assert_true(fabsf(a->values[i] - b->values[i]) <= 3e-7f);
}

static void check_form(const char *name, mvz_spec spec, int way)
{
    spec.n_classes = 5;
    spec.no_norm = true;
    mvz_network *net = network_of(name, spec), *read;
    reference_stir(net, 1);
    tfl_model model = model_of(net), other = in_other_form(&model, way);
    OK(mvz_network_read(&read, &other, err));
    check_same_numbers(net, read);
    if (net->frames == 1) {
        file f = file_of_model(&other);
        float *frames = random_frames(net->size, FRAMES, 2), worst = 0, largest = 0;
        float *a = logits_of_file(&f, frames, FRAMES), *b = logits_of_network(read, frames, FRAMES);
        for (int i = 0; i < FRAMES * 5; i++) {
            worst = fmaxf(worst, fabsf(a[i] - b[i]));
            largest = fmaxf(largest, fabsf(a[i]));
        }
        assert_true(worst < 3e-4f * largest); /* 0.16667 is not 1 / 6 */
        free(a);
        free(b);
        free(frames);
        free(f.bytes);
    }
    tfl_free(&other);
    tfl_free(&model);
    mvz_network_close(read);
    mvz_network_close(net);
}

static void test_forms(void **state)
{
    (void)state;
    for (int way = 0; way < (slow_here() ? 1 : 12); way++)
        check_form("T0", (mvz_spec){.size = 40}, way);
    if (slow_here())
        return;
    check_form("A3", (mvz_spec){.size = 48}, 1);
    check_form("A0", (mvz_spec){.size = 32, .no_se = true, .activation = MVZ_RELU6}, 2);
    check_form("T0", (mvz_spec){.size = 32, .activation = MVZ_RELU}, 3);
    check_form("T0", (mvz_spec){.size = 40, .activation = MVZ_SWISH}, 4);
}

/* Each convolution may have an activation of its own. */
static void test_own_activations(void **state)
{
    (void)state;
    static const mvz_activation acts[] = {MVZ_HARD_SWISH, MVZ_RELU6, MVZ_SWISH, MVZ_RELU};
    mvz_network *net = network_of("T0", (mvz_spec){.size = 40, .n_classes = 4, .no_norm = true});
    reference_stir(net, 1);
    for (int i = 0; i < net->n_convs; i++) {
        mvz_conv *c = &net->convs[i];
        if (c->act == MVZ_HARD_SIGMOID)
            c->act = i % 2 ? MVZ_SIGMOID : c->act;
        else if (c->act != MVZ_LINEAR)
            c->act = acts[i % 4];
    }
    file f = file_of_network(net, MOVINET_PRECISION_FLOAT32);
    mvz_network *read = network_of_file(&f);
    check_same_numbers(net, read);
    file again = file_of_network(read, MOVINET_PRECISION_FLOAT32);
    assert_int_equal(again.size, f.size);
    assert_memory_equal(again.bytes, f.bytes, f.size);
    free(again.bytes);
    free(f.bytes);
    mvz_network_close(read);
    mvz_network_close(net);
}

/* The gate times whatever: what reads the product is as much larger. */
static void test_gate_slope(void **state)
{
    (void)state;
    mvz_network *net = network_of("T0", (mvz_spec){.size = 40, .n_classes = 4}), *read;
    reference_stir(net, 1);
    tfl_model model = model_of(net);
    for (int i = 0; i < model.n_tensors; i++)
        if (strstr(model.tensors[i].name, "gate_slope"))
            *(float *)(uintptr_t)model.tensors[i].data = 0.25f;
    OK(mvz_network_read(&read, &model, err));
    file f = file_of_model(&model);
    float *frames = random_frames(40, FRAMES, 2);
    float *a = logits_of_file(&f, frames, FRAMES), *b = logits_of_network(read, frames, FRAMES);
    for (int i = 0; i < FRAMES * 4; i++)
        assert_true(fabsf(a[i] - b[i]) < 1e-4f * (1 + fabsf(a[i])));
    free(a);
    free(b);
    free(frames);
    free(f.bytes);
    tfl_free(&model);
    mvz_network_close(read);
    mvz_network_close(net);
}

/* ---- what is none ------------------------------------------------------------------------- */

static void refused(const tfl_model *model, const char *says)
{
    mvz_network *read = (mvz_network *)(uintptr_t)1;
    movinet_error why = {0};
    movinet_status status = mvz_network_read(&read, model, &why);
    assert_null(read);
    print_message("%s\n", why.message);
    assert_true(status == MOVINET_ERR_UNSUPPORTED || status == MOVINET_ERR_FORMAT);
    assert_int_equal(why.status, status);
    assert_non_null(strstr(why.message, says));
    assert_null(strchr(why.message, '\n'));
}

static mvz_network *small(mvz_spec spec)
{
    spec.size = 40;
    spec.n_classes = 3;
    mvz_network *net = network_of("T0", spec);
    reference_stir(net, 1);
    return net;
}

static void network_refused(mvz_network *net, const char *says)
{
    tfl_model model = model_of(net);
    refused(&model, says);
    tfl_free(&model);
    mvz_network_close(net);
}

static void test_not_a_network(void **state)
{
    (void)state;
    tfl_model model;
    size_t size;
    uint8_t *bytes = mb_finish(small_model(), &size);
    OK(tfl_read(&model, bytes, size, err));
    refused(&model, "not a MoViNet: at its end: what should come from a convolution does not");
    tfl_free(&model);
    free(bytes);
}

/* A gate of another width, no gate in one layer, kernels that do not fit. */
static void test_other_layers(void **state)
{
    (void)state;
    mvz_network *net = small((mvz_spec){0});
    mvz_conv *s = net->layers[4].squeeze, *e = net->layers[4].excite;
    e->in = s->out -= 8;
    s->bias.n = (size_t)s->out;
    s->weights.n = (size_t)s->out * (size_t)s->in;
    e->weights.n = (size_t)e->out * (size_t)e->in;
    network_refused(net, "block2_layer1/squeeze gives this many channels: 48, not 56");
    net = small((mvz_spec){0});
    net->layers[3].squeeze = NULL;
    network_refused(net, "block2_layer0 has no squeeze convolution, where such a network has one");
    net = small((mvz_spec){.activation = MVZ_RELU6});
    net->layers[3].project->act = MVZ_RELU6;
    network_refused(net, "layer 4 of 14: ");
    net = small((mvz_spec){0});
    net->stem->act = MVZ_SIGMOID;
    network_refused(net, "behind the stem");
    net = small((mvz_spec){0});
    net->classes->act = MVZ_RELU;
    network_refused(net, "behind its scores");
    net = small((mvz_spec){0});
    net->values[net->layers[2].expand->weights.at + 5] = NAN;
    network_refused(net, "block1_layer1/expand: weight");
}

static int op_writing(const tfl_model *model, const char *name, int code)
{
    for (int i = 0; i < model->n_ops; i++)
        if (strstr(model->tensors[model->ops[i].outputs[0]].name, name) &&
            model->ops[i].code == code)
            return i;
    fail_msg("nothing writes %s", name);
    return -1;
}

/* One op's options or inputs changed. */
static void change(const char *name, int code, const char *says,
                   void (*how)(tfl_model *, tfl_op *))
{
    mvz_network *net = small((mvz_spec){0});
    tfl_model model = model_of(net);
    how(&model, (tfl_op *)(uintptr_t)&model.ops[op_writing(&model, name, code)]);
    refused(&model, says);
    tfl_free(&model);
    mvz_network_close(net);
}

static void clip(tfl_model *model, tfl_op *op)
{
    (void)model;
    op->options.activation = TFL_ACT_RELU6;
}

static void turn(tfl_model *model, tfl_op *op)
{
    (void)model;
    int32_t *in = (int32_t *)(uintptr_t)op->inputs, first = in[0];
    in[0] = in[1];
    in[1] = first;
}

static void narrow(tfl_model *model, tfl_op *op)
{
    tfl_tensor *w = (tfl_tensor *)(uintptr_t)&model->tensors[op->inputs[1]];
    w->shape[0] -= 8;
    w->size = (size_t)(w->shape[0] * w->shape[3]) * sizeof(float);
}

static void dilate(tfl_model *model, tfl_op *op)
{
    (void)model;
    op->options.dilation_h = op->options.dilation_w = 2;
}

static void other_number(tfl_model *model, tfl_op *op)
{
    float *f = (float *)(uintptr_t)model->tensors[op->inputs[1]].data;
    int32_t *n = (int32_t *)(uintptr_t)f;
    if (model->tensors[op->inputs[1]].type == MOVINET_FLOAT32)
        *f = 0.5f;
    else
        *n = 2;
}

static void test_other_ops(void **state)
{
    (void)state;
    change("block1_layer0/out", TFL_OP_ADD, "layer 2 of 14: ", clip);
    change("block3_layer1/scaled", TFL_OP_MUL, "layer 8 of 14: ", clip);
    change("block3_layer1/means", TFL_OP_CONCATENATION, "layer 8 of 14: ", turn);
    change("block4_layer3/expand/conv", TFL_OP_CONV_2D, "its bias does not fit", narrow);
    change("block2_layer0/spatial/conv", TFL_OP_DEPTHWISE_CONV_2D, "layer 4 of 14: ", dilate);
    change("block2_layer0/skip_pool", TFL_OP_AVERAGE_POOL_2D, "layer 4 of 14: an average", clip);
    change("head/count", TFL_OP_ADD, "at its end: the number of frames", other_number);
}

static int output_named(const tfl_signature *s, const char *name)
{
    for (int i = 0; i < s->n_outputs; i++)
        if (!strcmp(s->outputs[i].name, name))
            return i;
    fail_msg("no output %s", name);
    return -1;
}

/* Two states of one shape go out in each other's place. */
static void swap_states(const char *a, const char *b, const char *says)
{
    mvz_network *net = small((mvz_spec){0});
    tfl_model model = model_of(net);
    tfl_named *out = (tfl_named *)(uintptr_t)model.signatures[0].outputs;
    int i = output_named(model.signatures, a), k = output_named(model.signatures, b);
    int first = out[i].tensor;
    out[i].tensor = out[k].tensor;
    out[k].tensor = first;
    refused(&model, says);
    tfl_free(&model);
    mvz_network_close(net);
}

static void test_states(void **state)
{
    (void)state;
    swap_states("state_block3_layer2_stream_buffer", "state_block3_layer3_stream_buffer",
                "layer 10 of 14: a convolution over time that does not read a state");
    swap_states("state_block3_layer2_pool_buffer", "state_block3_layer3_pool_buffer",
                "layer 10 of 14: the sum over the frames so far is no state");
    swap_states("state_block3_layer2_pool_frame_count", "state_head_pool_frame_count",
                "at its end: the number of frames so far is no state");
}

/* The scores are the dense layer's, or come from SOFTMAX. */
static void test_ends(void **state)
{
    (void)state;
    mvz_network *net = small((mvz_spec){0});
    tfl_model model = model_of(net);
    tfl_named *out = (tfl_named *)(uintptr_t)model.signatures[0].outputs;
    int at = output_named(model.signatures, "logits"), logits = out[at].tensor;
    out[at].tensor = model.ops[op_writing(&model, "dense/act", TFL_OP_MUL)].outputs[0];
    refused(&model, "not a MoViNet: at its end: what should come from a convolution does not (op");
    out[at].tensor = logits;
    tfl_op *op = (tfl_op *)(uintptr_t)&model.ops[model.n_ops - 1];
    op->code = TFL_OP_SOFTMAX;
    op->n_inputs = 1;
    op->options = (tfl_options){.beta = 1};
    refused(&model, "SOFTMAX");
    tfl_free(&model);
    mvz_network_close(net);
}

/* One width of a table's is another everywhere: a network of its own. */
static void test_other_width(void **state)
{
    (void)state;
    mvz_variant wide = *mvz_variant_find("A0");
    mvz_spec spec = {.variant = &wide, .size = 40, .n_classes = 3};
    mvz_network *net, *read;
    wide.blocks[2].layers[1].expand += 8;
    OK(mvz_network_open(&net, &spec, err));
    tfl_model model = model_of(net);
    OK(mvz_network_read(&read, &model, err));
    assert_string_equal(read->variant->name, "custom");
    assert_memory_equal(read->variant->blocks, wide.blocks, sizeof wide.blocks);
    tfl_free(&model);
    mvz_network_close(net);
    mvz_network_close(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),         cmocka_unit_test(test_own_activations),
        cmocka_unit_test(test_gate_slope),    cmocka_unit_test(test_not_a_network),
        cmocka_unit_test(test_other_layers),  cmocka_unit_test(test_other_ops),
        cmocka_unit_test(test_states),        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_other_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

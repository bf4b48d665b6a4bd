/* From a float network to an int8 file and back: what is written, what it computes, what is
 * refused. SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"
#include "quantize/correct.h"
#include "support/ok.h"
#include "support/slow.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIDE = 32, CLIP = 8 };

static int n_frames(void)
{
    return slow_here() ? CLIP : 3 * CLIP;
}

static char folder[] = "/tmp/movinet-quantize-XXXXXX";

static const char *path_of(char out[80], const char *name)
{
    snprintf(out, 80, "%s/%s", folder, name);
    return out;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"float", "int8", "again", "half"};
    char path[80];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(path, names[i]));
    return rmdir(folder);
}

/* Stripes that move; each clip at its own pace and in its own colours. */
static void paint(uint8_t *rgb, int frame)
{
    int clip = frame / CLIP, t = frame % CLIP;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            for (int c = 0; c < 3; c++)
                rgb[(y * SIDE + x) * 3 + c] = (uint8_t)(128 + 100 *
                    sin(0.3 * (x + (clip + 1) * t) + 0.2 * y * clip + c * (clip + 1)));
}

static movinet_model *network(const char *variant, movinet_activation activation, bool se)
{
    char path[80];
    movinet_model *model;
    const movinet_new_options how = {.n_classes = 5, .size = SIDE, .activation = activation,
                                     .no_squeeze_excitation = !se, .seed = 3};
    OK(movinet_new(path_of(path, "float"), variant, &how, err));
    OK(movinet_model_open(&model, path, NULL, err));
    return model;
}

static movinet_model *quantize(const movinet_model *model, const movinet_quantize_options *how,
                               const char *name)
{
    static uint8_t rgb[SIDE * SIDE * 3];
    char path[80];
    movinet_model *made;
    movinet_quantizer *q;
    OK(movinet_quantizer_open(&q, model, how, err));
    for (int i = 0; i < n_frames(); i++) {
        const movinet_frame frame = {.pixels = rgb, .width = SIDE, .height = SIDE,
                                     .time = i * 0.2};
        paint(rgb, i);
        if (i % CLIP == 0)
            movinet_quantizer_reset(q);
        OK(movinet_quantizer_push(q, &frame, err));
    }
    movinet_quantize_info info = movinet_quantizer_get_info(q);
    assert_int_equal(info.frames, n_frames());
    assert_int_equal(info.clips, n_frames() / CLIP);
    assert_true(info.tensors > (how && how->float_layers ? 0 : 20));
    OK(movinet_quantizer_write(q, path_of(path, name), err));
    movinet_quantizer_close(q);
    OK(movinet_model_open(&made, path, NULL, err));
    return made;
}

/* Signal to noise of the second model's logits, in decibels, over all frames. */
static double decibels(movinet_model *a, movinet_model *b)
{
    static uint8_t rgb[SIDE * SIDE * 3];
    movinet_stream *streams[2];
    double signal = 0, noise = 0, mean = 0;
    float logits[2][5];
    OK(movinet_stream_open(&streams[0], a, NULL, err));
    OK(movinet_stream_open(&streams[1], b, NULL, err));
    for (int i = 0; i < n_frames(); i++) {
        const movinet_frame frame = {.pixels = rgb, .width = SIDE, .height = SIDE,
                                     .time = i * 0.2};
        paint(rgb, i);
        for (int k = 0; k < 2; k++) {
            if (i % CLIP == 0)
                movinet_stream_reset(streams[k]);
            OK(movinet_stream_push(streams[k], &frame, NULL, err));
            memcpy(logits[k], movinet_stream_logits(streams[k]), sizeof logits[k]);
        }
        for (int c = 0; c < 5; c++) {
            mean += (double)logits[0][c] / (n_frames() * 5);
            signal += (double)logits[0][c] * (double)logits[0][c];
            noise += pow((double)(logits[0][c] - logits[1][c]), 2);
        }
    }
    movinet_stream_close(streams[0]);
    movinet_stream_close(streams[1]);
    return 10 * log10((signal - mean * mean * n_frames() * 5) / noise);
}

/* ---- round trips ---------------------------------------------------------------------- */

static void round_trip(const char *variant, movinet_activation activation, bool se, double least)
{
    movinet_model *model = network(variant, activation, se);
    movinet_model *made = quantize(model, NULL, "int8");
    assert_string_equal(movinet_model_get_info(made)->precision, "int8");
    assert_int_equal(movinet_model_get_info(made)->n_states, movinet_model_get_info(model)->n_states);
    assert_true(movinet_model_get_info(made)->file_bytes <
                movinet_model_get_info(model)->file_bytes / 2);
    double got = decibels(model, made);
    if (got < least)
        fail_msg("%s: %.1f dB, which should be %g", variant, got, least);
    movinet_model_close(made);
    movinet_model_close(model);
}

static void test_round_trips(void **state)
{
    (void)state;
    round_trip("N0", MOVINET_RELU6, false, 15);
    if (slow_here())
        return;
    round_trip("N0", MOVINET_HARD_SWISH, false, 15);
    round_trip("N0", MOVINET_HARD_SWISH, true, 15);
    round_trip("T0", MOVINET_RELU6, true, 15);
}

/* What the file says: images' bytes as they are, weights per channel with zero point 0, biases in
 * steps of input times weights, states and logits in float. */
static void test_file(void **state)
{
    (void)state;
    movinet_model *model = network("N0", MOVINET_HARD_SWISH, true);
    movinet_model *made = quantize(model, NULL, "int8");
    const tfl_model *file = &made->file;
    int convolutions = 0, sums = 0;
    for (int i = 0; i < file->n_inputs; i++)
        assert_int_not_equal(file->tensors[file->inputs[i]].type, MOVINET_INT8);
    for (int i = 0; i < file->n_outputs; i++)
        assert_int_not_equal(file->tensors[file->outputs[i]].type, MOVINET_INT8);
    for (int i = 0; i < file->n_ops; i++) {
        const tfl_op *op = &file->ops[i];
        const tfl_tensor *x = &file->tensors[op->inputs[0]];
        sums += op->code == TFL_OP_DIV && x->type == MOVINET_FLOAT32;
        if (op->code == TFL_OP_QUANTIZE && op->inputs[0] == file->inputs[0]) {
            const tfl_quant *q = &file->tensors[op->outputs[0]].quant;
            assert_true(q->scale[0] == 1.0f / 255 && q->zero_point[0] == -128);
        }
        if ((op->code != TFL_OP_CONV_2D && op->code != TFL_OP_DEPTHWISE_CONV_2D) ||
            x->type != MOVINET_INT8)
            continue;
        const tfl_tensor *w = &file->tensors[op->inputs[1]], *b = &file->tensors[op->inputs[2]];
        int n = b->shape[0];
        assert_int_equal(w->type, MOVINET_INT8);
        assert_int_equal(b->type, MOVINET_INT32);
        assert_int_equal(w->quant.n, n);
        assert_int_equal(w->quant.axis, op->code == TFL_OP_CONV_2D ? 0 : 3);
        for (int c = 0; c < n; c++) {
            double scale = (double)x->quant.scale[0] * (double)w->quant.scale[c];
            assert_int_equal(w->quant.zero_point[c], 0);
            assert_true(fabs((double)b->quant.scale[b->quant.n > 1 ? c : 0] / scale - 1) < 1e-6);
        }
        convolutions++;
    }
    assert_int_equal(sums, 13); /* twelve gates and the head */
    assert_true(convolutions > 40);
    movinet_model_close(made);
    movinet_model_close(model);
}

static void same_bytes(const char *a, const char *b)
{
    char path[80];
    uint8_t *bytes[2];
    size_t sizes[2];
    OK(mv_read_file(path_of(path, a), 1 << 24, &bytes[0], &sizes[0], err));
    OK(mv_read_file(path_of(path, b), 1 << 24, &bytes[1], &sizes[1], err));
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void test_again(void **state)
{
    (void)state;
    movinet_model *model = network("N0", MOVINET_RELU6, false);
    movinet_model_close(quantize(model, NULL, "int8"));
    movinet_model_close(quantize(model, NULL, "again"));
    same_bytes("int8", "again");
    movinet_model_close(model);
}

/* The first layers in float: less noise, and with all of them only the head's is left. */
static void test_float_layers(void **state)
{
    (void)state;
    movinet_model *model = network("N0", MOVINET_HARD_SWISH, false);
    movinet_model *none = quantize(model, NULL, "int8");
    movinet_model *all = quantize(model, &(movinet_quantize_options){.float_layers = 12}, "again");
    assert_true(decibels(model, all) > decibels(model, none) + 3);
    movinet_quantizer *q;
    movinet_error why;
    assert_int_equal(movinet_quantizer_open(&q, model,
                                            &(movinet_quantize_options){.float_layers = 13}, &why),
                     MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(why.message, "the network has 12"));
    movinet_model_close(none);
    movinet_model_close(all);
    movinet_model_close(model);
}

/* Steps of the logits' size would shift every mean; biases make up for it. */
static void test_correction(void **state)
{
    (void)state;
    if (slow_here()) /* too few frames to say */
        return;
    movinet_model *model = network("N0", MOVINET_HARD_SWISH, true);
    movinet_model *with = quantize(model, NULL, "int8");
    movinet_model *without = quantize(model, &(movinet_quantize_options){.correct = -1}, "again");
    assert_true(decibels(model, with) > decibels(model, without));
    movinet_model_close(with);
    movinet_model_close(without);
    movinet_model_close(model);
}

/* ---- other kinds ------------------------------------------------------------------------- */

static void test_convert(void **state)
{
    (void)state;
    movinet_model *model = network("N0", MOVINET_HARD_SWISH, true), *made;
    const struct {
        movinet_precision as;
        const char *name;
        double least;
    } kinds[] = {{MOVINET_PRECISION_FLOAT32, "float32", 100},
                 {MOVINET_PRECISION_FLOAT16, "float16", 50},
                 {MOVINET_PRECISION_DYNAMIC, "dynamic range", 25}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char path[80];
        OK(movinet_convert(model, kinds[i].as, path_of(path, "half"), err));
        OK(movinet_model_open(&made, path, NULL, err));
        assert_string_equal(movinet_model_get_info(made)->precision, kinds[i].name);
        assert_true(decibels(model, made) > kinds[i].least);
        movinet_model_close(made);
    }
    movinet_model_close(model);
}

static bool at_once(void *user, int done, int total)
{
    int *calls = user;
    assert_true(done < total);
    return ++*calls < 3;
}

static void test_refusals(void **state)
{
    (void)state;
    char path[80];
    movinet_error why;
    movinet_quantizer *q;
    movinet_model *model = network("N0", MOVINET_RELU6, false);
    movinet_model *made = quantize(model, NULL, "int8");
    assert_int_equal(movinet_quantizer_open(&q, made, NULL, &why), MOVINET_ERR_ARGUMENT);
    assert_null(q);
    assert_non_null(strstr(why.message, "int8 already"));
    assert_int_equal(movinet_convert(made, MOVINET_PRECISION_FLOAT16, path_of(path, "half"), &why),
                     MOVINET_ERR_ARGUMENT);
    OK(movinet_quantizer_open(&q, model, NULL, err));
    assert_int_equal(movinet_quantizer_write(q, path_of(path, "again"), &why),
                     MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(why.message, "no frame"));
    movinet_quantizer_close(q);
    int calls = 0;
    uint8_t rgb[SIDE * SIDE * 3];
    paint(rgb, 0);
    OK(movinet_quantizer_open(&q, model,
                              &(movinet_quantize_options){.going = at_once, .user = &calls}, err));
    OK(movinet_quantizer_push(q, &(movinet_frame){.pixels = rgb, .width = SIDE, .height = SIDE},
                              err));
    unlink(path_of(path, "again"));
    assert_int_equal(movinet_quantizer_write(q, path, &why), MOVINET_ERR_CANCELLED);
    assert_int_equal(calls, 3);
    assert_int_equal(access(path, F_OK), -1);
    movinet_quantizer_close(q);
    movinet_model_close(made);
    movinet_model_close(model);
    model = network("N0", MOVINET_SWISH, false);
    assert_int_equal(movinet_quantizer_open(&q, model, NULL, &why), MOVINET_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.message, "swish"));
    movinet_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),  cmocka_unit_test(test_file),
        cmocka_unit_test(test_again),        cmocka_unit_test(test_float_layers),
        cmocka_unit_test(test_correction),   cmocka_unit_test(test_convert),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* The writer: what is written reads back as it was.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/draft.h"
#include "tflite/precision.h"
#include "tflite/writer.h"
#include "tflite/writer_flatbuffer.h"
#include "tflite/writer_parts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "support/ok.h"

#ifndef MOVINET_SOURCE_ROOT
#define MOVINET_SOURCE_ROOT "."
#endif

/* ---- comparison ------------------------------------------------------------------- */

static void check_quant(const tfl_quant *a, const tfl_quant *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->axis, b->axis);
    if (a->n) {
        assert_memory_equal(a->scale, b->scale, (size_t)a->n * sizeof *a->scale);
        assert_memory_equal(a->zero_point, b->zero_point, (size_t)a->n * sizeof *a->zero_point);
    }
}

static void check_tensor(const tfl_tensor *a, const tfl_tensor *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->rank, b->rank);
    assert_memory_equal(a->shape, b->shape, sizeof a->shape);
    assert_int_equal(a->variable, b->variable);
    assert_int_equal(!a->data, !b->data);
    assert_int_equal(a->size, b->size);
    if (a->size)
        assert_memory_equal(a->data, b->data, a->size);
    check_quant(&a->quant, &b->quant);
}

/* `version`: whether that of a has to be that of b, too. */
static void check_op(const tfl_op *a, const tfl_op *b, bool version)
{
    assert_int_equal(a->code, b->code);
    if (version)
        assert_int_equal(a->version, b->version);
    assert_int_equal(a->n_inputs, b->n_inputs);
    assert_int_equal(a->n_outputs, b->n_outputs);
    assert_memory_equal(a->inputs, b->inputs, (size_t)a->n_inputs * sizeof *a->inputs);
    assert_memory_equal(a->outputs, b->outputs, (size_t)a->n_outputs * sizeof *a->outputs);
    assert_memory_equal(&a->options, &b->options, sizeof a->options);
}

static void check_names(const tfl_named *a, const tfl_named *b, int n)
{
    for (int i = 0; i < n; i++) {
        assert_string_equal(a[i].name, b[i].name);
        assert_int_equal(a[i].tensor, b[i].tensor);
    }
}

static void check_same(const tfl_model *a, const tfl_model *b, bool versions)
{
    assert_string_equal(a->description, b->description);
    assert_int_equal(a->n_tensors, b->n_tensors);
    for (int i = 0; i < a->n_tensors; i++)
        check_tensor(&a->tensors[i], &b->tensors[i]);
    assert_int_equal(a->n_ops, b->n_ops);
    for (int i = 0; i < a->n_ops; i++)
        check_op(&a->ops[i], &b->ops[i], versions);
    assert_int_equal(a->n_inputs, b->n_inputs);
    assert_int_equal(a->n_outputs, b->n_outputs);
    assert_memory_equal(a->inputs, b->inputs, (size_t)a->n_inputs * sizeof *a->inputs);
    assert_memory_equal(a->outputs, b->outputs, (size_t)a->n_outputs * sizeof *a->outputs);
    assert_int_equal(a->n_signatures, b->n_signatures);
    for (int i = 0; i < a->n_signatures; i++) {
        const tfl_signature *s = &a->signatures[i], *t = &b->signatures[i];
        assert_string_equal(s->key, t->key);
        assert_int_equal(s->n_inputs, t->n_inputs);
        assert_int_equal(s->n_outputs, t->n_outputs);
        check_names(s->inputs, t->inputs, s->n_inputs);
        check_names(s->outputs, t->outputs, s->n_outputs);
    }
    assert_int_equal(a->n_labels, b->n_labels);
    for (int i = 0; i < a->n_labels; i++)
        assert_string_equal(a->labels[i], b->labels[i]);
}

/* ---- small models -------------------------------------------------------------------- */

/* image → CONV_2D → MEAN → RESHAPE → logits, with weights 0, 1/64, 2/64, … */
static void small_model(tfl_model *out, int n_labels, const char *const *labels)
{
    tfl_draft d = {0};
    float weights[2 * 3 * 3 * 64];
    for (int i = 0; i < 2 * 3 * 3 * 64; i++)
        weights[i] = (float)(i % 97 - 40) / 64;
    static const float bias[] = {-1.5f, 1e-7f};
    int image = tfl_draft_tensor(&d, "image", MOVINET_FLOAT32, 4, (const int32_t[]){1, 8, 9, 3});
    int wide = tfl_draft_tensor(&d, "wide", MOVINET_FLOAT32, 4, (const int32_t[]){1, 8, 9, 64});
    int conv = tfl_draft_tensor(&d, "conv", MOVINET_FLOAT32, 4, (const int32_t[]){1, 4, 5, 2});
    int mean = tfl_draft_tensor(&d, "mean", MOVINET_FLOAT32, 2, (const int32_t[]){1, 2});
    int logits = tfl_draft_tensor(&d, "out", MOVINET_FLOAT32, 2, (const int32_t[]){1, 2});
    int broad = tfl_draft_constant(&d, "broad", MOVINET_FLOAT32, 4,
                                   (const int32_t[]){64, 1, 1, 3}, NULL);
    int w = tfl_draft_constant(&d, "w", MOVINET_FLOAT32, 4, (const int32_t[]){2, 3, 3, 64}, weights);
    int b = tfl_draft_constant(&d, "b", MOVINET_FLOAT32, 1, (const int32_t[]){2}, bias);
    int axes = tfl_draft_ints(&d, 2, (const int32_t[]){1, 2});
    assert_int_equal(tfl_draft_ints(&d, 2, (const int32_t[]){1, 2}), axes);
    tfl_draft_op(&d, TFL_OP_CONV_2D, TFL_IDS(image, broad, -1), wide,
                 &(tfl_options){.stride_w = 1, .stride_h = 1});
    tfl_draft_op(&d, TFL_OP_CONV_2D, TFL_IDS(wide, w, b), conv,
                 &(tfl_options){.stride_w = 2, .stride_h = 2, .activation = TFL_ACT_RELU6});
    tfl_draft_op(&d, TFL_OP_MEAN, TFL_IDS(conv, axes), mean, NULL);
    tfl_draft_op(&d, TFL_OP_RESHAPE, TFL_IDS(mean), logits,
                 &(tfl_options){.n_new_shape = 2, .new_shape = {1, 2}});
    tfl_draft_input(&d, "image", image);
    tfl_draft_output(&d, "logits", logits);
    OK(tfl_draft_end(&d, "small", n_labels, labels, out, err));
}

static uint8_t *write_model(const tfl_model *model, size_t *size)
{
    uint8_t *bytes;
    OK(tfl_write(model, &bytes, size, err));
    return bytes;
}

static void test_small(void **state)
{
    (void)state;
    static const char *const labels[] = {"a cat", "ein \xc3\x84pfel"};
    tfl_model model, back;
    size_t size, again;
    small_model(&model, 2, labels);
    uint8_t *bytes = write_model(&model, &size), *twice = write_model(&model, &again);
    OK(tfl_read(&back, bytes, size, err));
    check_same(&model, &back, false);
    assert_int_equal(back.ops[0].version, 1);
    /* The same model, the same bytes. */
    assert_int_equal(size, again);
    assert_memory_equal(bytes, twice, size);
    for (int i = 0; i < back.n_tensors; i++)
        if (back.tensors[i].data)
            assert_int_equal((back.tensors[i].data - bytes) % 16, 0);
    assert_non_null(back.metadata);
    tfl_free(&back);
    tfl_free(&model);
    free(bytes);
    free(twice);
}

/* Whatever the file is cut to, reading it is an error or a model, never a crash; the
 * writer leaves no byte that it did not set (valgrind sees to that). */
static void test_cut(void **state)
{
    (void)state;
    static const char *const labels[] = {"a", "b"};
    tfl_model model, back;
    movinet_error why;
    size_t size;
    small_model(&model, 2, labels);
    uint8_t *bytes = write_model(&model, &size);
    int read = 0;
    for (size_t n = 0; n < size; n += 7)
        if (tfl_read(&back, bytes, n, &why) == MOVINET_OK) {
            read++;
            tfl_free(&back);
        }
    assert_int_equal(read, 0);
    tfl_free(&model);
    free(bytes);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const two_lines[] = {"a\nb", "c"};
    static const int32_t ends[] = {0};
    static const tfl_op op = {.code = TFL_OP_LSTM, .version = 1, .n_inputs = 1, .inputs = ends,
                              .n_outputs = 1, .outputs = ends};
    tfl_model model, odd = {.n_ops = 1, .ops = &op};
    movinet_error why;
    uint8_t *bytes;
    size_t size;
    small_model(&model, 2, two_lines);
    assert_int_equal(tfl_write(&model, &bytes, &size, &why), MOVINET_ERR_ARGUMENT);
    assert_null(bytes);
    assert_int_equal(tfl_write(&odd, &bytes, &size, &why), MOVINET_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.message, "op 0 (LSTM)"));
    tfl_free(&model);
}

static void test_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/movinet-write-XXXXXX", path[64];
    tfl_model model, back;
    movinet_error why;
    uint8_t *bytes;
    size_t size;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.tflite", folder);
    small_model(&model, 0, NULL);
    OK(tfl_write_file(&model, path, err));
    OK(tfl_write_file(&model, path, err)); /* over itself */
    OK(mv_read_file(path, 1 << 20, &bytes, &size, err));
    OK(tfl_read(&back, bytes, size, err));
    check_same(&model, &back, false);
    tfl_free(&back);
    free(bytes);
    OK(tfl_write_file(&model, "/dev/null", err));
    assert_int_equal(access("/dev/null", W_OK), 0);
    assert_int_equal(tfl_write_file(&model, folder, &why), MOVINET_ERR_IO);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
    tfl_free(&model);
}

/* ---- precision ------------------------------------------------------------------------ */

static double value_of_half(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    double size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return half & 0x8000 ? -size : size;
}

/* Every half is itself; what lies between goes to the nearer, ties to the even one. */
static void test_half(void **state)
{
    (void)state;
    for (uint16_t half = 0; half < 0x7bff; half++) {
        double a = value_of_half(half), b = value_of_half((uint16_t)(half + 1));
        float tie = (float)((a + b) / 2); /* exact */
        assert_int_equal(tfl_half((float)a), half);
        assert_int_equal(tfl_half((float)-a), half | 0x8000);
        assert_int_equal(tfl_half(tie), half + (half & 1));
        assert_int_equal(tfl_half(nextafterf(tie, 0)), half);
        assert_int_equal(tfl_half(nextafterf(tie, 1e6f)), half + 1);
    }
    assert_int_equal(tfl_half(65519.99f), 0x7bff);
    assert_int_equal(tfl_half(65520), 0x7c00);
    assert_int_equal(tfl_half(-INFINITY), 0xfc00);
    assert_int_equal(tfl_half(NAN) & 0x7e00, 0x7e00);
}

static void test_float16(void **state)
{
    (void)state;
    tfl_model model, half, back;
    size_t size;
    small_model(&model, 0, NULL);
    OK(tfl_to_float16(&model, &half, err));
    uint8_t *bytes = write_model(&half, &size);
    OK(tfl_read(&back, bytes, size, err));
    assert_int_equal(back.n_ops, model.n_ops + 3);
    for (int i = 0; i < 3; i++) {
        const tfl_op *op = &back.ops[i];
        const tfl_tensor *from = &back.tensors[op->inputs[0]], *was = &model.tensors[op->outputs[0]];
        assert_int_equal(op->code, TFL_OP_DEQUANTIZE);
        assert_int_equal(op->version, 3);
        assert_int_equal(from->type, MOVINET_FLOAT16);
        assert_string_equal(from->name, was->name);
        assert_int_equal(from->size * 2, was->size);
        assert_null(back.tensors[op->outputs[0]].data);
        for (size_t k = 0; k < from->size / 2; k++) {
            float value;
            memcpy(&value, was->data + 4 * k, sizeof value);
            assert_int_equal(from->data[2 * k] | from->data[2 * k + 1] << 8, tfl_half(value));
        }
    }
    tfl_free(&back);
    tfl_free(&half);
    tfl_free(&model);
    free(bytes);
}

static void test_dynamic_range(void **state)
{
    (void)state;
    tfl_model model, small, back;
    size_t size;
    small_model(&model, 0, NULL);
    OK(tfl_to_dynamic_range(&model, &small, err));
    uint8_t *bytes = write_model(&small, &size);
    OK(tfl_read(&back, bytes, size, err));
    assert_int_equal(back.n_ops, model.n_ops);
    assert_int_equal(back.tensors[back.ops[0].inputs[1]].type, MOVINET_FLOAT32); /* too few */
    assert_int_equal(back.ops[0].version, 1);
    assert_int_equal(back.ops[1].version, 5);
    const tfl_tensor *w = &back.tensors[back.ops[1].inputs[1]];
    const tfl_tensor *was = &model.tensors[model.ops[1].inputs[1]];
    assert_int_equal(w->type, MOVINET_INT8);
    assert_int_equal(w->quant.n, 2);
    assert_int_equal(w->quant.axis, 0);
    size_t each = was->size / 4 / 2;
    for (size_t i = 0; i < 2 * each; i++) {
        float value, scale = w->quant.scale[i / each];
        memcpy(&value, was->data + 4 * i, sizeof value);
        assert_true(fabsf((float)(int8_t)w->data[i] * scale - value) <= 0.5001f * scale);
    }
    tfl_free(&back);
    tfl_free(&small);
    tfl_free(&model);
    free(bytes);
}

/* ---- real files -------------------------------------------------------------------------- */

/* Read, written, read again: the same; and the runtime that the file itself asks for. */
static void check_real(const char *name, const char *runtime)
{
    char path[4096], needs[16] = "";
    const char *shared = getenv("MOVINET_SHARED");
    uint8_t *bytes, *again;
    size_t size, written;
    tfl_model model, back;
    snprintf(path, sizeof path, "%s/models/%s", shared ? shared : MOVINET_SOURCE_ROOT "/../shared",
             name);
    if (mv_read_file(path, 64 << 20, &bytes, &size, NULL))
        skip();
    OK(tfl_read(&model, bytes, size, err));
    again = write_model(&model, &written);
    OK(tfl_read(&back, again, written, err));
    check_same(&model, &back, true);
    assert_true(written < size + size / 50);
    assert_true(tfl_runtime_of(&model, needs));
    assert_string_equal(needs, runtime);
    tfl_free(&back);
    tfl_free(&model);
    free(again);
    free(bytes);
}

static void test_calf_dynamic(void **state)
{
    (void)state;
    check_real("calf_a0_stream_dynamic.tflite", "2.5.0");
}

static void test_calf_int8(void **state)
{
    (void)state;
    check_real("calf_a0_stream_int8.tflite", "2.5.0");
}

static void test_google_int8(void **state)
{
    (void)state;
    check_real("movinet_a0_stream_int8_k600.tflite", "2.3.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_half),
        cmocka_unit_test(test_float16),
        cmocka_unit_test(test_dynamic_range),
        cmocka_unit_test(test_calf_dynamic),
        cmocka_unit_test(test_calf_int8),
        cmocka_unit_test(test_google_int8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Files cut off at every byte, with every byte and random bits changed, and
 * files that make more of themselves than they are: never a crash (run under
 * ASan and UBSan in CI), always a message or a model.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A sum over all that a model promises, so that sanitizers see each byte read. */
static uint64_t touch(const tfl_model *model)
{
    uint64_t sum = strlen(model->description);
    for (int i = 0; i < model->n_tensors; i++) {
        const tfl_tensor *t = &model->tensors[i];
        sum += strlen(t->name);
        for (size_t k = 0; t->data && k < t->size; k++)
            sum += t->data[k];
        for (int k = 0; k < t->quant.n; k++)
            sum += (t->quant.scale[k] > 0.0f) + (uint64_t)t->quant.zero_point[k];
    }
    for (int i = 0; i < model->n_ops; i++) {
        assert_non_null(tfl_op_name(model->ops[i].code));
        for (int k = 0; k < model->ops[i].n_inputs; k++)
            assert_true(model->ops[i].inputs[k] < model->n_tensors);
        for (int k = 0; k < model->ops[i].n_outputs; k++)
            assert_true(model->ops[i].outputs[k] >= 0);
    }
    for (int i = 0; i < model->n_signatures; i++)
        for (int k = 0; k < model->signatures[i].n_inputs; k++)
            sum += strlen(model->signatures[i].inputs[k].name);
    for (int i = 0; i < model->n_labels; i++)
        sum += strlen(model->labels[i]);
    return sum;
}

/* Reads a copy that ends where its memory ends. Whether it could be read. */
static bool try_read(const uint8_t *bytes, size_t size)
{
    tfl_model model;
    movinet_error err = {0};
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    movinet_status status = tfl_read(&model, copy, size, &err);
    if (status) {
        assert_true(err.message[0] != '\0');
        assert_null(model.arena.chunks);
    } else {
        (void)touch(&model);
        tfl_free(&model);
    }
    free(copy);
    return !status;
}

/* Sample number i: inside, behind, with labels. */
static uint8_t *sample(int i, size_t *size)
{
    mb_model *m = sample_model();
    if (i == 1)
        mb_flags(m, MB_BUFFERS_BEHIND);
    if (i == 2)
        mb_labels(m, "one\ntwo\nthree\n");
    return mb_finish(m, size);
}
#define N_SAMPLES 3

static void test_every_length(void **state)
{
    (void)state;
    for (int i = 0; i < N_SAMPLES; i++) {
        size_t size;
        uint8_t *file = sample(i, &size);
        assert_true(try_read(file, size));
        for (size_t length = 0; length < size; length++)
            assert_false(try_read(file, length));
        free(file);
    }
}

/* Every byte: all bits, the lowest, 0, and the largest number. */
static void test_every_byte(void **state)
{
    (void)state;
    for (int i = 0; i < N_SAMPLES; i++) {
        size_t size;
        uint8_t *file = sample(i, &size);
        for (size_t at = 0; at < size; at++) {
            uint8_t old = file[at];
            const uint8_t values[] = {(uint8_t)~old, old ^ 1, 0, 0x7f, 0x80, 0xff};
            for (size_t k = 0; k < sizeof values; k++) {
                file[at] = values[k];
                (void)try_read(file, size);
            }
            file[at] = old;
        }
        free(file);
    }
}

/* A small generator of random numbers (xorshift), the same each time. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void test_random_bits(void **state)
{
    (void)state;
    uint32_t seed = 20240601;
    for (int i = 0; i < N_SAMPLES; i++) {
        size_t size;
        uint8_t *file = sample(i, &size), *copy = malloc(size);
        for (int round = 0; round < 5000; round++) {
            memcpy(copy, file, size);
            uint32_t flips = 1 + next_random(&seed) % 8;
            for (uint32_t k = 0; k < flips; k++)
                copy[next_random(&seed) % size] ^= (uint8_t)(1u << next_random(&seed) % 8);
            (void)try_read(copy, size);
        }
        free(copy);
        free(file);
    }
}

/* 200,000 tensors that are all the same table with a name of 100,000 bytes:
 * 20 GB, if one believed it. */
static void test_overlap(void **state)
{
    (void)state;
    enum { N = 200000, LENGTH = 100000 };
    char *name = malloc(LENGTH + 1);
    memset(name, 'x', LENGTH);
    name[LENGTH] = '\0';
    mb_model *m = mb_new();
    mb_tensor(m, name, MOVINET_FLOAT32, 0, NULL);
    for (int i = 1; i < N; i++)
        mb_tensor(m, "", MOVINET_FLOAT32, 0, NULL);
    free(name);
    size_t size;
    uint8_t *file = mb_finish(m, &size);
    /* The list of tensors: the only vector of N elements. */
    size_t at = 8;
    uint32_t count = 0, offset;
    for (; count != N; at += 4)
        memcpy(&count, file + at, 4);
    memcpy(&offset, file + at, 4);
    for (size_t i = 1; i < N; i++) {
        uint32_t to_first = offset - 4 * (uint32_t)i;
        memcpy(file + at + 4 * i, &to_first, 4);
    }
    tfl_model model;
    movinet_error err = {0};
    assert_int_equal(tfl_read(&model, file, size, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "overlap"));
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_random_bits),
        cmocka_unit_test(test_overlap),
    };
    return cmocka_run_group_tests_name("tflite-hostile", tests, NULL, NULL);
}

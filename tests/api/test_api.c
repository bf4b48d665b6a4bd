/* The public header as a program uses it: models, labels, streams, saved
 * streams, threads, errors. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"
#include "support/small_model.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PIXELS = SMALL_WIDTH * SMALL_HEIGHT };

static movinet_model *open_bytes(mb_model *m)
{
    size_t size;
    uint8_t *bytes = mb_finish(m, &size);
    movinet_model *model;
    movinet_error err;
    if (movinet_model_open_memory(&model, bytes, size, NULL, &err))
        fail_msg("%s", err.message);
    free(bytes); /* not needed after the call */
    return model;
}

static movinet_stream *open_stream(movinet_model *model, const movinet_stream_options *options)
{
    movinet_stream *stream;
    movinet_error err;
    if (movinet_stream_open(&stream, model, options, &err))
        fail_msg("%s", err.message);
    return stream;
}

static void push(movinet_stream *stream, int r, int g, int b, double time)
{
    static _Thread_local uint8_t rgb[PIXELS * 3];
    movinet_frame frame = {
        .pixels = rgb, .width = SMALL_WIDTH, .height = SMALL_HEIGHT, .time = time};
    movinet_error err;
    for (int i = 0; i < PIXELS; i++) {
        rgb[3 * i] = (uint8_t)r;
        rgb[3 * i + 1] = (uint8_t)g;
        rgb[3 * i + 2] = (uint8_t)b;
    }
    if (movinet_stream_push(stream, &frame, NULL, &err))
        fail_msg("%s", err.message);
}

static void info_says_what_it_is(void **state)
{
    (void)state;
    movinet_model *model = open_bytes(small_model());
    const movinet_model_info *info = movinet_model_get_info(model);
    movinet_state_info s;
    movinet_tensor_info t;
    movinet_op_info op;
    assert_string_equal(info->precision, "float32");
    assert_string_equal(info->variant, "unknown");
    assert_string_equal(info->description, "mean colour so far");
    assert_string_equal(info->signature, "serving_default");
    assert_true(info->streaming);
    assert_false(info->squeeze_excitation);
    assert_int_equal(info->frame_width, SMALL_WIDTH);
    assert_int_equal(info->frame_height, SMALL_HEIGHT);
    assert_int_equal(info->n_classes, SMALL_CLASSES);
    assert_int_equal(info->label_source, MOVINET_LABELS_NONE);
    assert_int_equal(info->n_states, 2);
    assert_int_equal(info->state_bytes, 3 * 4 + 4);
    assert_int_equal(info->n_ops, 7);
    assert_string_equal(movinet_model_label(model, 2), "class 2");
    assert_string_equal(movinet_model_label(model, 3), "?");
    assert_string_equal(movinet_model_label(model, -1), "?");
    assert_int_equal(movinet_model_state(model, 0, &s), MOVINET_OK);
    assert_string_equal(s.name, "state_count");
    assert_false(s.pass_through);
    assert_int_equal(movinet_model_tensor(model, s.input, &t), MOVINET_OK);
    assert_int_equal(t.type, MOVINET_INT32);
    assert_int_equal(movinet_model_op(model, 0, &op), MOVINET_OK);
    assert_string_equal(op.name, "MEAN");
    assert_int_equal(movinet_model_op(model, 7, &op), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_model_state(model, 2, &s), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_model_tensor(model, -1, &t), MOVINET_ERR_ARGUMENT);
    movinet_model_close(model);
}

static void scores_follow_the_frames(void **state)
{
    (void)state;
    movinet_model *model = open_bytes(small_model());
    movinet_stream *stream = open_stream(model, NULL);
    assert_int_equal(movinet_stream_frames(stream), 0);
    assert_true(movinet_stream_scores(stream)[0] == 0);
    push(stream, 255, 0, 0, 0.2);
    push(stream, 0, 0, 255, 0.4);
    const float *logits = movinet_stream_logits(stream), *scores = movinet_stream_scores(stream);
    assert_float_equal(logits[0], 4, 1e-5);
    assert_float_equal(logits[1], 0, 1e-5);
    assert_float_equal(logits[2], 4, 1e-5);
    assert_float_equal(scores[0] + scores[1] + scores[2], 1, 1e-6);
    assert_float_equal(scores[1], exp(-4) / (2 + exp(-4)), 1e-6);
    assert_int_equal(movinet_stream_frames(stream), 2);
    assert_true(movinet_stream_time(stream) == 0.4);
    movinet_stream_reset(stream);
    assert_int_equal(movinet_stream_frames(stream), 0);
    push(stream, 0, 255, 0, 0);
    assert_float_equal(movinet_stream_logits(stream)[1], 8, 1e-5);
    movinet_stream_close(stream);
    movinet_model_close(model);
}

/* A saved stream goes on in another stream as if nothing had happened. */
static void saved_streams_go_on(void **state)
{
    (void)state;
    movinet_error err;
    movinet_model *model = open_bytes(small_model());
    movinet_stream *a = open_stream(model, NULL), *b = open_stream(model, NULL);
    push(a, 255, 10, 20, 1);
    push(a, 30, 200, 20, 2);
    size_t size = movinet_stream_save_size(a);
    uint8_t *bytes = malloc(size + 1);
    assert_int_equal(movinet_stream_save(a, bytes, size - 1, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_stream_save(a, bytes, size, &err), MOVINET_OK);
    assert_int_equal(movinet_stream_restore(b, bytes, size, &err), MOVINET_OK);
    assert_int_equal(movinet_stream_frames(b), 2);
    assert_true(movinet_stream_time(b) == 2);
    assert_memory_equal(movinet_stream_scores(a), movinet_stream_scores(b), 12);
    push(a, 1, 2, 3, 3);
    push(b, 1, 2, 3, 3);
    assert_memory_equal(movinet_stream_logits(a), movinet_stream_logits(b), 12);
    free(bytes);
    movinet_stream_close(a);
    movinet_stream_close(b);
    movinet_model_close(model);
}

static void damaged_saves_change_nothing(void **state)
{
    (void)state;
    movinet_error err;
    movinet_model *model = open_bytes(small_model());
    mb_model *changed = small_model();
    mb_description(changed, "another");
    movinet_model *other = open_bytes(changed);
    movinet_stream *a = open_stream(model, NULL), *b = open_stream(other, NULL);
    push(a, 255, 10, 20, 1);
    size_t size = movinet_stream_save_size(a);
    uint8_t *bytes = malloc(size);
    movinet_stream_save(a, bytes, size, &err);
    push(a, 3, 4, 5, 2);
    float before[3];
    memcpy(before, movinet_stream_logits(a), sizeof before);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0x10;
        assert_int_equal(movinet_stream_restore(a, bytes, size, &err), MOVINET_ERR_FORMAT);
        bytes[i] ^= 0x10;
    }
    for (size_t n = 0; n < size; n++)
        assert_int_equal(movinet_stream_restore(a, bytes, n, &err), MOVINET_ERR_FORMAT);
    assert_int_equal(movinet_stream_frames(a), 2);
    assert_memory_equal(before, movinet_stream_logits(a), sizeof before);
    assert_int_equal(movinet_stream_restore(b, bytes, size, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "another model"));
    free(bytes);
    movinet_stream_close(a);
    movinet_stream_close(b);
    movinet_model_close(model);
    movinet_model_close(other);
}

static void sampling_passes_over_what_comes_soon(void **state)
{
    (void)state;
    movinet_error err;
    movinet_model *model = open_bytes(small_model());
    movinet_stream *stream = open_stream(model, &(movinet_stream_options){.sample_rate = 5});
    static uint8_t rgb[PIXELS * 3];
    int taken = 0;
    for (int i = 0; i < 90; i++) { /* three seconds at 30 a second */
        movinet_frame frame = {.pixels = rgb,
                               .width = SMALL_WIDTH,
                               .height = SMALL_HEIGHT,
                               .time = 100 + i / 30.0};
        bool took;
        assert_int_equal(movinet_stream_push(stream, &frame, &took, &err), MOVINET_OK);
        assert_int_equal(took, i % 6 == 0);
        taken += took;
    }
    assert_int_equal(taken, 15);
    assert_int_equal(movinet_stream_frames(stream), 15);
    movinet_frame back = {
        .pixels = rgb, .width = SMALL_WIDTH, .height = SMALL_HEIGHT, .time = 50};
    assert_int_equal(movinet_stream_push(stream, &back, NULL, &err), MOVINET_ERR_ARGUMENT);
    movinet_stream_close(stream);
    movinet_model_close(model);
}

/* After restoring, the same frames are taken as without. */
static void a_restored_stream_keeps_its_grid(void **state)
{
    (void)state;
    movinet_error err;
    movinet_model *model = open_bytes(small_model());
    movinet_stream_options options = {.sample_rate = 5};
    static uint8_t rgb[PIXELS * 3];
    for (int cut = 1; cut < 40; cut++) {
        movinet_stream *a = open_stream(model, &options), *b = open_stream(model, &options);
        uint8_t *bytes = malloc(movinet_stream_save_size(a));
        for (int i = 0; i < 60; i++) {
            movinet_frame frame = {.pixels = rgb,
                                   .width = SMALL_WIDTH,
                                   .height = SMALL_HEIGHT,
                                   .time = 7 + i * 0.07};
            bool took_a, took_b;
            assert_int_equal(movinet_stream_push(a, &frame, &took_a, &err), MOVINET_OK);
            if (i == cut) {
                movinet_stream_save(a, bytes, movinet_stream_save_size(a), &err);
                assert_int_equal(
                    movinet_stream_restore(b, bytes, movinet_stream_save_size(a), &err),
                    MOVINET_OK);
            }
            if (i <= cut)
                continue;
            assert_int_equal(movinet_stream_push(b, &frame, &took_b, &err), MOVINET_OK);
            assert_int_equal(took_a, took_b);
        }
        free(bytes);
        movinet_stream_close(a);
        movinet_stream_close(b);
    }
    movinet_model_close(model);
}

static void bad_frames_are_refused(void **state)
{
    (void)state;
    movinet_error err;
    movinet_model *model = open_bytes(small_model());
    movinet_stream *stream = open_stream(model, NULL), *none;
    static uint8_t rgb[PIXELS * 3];
    const movinet_frame bad[] = {
        {.pixels = NULL, .width = 4, .height = 4},
        {.pixels = rgb, .width = 0, .height = 4},
        {.pixels = rgb, .width = 4, .height = -1},
        {.pixels = rgb, .width = 4, .height = 4, .stride = 5},
        {.pixels = rgb, .width = 4, .height = 4, .rotation = 45},
        {.pixels = rgb, .width = 4, .height = 4, .pixel_aspect = NAN},
        {.pixels = rgb, .width = 4, .height = 4, .pixel = (movinet_pixel)7},
    };
    push(stream, 1, 2, 3, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(movinet_stream_push(stream, &bad[i], NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_stream_frames(stream), 1);
    movinet_stream_options wild = {.threads = 100000};
    assert_int_equal(movinet_stream_open(&none, model, &wild, &err), MOVINET_ERR_ARGUMENT);
    wild = (movinet_stream_options){.sample_rate = NAN};
    assert_int_equal(movinet_stream_open(&none, model, &wild, &err), MOVINET_ERR_ARGUMENT);
    movinet_stream_close(stream);
    movinet_model_close(model);
}

/* ---- labels ---- */

static void expect_labels(const char *text, movinet_status want, const char *says)
{
    char path[] = "/tmp/movinet-labels-XXXXXX";
    int fd = mkstemp(path);
    size_t size;
    uint8_t *bytes = mb_finish(small_model(), &size);
    movinet_model *model;
    movinet_error err = {0};
    assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    movinet_model_options options = {.labels_path = path};
    assert_int_equal(movinet_model_open_memory(&model, bytes, size, &options, &err), want);
    if (want == MOVINET_OK) {
        assert_string_equal(movinet_model_label(model, 1), says);
        assert_int_equal(movinet_model_get_info(model)->label_source, MOVINET_LABELS_FILE);
    } else {
        assert_null(model);
        assert_non_null(strstr(err.message, says));
        assert_non_null(strstr(err.message, path));
    }
    movinet_model_close(model);
    free(bytes);
    unlink(path);
}

static void label_files(void **state)
{
    (void)state;
    expect_labels("red\ngreen\nblue\n", MOVINET_OK, "green");
    expect_labels("red\r\ngreen\r\nblue", MOVINET_OK, "green");
    expect_labels("red\ngreen\n", MOVINET_ERR_FORMAT, "2 labels, but the model has 3 classes");
    expect_labels("a\nb\nc\nd\n", MOVINET_ERR_FORMAT, "4 labels, but the model has 3 classes");
    expect_labels("", MOVINET_ERR_FORMAT, "0 labels");
    movinet_model *model;
    movinet_error err;
    size_t size;
    uint8_t *bytes = mb_finish(small_model(), &size);
    movinet_model_options options = {.labels_path = "/nowhere/labels.txt"};
    assert_int_equal(movinet_model_open_memory(&model, bytes, size, &options, &err),
                     MOVINET_ERR_IO);
    free(bytes);
}

static void labels_in_the_file(void **state)
{
    (void)state;
    mb_model *m = small_model();
    mb_labels(m, "red\ngreen\nblue\n");
    movinet_model *model = open_bytes(m);
    assert_string_equal(movinet_model_label(model, 2), "blue");
    assert_int_equal(movinet_model_get_info(model)->label_source, MOVINET_LABELS_METADATA);
    movinet_model_close(model);
    m = small_model();
    mb_labels(m, "red\ngreen\n");
    size_t size;
    uint8_t *bytes = mb_finish(m, &size);
    movinet_error err;
    assert_int_equal(movinet_model_open_memory(&model, bytes, size, NULL, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "2 labels"));
    free(bytes);
}

/* ---- threads and lifetimes ---- */

static void *stream_of_its_own(void *argument)
{
    movinet_stream *stream = open_stream(argument, NULL);
    float *last = malloc(3 * sizeof *last);
    for (int i = 0; i < 50; i++)
        push(stream, i, 2 * i, 255 - i, i);
    memcpy(last, movinet_stream_logits(stream), 3 * sizeof *last);
    movinet_stream_close(stream);
    return last;
}

static void one_model_many_threads(void **state)
{
    (void)state;
    enum { N = 6 };
    movinet_model *model = open_bytes(small_model());
    pthread_t thread[N];
    void *result[N];
    for (int i = 0; i < N; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, stream_of_its_own, model), 0);
    for (int i = 0; i < N; i++)
        pthread_join(thread[i], &result[i]);
    for (int i = 1; i < N; i++) {
        assert_memory_equal(result[0], result[i], 3 * sizeof(float));
        free(result[i]);
    }
    free(result[0]);
    movinet_model_close(model);
}

static void streams_outlive_their_model(void **state)
{
    (void)state;
    movinet_model *model = open_bytes(small_model());
    movinet_stream *stream = open_stream(model, NULL);
    movinet_model_close(model);
    push(stream, 255, 255, 255, 0);
    assert_float_equal(movinet_stream_logits(stream)[0], 8, 1e-5);
    movinet_stream_close(stream);
    movinet_stream_close(NULL);
    movinet_model_close(NULL);
}

static void foreign_files_are_refused(void **state)
{
    (void)state;
    movinet_model *model;
    movinet_error err;
    const char *foreign[] = {"", "TFL3", "hello, this is not a model at all",
                             "\x1c\0\0\0TFL3\0\0\0\0"};
    for (int i = 0; i < 4; i++) {
        size_t size = i == 3 ? 12 : strlen(foreign[i]);
        assert_int_equal(movinet_model_open_memory(&model, foreign[i], size, NULL, &err),
                         MOVINET_ERR_FORMAT);
        assert_null(model);
        assert_null(strchr(err.message, '\n'));
    }
    assert_int_equal(movinet_model_open(&model, "/nowhere/m.tflite", NULL, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, "/nowhere/m.tflite"));
    assert_int_equal(movinet_model_open_memory(&model, NULL, 5, NULL, &err),
                     MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_model_open_memory(&model, "x", 1, NULL, NULL), MOVINET_ERR_FORMAT);
}

/* The model inside the library, where there is one. */
static void opens_what_is_inside(void **state)
{
    (void)state;
    const movinet_builtin *inside = movinet_builtin_get(0);
    movinet_model *model;
    movinet_error err;
    char path[100];
    assert_null(movinet_builtin_get(-1));
    assert_null(movinet_builtin_get(100));
    assert_int_equal(movinet_model_open(&model, "builtin:none", NULL, &err), MOVINET_ERR_IO);
    assert_null(model);
    if (!inside)
        skip();
    assert_int_equal(movinet_model_find(inside->name, path, sizeof path, &err), MOVINET_OK);
    assert_string_equal(path, inside->path);
    assert_int_equal(movinet_model_open(&model, path, NULL, &err), MOVINET_OK);
    assert_int_equal(movinet_model_get_info(model)->file_bytes, inside->bytes);
    assert_int_equal(movinet_model_get_info(model)->label_source, MOVINET_LABELS_METADATA);
    movinet_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(info_says_what_it_is),
        cmocka_unit_test(scores_follow_the_frames),
        cmocka_unit_test(saved_streams_go_on),
        cmocka_unit_test(damaged_saves_change_nothing),
        cmocka_unit_test(sampling_passes_over_what_comes_soon),
        cmocka_unit_test(a_restored_stream_keeps_its_grid),
        cmocka_unit_test(bad_frames_are_refused),
        cmocka_unit_test(label_files),
        cmocka_unit_test(labels_in_the_file),
        cmocka_unit_test(one_model_many_threads),
        cmocka_unit_test(streams_outlive_their_model),
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(opens_what_is_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

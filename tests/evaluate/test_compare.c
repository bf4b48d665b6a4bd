/* Two files of one network side by side: one of them with a number changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/compare.h"
#include "support/small_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static movinet_model *open_bytes(const uint8_t *bytes, size_t size)
{
    movinet_model *model;
    movinet_error err;
    if (movinet_model_open_memory(&model, bytes, size, NULL, &err))
        fail_msg("%s", err.message);
    return model;
}

/* The mean colour times 8, or times something else. */
static movinet_model *network(float factor)
{
    size_t size;
    const float eight = 8;
    int found = 0;
    uint8_t *bytes = mb_finish(small_model(), &size);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        if (memcmp(bytes + i, &eight, 4))
            continue;
        memcpy(bytes + i, &factor, 4);
        found++;
    }
    assert_int_equal(found, 1);
    movinet_model *model = open_bytes(bytes, size);
    free(bytes);
    return model;
}

static void push(movinet_comparison *c, int frames)
{
    movinet_error err;
    uint8_t pixels[SMALL_HEIGHT * SMALL_WIDTH * 3];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 5);
    const movinet_frame frame = {.pixels = pixels, .width = SMALL_WIDTH, .height = SMALL_HEIGHT};
    for (int i = 0; i < frames; i++)
        if (movinet_comparison_push(c, &frame, &err))
            fail_msg("%s", err.message);
}

static movinet_comparison *begin(movinet_model *a, movinet_model *b)
{
    movinet_comparison *c;
    movinet_error err;
    if (movinet_comparison_open(&c, a, b, MOVINET_PREPROCESS_DEFAULT, &err))
        fail_msg("%s", err.message);
    return c;
}

static void the_same(void **state)
{
    (void)state;
    movinet_drift d;
    movinet_model *a = network(8), *b = network(8);
    movinet_comparison *c = begin(a, b);
    assert_true(movinet_comparison_get(c, 0, &d) && isnan(d.snr) && isnan(d.lost));
    push(c, 7);
    movinet_comparison_info info = movinet_comparison_get_info(c);
    assert_true(info.n_pairs == 4 && info.n_a == 4 && info.n_b == 4);
    assert_true(info.frames == 7 && info.clips == 1 && info.same_top == 7);
    assert_true(info.difference == 0);
    for (int i = 0; i < 4; i++) {
        assert_true(movinet_comparison_get(c, i, &d));
        assert_true(isinf(d.snr) && isinf(d.late) && d.lost == 0 && d.bias == 0);
    }
    assert_false(movinet_comparison_get(c, 4, &d));
    movinet_comparison_close(c);
    movinet_model_close(a);
    movinet_model_close(b);
}

/* Whatever comes behind the product is as far off as it: 8 against 9. */
static void found_where_it_is(void **state)
{
    (void)state;
    movinet_drift d;
    movinet_model *a = network(8), *b = network(9);
    movinet_comparison *c = begin(a, b);
    push(c, 7);
    movinet_comparison_reset(c);
    push(c, 3);
    assert_int_equal(movinet_comparison_get_info(c).clips, 2);
    double db = 20 * log10(8);
    for (int i = 0; movinet_comparison_get(c, i, &d); i++) {
        bool product = !strcmp(d.kind, "MUL");
        if (!strcmp(d.kind, "MEAN")) {
            assert_true(isinf(d.snr));
            continue;
        }
        assert_true(fabs(d.snr - db) < 1e-4 && fabs(d.early - db) < 1e-4);
        assert_true(fabs(d.late - db) < 1e-4);
        assert_true(d.bias > 0.1 && d.bias < 0.126);
        assert_true(product ? fabs(d.lost - (120 - db)) < 1e-4 : d.lost < 1e-4);
    }
    movinet_comparison_close(c);
    movinet_model_close(a);
    movinet_model_close(b);
}

/* image → so many times another network, each op of its own name or of none. */
static movinet_model *chain(const char *const *names, const int *codes, int n, int width)
{
    mb_model *m = mb_new();
    const int32_t shape[5] = {1, 1, SMALL_HEIGHT, width, 3}, row[2] = {1, 3};
    int image = mb_tensor(m, "image", MOVINET_FLOAT32, 5, shape), last = image;
    for (int i = 0; i < n; i++) {
        int next = mb_tensor(m, names[i], MOVINET_FLOAT32, 5, shape);
        if (codes[i] == TFL_OP_ADD || codes[i] == TFL_OP_MUL)
            mb_op(m, codes[i], 1, MB_IDS(last, mb_scalar_f32(m, "two", 2)), MB_IDS(next),
                  &(tfl_options){0});
        else
            mb_op(m, codes[i], 1, MB_IDS(last), MB_IDS(next), NULL);
        last = next;
    }
    int logits = mb_tensor(m, "logits", MOVINET_FLOAT32, 2, row);
    mb_op(m, TFL_OP_MEAN, 1, MB_IDS(last, mb_int32s(m, "axes", MB_IDS(1, 2, 3))), MB_IDS(logits),
          &(tfl_options){0});
    mb_inputs(m, MB_IDS(image));
    mb_outputs(m, MB_IDS(logits));
    size_t size;
    uint8_t *bytes = mb_finish(m, &size);
    movinet_model *model = open_bytes(bytes, size);
    free(bytes);
    return model;
}

static void pairs_of_other_graphs(void **state)
{
    (void)state;
    enum { RELU = TFL_OP_RELU, LOGISTIC = TFL_OP_LOGISTIC, ADD = TFL_OP_ADD, MUL = TFL_OP_MUL };
    movinet_drift d;
    movinet_error err;
    movinet_model *a =
        chain((const char *[]){"x", "y", "z", "u"}, (int[]){MUL, RELU, ADD, RELU}, 4, SMALL_WIDTH);
    movinet_model *b = chain((const char *[]){"p", "q", "z", "r", "s"},
                             (int[]){MUL, LOGISTIC, MUL, ADD, RELU}, 5, SMALL_WIDTH);
    movinet_comparison *c = begin(a, b);
    /* x with p by kind, z with z by name, u with s, and the end. */
    static const int expected[4][2] = {{0, 0}, {2, 2}, {3, 4}, {4, 5}};
    assert_int_equal(movinet_comparison_get_info(c).n_pairs, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(movinet_comparison_get(c, i, &d));
        assert_true(d.op_a == expected[i][0] && d.op_b == expected[i][1]);
    }
    push(c, 2);
    assert_true(movinet_comparison_get(c, 3, &d) && isfinite(d.snr) && isnan(d.late));
    movinet_comparison_close(c);
    movinet_model_close(b);
    b = chain((const char *[]){"x"}, (int[]){RELU}, 1, SMALL_WIDTH + 1);
    assert_int_equal(movinet_comparison_open(&c, a, b, MOVINET_PREPROCESS_DEFAULT, &err),
                     MOVINET_ERR_ARGUMENT);
    assert_null(c);
    movinet_model_close(a);
    movinet_model_close(b);
}

static void decibels(void **state)
{
    (void)state;
    mvx_noise sums = {0};
    mvx_noise_add(&sums, (float[]){3, 4}, (float[]){3, 4.5F}, 2, true);
    assert_true(fabs(mvx_decibels(sums.signal, sums.noise) - 20) < 1e-9);
    mvx_noise_add(&sums, (float[]){0, 0}, (float[]){0, 0.5F}, 2, false);
    assert_true(fabs(mvx_decibels(sums.signal, sums.noise) - 10 * log10(50)) < 1e-9);
    assert_true(fabs(mvx_decibels(sums.early_signal, sums.early_noise) - 20) < 1e-9);
    assert_true(sums.bias == 1 && sums.count == 4);
    assert_true(isnan(mvx_decibels(0, 0)) && mvx_decibels(0, 1) < 0 && isinf(mvx_decibels(1, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same),
        cmocka_unit_test(found_where_it_is),
        cmocka_unit_test(pairs_of_other_graphs),
        cmocka_unit_test(decibels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

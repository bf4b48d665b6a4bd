/* Logits to probabilities. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void known_values(void **state)
{
    (void)state;
    const float logits[3] = {0, 0.693147181f, 1.09861229f}; /* ln 1, ln 2, ln 3 */
    float scores[3];
    movinet_softmax(logits, scores, 3);
    assert_float_equal(scores[0], 1.0 / 6, 1e-6);
    assert_float_equal(scores[1], 2.0 / 6, 1e-6);
    assert_float_equal(scores[2], 3.0 / 6, 1e-6);
}

static void large_logits_do_not_overflow(void **state)
{
    (void)state;
    float values[3] = {1e30f, 1e30f, -1e30f};
    movinet_softmax(values, values, 3); /* in place */
    assert_float_equal(values[0], 0.5, 1e-6);
    assert_float_equal(values[1], 0.5, 1e-6);
    assert_float_equal(values[2], 0, 0);
    float small[2] = {-2000, -2001};
    movinet_softmax(small, small, 2);
    assert_float_equal(small[0], 0.7310586, 1e-6);
}

static void many_classes_add_up_to_one(void **state)
{
    (void)state;
    float values[600];
    double sum = 0;
    for (int i = 0; i < 600; i++)
        values[i] = (float)(i * 37 % 101) / 7;
    movinet_softmax(values, values, 600);
    for (int i = 0; i < 600; i++)
        sum += (double)values[i];
    assert_float_equal(sum, 1, 1e-5);
}

static void one_and_none(void **state)
{
    (void)state;
    float value = -3;
    movinet_softmax(&value, &value, 0);
    assert_float_equal(value, -3, 0);
    movinet_softmax(&value, &value, 1);
    assert_float_equal(value, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(large_logits_do_not_overflow),
        cmocka_unit_test(many_classes_add_up_to_one),
        cmocka_unit_test(one_and_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

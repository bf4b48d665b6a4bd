/* When to reset. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static movinet_reset_policy parse(const char *text)
{
    movinet_reset_policy policy;
    assert_int_equal(movinet_reset_parse(text, &policy, NULL), MOVINET_OK);
    return policy;
}

static void words(void **state)
{
    (void)state;
    assert_int_equal(parse("on-cut").kind, MOVINET_RESET_ON_CUT);
    assert_int_equal(parse("never").kind, MOVINET_RESET_NEVER);
    static const struct {
        const char *text;
        double seconds;
    } numbers[] = {{"1", 1}, {"0.5", 0.5}, {".25", 0.25}, {"60.", 60}, {"1000000", 1e6}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_int_equal(parse(numbers[i].text).kind, MOVINET_RESET_EVERY);
        assert_float_equal(parse(numbers[i].text).seconds, numbers[i].seconds, 0);
    }
}

static void other_words_are_errors(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "0", "0.0", "-1", "+1", " 1", "1 ", "1s", "nan", "inf", "0x10", "1e3", "1.2.3", ".",
        "1000001", "On-Cut", "on-cut ", "always", "1,5", "99999999999999999999999999999999999999",
    };
    movinet_reset_policy policy = {.kind = MOVINET_RESET_NEVER};
    movinet_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(movinet_reset_parse(bad[i], &policy, &err), MOVINET_ERR_ARGUMENT);
        assert_non_null(strstr(err.message, "give on-cut, never"));
        assert_int_equal(policy.kind, MOVINET_RESET_NEVER);
    }
    assert_int_equal(movinet_reset_parse(NULL, &policy, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_reset_parse("never", NULL, &err), MOVINET_ERR_ARGUMENT);
}

static void cuts_count_only_where_they_are_to(void **state)
{
    (void)state;
    movinet_reset_policy on_cut = {0}, never = parse("never"), every = parse("1");
    for (int i = 0; i < 4; i++) {
        assert_true(movinet_reset_due(&on_cut, i * 0.2, true));
        assert_false(movinet_reset_due(&on_cut, i * 0.2, false));
        assert_false(movinet_reset_due(&never, i * 0.2, true));
        assert_false(movinet_reset_due(&every, i * 0.2, true));
    }
}

static void every_so_many_seconds(void **state)
{
    (void)state;
    movinet_reset_policy policy = parse("1");
    for (int i = 0; i < 100; i++)
        assert_int_equal(movinet_reset_due(&policy, 0.3 + 0.2 * i, false), i > 0 && i % 5 == 0);
}

static void gaps_backwards_and_no_times(void **state)
{
    (void)state;
    movinet_reset_policy policy = parse("10");
    assert_false(movinet_reset_due(&policy, NAN, false));
    assert_false(movinet_reset_due(&policy, 100, false));
    assert_true(movinet_reset_due(&policy, 500, false)); /* once, however long */
    assert_false(movinet_reset_due(&policy, 501, false));
    assert_false(movinet_reset_due(&policy, INFINITY, false));
    assert_false(movinet_reset_due(&policy, 509, false));
    assert_true(movinet_reset_due(&policy, 510, false));
    assert_true(movinet_reset_due(&policy, 3, false)); /* the source began again */
    assert_false(movinet_reset_due(&policy, 12, false));
    assert_true(movinet_reset_due(&policy, 13, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(other_words_are_errors),
        cmocka_unit_test(cuts_count_only_where_they_are_to),
        cmocka_unit_test(every_so_many_seconds),
        cmocka_unit_test(gaps_backwards_and_no_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

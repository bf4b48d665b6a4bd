/* Filters, on a model of five classes that is made up here: a filter asks the
 * model for nothing but its number of classes and their labels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CLASSES = 5 };

struct movinet_model {
    movinet_model_info info;
    const char *labels[CLASSES];
};

/* In the place of the library's own, which this program does not link. */
const movinet_model_info *movinet_model_get_info(const movinet_model *model)
{
    return &model->info;
}

const char *movinet_model_label(const movinet_model *model, int index)
{
    return index >= 0 && index < CLASSES ? model->labels[index] : "?";
}

static const movinet_model five = {
    .info = {.n_classes = CLASSES},
    .labels = {"abseiling", "Carving Ice", "2", "abseiling", "z\xc3\xb6gern"},
};
static const float scores[CLASSES] = {0.1f, 0.4f, 0.2f, 0.1f, 0.2f};

static movinet_filter *fresh(void)
{
    movinet_filter *filter;
    assert_int_equal(movinet_filter_open(&filter, &five, NULL), MOVINET_OK);
    return filter;
}

/* The classes shown, as digits; the filter is closed. */
static const char *shown(movinet_filter *filter, const float *values, int capacity)
{
    static char text[CLASSES + 1];
    movinet_result results[CLASSES];
    int n = movinet_filter_apply(filter, values, results, capacity);
    assert_in_range(n, 0, CLASSES);
    for (int i = 0; i < n; i++) {
        text[i] = (char)('0' + results[i].index);
        if (values[results[i].index] == values[results[i].index])
            assert_float_equal(results[i].score, values[results[i].index], 0);
    }
    text[n] = '\0';
    movinet_filter_close(filter);
    return text;
}

static void all_sorted_best_first(void **state)
{
    (void)state;
    assert_string_equal(shown(fresh(), scores, CLASSES), "12403");
    assert_string_equal(shown(fresh(), scores, 2), "12");
    assert_string_equal(shown(fresh(), scores, 0), "");
}

static void top_and_threshold(void **state)
{
    (void)state;
    movinet_filter *filter = fresh();
    movinet_filter_set_top(filter, 3);
    assert_string_equal(shown(filter, scores, CLASSES), "124");
    filter = fresh();
    movinet_filter_set_threshold(filter, 0.2f);
    assert_string_equal(shown(filter, scores, CLASSES), "124");
    filter = fresh();
    movinet_filter_set_threshold(filter, 0.5f);
    assert_string_equal(shown(filter, scores, CLASSES), "");
    filter = fresh();
    movinet_filter_set_top(filter, 0);
    assert_string_equal(shown(filter, scores, CLASSES), "12403");
}

static void labels_match_in_any_case_and_all_of_a_name(void **state)
{
    (void)state;
    movinet_filter *filter = fresh();
    assert_int_equal(movinet_filter_deny(filter, "CARVING ice", NULL), MOVINET_OK);
    assert_string_equal(shown(filter, scores, CLASSES), "2403");
    filter = fresh();
    assert_int_equal(movinet_filter_allow(filter, "Abseiling", NULL), MOVINET_OK);
    assert_string_equal(shown(filter, scores, CLASSES), "03");
    filter = fresh();
    assert_int_equal(movinet_filter_allow(filter, "Z\xc3\xb6GERN", NULL), MOVINET_OK);
    assert_string_equal(shown(filter, scores, CLASSES), "4");
}

static void numbers_name_classes_where_no_label_does(void **state)
{
    (void)state;
    movinet_filter *filter = fresh();
    assert_int_equal(movinet_filter_allow(filter, "1", NULL), MOVINET_OK);
    assert_int_equal(movinet_filter_allow(filter, "2", NULL), MOVINET_OK); /* a label, too */
    assert_string_equal(shown(filter, scores, CLASSES), "12");
}

static void deny_goes_before_allow(void **state)
{
    (void)state;
    movinet_filter *filter = fresh();
    movinet_filter_allow(filter, "0", NULL);
    movinet_filter_allow(filter, "1", NULL);
    movinet_filter_deny(filter, "1", NULL);
    movinet_filter_set_top(filter, 1);
    assert_string_equal(shown(filter, scores, CLASSES), "0");
}

static void unknown_classes_are_errors(void **state)
{
    (void)state;
    static const char far_too_long[] = "abseiling, and behind it far more than any label has, so "
                                       "that it is not compared with them";
    static const char *const unknown[] = {"5", "-1", "1.5", "", "carving", "99999999999999999999",
                                          far_too_long};
    movinet_filter *filter = fresh();
    movinet_error err;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_int_equal(movinet_filter_allow(filter, unknown[i], &err), MOVINET_ERR_ARGUMENT);
        assert_non_null(strstr(err.message, "no class"));
    }
    assert_int_equal(movinet_filter_deny(filter, "carvin ice", &err), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "did you mean \"Carving Ice\"?"));
    assert_int_equal(movinet_filter_deny(filter, NULL, &err), MOVINET_ERR_ARGUMENT);
    /* None of them changed what is shown. */
    assert_string_equal(shown(filter, scores, CLASSES), "12403");
}

static void scores_that_are_not_numbers_come_last(void **state)
{
    (void)state;
    const float odd[CLASSES] = {NAN, 0.4f, NAN, 0.1f, INFINITY};
    assert_string_equal(shown(fresh(), odd, CLASSES), "41302");
    movinet_filter *filter = fresh();
    movinet_filter_set_threshold(filter, 0.01f);
    assert_string_equal(shown(filter, odd, CLASSES), "413");
}

static void bad_arguments(void **state)
{
    (void)state;
    movinet_filter *filter = (void *)1;
    movinet_error err;
    assert_int_equal(movinet_filter_open(&filter, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_null(filter);
    movinet_filter_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_sorted_best_first),
        cmocka_unit_test(top_and_threshold),
        cmocka_unit_test(labels_match_in_any_case_and_all_of_a_name),
        cmocka_unit_test(numbers_name_classes_where_no_label_does),
        cmocka_unit_test(deny_goes_before_allow),
        cmocka_unit_test(unknown_classes_are_errors),
        cmocka_unit_test(scores_that_are_not_numbers_come_last),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

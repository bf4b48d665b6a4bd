/* Filters, on a model of five classes that is made up here: a filter asks the
 * model for nothing but its number of classes and their labels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "classify/labels.h"
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

static void patterns_stand_for_many_labels(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *shown;
    } cases[] = {
        {"*ing*", "103"},      {"A*", "03"},       {"*", "12403"},        {"carving ?ce", "1"},
        {"abs*e*g", "03"},     {"**ICE", "1"},     {"z?gern", "4"},       {"?", "2"},
        {"*a*i*n*g*", "103"},  {"z\xc3\xb6*", "4"}, {"?bseiling*", "03"}, {"????????????", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        movinet_filter *filter = fresh();
        movinet_status status = movinet_filter_allow(filter, cases[i].pattern, NULL);
        assert_int_equal(status, *cases[i].shown ? MOVINET_OK : MOVINET_ERR_ARGUMENT);
        assert_string_equal(shown(filter, scores, CLASSES),
                            *cases[i].shown ? cases[i].shown : "12403");
    }
    movinet_filter *filter = fresh();
    movinet_filter_allow(filter, "*", NULL);
    movinet_filter_deny(filter, "*ing", NULL);
    assert_string_equal(shown(filter, scores, CLASSES), "124");
}

/* Exponential time in the number of stars would not come to an end here. */
static void patterns_of_many_stars_end(void **state)
{
    (void)state;
    char label[2000], pattern[2000];
    memset(label, 'a', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    for (size_t i = 0; i + 1 < sizeof pattern; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    strcpy(pattern + sizeof pattern - 3, "*b");
    assert_false(mvc_matches(pattern, label));
    pattern[sizeof pattern - 2] = 'a';
    assert_true(mvc_matches(pattern, label));
    assert_true(mvc_matches("", ""));
    assert_true(mvc_matches("*", ""));
    assert_false(mvc_matches("?", ""));
    assert_false(mvc_matches("", "a"));
    assert_false(mvc_matches("a?", "a"));
    /* Cut off in the middle of a character. */
    assert_true(mvc_matches("a?", "a\xc3"));
    assert_true(mvc_matches("*\xc3\xb6", "a\xc3\xb6"));
}

static void only_what_passes_is_announced(void **state)
{
    (void)state;
    movinet_filter *filter = fresh();
    movinet_filter_deny(filter, "carving*", NULL);
    static const bool passes[] = {true, false, true, true, true};
    for (int i = 0; i < CLASSES; i++)
        assert_int_equal(movinet_filter_passes(filter, i), passes[i]);
    assert_false(movinet_filter_passes(filter, -1));
    assert_false(movinet_filter_passes(filter, CLASSES));
    movinet_announcer *announcer;
    movinet_announcer_options how = {.threshold = 0, .only_top = true, .filter = filter};
    assert_int_equal(movinet_announcer_open(&announcer, CLASSES, &how, NULL), MOVINET_OK);
    const movinet_event *events;
    assert_int_equal(movinet_announcer_push(announcer, 0, scores, &events), 1);
    assert_int_equal(events[0].index, 2);
    /* Denied while it is announced: it ends. */
    movinet_filter_deny(filter, "2", NULL);
    assert_int_equal(movinet_announcer_push(announcer, 1, scores, &events), 2);
    assert_int_equal(events[0].kind, MOVINET_EVENT_END);
    assert_int_equal(events[1].kind, MOVINET_EVENT_BEGIN);
    assert_int_equal(events[1].index, 4);
    movinet_filter_deny(filter, "*", NULL);
    assert_int_equal(movinet_announcer_push(announcer, 2, scores, &events), 1);
    assert_int_equal(movinet_announcer_push(announcer, 3, scores, &events), 0);
    movinet_announcer_close(announcer);
    movinet_filter_close(filter);
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
    /* None is near, but one has it as a part. */
    assert_int_equal(movinet_filter_deny(filter, "ICE", &err), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "did you mean \"Carving Ice\"?"));
    assert_int_equal(movinet_filter_deny(filter, "*skat*", &err), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "no class like \"*skat*\""));
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
        cmocka_unit_test(patterns_stand_for_many_labels),
        cmocka_unit_test(patterns_of_many_stars_end),
        cmocka_unit_test(only_what_passes_is_announced),
        cmocka_unit_test(deny_goes_before_allow),
        cmocka_unit_test(unknown_classes_are_errors),
        cmocka_unit_test(scores_that_are_not_numbers_come_last),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

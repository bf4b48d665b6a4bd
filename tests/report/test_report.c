/* Text and pictures in SVG. SPDX-License-Identifier: Apache-2.0 */
#include "report/axis.h"
#include "report/plots.h"
#include "video/media.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {{0, 2, "0"},        {1.5, 1, "1.5"},     {1.5, 0, "2"},
                 {-0.04, 1, "0"},    {-0.25, 2, "-0.25"}, {1234.05, 2, "1234.05"},
                 {99.96, 1, "100"},  {0.007, 3, "0.007"}, {NAN, 1, "0"},
                 {INFINITY, 1, "0"}, {10, 3, "10"}};
    for (int german = 0; german < 2; german++) {
        if (german) /* where it is there */
            setlocale(LC_NUMERIC, "de_DE.UTF-8");
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            assert_string_equal(mvr_number_of(cases[i].value, cases[i].digits).text, cases[i].text);
    }
    setlocale(LC_NUMERIC, "C");
}

static void escaped(const char *text, int columns, const char *expected)
{
    mvr_text t = {0};
    mvr_add(&t, "%s", "");
    mvr_add_escaped(&t, text, columns);
    assert_string_equal(t.bytes, expected);
    mvr_free(&t);
}

static void escapes(void **state)
{
    (void)state;
    escaped("a<b>&\"c'", 0, "a&lt;b&gt;&amp;&quot;c'");
    escaped("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", 3, "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80");
    escaped("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80!", 3, "\xc3\xbc\xe2\x82\xac\xe2\x80\xa6");
    escaped("a\x1b\nb\x7f", 0, "a  b ");
    escaped("\xff\xc3(\xe2\x82\xed\xa0\x80\xc0\x80", 0, "?" "?(" "???????");
    escaped("\xef\xbf\xbe|\xef\xbf\xbd", 0, "?|\xef\xbf\xbd");
    escaped("&&&&", 2, "&amp;\xe2\x80\xa6");
    assert_int_equal(mvr_columns("\xc3\xbc\xff"
                                 "a"),
                     3);
}

static void axes(void **state)
{
    (void)state;
    mvr_axis a = mvr_axis_of(0.13, 0.88, 0, 100, 5, false);
    assert_true(fabs(a.low) < 1e-9 && fabs(a.high - 1) < 1e-9 && fabs(a.step - 0.2) < 1e-9);
    assert_int_equal(a.digits, 1);
    assert_true(fabs(mvr_at(&a, 0.5) - 50) < 1e-9);
    a = mvr_axis_of(1, 40, 0, 100, 6, true);
    assert_true(a.step == 10);
    a = mvr_axis_of(1, 3, 0, 100, 6, true);
    assert_true(a.step == 1);
    a = mvr_axis_of(2, 2, 0, 100, 5, false);
    assert_true(a.low <= 2 && a.high > 2 && isfinite(mvr_at(&a, 2)));
    a = mvr_axis_of(0, 0, 0, 100, 5, false);
    assert_true(a.high > a.low);
}

static void is_xml(const mvr_text *t, const char *name)
{
    movinet_error err;
    char command[300];
    assert_false(t->failed);
    if (mvr_write(t, name, &err))
        fail_msg("%s", err.message);
    assert_null(strstr(t->bytes, "nan"));
    assert_null(strstr(t->bytes, "inf"));
    snprintf(command, sizeof command,
             "python3 -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' %s", name);
    media_shell(command);
}

static int times(const char *text, const char *word)
{
    int n = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

static void curves(void **state)
{
    (void)state;
    mvr_epoch epochs[30];
    for (int i = 0; i < 30; i++)
        epochs[i] =
            (mvr_epoch){i + 1, 2.0 / (i + 1), 2.2 / (i + 1), 1 - 1.0 / (i + 2), 1 - 1.2 / (i + 2)};
    epochs[7].validation_loss = NAN;
    epochs[8].train_accuracy = INFINITY;
    for (int n = 0; n <= 30; n += n < 2 ? 1 : 28) {
        mvr_text t = {0};
        mvr_curves(&t, "a < b & c", epochs, n, n - 1);
        is_xml(&t, "curves.svg");
        assert_non_null(strstr(t.bytes, "<title>a &lt; b &amp; c</title>"));
        assert_int_equal(times(t.bytes, "kept: epoch"), n ? 2 : 0);
        if (n == 30)
            assert_non_null(strstr(t.bytes, "kept: epoch 30, 96.1 %"));
        mvr_free(&t);
    }
    for (int i = 0; i < 30; i++)
        epochs[i].train_loss = epochs[i].validation_loss = epochs[i].train_accuracy =
            epochs[i].validation_accuracy = NAN;
    mvr_text t = {0};
    mvr_curves(&t, "nothing", epochs, 30, 3);
    is_xml(&t, "curves.svg");
    mvr_free(&t);
}

static void confusion(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 5, 30, 31, 90, 91, 600};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int n = sizes[s], filled = 0;
        int *counts = calloc((size_t)n * (size_t)n, sizeof *counts);
        const char **labels = calloc((size_t)n, sizeof *labels);
        assert_true(counts && labels);
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2 ? "walking <slowly> & \"surely\", or not so much"
                              : "\xc3\xbc"
                                "ben";
            counts[i * n + i] = 20;
            counts[i * n + (i * 7 + 1) % n] += 3;
        }
        for (int i = 0; i < n * n; i++)
            filled += counts[i] > 0;
        mvr_text t = {0};
        mvr_confusion(&t, "who is who", counts, labels, n);
        is_xml(&t, "confusion.svg");
        assert_int_equal(times(t.bytes, "fill-opacity"), filled);
        assert_int_equal(times(t.bytes, " % of 23"), n <= MVR_LABELLED ? n : 0);
        assert_int_equal(times(t.bytes, "Most often taken"), n > 3);
        assert_int_equal(times(t.bytes, ">23</text>") + times(t.bytes, ">20</text>"),
                         n > MVR_NUMBERED ? 0 : n);
        mvr_free(&t);
        free(counts);
        free(labels);
    }
    const int none[4] = {0};
    const char *const two[] = {"a", "b"};
    mvr_text t = {0};
    mvr_confusion(&t, "empty", none, two, 2);
    is_xml(&t, "confusion.svg");
    assert_non_null(strstr(t.bytes, "0 of 0 clips right, 0 %"));
    mvr_free(&t);
}

/* The worst pairs, in order. */
static void worst_pairs(void **state)
{
    (void)state;
    enum { N = 6 };
    int counts[N * N];
    static const char *const labels[N] = {"A", "B", "C", "D", "E", "F"};
    for (int i = 0; i < N * N; i++)
        counts[i] = i % N == i / N ? 50 : i;
    mvr_text t = {0};
    mvr_confusion(&t, "", counts, labels, N);
    const char *at = strstr(t.bytes, "Most often");
    static const char *const expected[] = {"F <tspan class=\"faint\">as</tspan> E",
                                           "F <tspan class=\"faint\">as</tspan> D",
                                           "as</tspan> C",
                                           "as</tspan> B",
                                           "as</tspan> A",
                                           "E <tspan class=\"faint\">as</tspan> F"};
    for (int i = 0; i < 6; i++) {
        assert_non_null(at);
        at = strstr(at + 1, expected[i]);
    }
    assert_non_null(at);
    assert_int_equal(times(t.bytes, "as</tspan>"), 12);
    mvr_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers), cmocka_unit_test(escapes),   cmocka_unit_test(axes),
        cmocka_unit_test(curves),  cmocka_unit_test(confusion), cmocka_unit_test(worst_pairs),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

/* Label files: their lines, where the metadata names them, the zip that holds
 * them, and zips that are not what they say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- lines -------------------------------------------------------------------- */

/* Splits `size` bytes of text; `expected`: the labels joined with '|'. */
static void check_split(const char *text, size_t size, int n_expected, const char *expected)
{
    mv_arena arena = {0};
    const char *const *labels;
    int n;
    char joined[256] = "";
    char *copy = malloc(size + 1); /* without a NUL at its end */
    memcpy(copy, text, size);
    assert_int_equal(tfl_split_labels(&arena, copy, size, &labels, &n, NULL), MOVINET_OK);
    free(copy);
    assert_int_equal(n, n_expected);
    for (int i = 0; i < n; i++) {
        strcat(joined, i ? "|" : "");
        strcat(joined, labels[i]);
    }
    assert_string_equal(joined, expected);
    mv_arena_free(&arena);
}
#define SPLIT(text, n, expected) check_split(text, sizeof text - 1, n, expected)

static void test_lines(void **state)
{
    (void)state;
    SPLIT("", 0, "");
    SPLIT("\n", 1, "");
    SPLIT("a", 1, "a");
    SPLIT("a\nb\n", 2, "a|b");
    SPLIT("a\nb", 2, "a|b");
    SPLIT("a\r\nb\r\n", 2, "a|b");
    SPLIT("a\r\n\r\nb\r", 3, "a||b");
    SPLIT("a\n\n", 2, "a|");
    SPLIT("\xef\xbb\xbf""a\nb", 2, "a|b");
    SPLIT("\xef\xbb\xbf", 0, "");
    SPLIT("bake (caf\xc3\xa9)\n\xe6\xbc\xa2\n\xf0\x9f\x90\x84", 3,
          "bake (caf\xc3\xa9)|\xe6\xbc\xa2|\xf0\x9f\x90\x84");
    /* What cannot be printed: Latin-1, escapes, surrogates, overlong, cut off. */
    SPLIT("caf\xe9\n\x1b[31m\ta\x7f", 2, "caf?|?[31m\ta?");
    SPLIT("\xed\xa0\x80\n\xc0\x80\n\xe2\x82\n\xf5\x80\x80\x80\n\xc2\x9b", 5, "???|??|??|????|??");
}

static void check_split_error(const char *text, size_t size, const char *part)
{
    mv_arena arena = {0};
    const char *const *labels;
    int n;
    movinet_error err = {0};
    assert_int_equal(tfl_split_labels(&arena, text, size, &labels, &n, &err), MOVINET_ERR_FORMAT);
    if (!strstr(err.message, part))
        fail_msg("\"%s\" does not say \"%s\"", err.message, part);
    mv_arena_free(&arena);
}

static void test_bad_lines(void **state)
{
    (void)state;
    check_split_error("a\nb\0c\n", 6, "line 2 of the label file has a NUL byte");
    char *text = malloc(1000002);
    memset(text, 'x', 1001);
    check_split_error(text, 1001, "1001 bytes long");
    check_split(text, 100, 1, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    memset(text, '\n', 1000001);
    check_split_error(text, 1000001, "over 1000000 lines");
    free(text);
}

/* ---- metadata ------------------------------------------------------------------ */

/* Builds, reads, and compares the labels joined with '|'. */
static void check_labels(mb_model *m, int n, const char *expected)
{
    size_t size;
    tfl_model model;
    movinet_error err = {0};
    char joined[256] = "";
    uint8_t *file = mb_finish(m, &size);
    if (tfl_read(&model, file, size, &err))
        fail_msg("%s", err.message);
    assert_int_equal(model.n_labels, n);
    for (int i = 0; i < n; i++) {
        strcat(joined, i ? "|" : "");
        strcat(joined, model.labels[i]);
    }
    assert_string_equal(joined, expected);
    tfl_free(&model);
    free(file);
}

static void test_metadata(void **state)
{
    (void)state;
    const int flags[] = {0, MB_ZIP_RELATIVE, MB_BUFFERS_BEHIND,
                         MB_BUFFERS_BEHIND | MB_ZIP_RELATIVE};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        mb_model *m = sample_model();
        mb_labels(m, "lying\nstanding\nwalking\n");
        mb_flags(m, flags[i]);
        check_labels(m, 3, "lying|standing|walking");
    }
    /* A file that packs well is deflated in the zip. */
    char text[2048], joined[256] = "";
    memset(text, 'a', sizeof text);
    for (int i = 100; i < (int)sizeof text; i += 101)
        text[i] = '\n';
    memset(joined, 'a', 100);
    joined[100] = '|';
    memset(joined + 101, 'a', 100);
    mb_model *m = sample_model();
    mb_label_file(m, MB_LABELS_OUTPUT, TFL_FILE_TENSOR_VALUE_LABELS, "l.txt", NULL, text, 202);
    check_labels(m, 2, joined);
}

static void add_file(mb_model *m, mb_label_place place, int type, const char *locale,
                     const char *name)
{
    mb_label_file(m, place, type, name, locale, name, strlen(name));
}

/* Which of several files is taken. Each says its own name. */
static void test_choice(void **state)
{
    (void)state;
    enum { AXIS = TFL_FILE_TENSOR_AXIS_LABELS, VALUE = TFL_FILE_TENSOR_VALUE_LABELS, WORDS = 5 };
    mb_model *m = sample_model();
    add_file(m, MB_LABELS_INPUT, AXIS, NULL, "input");
    add_file(m, MB_LABELS_OUTPUT, VALUE, NULL, "output");
    add_file(m, MB_LABELS_MODEL, AXIS, NULL, "model");
    check_labels(m, 1, "output");
    m = sample_model();
    add_file(m, MB_LABELS_INPUT, AXIS, NULL, "input");
    add_file(m, MB_LABELS_OUTPUT, WORDS, NULL, "a vocabulary");
    add_file(m, MB_LABELS_MODEL, AXIS, NULL, "model");
    check_labels(m, 1, "model");
    m = sample_model();
    add_file(m, MB_LABELS_INPUT, AXIS, NULL, "input");
    check_labels(m, 1, "input");
    m = sample_model();
    add_file(m, MB_LABELS_SUBGRAPH, AXIS, NULL, "subgraph");
    check_labels(m, 1, "subgraph");
    m = sample_model();
    add_file(m, MB_LABELS_OUTPUT, AXIS, "de", "deutsch");
    add_file(m, MB_LABELS_OUTPUT, AXIS, "en", "english");
    add_file(m, MB_LABELS_OUTPUT, AXIS, "fr", "fran\xc3\xa7""ais");
    check_labels(m, 1, "english");
    m = sample_model();
    add_file(m, MB_LABELS_OUTPUT, AXIS, "de", "deutsch");
    check_labels(m, 1, "deutsch");
    m = sample_model();
    add_file(m, MB_LABELS_OUTPUT, WORDS, NULL, "a vocabulary");
    check_labels(m, 0, "");
}

/* ---- damage ---------------------------------------------------------------------- */

static void expect_error(mb_model *m, const char *part)
{
    size_t size;
    tfl_model model;
    movinet_error err = {0};
    uint8_t *file = mb_finish(m, &size);
    assert_int_equal(tfl_read(&model, file, size, &err), MOVINET_ERR_FORMAT);
    if (!strstr(err.message, part))
        fail_msg("\"%s\" does not say \"%s\"", err.message, part);
    assert_null(strchr(err.message, '\n'));
    free(file);
}

/* A model with labels whose zip is these bytes instead. */
static void expect_zip_error(const void *zip, size_t size, const char *part)
{
    mb_model *m = sample_model();
    mb_labels(m, "a\nb\nc\n");
    mb_append(m, zip, size);
    expect_error(m, part);
}

static void test_bad_metadata(void **state)
{
    (void)state;
    mb_model *m = sample_model();
    mb_metadata(m, "\0\0\0\0XXXX", 8);
    expect_error(m, "the model's metadata is damaged");
    m = sample_model();
    mb_metadata(m, "\x7f\0\0\0M001", 8);
    expect_error(m, "the model's metadata is damaged");
    m = sample_model();
    mb_metadata(m, "M001", 4);
    expect_error(m, "the model's metadata is damaged");
    m = sample_model();
    char name[300];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    add_file(m, MB_LABELS_OUTPUT, TFL_FILE_TENSOR_AXIS_LABELS, NULL, name);
    expect_error(m, "the name of the label file is impossible");
    expect_zip_error("", 0, "\"labels.txt\" in the zip behind the model: there is no zip");
    /* A zip of another file. */
    mb_model *other = mb_new();
    add_file(other, MB_LABELS_MODEL, 0, NULL, "readme.txt");
    size_t size;
    uint8_t *zip = mb_zip_bytes(other, &size);
    mb_free(other);
    expect_zip_error(zip, size, "does not hold it");
    free(zip);
}

/* The zip of a label file of `size` times 'a'. */
static uint8_t *make_zip(size_t text_size, size_t *size)
{
    char *text = malloc(text_size);
    memset(text, 'a', text_size);
    for (size_t i = 80; i < text_size; i += 81)
        text[i] = '\n';
    mb_model *m = mb_new();
    mb_label_file(m, MB_LABELS_MODEL, 0, "labels.txt", NULL, text, text_size);
    free(text);
    uint8_t *zip = mb_zip_bytes(m, size);
    mb_free(m);
    return zip;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Writes another unpacked size, both in the directory and before the data. */
static void lie_about_size(uint8_t *zip, size_t size, uint32_t unpacked)
{
    uint8_t *directory = zip + get32(zip + size - 22 + 16);
    put32(directory + 24, unpacked);
    put32(zip + 22, unpacked);
}

static void test_lying_zip(void **state)
{
    (void)state;
    const struct {
        size_t real;
        uint32_t said;
        const char *part;
    } cases[] = {
        {500, 499, "\"labels.txt\""},
        {500, 501, "\"labels.txt\""},
        {500, 0, "\"labels.txt\""},
        {500, 3000000000u, "the zip says it has 3000000000 bytes, over the limit of 4194304"},
        {4194304, 10, "\"labels.txt\""},
        {50000000, 1000, "\"labels.txt\""},           /* a bomb */
        {5000000, 5000000, "over the limit of 4194304"}, /* honest, but too large */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size;
        uint8_t *zip = make_zip(cases[i].real, &size);
        lie_about_size(zip, size, cases[i].said);
        expect_zip_error(zip, size, cases[i].part);
        free(zip);
    }
}

static void test_damaged_zip(void **state)
{
    (void)state;
    size_t size;
    uint8_t *zip = make_zip(2000, &size);
    /* The packed bytes: what comes out does not fit the checksum, or nothing does. */
    zip[45] ^= 0x55;
    expect_zip_error(zip, size, "\"labels.txt\"");
    zip[45] ^= 0x55;
    /* Every byte of the headers and the directory: no crash, whatever comes out. */
    for (size_t at = 0; at < size; at++) {
        mb_model *m = sample_model();
        mb_labels(m, "a\n");
        zip[at] ^= 0xff;
        mb_append(m, zip, size);
        zip[at] ^= 0xff;
        size_t file_size;
        tfl_model model;
        uint8_t *file = mb_finish(m, &file_size);
        if (!tfl_read(&model, file, file_size, NULL))
            tfl_free(&model);
        free(file);
    }
    /* Cut off anywhere. */
    for (size_t length = 0; length < size; length++)
        expect_zip_error(zip, length, "\"labels.txt\"");
    free(zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_metadata),     cmocka_unit_test(test_choice),
        cmocka_unit_test(test_bad_metadata), cmocka_unit_test(test_lying_zip),
        cmocka_unit_test(test_damaged_zip),
    };
    return cmocka_run_group_tests_name("tflite-labels", tests, NULL, NULL);
}

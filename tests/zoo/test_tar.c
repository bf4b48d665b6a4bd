/* The tar reader, on archives made here. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** An archive in memory, read in uneven pieces. */
typedef struct archive {
    uint8_t bytes[16 * 512];
    size_t size, at, piece;
} archive;

static long read_archive(void *user, void *bytes, size_t size)
{
    archive *a = user;
    size_t n = a->size - a->at;
    n = n < size ? n : size;
    n = n < a->piece ? n : a->piece;
    memcpy(bytes, a->bytes + a->at, n);
    a->at += n;
    return (long)n;
}

static void set_checksum(uint8_t *header)
{
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += header[i];
    snprintf((char *)header + 148, 8, "%06o", sum);
}

static uint8_t *add_member(archive *a, const char *name, char type, const char *content,
                           unsigned size)
{
    uint8_t *header = a->bytes + a->size;
    snprintf((char *)header, 100, "%s", name);
    snprintf((char *)header + 124, 12, "%011o", size);
    header[156] = (uint8_t)type;
    memcpy(header + 257, "ustar", 5);
    set_checksum(header);
    size_t n = strlen(content);
    memcpy(header + 512, content, n);
    a->size += 512 + (n + 511) / 512 * 512;
    return header;
}

static void begin(mvz_tar *tar, archive *a)
{
    a->at = 0;
    a->piece = 100;
    mvz_tar_begin(tar, read_archive, a, 1 << 20);
}

static void members_come_in_order(void **state)
{
    (void)state;
    archive a = {0};
    mvz_tar tar;
    mvz_tar_member m;
    char text[64];
    size_t n;
    add_member(&a, "folder/", '5', "", 0);
    add_member(&a, "folder/one", '0', "first file", 10);
    add_member(&a, "two", '\0', "2", 1);
    a.size += 1024; /* two blocks of zeros end it */
    begin(&tar, &a);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_OK);
    assert_false(m.regular);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_OK);
    assert_true(m.regular);
    assert_string_equal(m.name, "folder/one");
    assert_int_equal(m.size, 10);
    assert_int_equal(mvz_tar_read(&tar, text, 5, &n, NULL), MOVINET_OK);
    assert_int_equal(n, 5);
    assert_memory_equal(text, "first", 5);
    /* The rest of it is passed over. */
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_OK);
    assert_string_equal(m.name, "two");
    assert_int_equal(mvz_tar_read(&tar, text, sizeof text, &n, NULL), MOVINET_OK);
    assert_int_equal(n, 1);
    assert_int_equal(mvz_tar_read(&tar, text, sizeof text, &n, NULL), MOVINET_OK);
    assert_int_equal(n, 0);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_END);
}

static void an_end_without_zeros_is_an_end(void **state)
{
    (void)state;
    archive a = {0};
    mvz_tar tar;
    mvz_tar_member m;
    add_member(&a, "one", '0', "1", 1);
    begin(&tar, &a);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_OK);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_END);
    a.size = 0;
    begin(&tar, &a);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_END);
}

/* Reads an archive to its end or first error. */
static movinet_status drain(archive *a)
{
    mvz_tar tar;
    mvz_tar_member m;
    movinet_error err;
    movinet_status status;
    uint8_t bytes[77];
    size_t n = 0;
    begin(&tar, a);
    while ((status = mvz_tar_next(&tar, &m, &err)) == MOVINET_OK) {
        assert_true(strlen(m.name) <= 100);
        do
            status = mvz_tar_read(&tar, bytes, sizeof bytes, &n, &err);
        while (status == MOVINET_OK && n > 0);
        if (status)
            break;
    }
    return status;
}

static void truncation_is_an_error_at_every_length(void **state)
{
    (void)state;
    archive a = {0};
    add_member(&a, "one", '0', "content", 7);
    size_t whole = a.size;
    assert_int_equal(drain(&a), MOVINET_END);
    for (a.size = 1; a.size < whole; a.size++)
        assert_int_equal(drain(&a), MOVINET_ERR_FORMAT);
}

static void lies_are_errors(void **state)
{
    (void)state;
    static const char *const sizes[] = {"77777777777", "00000004001", "-0000000001",
                                        "0x000000010", "           ", "0000000001z"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        archive a = {0};
        uint8_t *header = add_member(&a, "one", '0', "content", 7);
        memcpy(header + 124, sizes[i], 11);
        set_checksum(header);
        assert_int_equal(drain(&a), MOVINET_ERR_FORMAT);
    }
    archive a = {0};
    uint8_t *header = add_member(&a, "one", '0', "content", 7);
    memset(header, 'x', 100); /* a name without its NUL */
    assert_int_equal(drain(&a), MOVINET_ERR_FORMAT);
    set_checksum(header);
    assert_int_equal(drain(&a), MOVINET_END);
    memset(header + 124, 0xff, 12); /* base 256, negative */
    set_checksum(header);
    assert_int_equal(drain(&a), MOVINET_ERR_FORMAT);
}

static void any_flipped_bit_is_survived(void **state)
{
    (void)state;
    archive a = {0};
    add_member(&a, "one", '0', "content", 7);
    add_member(&a, "two", '0', "more", 4);
    for (size_t bit = 0; bit < a.size * 8; bit++) {
        a.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        movinet_status status = drain(&a);
        assert_true(status == MOVINET_END || status == MOVINET_ERR_FORMAT);
        a.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void the_limit_holds(void **state)
{
    (void)state;
    archive a = {0};
    mvz_tar tar;
    mvz_tar_member m;
    add_member(&a, "one", '0', "content", 7);
    a.piece = 512;
    mvz_tar_begin(&tar, read_archive, &a, 512 + 6);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_ERR_FORMAT);
    a.at = 0;
    mvz_tar_begin(&tar, read_archive, &a, 511);
    assert_int_equal(mvz_tar_next(&tar, &m, NULL), MOVINET_ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_in_order),
        cmocka_unit_test(an_end_without_zeros_is_an_end),
        cmocka_unit_test(truncation_is_an_error_at_every_length),
        cmocka_unit_test(lies_are_errors),
        cmocka_unit_test(any_flipped_bit_is_survived),
        cmocka_unit_test(the_limit_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

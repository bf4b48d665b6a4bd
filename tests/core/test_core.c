/* Errors, memory and SHA-256. SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/pool.h"
#include "core/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void error_holds_message(void **state)
{
    (void)state;
    movinet_error err;
    assert_int_equal(mv_fail(&err, MOVINET_ERR_IO, "%s: gone", "a.mp4"), MOVINET_ERR_IO);
    assert_string_equal(err.message, "a.mp4: gone");
    mv_error_prefix(&err, "reading");
    assert_string_equal(err.message, "reading: a.mp4: gone");
    assert_int_equal(mv_fail(NULL, MOVINET_ERR_MEMORY, "x"), MOVINET_ERR_MEMORY);
    mv_error_prefix(NULL, "x");
}

static void long_prefix_keeps_the_reason(void **state)
{
    (void)state;
    char prefix[2000];
    memset(prefix, 'p', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    movinet_error err;
    mv_fail(&err, MOVINET_ERR_IO, "the reason");
    mv_error_prefix(&err, prefix);
    assert_non_null(strstr(err.message, ": the reason"));
    assert_true(strlen(err.message) < sizeof err.message);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    for (int s = MOVINET_ERR_CANCELLED; s <= MOVINET_END; s++)
        assert_string_not_equal(movinet_status_name((movinet_status)s), "unknown status");
    assert_string_equal(movinet_status_name((movinet_status)99), "unknown status");
}

static void version_matches_header(void **state)
{
    (void)state;
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", MOVINET_VERSION_MAJOR, MOVINET_VERSION_MINOR,
             MOVINET_VERSION_PATCH);
    assert_string_equal(movinet_version(), text);
}

static void arena_blocks_are_apart_and_zero(void **state)
{
    (void)state;
    mv_arena arena = {0};
    unsigned char *blocks[300];
    for (int i = 0; i < 300; i++) {
        size_t n = (size_t)i * 7 % 1000 + (i == 150 ? 100000 : 0);
        blocks[i] = mv_arena_alloc(&arena, n, 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(blocks[i][k], 0);
        memset(blocks[i], i, n);
    }
    assert_int_equal(blocks[150][99999], 150);
    assert_null(mv_arena_alloc(&arena, SIZE_MAX / 2, 3));
    assert_null(mv_arena_alloc(&arena, SIZE_MAX, 1));
    assert_string_equal(mv_arena_string(&arena, "labels", 5), "label");
    mv_arena_free(&arena);
}

static void alloc_is_aligned(void **state)
{
    (void)state;
    for (size_t n = 0; n < 300; n += 37) {
        void *block = mv_alloc(n);
        assert_int_equal((uintptr_t)block % MV_ALIGN, 0);
        free(block);
    }
    assert_null(mv_alloc(SIZE_MAX - 3));
}

static void files_are_read_whole(void **state)
{
    (void)state;
    char path[] = "/tmp/movinet-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char block[1000];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 200; i++)
        assert_int_equal(write(fd, block, sizeof block), sizeof block);
    close(fd);
    uint8_t *bytes;
    size_t size;
    movinet_error err;
    assert_int_equal(mv_read_file(path, 1 << 20, &bytes, &size, &err), MOVINET_OK);
    assert_int_equal(size, 200000);
    assert_int_equal(bytes[199999], 'x');
    free(bytes);
    assert_int_equal(mv_read_file(path, 1000, &bytes, &size, &err), MOVINET_ERR_FORMAT);
    unlink(path);
    assert_int_equal(mv_read_file(path, 1000, &bytes, &size, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(mv_read_file("/tmp", 1000, &bytes, &size, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, "folder"));
}

/* FIPS 180-4 examples, and a million 'a' fed in uneven pieces. */
static void sha256_known_answers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    mv_sha256 sha;
    uint8_t digest[32];
    char hex[65];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        mv_sha256_begin(&sha);
        mv_sha256_update(&sha, known[i].text, strlen(known[i].text));
        mv_sha256_end(&sha, digest);
        mv_sha256_hex(digest, hex);
        assert_string_equal(hex, known[i].hex);
    }
    char run[997];
    memset(run, 'a', sizeof run);
    mv_sha256_begin(&sha);
    for (size_t left = 1000000, n = 1; left; left -= n, n = n % 997 + 1) {
        n = n < left ? n : left;
        mv_sha256_update(&sha, run, n);
    }
    mv_sha256_end(&sha, digest);
    mv_sha256_hex(digest, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void count_task(void *user, int begin, int end)
{
    int *counts = user;
    for (int i = begin; i < end; i++)
        counts[i]++;
}

/* Every task is done once, whatever the number of threads and tasks. */
static void pool_does_each_task_once(void **state)
{
    (void)state;
    movinet_error err;
    for (int threads = 1; threads <= 5; threads++) {
        mv_pool *pool;
        assert_int_equal(mv_pool_open(&pool, threads, &err), MOVINET_OK);
        for (int n = 0; n < 60; n++) {
            int counts[60] = {0};
            mv_pool_run(pool, count_task, counts, n);
            for (int i = 0; i < 60; i++)
                assert_int_equal(counts[i], i < n);
        }
        mv_pool_close(pool);
    }
    int counts[3] = {0};
    mv_pool_run(NULL, count_task, counts, 3);
    assert_int_equal(counts[2], 1);
    mv_pool *none;
    assert_int_equal(mv_pool_open(&none, 0, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(mv_pool_open(&none, 257, &err), MOVINET_ERR_ARGUMENT);
    mv_pool_close(NULL);
}

static void crc32_known_answers(void **state)
{
    (void)state;
    assert_int_equal(mv_crc32(0, "", 0), 0);
    assert_int_equal(mv_crc32(0, "123456789", 9), 0xcbf43926);
    /* By tables as byte by byte, at any length and in two parts. */
    static uint8_t bytes[30000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    for (size_t size = 8190; size < 8210; size++) {
        uint32_t slow = 0;
        for (size_t i = 0; i < size; i++)
            slow = mv_crc32(slow, bytes + i, 1);
        assert_int_equal(mv_crc32(0, bytes, size), slow);
    }
    assert_int_equal(mv_crc32(mv_crc32(0, bytes, 10001), bytes + 10001, sizeof bytes - 10001),
                     mv_crc32(0, bytes, sizeof bytes));
}

static void files_are_written_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/movinet-core-XXXXXX", path[100], deep[100];
    uint8_t *bytes;
    size_t size;
    movinet_error err;
    assert_non_null(mkdtemp(folder));
    snprintf(deep, sizeof deep, "%s/a/b//c/", folder);
    assert_int_equal(mv_make_folders(deep, &err), MOVINET_OK);
    assert_int_equal(mv_make_folders(deep, &err), MOVINET_OK);
    snprintf(path, sizeof path, "%s/a/b/c/x", folder);
    const mv_bytes parts[] = {{"one ", 4}, {"two", 3}, {NULL, 0}};
    assert_int_equal(mv_write_file(path, parts, 1, true, &err), MOVINET_OK);
    assert_int_equal(mv_write_file(path, parts, 3, false, &err), MOVINET_OK);
    assert_int_equal(mv_read_file(path, 100, &bytes, &size, &err), MOVINET_OK);
    assert_int_equal(size, 7);
    assert_memory_equal(bytes, "one two", 7);
    free(bytes);
    /* Nothing else is left, and what cannot be written is said. */
    char below[110];
    snprintf(below, sizeof below, "%s/y", path);
    assert_int_equal(mv_write_file(below, parts, 1, true, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, below));
    assert_int_equal(mv_make_folders(below, &err), MOVINET_ERR_IO);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/a/b/c", folder);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/a/b", folder);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
    if (access("/dev/full", W_OK) == 0) {
        assert_int_equal(mv_write_file("/dev/full", parts, 1, true, &err), MOVINET_ERR_IO);
        assert_non_null(strstr(err.message, "No space"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_holds_message),
        cmocka_unit_test(long_prefix_keeps_the_reason),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(version_matches_header),
        cmocka_unit_test(arena_blocks_are_apart_and_zero),
        cmocka_unit_test(alloc_is_aligned),
        cmocka_unit_test(files_are_read_whole),
        cmocka_unit_test(sha256_known_answers),
        cmocka_unit_test(crc32_known_answers),
        cmocka_unit_test(files_are_written_whole),
        cmocka_unit_test(pool_does_each_task_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

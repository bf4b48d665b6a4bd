/* Taking a model out of a .tar.gz made here. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/pull_parts.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { MODEL_BYTES = 2000 };

static const movinet_published anything = {.name = "x", .file_name = "x.tflite"};
static const char target[] = "unpacked.tflite";

static void member(gzFile gzip, const char *name, const void *content, unsigned size)
{
    uint8_t header[512] = {0};
    static const uint8_t zeros[512];
    unsigned sum = 0;
    snprintf((char *)header, 100, "%s", name);
    snprintf((char *)header + 124, 12, "%011o", size);
    header[156] = '0';
    memset(header + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += header[i];
    snprintf((char *)header + 148, 8, "%06o", sum);
    gzwrite(gzip, header, 512);
    if (size)
        gzwrite(gzip, content, size);
    gzwrite(gzip, zeros, (512 - size % 512) % 512);
}

static void model_bytes(uint8_t bytes[MODEL_BYTES])
{
    for (int i = 0; i < MODEL_BYTES; i++)
        bytes[i] = (uint8_t)(i * 37 % 251);
    memcpy(bytes + 4, "TFL3", 4);
}

/* Opens an archive of up to two members; names may be NULL. */
static int archive(const char *first, const char *second, const void *content, unsigned size)
{
    static const uint8_t zeros[1024];
    gzFile gzip = gzopen("archive", "wb");
    if (first)
        member(gzip, first, content, size);
    if (second)
        member(gzip, second, content, size);
    gzwrite(gzip, zeros, sizeof zeros);
    gzclose(gzip);
    return open("archive", O_RDWR);
}

/* Closes fd. After an error there must be nothing. */
static movinet_status unpack(int fd, const movinet_published *model, movinet_error *err)
{
    movinet_status status = mvz_unpack(fd, model, target, err);
    assert_int_equal(access(target, F_OK), status ? -1 : 0);
    unlink(target);
    close(fd);
    return status;
}

/* Whether the file that was unpacked has these bytes; it is removed. */
static bool holds(const uint8_t bytes[MODEL_BYTES])
{
    uint8_t back[MODEL_BYTES + 1];
    FILE *file = fopen(target, "rb");
    size_t n = file ? fread(back, 1, sizeof back, file) : 0;
    if (file)
        fclose(file);
    unlink(target);
    return n == MODEL_BYTES && memcmp(back, bytes, n) == 0;
}

static void one_model_is_found(void **state)
{
    (void)state;
    uint8_t bytes[MODEL_BYTES];
    model_bytes(bytes);
    int fd = archive("folder/._1.tflite", "folder/1.tflite", bytes, sizeof bytes);
    assert_int_equal(mvz_unpack(fd, &anything, target, NULL), MOVINET_OK);
    close(fd);
    assert_true(holds(bytes));
}

static void what_is_known_is_checked(void **state)
{
    (void)state;
    uint8_t bytes[MODEL_BYTES];
    movinet_error err;
    movinet_published known = anything;
    model_bytes(bytes);
    known.bytes = MODEL_BYTES - 1;
    assert_int_equal(unpack(archive("1.tflite", NULL, bytes, sizeof bytes), &known, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "wrong size"));
    known.bytes = 0;
    known.sha256 = "6125b36e2485eeb5cc1fd6206cf5e5d70235593fbc84610d1dce97fe3aa9c2ac";
    assert_int_equal(unpack(archive("1.tflite", NULL, bytes, sizeof bytes), &known, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "wrong checksum"));
}

static void foreign_archives_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[MODEL_BYTES];
    movinet_error err;
    model_bytes(bytes);
    assert_int_equal(unpack(archive(NULL, NULL, NULL, 0), &anything, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "holds no .tflite"));
    assert_int_equal(unpack(archive("a.txt", ".tflite", bytes, sizeof bytes), &anything, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "holds no .tflite"));
    assert_int_equal(unpack(archive("a.tflite", "b.tflite", bytes, sizeof bytes), &anything, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "more than one"));
    assert_int_equal(unpack(archive("a.tflite", NULL, NULL, 0), &anything, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "empty"));
    assert_int_equal(unpack(archive("a.tflite", NULL, "<html></html>", 13), &anything, &err),
                     MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "not a .tflite"));
    FILE *file = fopen("archive", "wb");
    fputs("<html>please log in</html>", file);
    fclose(file);
    assert_int_equal(unpack(open("archive", O_RDWR), &anything, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "not a .tar.gz"));
}

static void damage_is_seen(void **state)
{
    (void)state;
    uint8_t bytes[MODEL_BYTES];
    model_bytes(bytes);
    int fd = archive("1.tflite", NULL, bytes, sizeof bytes);
    off_t whole = lseek(fd, 0, SEEK_END);
    close(fd);
    for (off_t size = 0; size < whole; size += 3) {
        fd = archive("1.tflite", NULL, bytes, sizeof bytes);
        assert_int_equal(ftruncate(fd, size), 0);
        assert_int_equal(unpack(fd, &anything, NULL), MOVINET_ERR_FORMAT);
    }
    for (off_t at = 10; at < whole; at += 7) { /* behind the header of gzip */
        uint8_t byte;
        fd = archive("1.tflite", NULL, bytes, sizeof bytes);
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        /* A few bits do not matter: zeros copied from another place are zeros. */
        movinet_status status = mvz_unpack(fd, &anything, target, NULL);
        assert_true(status == MOVINET_OK ? holds(bytes) : status == MOVINET_ERR_FORMAT);
        assert_int_equal(access(target, F_OK), -1);
        close(fd);
    }
}

static int in_folder(void **state)
{
    char folder[] = "/tmp/movinet-unpack-XXXXXX";
    *state = mkdtemp(folder) ? strdup(folder) : NULL;
    return *state ? chdir(*state) : -1;
}

static int leave_folder(void **state)
{
    unlink("archive");
    int failed = chdir("/") | rmdir(*state);
    free(*state);
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_model_is_found),
        cmocka_unit_test(what_is_known_is_checked),
        cmocka_unit_test(foreign_archives_are_refused),
        cmocka_unit_test(damage_is_seen),
    };
    return cmocka_run_group_tests(tests, in_folder, leave_folder);
}

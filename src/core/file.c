/* Whole files. SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static movinet_status fail_io(movinet_error *err, const char *path)
{
    return mv_fail(err, MOVINET_ERR_IO, "%.300s: cannot be written: %s", path, strerror(errno));
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_to(const char *path, int flags, const mv_bytes *parts, int n, bool sync)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd < 0)
        return false;
    bool done = true;
    for (int i = 0; i < n && done; i++)
        done = write_all(fd, parts[i].bytes, parts[i].size);
    if (sync && done)
        done = fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    errno = why;
    return done;
}

static long process(void)
{
#if defined(__wasi__)
    return 0; /* there is but one */
#else
    return (long)getpid();
#endif
}

/* A file of no other process or thread. */
static char *name_beside(const char *path)
{
    size_t room = strlen(path) + 64;
    char *part = malloc(room), mark;
    if (part)
        snprintf(part, room, "%s.%ld-%lx.part", path, process(),
                 (unsigned long)(uintptr_t)&mark);
    return part;
}

movinet_status mv_write_file(const char *path, const mv_bytes *parts, int n, bool sync,
                             movinet_error *err)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return write_to(path, 0, parts, n, false) ? MOVINET_OK : fail_io(err, path);
    char *part = name_beside(path);
    if (!part)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%.300s: out of memory", path);
    bool done = write_to(part, O_CREAT | O_TRUNC, parts, n, sync) && rename(part, path) == 0;
    movinet_status status = done ? MOVINET_OK : fail_io(err, path);
    if (!done)
        unlink(part);
    free(part);
    return status;
}

movinet_status mv_make_folders(const char *path, movinet_error *err)
{
    if (!*path)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the folder's path is empty");
    char *copy = strdup(path);
    if (!copy)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%.300s: out of memory", path);
    movinet_status status = MOVINET_OK;
    for (char *at = copy + 1;; at++) {
        char kept = *at;
        if (kept && kept != '/')
            continue;
        *at = '\0';
        struct stat info;
        if (mkdir(copy, 0777) != 0 && (errno != EEXIST || stat(copy, &info) != 0)) {
            status =
                mv_fail(err, MOVINET_ERR_IO, "%.300s: cannot be made: %s", copy, strerror(errno));
            break;
        }
        if (!kept)
            break;
        *at = kept;
    }
    free(copy);
    return status;
}

/* ---- CRC-32 -------------------------------------------------------------------- */

static uint32_t step(uint32_t crc, int bits)
{
    for (; bits; bits--)
        crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    return crc;
}

static uint32_t bytewise(uint32_t crc, const uint8_t *bytes, size_t size)
{
    for (; size; size--)
        crc = step(crc ^ *bytes++, 8);
    return crc;
}

/* Eight bytes at once, by tables that are made anew for each call: of what follows a byte,
 * 0 to 7 bytes further on. */
static uint32_t by_tables(uint32_t crc, const uint8_t *bytes, size_t groups)
{
    uint32_t table[8][256];
    for (unsigned i = 0; i < 256; i++)
        table[0][i] = step(i, 8);
    for (int k = 1; k < 8; k++)
        for (int i = 0; i < 256; i++)
            table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
    for (; groups; groups--, bytes += 8) {
        uint32_t a = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                            (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        crc = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^
              table[4][a >> 24] ^ table[3][bytes[4]] ^ table[2][bytes[5]] ^ table[1][bytes[6]] ^
              table[0][bytes[7]];
    }
    return crc;
}

uint32_t mv_crc32(uint32_t crc, const void *bytes, size_t size)
{
    enum { WORTH_TABLES = 8192 };
    const uint8_t *at = bytes;
    size_t groups = size >= WORTH_TABLES ? size / 8 : 0;
    crc = ~crc;
    if (groups)
        crc = by_tables(crc, at, groups);
    return ~bytewise(crc, at + groups * 8, size - groups * 8);
}

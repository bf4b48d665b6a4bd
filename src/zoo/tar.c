/* Tar as POSIX (ustar) describes it: blocks of 512 bytes, a header block before
 * each member. Long names of the pax and GNU kinds are members of their own
 * type here, passed over like any other that is not a file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/tar.h"

#include <string.h>

enum { BLOCK = 512 };

/* Fields of a header block: offset and length in bytes. */
enum {
    NAME = 0, NAME_BYTES = 100,
    SIZE = 124, SIZE_BYTES = 12,
    CHECKSUM = 148, CHECKSUM_BYTES = 8,
    TYPE = 156,
};

void mvz_tar_begin(mvz_tar *tar, mvz_read read, void *user, uint64_t limit)
{
    *tar = (mvz_tar){.read = read, .user = user, .budget = limit};
}

/* Fills the buffer unless the source ends; returns bytes, or -1. */
static long read_up_to(mvz_tar *tar, uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        if (size - done > tar->budget)
            return -1;
        long n = tar->read(tar->user, bytes + done, size - done);
        if (n < 0 || (size_t)n > size - done)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
        tar->budget -= (uint64_t)n;
    }
    return (long)done;
}

/* Octal digits, with spaces before and a space or NUL behind. */
static bool parse_octal(const uint8_t *field, size_t length, uint64_t *out)
{
    size_t i = 0;
    uint64_t value = 0;
    while (i < length && field[i] == ' ')
        i++;
    size_t first = i;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(field[i] - '0'); /* 12 digits: no overflow */
    *out = value;
    return i > first && (i == length || field[i] == ' ' || field[i] == '\0');
}

/* The checksum adds all bytes of the header, its own field taken as spaces. */
static bool checksum_holds(const uint8_t *header)
{
    uint64_t told, sum = 0;
    if (!parse_octal(header + CHECKSUM, CHECKSUM_BYTES, &told))
        return false;
    for (int i = 0; i < BLOCK; i++)
        sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES ? ' ' : header[i];
    return sum == told;
}

static movinet_status skip_rest(mvz_tar *tar, movinet_error *err)
{
    uint8_t waste[4096];
    uint64_t rest = tar->left + tar->padding;
    while (rest) {
        size_t n = rest < sizeof waste ? (size_t)rest : sizeof waste;
        if (read_up_to(tar, waste, n) != (long)n)
            return mv_fail(err, MOVINET_ERR_FORMAT, "the archive is cut off or damaged");
        rest -= n;
    }
    tar->left = tar->padding = 0;
    return MOVINET_OK;
}

movinet_status mvz_tar_next(mvz_tar *tar, mvz_tar_member *member, movinet_error *err)
{
    uint8_t header[BLOCK];
    static const uint8_t zeros[BLOCK];
    movinet_status status = skip_rest(tar, err);
    if (status)
        return status;
    long n = read_up_to(tar, header, BLOCK);
    if (n == 0 || (n == BLOCK && memcmp(header, zeros, BLOCK) == 0))
        return MOVINET_END;
    uint64_t size;
    if (n != BLOCK || !checksum_holds(header) ||
        !parse_octal(header + SIZE, SIZE_BYTES, &size))
        return mv_fail(err, MOVINET_ERR_FORMAT, "the archive is cut off or damaged");
    if (size > tar->budget)
        return mv_fail(err, MOVINET_ERR_FORMAT, "the archive claims a member of %llu bytes",
                       (unsigned long long)size);
    memcpy(member->name, header + NAME, NAME_BYTES);
    member->name[NAME_BYTES] = '\0';
    member->regular = header[TYPE] == '0' || header[TYPE] == '\0';
    member->size = size;
    tar->left = size;
    tar->padding = (unsigned)((BLOCK - size % BLOCK) % BLOCK);
    return MOVINET_OK;
}

movinet_status mvz_tar_read(mvz_tar *tar, void *bytes, size_t size, size_t *n,
                            movinet_error *err)
{
    size_t want = size < tar->left ? size : (size_t)tar->left;
    if (read_up_to(tar, bytes, want) != (long)want)
        return mv_fail(err, MOVINET_ERR_FORMAT, "the archive is cut off or damaged");
    tar->left -= want;
    *n = want;
    return MOVINET_OK;
}

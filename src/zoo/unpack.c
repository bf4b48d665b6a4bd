/* Takes the one .tflite out of a .tar.gz. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/pull_parts.h"

#include "core/sha256.h"
#include "zoo/tar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

static long read_gzip(void *user, void *bytes, size_t size)
{
    return gzread(user, bytes, size < (1u << 30) ? (unsigned)size : 1u << 30);
}

static bool is_model(const mvz_tar_member *member)
{
    const char *slash = strrchr(member->name, '/');
    const char *base = slash ? slash + 1 : member->name;
    size_t n = strlen(base);
    /* "._x" is what macOS puts beside x. */
    return member->regular && n > 7 && strcmp(base + n - 7, ".tflite") == 0 &&
           strncmp(base, "._", 2) != 0;
}

movinet_status mvz_check(const movinet_published *model, uint64_t bytes,
                         const uint8_t digest[32], movinet_error *err)
{
    char hex[65];
    mv_sha256_hex(digest, hex);
    if (model->bytes && bytes != model->bytes)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "wrong size: the model has %" PRIu64 " bytes, not the published %" PRIu64,
                       bytes, model->bytes);
    if (model->sha256 && strcasecmp(hex, model->sha256) != 0)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "wrong checksum: the model's sha256 is %s, not the published %s", hex,
                       model->sha256);
    return MOVINET_OK;
}

/* The member's bytes to the file, hashed on the way. */
static movinet_status copy_member(mvz_tar *tar, const mvz_tar_member *member,
                                  const movinet_published *model, FILE *file, movinet_error *err)
{
    uint8_t block[16384], digest[32];
    uint64_t total = 0;
    size_t n;
    mv_sha256 sha;
    mv_sha256_begin(&sha);
    for (;;) {
        movinet_status status = mvz_tar_read(tar, block, sizeof block, &n, err);
        if (status)
            return status;
        if (n == 0)
            break;
        /* A FlatBuffer of this kind has its name at byte 4. */
        if (total == 0 && (n < 8 || memcmp(block + 4, "TFL3", 4) != 0))
            return mv_fail(err, MOVINET_ERR_FORMAT, "%s in the archive is not a .tflite model",
                           member->name);
        mv_sha256_update(&sha, block, n);
        total += n;
        if (fwrite(block, 1, n, file) != n)
            return mv_fail(err, MOVINET_ERR_IO, "the model could not be written: %s",
                           strerror(errno));
    }
    if (total == 0)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s in the archive is empty", member->name);
    mv_sha256_end(&sha, digest);
    return mvz_check(model, total, digest, err);
}

/* Goes through all of the archive, so that its own checksum is seen too. */
static movinet_status walk(gzFile gzip, const movinet_published *model, FILE *file,
                           movinet_error *err)
{
    mvz_tar tar;
    mvz_tar_member member;
    movinet_status status;
    int models = 0, problem;
    mvz_tar_begin(&tar, read_gzip, gzip, MVZ_ARCHIVE_LIMIT);
    while ((status = mvz_tar_next(&tar, &member, err)) == MOVINET_OK) {
        if (!is_model(&member))
            continue;
        if (++models > 1)
            return mv_fail(err, MOVINET_ERR_FORMAT, "the archive holds more than one .tflite");
        status = copy_member(&tar, &member, model, file, err);
        if (status)
            return status;
    }
    if (status != MOVINET_END)
        return status;
    if (models == 0)
        return mv_fail(err, MOVINET_ERR_FORMAT, "the archive holds no .tflite");
    uint8_t waste[4096];
    uint64_t rest = 0;
    int n;
    while ((n = gzread(gzip, waste, sizeof waste)) > 0 && rest < MVZ_ARCHIVE_LIMIT)
        rest += (uint64_t)n;
    gzerror(gzip, &problem);
    if (n != 0 || problem != Z_OK)
        return mv_fail(err, MOVINET_ERR_FORMAT, "the archive is cut off or damaged");
    return MOVINET_OK;
}

static movinet_status unpack_to(FILE *file, int fd, const movinet_published *model,
                                movinet_error *err)
{
    if (lseek(fd, 0, SEEK_SET) != 0)
        return mv_fail(err, MOVINET_ERR_IO, "the download: %s", strerror(errno));
    int twin = dup(fd); /* gzclose closes what it was given */
    gzFile gzip = twin >= 0 ? gzdopen(twin, "rb") : NULL;
    if (!gzip) {
        if (twin >= 0)
            close(twin);
        return mv_fail(err, MOVINET_ERR_MEMORY, "the download could not be read");
    }
    movinet_status status = MOVINET_OK;
    if (gzdirect(gzip)) /* zlib would hand other bytes on as they are */
        status = mv_fail(err, MOVINET_ERR_FORMAT, "what was downloaded is not a .tar.gz archive");
    if (!status)
        status = walk(gzip, model, file, err);
    gzclose(gzip);
    if (!status && (fflush(file) != 0 || fsync(fileno(file)) != 0))
        status = mv_fail(err, MOVINET_ERR_IO, "the model could not be written: %s",
                         strerror(errno));
    return status;
}

movinet_status mvz_unpack(int fd, const movinet_published *model, const char *path,
                          movinet_error *err)
{
    FILE *file = fopen(path, "wbe");
    if (!file)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", path, strerror(errno));
    movinet_status status = unpack_to(file, fd, model, err);
    if (fclose(file) != 0 && !status)
        status = mv_fail(err, MOVINET_ERR_IO, "%s: %s", path, strerror(errno));
    if (status)
        unlink(path);
    return status;
}

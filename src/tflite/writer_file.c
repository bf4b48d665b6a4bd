/* A written model on disk, whole or not at all. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/writer.h"

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

static bool write_to(const char *path, int flags, const uint8_t *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd < 0)
        return false;
    bool done = write_all(fd, bytes, size);
    if (flags && done)
        done = fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    errno = why;
    return done;
}

static movinet_status write_beside(const char *path, const uint8_t *bytes, size_t size,
                                   movinet_error *err)
{
    size_t room = strlen(path) + 32;
    char *part = malloc(room);
    if (!part)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while writing the model");
    snprintf(part, room, "%s.%ld.part", path, (long)getpid());
    bool done = write_to(part, O_CREAT | O_TRUNC, bytes, size) && rename(part, path) == 0;
    movinet_status status = done ? MOVINET_OK : fail_io(err, path);
    if (!done)
        unlink(part);
    free(part);
    return status;
}

movinet_status tfl_write_file(const tfl_model *model, const char *path, movinet_error *err)
{
    uint8_t *bytes;
    size_t size;
    struct stat info;
    movinet_status status = tfl_write(model, &bytes, &size, err);
    if (status)
        return status;
    /* A pipe or a device is written to, not replaced. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        status = write_to(path, 0, bytes, size) ? MOVINET_OK : fail_io(err, path);
    else
        status = write_beside(path, bytes, size, err);
    free(bytes);
    return status;
}

/* Files of decoded clips. SPDX-License-Identifier: Apache-2.0 */
#include "data/entry.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = {'M', 'V', 'N', 'C', 'L', 'I', 'P', '1'};

enum { COUNTS = 8, RATE = 24, KEY = 32, PIXEL_CRC = 64, HEAD_CRC = 68 };
enum { MAX_SIDE = 8192, MAX_FRAMES = 10000000 };

static size_t pixels_size(const mvd_clip *clip)
{
    return (size_t)clip->frames * (size_t)clip->height * (size_t)clip->width * 3;
}

movinet_status mvd_entry_write(const char *path, const mvd_clip *clip, const uint8_t key[32],
                               movinet_error *err)
{
    uint8_t head[MVD_ENTRY_HEAD] = {0};
    const uint32_t counts[4] = {(uint32_t)clip->frames, (uint32_t)clip->height,
                                (uint32_t)clip->width, 0};
    size_t size = pixels_size(clip);
    uint32_t crc = mv_crc32(0, clip->pixels, size);
    memcpy(head, magic, sizeof magic);
    memcpy(head + COUNTS, counts, sizeof counts);
    memcpy(head + RATE, &clip->rate, sizeof clip->rate);
    memcpy(head + KEY, key, 32);
    memcpy(head + PIXEL_CRC, &crc, sizeof crc);
    crc = mv_crc32(0, head, HEAD_CRC);
    memcpy(head + HEAD_CRC, &crc, sizeof crc);
    const mv_bytes parts[] = {{head, sizeof head}, {clip->pixels, size}};
    /* Not forced onto the disk: what a crash takes is noticed by its CRC and made again. */
    return mv_write_file(path, parts, 2, false, err);
}

/* Whether the head is whole and speaks of a file of this size. */
static bool read_head(const uint8_t head[MVD_ENTRY_HEAD], const uint8_t key[32], size_t file_size,
                      mvd_clip *out)
{
    uint32_t counts[4], crc;
    memcpy(&crc, head + HEAD_CRC, sizeof crc);
    if (memcmp(head, magic, sizeof magic) || memcmp(head + KEY, key, 32) ||
        crc != mv_crc32(0, head, HEAD_CRC))
        return false;
    memcpy(counts, head + COUNTS, sizeof counts);
    if (counts[0] < 1 || counts[0] > MAX_FRAMES || counts[1] < 1 || counts[1] > MAX_SIDE ||
        counts[2] < 1 || counts[2] > MAX_SIDE)
        return false;
    *out = (mvd_clip){(int)counts[0], (int)counts[1], (int)counts[2], 0, NULL, NULL, 0};
    memcpy(&out->rate, head + RATE, sizeof out->rate);
    return out->rate > 0 && file_size == pixels_size(out) + MVD_ENTRY_HEAD;
}

/* An open file, its size in `size`; -1: there is none. */
static int open_file(const char *path, size_t *size)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size >= MVD_ENTRY_HEAD) {
        *size = (size_t)info.st_size;
        return fd;
    }
    close(fd);
    errno = EINVAL;
    return -1;
}

bool mvd_entry_look(const char *path, const uint8_t key[32], mvd_clip *out)
{
    uint8_t head[MVD_ENTRY_HEAD];
    size_t size;
    int fd = open_file(path, &size);
    if (fd < 0)
        return false;
    bool fine =
        pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && read_head(head, key, size, out);
    close(fd);
    return fine;
}

movinet_status mvd_entry_open(const char *path, const uint8_t key[32], bool check, mvd_clip *out,
                              movinet_error *err)
{
    size_t size;
    uint32_t crc;
    int fd = open_file(path, &size);
    if (fd < 0)
        return mv_fail(err, MOVINET_ERR_IO, "%.300s: %s", path, strerror(errno));
    uint8_t *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    int why = errno;
    close(fd);
    if (map == MAP_FAILED)
        return mv_fail(err, MOVINET_ERR_IO, "%.300s: %s", path, strerror(why));
    bool fine = read_head(map, key, size, out);
    memcpy(&crc, map + PIXEL_CRC, sizeof crc);
    if (fine && check)
        fine = mv_crc32(0, map + MVD_ENTRY_HEAD, size - MVD_ENTRY_HEAD) == crc;
    if (!fine) {
        munmap(map, size);
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: is damaged", path);
    }
    out->pixels = map + MVD_ENTRY_HEAD;
    out->map = map;
    out->map_size = size;
    return MOVINET_OK;
}

void mvd_entry_close(mvd_clip *clip)
{
    if (clip->map)
        munmap(clip->map, clip->map_size);
    *clip = (mvd_clip){0};
}

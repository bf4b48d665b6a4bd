/* SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void *mv_alloc(size_t bytes)
{
    if (bytes > SIZE_MAX - MV_ALIGN)
        return NULL;
    size_t rounded = bytes ? (bytes + MV_ALIGN - 1) / MV_ALIGN * MV_ALIGN : MV_ALIGN;
    void *block = aligned_alloc(MV_ALIGN, rounded);
    if (block)
        memset(block, 0, rounded);
    return block;
}

bool mv_mul_size(size_t count, size_t size, size_t *out)
{
    return !__builtin_mul_overflow(count, size, out);
}

typedef struct mv_arena_chunk {
    struct mv_arena_chunk *next;
    size_t used, size;
    _Alignas(16) unsigned char bytes[];
} mv_arena_chunk;

void *mv_arena_alloc(mv_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!mv_mul_size(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + 15) / 16 * 16;
    mv_arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < bytes) {
        size_t room = bytes > 16384 ? bytes : 16384;
        chunk = calloc(1, sizeof *chunk + room);
        if (!chunk)
            return NULL;
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *block = chunk->bytes + chunk->used;
    chunk->used += bytes;
    return block;
}

char *mv_arena_string(mv_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? mv_arena_alloc(arena, length + 1, 1) : NULL;
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

void mv_arena_free(mv_arena *arena)
{
    while (arena->chunks) {
        mv_arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
}

movinet_status mv_read_file(const char *path, size_t limit, uint8_t **bytes, size_t *size,
                            movinet_error *err)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (!file)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", path, strerror(errno));
    bool known = fstat(fileno(file), &info) == 0;
    if (known && S_ISDIR(info.st_mode)) {
        fclose(file);
        return mv_fail(err, MOVINET_ERR_IO, "%s: is a folder, not a file", path);
    }
    size_t used = 0, room = 1 << 16;
    if (known && S_ISREG(info.st_mode) && (uint64_t)info.st_size <= limit)
        room = (size_t)info.st_size + 1; /* so that the end is seen at once */
    uint8_t *block = malloc(room);
    while (block) {
        used += fread(block + used, 1, room - used, file);
        if (used < room || used > limit)
            break;
        room *= 2;
        uint8_t *larger = realloc(block, room);
        if (!larger)
            free(block);
        block = larger;
    }
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (!block)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", path);
    if (failed || used > limit) {
        free(block);
        if (failed)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", path, strerror(failed));
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: larger than the limit of %zu bytes", path,
                       limit);
    }
    *bytes = block;
    *size = used;
    return MOVINET_OK;
}

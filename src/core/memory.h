/* Memory: aligned blocks, a bump arena, whole files.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_MEMORY_H
#define MV_CORE_MEMORY_H

#include "core/error.h"

#define MV_ALIGN 64 ///< bytes; every block that kernels read begins on this boundary

/** Zeroed, MV_ALIGN-aligned; NULL when out of memory. Give to free(). */
void *mv_alloc(size_t bytes);

/** count * size, or false on overflow. */
bool mv_mul_size(size_t count, size_t size, size_t *out);

/** Many small blocks with one end of life. All zeros is an empty arena. */
typedef struct mv_arena {
    struct mv_arena_chunk *chunks;
} mv_arena;

/** Zeroed, 16-byte aligned; NULL when out of memory or count * size overflows. */
void *mv_arena_alloc(mv_arena *arena, size_t count, size_t size);
/** A NUL-terminated copy of `length` bytes. */
char *mv_arena_string(mv_arena *arena, const char *text, size_t length);
void mv_arena_free(mv_arena *arena);

/** Reads a whole file; `*bytes` is for free(). Errors name the path.
 * A file above `limit` bytes is refused. */
movinet_status mv_read_file(const char *path, size_t limit, uint8_t **bytes, size_t *size,
                            movinet_error *err);

#endif

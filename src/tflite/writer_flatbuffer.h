/* Writing of FlatBuffers, from the end to the beginning: what a table points to
 * is written before the table, and lies behind it in the file. Nothing fails on
 * the way: running out of memory (or over 2 GiB, which offsets cannot span) is
 * noted, later calls do nothing, and tfl_fbw_end tells.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_WRITER_FLATBUFFER_H
#define MV_TFLITE_WRITER_FLATBUFFER_H

#include "core/error.h"

/** All zeros: nothing written yet. */
typedef struct tfl_fbw {
    uint8_t *bytes;   ///< [room], the last `used` of which are written
    size_t room, used;
    size_t alignment; ///< the largest that anything asked for
    bool failed;
} tfl_fbw;

/** A thing that was written: bytes from its beginning to the end of all. 0: none. */
typedef uint32_t tfl_ref;

/** A table while its fields are collected; all zeros is an empty one. */
typedef struct tfl_fbw_table {
    struct {
        uint8_t field, bytes; ///< number in the schema; 1, 4 or 8
        bool is_ref;
        uint64_t value;
    } fields[16];
    int n;
} tfl_fbw_table;

/** A vector of bytes, which begin on a boundary of `alignment` (a power of two). */
tfl_ref tfl_fbw_bytes(tfl_fbw *w, const void *bytes, size_t n, size_t alignment);
tfl_ref tfl_fbw_string(tfl_fbw *w, const char *text);
tfl_ref tfl_fbw_i32s(tfl_fbw *w, const int32_t *values, int n);
/** int32 written as int64. */
tfl_ref tfl_fbw_i64s(tfl_fbw *w, const int32_t *values, int n);
tfl_ref tfl_fbw_f32s(tfl_fbw *w, const float *values, int n);
/** A vector of tables, strings or vectors. */
tfl_ref tfl_fbw_refs(tfl_fbw *w, const tfl_ref *refs, int n);

/* Fields. What equals the schema's default (0, or none) is left out, as all
 * writers do; where the default is another, call with what differs from it. */
void tfl_put_u8(tfl_fbw_table *table, int field, unsigned value);
void tfl_put_i32(tfl_fbw_table *table, int field, int32_t value);
void tfl_put_f32(tfl_fbw_table *table, int field, float value);
void tfl_put_ref(tfl_fbw_table *table, int field, tfl_ref ref);
/** Writes the table. */
tfl_ref tfl_fbw_table_end(tfl_fbw *w, const tfl_fbw_table *table);

/** Ends the FlatBuffer with its root table and identifier (4 characters);
 * *bytes is for free(), `w` is empty again. Error: MEMORY. */
movinet_status tfl_fbw_end(tfl_fbw *w, tfl_ref root, const char *identifier, uint8_t **bytes,
                           size_t *size, movinet_error *err);
void tfl_fbw_free(tfl_fbw *w);

#endif

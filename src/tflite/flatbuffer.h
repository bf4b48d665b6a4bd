/* Reading of FlatBuffers that may be damaged or hostile. Every position and
 * length is checked against the end of the bytes, numbers are put together
 * from single bytes (so nothing needs to be aligned), and a failed read gives
 * the default value and leaves a note in tfl_fb.fault: callers read what they
 * need and look at the note once per table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_FLATBUFFER_H
#define MV_TFLITE_FLATBUFFER_H

#include "core/error.h"

/** The bytes of a FlatBuffer. More bytes may follow it. */
typedef struct tfl_fb {
    const uint8_t *bytes;
    size_t size;
    const char *fault; ///< what was found wrong first, NULL: nothing
    size_t fault_at;   ///< byte offset of it
} tfl_fb;

/** A table. fb NULL: there is none, and each of its fields reads as left out. */
typedef struct tfl_table {
    tfl_fb *fb;
    size_t at;         ///< byte offset of the table
    size_t vtable;     ///< byte offset of its vtable
    unsigned n_fields; ///< in the vtable
    unsigned size;     ///< bytes of the table itself
} tfl_table;

/** n elements, all of them inside the FlatBuffer. */
typedef struct tfl_vector {
    tfl_fb *fb;
    const uint8_t *bytes; ///< NULL: there is none (n is 0)
    uint32_t n;
} tfl_vector;

/** Begins: checks the identifier (4 characters) and finds the root table. */
bool tfl_fb_open(tfl_fb *fb, const uint8_t *bytes, size_t size, const char *identifier,
                 tfl_table *root);
/** Fails with FORMAT if there was a fault: "WHERE: FAULT at byte N of …". */
movinet_status tfl_fb_check(const tfl_fb *fb, const char *where, movinet_error *err);

bool tfl_has(const tfl_table *table, int field);
bool tfl_get_bool(const tfl_table *table, int field);
int tfl_get_i8(const tfl_table *table, int field);
unsigned tfl_get_u8(const tfl_table *table, int field);
int32_t tfl_get_i32(const tfl_table *table, int field, int32_t standard);
uint32_t tfl_get_u32(const tfl_table *table, int field);
uint64_t tfl_get_u64(const tfl_table *table, int field);
float tfl_get_f32(const tfl_table *table, int field);
tfl_table tfl_get_table(const tfl_table *table, int field);
/** A vector of elements of `element` bytes; 4 for tables and strings. */
tfl_vector tfl_get_vector(const tfl_table *table, int field, size_t element);
/** A string: its bytes, without the NUL. */
tfl_vector tfl_get_string(const tfl_table *table, int field);

/* Elements; i < vector->n. */
int32_t tfl_at_i32(const tfl_vector *vector, uint32_t i);
int64_t tfl_at_i64(const tfl_vector *vector, uint32_t i);
float tfl_at_f32(const tfl_vector *vector, uint32_t i);
tfl_table tfl_at_table(const tfl_vector *vector, uint32_t i);

#endif

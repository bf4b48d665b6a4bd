/* See writer_flatbuffer.h; the layout is told in flatbuffer.c. Positions count
 * from the end, as the beginning is not known yet; the whole is padded to the
 * largest alignment at last, so a position that is a multiple of an alignment
 * is aligned. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/writer_flatbuffer.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)INT32_MAX)

/* n zeroed bytes before all others; NULL once anything has failed. */
static uint8_t *claim(tfl_fbw *w, size_t n)
{
    if (w->failed || n > MAX_BYTES - w->used) {
        w->failed = true;
        return NULL;
    }
    if (n > w->room - w->used) {
        size_t room = 2 * (w->used + n) + 1024;
        uint8_t *larger = malloc(room);
        if (!larger) {
            w->failed = true;
            return NULL;
        }
        if (w->used)
            memcpy(larger + room - w->used, w->bytes + w->room - w->used, w->used);
        free(w->bytes);
        w->bytes = larger;
        w->room = room;
    }
    w->used += n;
    return memset(w->bytes + w->room - w->used, 0, n);
}

static void store(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; at && i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* Padding, so that what has n bytes begins on a boundary. */
static void align(tfl_fbw *w, size_t n, size_t alignment)
{
    if (alignment > w->alignment)
        w->alignment = alignment;
    size_t over = (w->used + n) % alignment;
    if (over)
        claim(w, alignment - over);
}

/* What was written last. */
static tfl_ref here(const tfl_fbw *w)
{
    return w->failed ? 0 : (tfl_ref)w->used;
}

/* Room for n elements behind their count; NULL after a failure. */
static uint8_t *claim_vector(tfl_fbw *w, size_t n, size_t element, size_t alignment)
{
    size_t bytes = n * element;
    if (n > MAX_BYTES / element) {
        w->failed = true;
        return NULL;
    }
    align(w, bytes, alignment < 4 ? 4 : alignment);
    claim(w, bytes);
    uint8_t *count = claim(w, 4);
    store(count, n, 4);
    return count ? count + 4 : NULL;
}

tfl_ref tfl_fbw_bytes(tfl_fbw *w, const void *bytes, size_t n, size_t alignment)
{
    uint8_t *at = claim_vector(w, n, 1, alignment);
    if (at && n)
        memcpy(at, bytes, n);
    return here(w);
}

tfl_ref tfl_fbw_string(tfl_fbw *w, const char *text)
{
    size_t n = strlen(text);
    align(w, n + 1, 4);
    uint8_t *at = claim(w, n + 1);
    if (at)
        memcpy(at, text, n);
    store(claim(w, 4), n, 4);
    return here(w);
}

tfl_ref tfl_fbw_i32s(tfl_fbw *w, const int32_t *values, int n)
{
    uint8_t *at = claim_vector(w, (size_t)n, 4, 4);
    for (int i = 0; at && i < n; i++)
        store(at + 4 * (size_t)i, (uint32_t)values[i], 4);
    return here(w);
}

tfl_ref tfl_fbw_i64s(tfl_fbw *w, const int32_t *values, int n)
{
    uint8_t *at = claim_vector(w, (size_t)n, 8, 8);
    for (int i = 0; at && i < n; i++)
        store(at + 8 * (size_t)i, (uint64_t)(int64_t)values[i], 8);
    return here(w);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

tfl_ref tfl_fbw_f32s(tfl_fbw *w, const float *values, int n)
{
    uint8_t *at = claim_vector(w, (size_t)n, 4, 4);
    for (int i = 0; at && i < n; i++)
        store(at + 4 * (size_t)i, bits_of(values[i]), 4);
    return here(w);
}

tfl_ref tfl_fbw_refs(tfl_fbw *w, const tfl_ref *refs, int n)
{
    uint8_t *at = claim_vector(w, (size_t)n, 4, 4);
    size_t first = w->used - 4; /* position of element 0 */
    for (int i = 0; at && i < n; i++)
        store(at + 4 * (size_t)i, first - 4 * (size_t)i - refs[i], 4);
    return here(w);
}

static void put(tfl_fbw_table *table, int field, unsigned bytes, uint64_t value, bool is_ref)
{
    if (!value || table->n == (int)(sizeof table->fields / sizeof *table->fields))
        return;
    table->fields[table->n].field = (uint8_t)field;
    table->fields[table->n].bytes = (uint8_t)bytes;
    table->fields[table->n].is_ref = is_ref;
    table->fields[table->n++].value = value;
}

void tfl_put_u8(tfl_fbw_table *table, int field, unsigned value)
{
    put(table, field, 1, value & 0xff, false);
}

void tfl_put_i32(tfl_fbw_table *table, int field, int32_t value)
{
    put(table, field, 4, (uint32_t)value, false);
}

void tfl_put_f32(tfl_fbw_table *table, int field, float value)
{
    put(table, field, 4, bits_of(value), false);
}

void tfl_put_ref(tfl_fbw_table *table, int field, tfl_ref ref)
{
    put(table, field, 4, ref, true);
}

tfl_ref tfl_fbw_table_end(tfl_fbw *w, const tfl_fbw_table *table)
{
    size_t place[16], length = 4; /* the distance to the vtable comes first */
    int n_slots = 0;
    for (unsigned bytes = 8; bytes; bytes /= 2) /* the widest first: no gaps between */
        for (int i = 0; i < table->n; i++) {
            if (table->fields[i].bytes != bytes)
                continue;
            length = (length + bytes - 1) / bytes * bytes;
            place[i] = length;
            length += bytes;
            if (table->fields[i].field >= n_slots)
                n_slots = table->fields[i].field + 1;
        }
    align(w, length, 8);
    uint8_t *at = claim(w, length);
    size_t position = w->used, vtable_size = 4 + 2 * (size_t)n_slots;
    uint8_t *vtable = claim(w, vtable_size);
    if (!vtable)
        return 0;
    at = vtable + vtable_size; /* claim may have moved it */
    store(at, vtable_size, 4);
    store(vtable, vtable_size, 2);
    store(vtable + 2, length, 2);
    for (int i = 0; i < table->n; i++) {
        uint64_t value = table->fields[i].value;
        if (table->fields[i].is_ref)
            value = position - place[i] - value;
        store(vtable + 4 + 2 * table->fields[i].field, place[i], 2);
        store(at + place[i], value, table->fields[i].bytes);
    }
    return (tfl_ref)position;
}

movinet_status tfl_fbw_end(tfl_fbw *w, tfl_ref root, const char *identifier, uint8_t **bytes,
                           size_t *size, movinet_error *err)
{
    align(w, 8, w->alignment < 16 ? 16 : w->alignment);
    uint8_t *at = claim(w, 8);
    uint8_t *whole = at ? malloc(w->used) : NULL;
    *bytes = whole;
    *size = whole ? w->used : 0;
    if (whole) {
        store(at, w->used - root, 4);
        memcpy(at + 4, identifier, 4);
        memcpy(whole, at, w->used);
    }
    bool large = w->used > MAX_BYTES / 2;
    tfl_fbw_free(w);
    if (whole)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while writing the model%s",
                   large ? ", or it is over 2 GiB, which the format cannot hold" : "");
}

void tfl_fbw_free(tfl_fbw *w)
{
    free(w->bytes);
    *w = (tfl_fbw){0};
}

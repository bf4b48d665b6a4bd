/* FlatBuffers by byte loads. Layout facts: an offset is 4 bytes, little-endian,
 * counted from where it stands; a table begins with a signed distance back to
 * its vtable; a vtable is 2 bytes each of its own size, the table's size, and
 * the place of every field in the table (0: left out); a vector is its count
 * and the elements. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/flatbuffer.h"

#include <string.h>

static uint64_t load(const uint8_t *bytes, unsigned n)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static float load_f32(const uint8_t *bytes)
{
    uint32_t bits = (uint32_t)load(bytes, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Keeps the first fault: later ones tend to follow from it. */
static void fault(tfl_fb *fb, size_t at, const char *what)
{
    if (!fb->fault) {
        fb->fault = what;
        fb->fault_at = at;
    }
}

static bool inside(const tfl_fb *fb, uint64_t at, uint64_t length)
{
    return at <= fb->size && length <= fb->size - at;
}

/* Follows the offset at `at` (whose 4 bytes are inside). 0 after a fault. */
static size_t follow(tfl_fb *fb, size_t at)
{
    uint64_t offset = load(fb->bytes + at, 4);
    if (offset < 4 || !inside(fb, (uint64_t)at + offset, 4)) {
        fault(fb, at, "an offset leads out of the file");
        return 0;
    }
    return at + (size_t)offset;
}

/* The table at `at`, of which 4 bytes are inside. */
static tfl_table open_table(tfl_fb *fb, size_t at)
{
    tfl_table none = {0};
    int32_t back = (int32_t)(uint32_t)load(fb->bytes + at, 4);
    int64_t vtable = (int64_t)at - back;
    if (vtable < 0 || !inside(fb, (uint64_t)vtable, 4)) {
        fault(fb, at, "a table's vtable is out of the file");
        return none;
    }
    unsigned vtable_size = (unsigned)load(fb->bytes + vtable, 2);
    unsigned size = (unsigned)load(fb->bytes + vtable + 2, 2);
    if (vtable_size < 4 || vtable_size % 2 || !inside(fb, (uint64_t)vtable, vtable_size)) {
        fault(fb, (size_t)vtable, "a vtable has an impossible size");
        return none;
    }
    if (size < 4 || !inside(fb, at, size)) {
        fault(fb, at, "a table reaches past the end of the file");
        return none;
    }
    return (tfl_table){fb, at, (size_t)vtable, (vtable_size - 4) / 2, size};
}

bool tfl_fb_open(tfl_fb *fb, const uint8_t *bytes, size_t size, const char *identifier,
                 tfl_table *root)
{
    *fb = (tfl_fb){.bytes = bytes, .size = size};
    *root = (tfl_table){0};
    if (size < 8 || memcmp(bytes + 4, identifier, 4) != 0) {
        fault(fb, 4, "the identifier is missing");
        return false;
    }
    size_t at = follow(fb, 0);
    if (!fb->fault)
        *root = open_table(fb, at);
    return !fb->fault;
}

movinet_status tfl_fb_check(const tfl_fb *fb, const char *where, movinet_error *err)
{
    if (!fb->fault)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_FORMAT, "%s is damaged: %s (byte %zu of %zu)", where, fb->fault,
                   fb->fault_at, fb->size);
}

/* Byte offset of a field of `length` bytes; 0: left out, or a fault. */
static size_t find(const tfl_table *table, int field, unsigned length)
{
    if (!table->fb || field < 0 || (unsigned)field >= table->n_fields)
        return 0;
    size_t slot = table->vtable + 4 + 2 * (size_t)field;
    unsigned place = (unsigned)load(table->fb->bytes + slot, 2);
    if (!place)
        return 0;
    if (place < 4 || place > table->size || length > table->size - place) {
        fault(table->fb, slot, "a field lies outside its table");
        return 0;
    }
    return table->at + place;
}

bool tfl_has(const tfl_table *table, int field)
{
    return find(table, field, 1) != 0;
}

bool tfl_get_bool(const tfl_table *table, int field)
{
    return tfl_get_u8(table, field) != 0;
}

int tfl_get_i8(const tfl_table *table, int field)
{
    return (int8_t)tfl_get_u8(table, field);
}

unsigned tfl_get_u8(const tfl_table *table, int field)
{
    size_t at = find(table, field, 1);
    return at ? table->fb->bytes[at] : 0;
}

int32_t tfl_get_i32(const tfl_table *table, int field, int32_t standard)
{
    size_t at = find(table, field, 4);
    return at ? (int32_t)(uint32_t)load(table->fb->bytes + at, 4) : standard;
}

uint32_t tfl_get_u32(const tfl_table *table, int field)
{
    size_t at = find(table, field, 4);
    return at ? (uint32_t)load(table->fb->bytes + at, 4) : 0;
}

uint64_t tfl_get_u64(const tfl_table *table, int field)
{
    size_t at = find(table, field, 8);
    return at ? load(table->fb->bytes + at, 8) : 0;
}

float tfl_get_f32(const tfl_table *table, int field)
{
    size_t at = find(table, field, 4);
    return at ? load_f32(table->fb->bytes + at) : 0.0f;
}

tfl_table tfl_get_table(const tfl_table *table, int field)
{
    size_t at = find(table, field, 4);
    if (at)
        at = follow(table->fb, at);
    return at ? open_table(table->fb, at) : (tfl_table){0};
}

tfl_vector tfl_get_vector(const tfl_table *table, int field, size_t element)
{
    tfl_vector none = {0};
    size_t at = find(table, field, 4);
    if (at)
        at = follow(table->fb, at);
    if (!at)
        return none;
    tfl_fb *fb = table->fb;
    uint64_t n = load(fb->bytes + at, 4);
    if (!inside(fb, (uint64_t)at + 4, n * element)) {
        fault(fb, at, "a vector reaches past the end of the file");
        return none;
    }
    return (tfl_vector){fb, fb->bytes + at + 4, (uint32_t)n};
}

tfl_vector tfl_get_string(const tfl_table *table, int field)
{
    tfl_vector text = tfl_get_vector(table, field, 1);
    if (!text.bytes)
        return text;
    /* The NUL is not needed here, but all writers write it. */
    size_t end = (size_t)(text.bytes - text.fb->bytes) + text.n;
    if (!inside(text.fb, end, 1) || text.bytes[text.n]) {
        fault(text.fb, end, "a string does not end");
        return (tfl_vector){0};
    }
    return text;
}

int32_t tfl_at_i32(const tfl_vector *vector, uint32_t i)
{
    return (int32_t)(uint32_t)load(vector->bytes + 4 * (size_t)i, 4);
}

int64_t tfl_at_i64(const tfl_vector *vector, uint32_t i)
{
    return (int64_t)load(vector->bytes + 8 * (size_t)i, 8);
}

float tfl_at_f32(const tfl_vector *vector, uint32_t i)
{
    return load_f32(vector->bytes + 4 * (size_t)i);
}

tfl_table tfl_at_table(const tfl_vector *vector, uint32_t i)
{
    size_t at = (size_t)(vector->bytes - vector->fb->bytes) + 4 * (size_t)i;
    at = follow(vector->fb, at);
    return at ? open_table(vector->fb, at) : (tfl_table){0};
}

/* The label file, stored without packing in a zip behind the FlatBuffer. TensorFlow
 * Lite's own tools read only such; written by hand, the same model gives the same
 * bytes every time (libzip would note the time of day). Offsets count from the
 * beginning of the file. SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "tflite/writer_parts.h"

#include <stdlib.h>
#include <string.h>

#define DATE 0x0021 /* 1 January 1980, the first day that a zip knows */

enum { LOCAL = 30, CENTRAL = 46, END = 22 }; /* bytes of the headers, without the name */

static uint8_t *put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static uint8_t *put32(uint8_t *at, size_t value)
{
    return put16(put16(at, value & 0xffff), value >> 16 & 0xffff);
}

/* What both headers of the file say of it. */
static uint8_t *put_facts(uint8_t *at, const uint8_t *text, size_t size)
{
    at = put16(at, 10);     /* version needed */
    at = put16(at, 0x0800); /* the name is UTF-8 */
    at = put16(at, 0);      /* stored */
    at = put16(at, 0);      /* time, date */
    at = put16(at, DATE);
    at = put32(at, mv_crc32(0, text, size));
    at = put32(at, size);
    at = put32(at, size);
    at = put16(at, sizeof TFL_LABEL_FILE - 1);
    return put16(at, 0);    /* nothing extra */
}

static uint8_t *put_name(uint8_t *at)
{
    memcpy(at, TFL_LABEL_FILE, sizeof TFL_LABEL_FILE - 1);
    return at + sizeof TFL_LABEL_FILE - 1;
}

/* `at` has room; the text is already at its place behind the local header. */
static void put_zip(uint8_t *file, size_t begin, size_t size)
{
    size_t name = sizeof TFL_LABEL_FILE - 1;
    uint8_t *at = file + begin, *text = at + LOCAL + name;
    put_name(put_facts(put32(at, 0x04034b50), text, size));
    uint8_t *central = text + size;
    at = put16(put32(central, 0x02014b50), 0x0314); /* made on Unix */
    at = put_facts(at, text, size);
    at = put32(put16(at, 0), 0); /* no comment; disk, internal attributes */
    at = put32(at, (size_t)0100644 << 16);
    at = put_name(put32(at, begin));
    memset(at, 0, END);
    put32(at, 0x06054b50);
    put16(at + 8, 1);
    put16(at + 10, 1);
    put32(at + 12, (size_t)(at - central));
    put32(at + 16, (size_t)(central - file));
}

static movinet_status measure(const tfl_model *model, size_t *bytes, movinet_error *err)
{
    *bytes = 0;
    for (int i = 0; i < model->n_labels; i++) {
        if (strpbrk(model->labels[i], "\r\n"))
            return mv_fail(err, MOVINET_ERR_ARGUMENT, "label %d has a line end in it: a label is "
                                                      "one line", i);
        *bytes += strlen(model->labels[i]) + 1;
    }
    return MOVINET_OK;
}

movinet_status tfl_append_labels(const tfl_model *model, uint8_t **bytes, size_t *size,
                                 movinet_error *err)
{
    size_t text, name = sizeof TFL_LABEL_FILE - 1;
    movinet_status status = measure(model, &text, err);
    if (status || !model->n_labels)
        return status;
    size_t all = *size + LOCAL + name + text + CENTRAL + name + END;
    uint8_t *longer = all <= INT32_MAX ? realloc(*bytes, all) : NULL;
    if (!longer)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while writing the labels");
    uint8_t *at = longer + *size + LOCAL + name;
    for (int i = 0; i < model->n_labels; i++) {
        size_t n = strlen(model->labels[i]);
        memcpy(at, model->labels[i], n);
        at[n] = '\n';
        at += n + 1;
    }
    put_zip(longer, *size, text);
    *bytes = longer;
    *size = all;
    return MOVINET_OK;
}

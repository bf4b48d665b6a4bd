/* Text from files: names made printable, label files split into lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"
#include "tflite/internal.h"

#include <string.h>

#define MAX_LINE 1000       /* bytes of one label */
#define MAX_LINES 1000000

char *tfl_copy_text(mv_arena *arena, const uint8_t *text, size_t length)
{
    char *copy = mv_arena_string(arena, (const char *)text, length);
    for (size_t i = 0; copy && i < length;) {
        size_t n = mv_utf8_length(text + i, length - i);
        bool control = (text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f ||
                       (n == 2 && text[i] == 0xc2 && text[i + 1] < 0xa0);
        if (!n || control) {
            n = n ? n : 1;
            memset(copy + i, '?', n);
        }
        i += n;
    }
    return copy;
}

bool tfl_text_is(const tfl_vector *string, const char *text)
{
    size_t length = strlen(text);
    return string->n == length && memcmp(string->bytes, text, length) == 0;
}

/* Bytes of the line at text, without its end; *next: where the next begins. */
static size_t line_length(const char *text, const char *end, const char **next)
{
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    const char *stop = newline ? newline : end;
    *next = newline ? newline + 1 : end;
    if (stop > text && stop[-1] == '\r')
        stop--;
    return (size_t)(stop - text);
}

/* Counts the lines and checks them. */
static movinet_status check_lines(const char *text, const char *end, size_t *n, movinet_error *err)
{
    const char *next;
    *n = 0;
    for (const char *line = text; line < end; line = next) {
        size_t length = line_length(line, end, &next);
        if (++*n > MAX_LINES)
            return mv_fail(err, MOVINET_ERR_FORMAT,
                           "the label file has over %d lines: is it a label file?", MAX_LINES);
        if (length > MAX_LINE)
            return mv_fail(err, MOVINET_ERR_FORMAT,
                           "line %zu of the label file is %zu bytes long, over the limit of %d: "
                           "is it a label file?", *n, length, MAX_LINE);
        if (memchr(line, '\0', length))
            return mv_fail(err, MOVINET_ERR_FORMAT,
                           "line %zu of the label file has a NUL byte: a label file is UTF-8 text",
                           *n);
    }
    return MOVINET_OK;
}

movinet_status tfl_split_labels(mv_arena *arena, const char *text, size_t size,
                                const char *const **labels, int *n, movinet_error *err)
{
    *labels = NULL;
    *n = 0;
    if (!size)
        return MOVINET_OK;
    const char *end = text + size, *next;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    size_t count;
    movinet_status status = check_lines(text, end, &count, err);
    if (status || !count)
        return status;
    const char **list = mv_arena_alloc(arena, count, sizeof *list);
    for (size_t i = 0; list && i < count; i++, text = next) {
        size_t length = line_length(text, end, &next);
        list[i] = tfl_copy_text(arena, (const uint8_t *)text, length);
        if (!list[i])
            list = NULL;
    }
    if (!list)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for %zu labels", count);
    *labels = list;
    *n = (int)count;
    return MOVINET_OK;
}

/* CSV. SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"
#include "core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_LIMIT ((size_t)1 << 30)
enum { MAX_FIELDS = 1000 };

movinet_status mvd_csv_fail(const mvd_csv *csv, movinet_error *err, const char *format, ...)
{
    char what[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return mv_fail(err, MOVINET_ERR_FORMAT, "%.150s, line %d: %s", csv->path, csv->line, what);
}

/* What stands most often in the first line. */
static char find_separator(const char *text, const char *end)
{
    int commas = 0, semicolons = 0, tabs = 0;
    for (; text < end && *text != '\n' && *text != '\r'; text++) {
        commas += *text == ',';
        semicolons += *text == ';';
        tabs += *text == '\t';
    }
    return semicolons > commas && semicolons >= tabs ? ';' : tabs > commas ? '\t' : ',';
}

movinet_status mvd_csv_open(mvd_csv *csv, const char *path, movinet_error *err)
{
    uint8_t *bytes;
    size_t size;
    *csv = (mvd_csv){.path = path, .line = 1, .next_line = 1};
    movinet_status status = mv_read_file(path, SIZE_LIMIT, &bytes, &size, err);
    if (status)
        return status;
    csv->text = realloc(bytes, size + 1);
    if (!csv->text) {
        free(bytes);
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", path);
    }
    csv->text[size] = '\0';
    csv->at = csv->text;
    csv->end = csv->text + size;
    if (size >= 2 && (!memcmp(csv->text, "\xff\xfe", 2) || !memcmp(csv->text, "\xfe\xff", 2)))
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: is UTF-16; save it as CSV in UTF-8", path);
    if (memchr(csv->text, '\0', size))
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: has NUL bytes: it is not a text file", path);
    if (size >= 3 && !memcmp(csv->text, "\xef\xbb\xbf", 3))
        csv->at += 3;
    csv->separator = find_separator(csv->at, csv->end);
    return MOVINET_OK;
}

void mvd_csv_close(mvd_csv *csv)
{
    free(csv->text);
    free(csv->fields);
    *csv = (mvd_csv){0};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_spaces(mvd_csv *csv)
{
    while (is_space(*csv->at) && *csv->at != csv->separator)
        csv->at++;
}

static bool at_line_end(const mvd_csv *csv)
{
    return csv->at == csv->end || *csv->at == '\n' || *csv->at == '\r';
}

/* "…", with doubled quotation marks inside; what it says ends up where it began. */
static movinet_status quoted(mvd_csv *csv, char **field, movinet_error *err)
{
    char *to = *field = ++csv->at;
    for (;; csv->at++) {
        if (csv->at == csv->end)
            return mvd_csv_fail(csv, err, "a quotation mark is never closed");
        if (*csv->at == '"' && *++csv->at != '"')
            break;
        csv->next_line += *csv->at == '\n';
        *to++ = *csv->at;
    }
    skip_spaces(csv);
    if (!at_line_end(csv) && *csv->at != csv->separator)
        return mvd_csv_fail(csv, err,
                            "text behind a closing quotation mark; a quotation mark "
                            "inside must be doubled");
    *to = '\0'; /* at the latest where the closing quotation mark stood */
    return MOVINET_OK;
}

static char *plain(mvd_csv *csv)
{
    char *field = csv->at;
    while (!at_line_end(csv) && *csv->at != csv->separator)
        csv->at++;
    return field;
}

static bool append(mvd_csv *csv, char *field)
{
    if (csv->n == csv->capacity) {
        int capacity = csv->capacity ? csv->capacity * 2 : 16;
        char **larger = realloc(csv->fields, (size_t)capacity * sizeof *larger);
        if (!larger)
            return false;
        csv->fields = larger;
        csv->capacity = capacity;
    }
    csv->fields[csv->n++] = field;
    return true;
}

/* Ends an unquoted field before the spaces that stand behind it. */
static void trim(char *field, char *end)
{
    while (end > field && is_space(end[-1]))
        end--;
    *end = '\0';
}

static movinet_status read_fields(mvd_csv *csv, movinet_error *err)
{
    for (csv->n = 0;;) {
        char *field;
        skip_spaces(csv);
        bool is_quoted = *csv->at == '"';
        if (is_quoted) {
            movinet_status status = quoted(csv, &field, err);
            if (status)
                return status;
        } else {
            field = plain(csv);
        }
        char *end = csv->at, stop = *end;
        if (csv->n == MAX_FIELDS)
            return mvd_csv_fail(csv, err, "over %d columns: is it a CSV?", MAX_FIELDS);
        if (!append(csv, field))
            return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", csv->path);
        bool more = end < csv->end && stop == csv->separator;
        if (end < csv->end)
            csv->at++;
        if (stop == '\r' && *csv->at == '\n')
            csv->at++;
        if (!is_quoted)
            trim(field, end);
        if (!more)
            return MOVINET_OK;
    }
}

movinet_status mvd_csv_next(mvd_csv *csv, movinet_error *err)
{
    for (;;) {
        if (csv->at == csv->end)
            return MOVINET_END;
        csv->line = csv->next_line++;
        movinet_status status = read_fields(csv, err);
        if (status)
            return status;
        if (csv->n > 1 || *csv->fields[0])
            return MOVINET_OK;
    }
}

/* Text and the beginnings of SVG. SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"
#include "core/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(mvr_text *t, size_t more)
{
    if (t->failed || more <= t->capacity - t->size)
        return !t->failed;
    size_t capacity = (t->capacity + more) * 2;
    char *larger = realloc(t->bytes, capacity);
    if (!larger) {
        t->failed = true;
        return false;
    }
    t->bytes = larger;
    t->capacity = capacity;
    return true;
}

void mvr_add(mvr_text *t, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n >= 0 && make_room(t, (size_t)n + 1)) {
        vsnprintf(t->bytes + t->size, (size_t)n + 1, format, again);
        t->size += (size_t)n;
    }
    va_end(again);
}

void mvr_free(mvr_text *t)
{
    free(t->bytes);
    *t = (mvr_text){0};
}

/* ---- characters ------------------------------------------------------------------ */

/* Bytes of the UTF-8 character, 0 if it is none (RFC 3629). */
static int length_of(const unsigned char *s)
{
    int n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3
          : s[0] < 0xf5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

int mvr_columns(const char *text)
{
    int columns = 0;
    for (; *text; columns++) {
        int n = length_of((const unsigned char *)text);
        text += n ? n : 1;
    }
    return columns;
}

static void add_character(mvr_text *t, const char *text, int n)
{
    switch (*text) {
    case '<': mvr_add(t, "&lt;"); return;
    case '>': mvr_add(t, "&gt;"); return;
    case '&': mvr_add(t, "&amp;"); return;
    case '"': mvr_add(t, "&quot;"); return;
    default: break;
    }
    bool control = n == 1 && ((unsigned char)*text < 0x20 || *text == 0x7f);
    /* U+FFFE and U+FFFF are no characters of XML. */
    bool none = n == 0 || (n == 3 && !memcmp(text, "\xef\xbf", 2) && (text[2] & 0x3e) == 0x3e);
    if (control || none)
        mvr_add(t, control ? " " : "?");
    else
        mvr_add(t, "%.*s", n, text);
}

void mvr_add_escaped(mvr_text *t, const char *text, int columns)
{
    bool cut = columns > 0 && mvr_columns(text) > columns;
    for (int i = 0; *text && !(cut && i == columns - 1); i++) {
        int n = length_of((const unsigned char *)text);
        add_character(t, text, n);
        text += n ? n : 1;
    }
    if (cut)
        mvr_add(t, "\xe2\x80\xa6");
}

/* In whole numbers, as printf's %f writes a comma in some locales. */
mvr_number mvr_number_of(double value, int digits)
{
    mvr_number out;
    int64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    if (!(fabs(value) < 1e12)) {
        snprintf(out.text, sizeof out.text, "0");
        return out;
    }
    int64_t all = llround(value * (double)unit);
    uint64_t size = (uint64_t)(all < 0 ? -all : all);
    for (; digits && size % 10 == 0; digits--) {
        size /= 10;
        unit /= 10;
    }
    uint64_t whole = size / (uint64_t)unit, rest = size % (uint64_t)unit;
    if (digits)
        snprintf(out.text, sizeof out.text, "%s%llu.%0*llu", all < 0 ? "-" : "",
                 (unsigned long long)whole, digits, (unsigned long long)rest);
    else
        snprintf(out.text, sizeof out.text, "%s%llu", all < 0 ? "-" : "",
                 (unsigned long long)whole);
    return out;
}

movinet_status mvr_write(const mvr_text *t, const char *path, movinet_error *err)
{
    if (t->failed)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%.300s: out of memory", path);
    return mv_write_file(path, &(mv_bytes){t->bytes, t->size}, 1, true, err);
}

/* ---- SVG ----------------------------------------------------------------------- */

void mvr_svg_begin(mvr_text *t, double width, double height, const char *title)
{
    mvr_number w = mvr_number_of(width, 0), h = mvr_number_of(height, 0);
    mvr_add(t,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" "
            "viewBox=\"0 0 %s %s\" role=\"img\">\n<title>",
            w.text, h.text, w.text, h.text);
    mvr_add_escaped(t, title, 0);
    mvr_add(t, "</title>\n<style>\n"
               "text{font-family:system-ui,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif;"
               "font-size:12px;fill:#495057}\n"
               ".title{font-size:16px;font-weight:600;fill:#212529}\n"
               ".panel{font-size:13px;font-weight:600;fill:#343a40}\n"
               ".faint{fill:#868e96}\n"
               ".small{font-size:10px}\n"
               "</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
}

void mvr_svg_end(mvr_text *t)
{
    mvr_add(t, "</svg>\n");
}

void mvr_svg_text(mvr_text *t, double x, double y, const char *style, const char *anchor,
                  const char *text, int columns)
{
    mvr_add(t, "<text x=\"%s\" y=\"%s\" class=\"%s\" text-anchor=\"%s\">", MVR_N(x), MVR_N(y),
            style, anchor);
    mvr_add_escaped(t, text, columns);
    mvr_add(t, "</text>\n");
}

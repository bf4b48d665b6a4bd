/* Comparing what people type with labels. SPDX-License-Identifier: Apache-2.0 */
#include "classify/labels.h"

#include <stddef.h>
#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mvc_same(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b))
        a++, b++;
    return lower(*a) == lower(*b);
}

bool mvc_is_pattern(const char *text)
{
    return strpbrk(text, "*?") != NULL;
}

/* Behind one character of UTF-8; damaged bytes count as one each. */
static const char *next_character(const char *text)
{
    text++;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

/* Only the last star ever needs to be tried with more, so the time is at most the
 * product of the lengths, whatever the pattern. */
bool mvc_matches(const char *pattern, const char *label)
{
    const char *star = NULL, *from = NULL;
    while (*label) {
        if (*pattern == '*') {
            star = ++pattern;
            from = label;
        } else if (*pattern == '?') {
            pattern++;
            label = next_character(label);
        } else if (*pattern && lower(*pattern) == lower(*label)) {
            pattern++;
            label++;
        } else if (star) {
            pattern = star;
            label = from = next_character(from);
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

bool mvc_contains(const char *label, const char *part)
{
    for (; *label; label++) {
        size_t i = 0;
        while (part[i] && lower(label[i]) == lower(part[i]))
            i++;
        if (!part[i])
            return i > 0;
    }
    return false;
}

enum { LONGEST = 63 };

/* One row of the table of distances between beginnings of a and beginnings of b. */
int mvc_distance(const char *a, const char *b)
{
    size_t n = strlen(b);
    if (strlen(a) > LONGEST || n > LONGEST)
        return MVC_FAR;
    int row[LONGEST + 1];
    for (size_t j = 0; j <= n; j++)
        row[j] = (int)j;
    for (int i = 1; *a; a++, i++) {
        int diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            int best = diagonal + (lower(*a) != lower(b[j - 1]));
            diagonal = row[j];
            if (diagonal + 1 < best)
                best = diagonal + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

/* What a label says: one class, or several with a bar between them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/labels.h"
#include "tflite/tflite.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LABEL = 1000, MAX_LABELS_A_CLIP = 1000 };

movinet_status mvd_fail_at(const movinet_dataset *d, const mvd_entry *e, const char *what,
                           const char *text, movinet_error *err)
{
    if (e->line)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.200s, line %d: %s%.60s", d->path, e->line, what,
                       text);
    return mv_fail(err, MOVINET_ERR_FORMAT, "%.200s: %s%.60s", e->file, what, text);
}

/* Where the next label of the text begins and ends, without spaces around it. */
static const char *next_label(const movinet_dataset *d, const char *text, size_t *length)
{
    const char *end = d->several ? strchr(text, '|') : NULL, *next = end ? end + 1 : NULL;
    if (!end)
        end = text + strlen(text);
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *length = (size_t)(end - text);
    return next;
}

static const char *skip_spaces(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

bool mvd_append(mvd_names *list, mv_arena *arena, const char *text, size_t length)
{
    if (list->n == list->capacity) {
        int capacity = list->capacity ? list->capacity * 2 : 64;
        const char **larger = realloc(list->items, (size_t)capacity * sizeof *larger);
        if (!larger)
            return false;
        list->items = larger;
        list->capacity = capacity;
    }
    list->items[list->n] = tfl_copy_text(arena, (const uint8_t *)text, length);
    return list->items[list->n++] != NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void mvd_settle(mvd_names *list)
{
    int n = 0;
    if (list->n)
        qsort(list->items, (size_t)list->n, sizeof *list->items, by_text);
    for (int i = 0; i < list->n; i++)
        if (!n || strcmp(list->items[n - 1], list->items[i]))
            list->items[n++] = list->items[i];
    list->n = n;
}

movinet_status mvd_labels_of(movinet_dataset *d, const mvd_entry *e, mvd_names *out,
                             movinet_error *err)
{
    out->n = 0;
    for (const char *at = e->label, *next; at; at = next) {
        size_t length;
        at = skip_spaces(at);
        next = next_label(d, at, &length);
        if (length > MAX_LABEL)
            return mvd_fail_at(d, e, "a label of over 1000 bytes: ", at, err);
        if (!length && (next || out->n))
            return mvd_fail_at(d, e, "an empty label in ", e->label, err);
        if (out->n == MAX_LABELS_A_CLIP)
            return mvd_fail_at(d, e, "over 1000 labels: ", e->label, err);
        if (length && !mvd_append(out, &d->arena, at, length))
            return mvd_no_memory(d, err);
    }
    mvd_settle(out);
    return MOVINET_OK;
}

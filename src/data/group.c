/* Which clips are of one source. SPDX-License-Identifier: Apache-2.0 */
#include "data/dataset.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

typedef struct rule {
    enum { BY_FILE, BY_FOLDER, BY_NAME, BY_PATTERN } kind;
    regex_t pattern;
} rule;

static movinet_status rule_of(const char *how, rule *r, movinet_error *err)
{
    r->kind = !how                     ? BY_FILE
              : !strcmp(how, "folder") ? BY_FOLDER
              : !strcmp(how, "name")   ? BY_NAME
                                       : BY_PATTERN;
    if (r->kind != BY_PATTERN)
        return MOVINET_OK;
    char why[200];
    int code = *how ? regcomp(&r->pattern, how, REG_EXTENDED) : REG_BADPAT;
    if (!code)
        return MOVINET_OK;
    regerror(code, &r->pattern, why, sizeof why);
    return mv_fail(err, MOVINET_ERR_ARGUMENT,
                   "group \"%.100s\": must be folder, name or a regular expression: %s", how, why);
}

/* What the pattern's first parentheses hold, or all that it matches; else the whole. */
static void match(const rule *r, const char **text, size_t *length)
{
    regmatch_t found[2];
    if (regexec(&r->pattern, *text, 2, found, 0))
        return;
    const regmatch_t *part = r->pattern.re_nsub && found[1].rm_so >= 0 ? &found[1] : &found[0];
    *text += part->rm_so;
    *length = (size_t)(part->rm_eo - part->rm_so);
}

/* The name of an entry's source: a part of a text. */
static const char *source_of(const rule *r, const mvd_entry *e, size_t *length)
{
    const char *text = r->kind == BY_FILE ? e->source : e->name;
    const char *slash = strrchr(text, '/'), *base = slash ? slash + 1 : text;
    *length = strlen(text);
    if (r->kind == BY_FOLDER && slash) {
        *length = (size_t)(slash - text);
    } else if (r->kind == BY_NAME) {
        const char *point = strrchr(base, '.');
        size_t n = point && point > base ? (size_t)(point - base) : strlen(base);
        size_t whole = n;
        while (n && base[n - 1] != '_' && base[n - 1] != '-')
            n--;
        *length = n > 1 ? n - 1 : whole;
        return base;
    } else if (r->kind == BY_PATTERN) {
        match(r, &text, length);
    }
    return text;
}

typedef struct named {
    const char *source;
    int clip;
} named;

static int by_source(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = strcmp(x->source, y->source);
    return order ? order : x->clip - y->clip;
}

static movinet_status name_sources(movinet_dataset *d, const rule *r, named *list,
                                   movinet_error *err)
{
    for (int i = 0; i < d->n_entries; i++) {
        size_t length;
        const char *text = source_of(r, &d->entries[i], &length);
        list[i] = (named){mv_arena_string(&d->arena, text, length), i};
        if (!list[i].source)
            return mvd_no_memory(d, err);
    }
    return MOVINET_OK;
}

static movinet_status number_sources(movinet_dataset *d, named *list, movinet_error *err)
{
    qsort(list, (size_t)d->n_entries, sizeof *list, by_source);
    d->sources = mv_arena_alloc(&d->arena, (size_t)d->n_entries, sizeof *d->sources);
    if (!d->sources)
        return mvd_no_memory(d, err);
    for (int i = 0; i < d->n_entries; i++) {
        if (!i || strcmp(list[i - 1].source, list[i].source))
            d->sources[d->info.n_sources++] = list[i].source;
        d->clips[list[i].clip].source = d->info.n_sources - 1;
    }
    return MOVINET_OK;
}

movinet_status mvd_group(movinet_dataset *d, const char *how, movinet_error *err)
{
    rule r = {.kind = BY_FILE};
    movinet_status status = rule_of(how, &r, err);
    if (status)
        return status;
    named *list = calloc((size_t)d->n_entries, sizeof *list);
    status = list ? name_sources(d, &r, list, err) : mvd_no_memory(d, err);
    if (!status)
        status = number_sources(d, list, err);
    free(list);
    if (r.kind == BY_PATTERN)
        regfree(&r.pattern);
    return status;
}

/* Labels become classes, entries become clips. SPDX-License-Identifier: Apache-2.0 */
#include "data/labels.h"
#include "classify/labels.h"
#include "tflite/tflite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABELS_LIMIT ((size_t)64 << 20)

static int by_place(const void *a, const void *b)
{
    const mvd_entry *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (order)
        return order;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return strcmp(x->label, y->label);
}

/* ---- classes ------------------------------------------------------------------- */

static movinet_status find_classes(movinet_dataset *d, movinet_error *err)
{
    mvd_names all = {0}, one = {0};
    movinet_status status = MOVINET_OK;
    for (int i = 0; i < d->n_entries && !status; i++) {
        status = mvd_labels_of(d, &d->entries[i], &one, err);
        for (int k = 0; k < one.n && !status; k++)
            if (!mvd_append(&all, &d->arena, one.items[k], strlen(one.items[k])))
                status = mvd_no_memory(d, err);
        if (all.n > 4096 && all.n == all.capacity)
            mvd_settle(&all);
    }
    mvd_settle(&all);
    d->info.n_classes = all.n;
    d->labels = mv_arena_alloc(&d->arena, (size_t)all.n + 1, sizeof *d->labels);
    if (!status && !d->labels)
        status = mvd_no_memory(d, err);
    if (!status && all.n)
        memcpy(d->labels, all.items, (size_t)all.n * sizeof *all.items);
    free(all.items);
    free(one.items);
    return status;
}

static movinet_status read_classes(movinet_dataset *d, const char *path, movinet_error *err)
{
    uint8_t *text;
    size_t size;
    const char *const *labels;
    movinet_status status = mv_read_file(path, LABELS_LIMIT, &text, &size, err);
    if (status)
        return status;
    status =
        tfl_split_labels(&d->arena, (const char *)text, size, &labels, &d->info.n_classes, err);
    free(text);
    if (status) {
        mv_error_prefix(err, path);
        return status;
    }
    if (!d->info.n_classes)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: no label in it", path);
    d->labels = mv_arena_alloc(&d->arena, (size_t)d->info.n_classes, sizeof *d->labels);
    if (!d->labels)
        return mvd_no_memory(d, err);
    memcpy(d->labels, labels, (size_t)d->info.n_classes * sizeof *d->labels);
    return MOVINET_OK;
}

/* Class numbers by label: the labels sorted, with their numbers. */
typedef struct ranked {
    const char *label;
    int index;
} ranked;

static int by_label(const void *a, const void *b)
{
    return strcmp(((const ranked *)a)->label, ((const ranked *)b)->label);
}

static ranked *rank_labels(const movinet_dataset *d)
{
    ranked *list = calloc((size_t)d->info.n_classes + 1, sizeof *list);
    for (int i = 0; list && i < d->info.n_classes; i++)
        list[i] = (ranked){d->labels[i], i};
    if (list)
        qsort(list, (size_t)d->info.n_classes, sizeof *list, by_label);
    return list;
}

static movinet_status check_twice(const ranked *list, int n, const char *path, movinet_error *err)
{
    for (int i = 1; i < n; i++)
        if (!strcmp(list[i - 1].label, list[i].label))
            return mv_fail(err, MOVINET_ERR_FORMAT, "%.200s: the label \"%.100s\" is there twice",
                           path, list[i].label);
    return MOVINET_OK;
}

static movinet_status unknown_label(const movinet_dataset *d, const mvd_entry *e, const char *label,
                                    movinet_error *err)
{
    const char *nearest = NULL;
    int near = (int)strlen(label) / 2 + 1, best = near < 4 ? near : 4;
    for (int i = 0; i < d->info.n_classes; i++) {
        int distance = mvc_distance(label, d->labels[i]);
        if (distance < best) {
            best = distance;
            nearest = d->labels[i];
        }
    }
    char what[300];
    snprintf(what, sizeof what, "\"%.80s\" is none of the classes%s%.80s%s", label,
             nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    return mvd_fail_at(d, e, what, "", err);
}

/* ---- clips --------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static movinet_status take_classes(movinet_dataset *d, const mvd_entry *e, const ranked *list,
                                   mvd_names *scratch, movinet_dataset_clip *clip,
                                   movinet_error *err)
{
    movinet_status status = mvd_labels_of(d, e, scratch, err);
    if (status)
        return status;
    int *classes = mv_arena_alloc(&d->arena, (size_t)scratch->n + 1, sizeof *classes);
    if (!classes)
        return mvd_no_memory(d, err);
    for (int i = 0; i < scratch->n; i++) {
        ranked key = {scratch->items[i], 0};
        const ranked *found =
            bsearch(&key, list, (size_t)d->info.n_classes, sizeof *list, by_label);
        if (!found)
            return unknown_label(d, e, key.label, err);
        classes[i] = found->index;
    }
    qsort(classes, (size_t)scratch->n, sizeof *classes, by_number);
    clip->classes = classes;
    clip->n_classes = scratch->n;
    d->info.multi_label |= scratch->n > 1;
    return MOVINET_OK;
}

static movinet_status take_entries(movinet_dataset *d, const ranked *list, movinet_error *err)
{
    mvd_names scratch = {0};
    movinet_status status = MOVINET_OK;
    for (int i = 0; i < d->n_entries && !status; i++) {
        const mvd_entry *e = &d->entries[i];
        movinet_dataset_clip *clip = &d->clips[i];
        *clip = (movinet_dataset_clip){.file = e->file,
                                       .name = e->name,
                                       .start = e->start,
                                       .end = e->end,
                                       .span_if_longer = e->span_if_longer};
        status = take_classes(d, e, list, &scratch, clip, err);
    }
    free(scratch.items);
    return status;
}

static movinet_status check_clips(const movinet_dataset *d, movinet_error *err)
{
    for (int i = 0; i < d->n_entries; i++) {
        const mvd_entry *e = &d->entries[i], *before = i ? e - 1 : NULL;
        if (!d->clips[i].n_classes && !d->info.multi_label)
            return mvd_fail_at(d, e, "has no label", "", err);
        if (before && !strcmp(e->name, before->name) && e->start == before->start &&
            e->end == before->end)
            return mvd_fail_at(d, e, "is listed twice: ", e->name, err);
    }
    return MOVINET_OK;
}

movinet_status mvd_make_clips(movinet_dataset *d, const movinet_dataset_options *o,
                              movinet_error *err)
{
    if (!d->n_entries)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: no clips in it", d->path);
    qsort(d->entries, (size_t)d->n_entries, sizeof *d->entries, by_place);
    d->info.n_clips = d->n_entries;
    d->info.multi_label = o->multi_label;
    d->clips = mv_arena_alloc(&d->arena, (size_t)d->n_entries, sizeof *d->clips);
    movinet_status status = !d->clips        ? mvd_no_memory(d, err)
                            : o->labels_path ? read_classes(d, o->labels_path, err)
                                             : find_classes(d, err);
    if (status)
        return status;
    ranked *list = rank_labels(d);
    status =
        list ? check_twice(list, d->info.n_classes, o->labels_path ? o->labels_path : d->path, err)
             : mvd_no_memory(d, err);
    if (!status)
        status = take_entries(d, list, err);
    free(list);
    return status ? status : check_clips(d, err);
}

/* A folder per class. SPDX-License-Identifier: Apache-2.0 */
#include "data/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEEPEST = 16 }; /* links may go round in circles */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const mvd_item *)a)->name, ((const mvd_item *)b)->name);
}

static bool append(mvd_listing *list, const char *dir, const char *name)
{
    struct stat info;
    if (list->n == list->capacity) {
        int capacity = list->capacity ? list->capacity * 2 : 64;
        mvd_item *larger = realloc(list->items, (size_t)capacity * sizeof *larger);
        if (!larger)
            return false;
        list->items = larger;
        list->capacity = capacity;
    }
    mvd_item *item = &list->items[list->n];
    item->path = mvd_join(list->arena, dir, name);
    if (!item->path)
        return false;
    item->name = item->path + strlen(item->path) - strlen(name);
    if (stat(item->path, &info) != 0)
        return true; /* a link to nothing */
    item->is_folder = S_ISDIR(info.st_mode);
    list->n += item->is_folder || S_ISREG(info.st_mode);
    return true;
}

movinet_status mvd_list(mvd_listing *list, mv_arena *arena, const char *dir, movinet_error *err)
{
    *list = (mvd_listing){.arena = arena};
    DIR *folder = opendir(dir);
    if (!folder)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", dir, strerror(errno));
    const struct dirent *entry;
    bool fine = true;
    while (fine && (entry = readdir(folder)))
        fine = entry->d_name[0] == '.' || append(list, dir, entry->d_name);
    closedir(folder);
    if (!fine) {
        mvd_list_free(list);
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", dir);
    }
    if (list->n)
        qsort(list->items, (size_t)list->n, sizeof *list->items, by_name);
    return MOVINET_OK;
}

void mvd_list_free(mvd_listing *list)
{
    free(list->items);
    *list = (mvd_listing){0};
}

movinet_status mvd_walk(mv_arena *arena, const char *dir, int depth, mvd_visit *visit, void *user,
                        movinet_error *err)
{
    mvd_listing list;
    if (depth > DEEPEST)
        return mv_fail(err, MOVINET_ERR_IO, "%s: folders over %d deep", dir, DEEPEST);
    movinet_status status = mvd_list(&list, arena, dir, err);
    for (int i = 0; i < list.n && !status; i++) {
        const mvd_item *item = &list.items[i];
        status = item->is_folder ? mvd_walk(arena, item->path, depth + 1, visit, user, err)
                                 : visit(user, item, err);
    }
    mvd_list_free(&list);
    return status;
}

/* ---- classes ------------------------------------------------------------------- */

typedef struct walk {
    movinet_dataset *d;
    size_t root; ///< bytes of the data set's path, with the '/'
    const char *label;
    int split;
} walk;

static movinet_status visit_file(void *user, const mvd_item *item, movinet_error *err)
{
    walk *w = user;
    if (!movinet_is_video_name(item->name)) {
        w->d->info.n_ignored++;
        return MOVINET_OK;
    }
    const char *name = item->path + w->root;
    const mvd_entry entry = {
        .file = item->path, .name = name, .source = name, .label = w->label, .split = w->split};
    return mvd_add(w->d, &entry) ? MOVINET_OK : mvd_no_memory(w->d, err);
}

/* The folders in `list` are classes. */
static movinet_status read_classes(walk *w, const mvd_listing *list, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    for (int i = 0; i < list->n && !status; i++) {
        const mvd_item *item = &list->items[i];
        w->label = item->name;
        w->d->info.n_ignored += !item->is_folder;
        if (item->is_folder)
            status = mvd_walk(&w->d->arena, item->path, 1, visit_file, w, err);
    }
    return status;
}

static int count_folders(const mvd_listing *list)
{
    int n = 0;
    for (int i = 0; i < list->n; i++)
        n += list->items[i].is_folder;
    return n;
}

static bool has_folders(mv_arena *arena, const char *dir)
{
    mvd_listing list;
    bool has = !mvd_list(&list, arena, dir, NULL) && count_folders(&list) > 0;
    mvd_list_free(&list);
    return has;
}

/* train, val, test: all folders have such names, and folders inside. "train" alone may
 * be a class that is about railways. */
static bool are_splits(mv_arena *arena, const mvd_listing *list)
{
    int n = 0;
    for (int i = 0; i < list->n; i++) {
        const mvd_item *item = &list->items[i];
        if (!item->is_folder)
            continue;
        if (mvd_split_of(item->name) == MVD_NO_SPLIT || !has_folders(arena, item->path))
            return false;
        n++;
    }
    return n > 0;
}

static movinet_status read_splits(walk *w, const mvd_listing *list, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    for (int i = 0; i < list->n && !status; i++) {
        const mvd_item *item = &list->items[i];
        mvd_listing classes;
        if (!item->is_folder)
            continue;
        w->split = mvd_split_of(item->name);
        status = mvd_list(&classes, &w->d->arena, item->path, err);
        if (!status)
            status = read_classes(w, &classes, err);
        mvd_list_free(&classes);
    }
    return status;
}

/* The one CSV in a folder without folders. */
static const char *only_csv(const mvd_listing *list)
{
    const char *found = NULL;
    for (int i = 0; i < list->n; i++) {
        const char *point = strrchr(list->items[i].name, '.');
        if (!point || strcmp(point, ".csv"))
            continue;
        if (found)
            return NULL;
        found = list->items[i].path;
    }
    return found;
}

movinet_status mvd_read_folder(movinet_dataset *d, const char *dir, movinet_error *err)
{
    mvd_listing list;
    movinet_status status = mvd_list(&list, &d->arena, dir, err);
    if (status)
        return status;
    char *slash = mvd_join(&d->arena, dir, "");
    walk w = {d, slash ? strlen(slash) : 0, NULL, MVD_NO_SPLIT};
    const char *csv = count_folders(&list) ? NULL : only_csv(&list);
    if (!slash)
        status = mvd_no_memory(d, err);
    else if (csv)
        status = mvd_read_table(d, csv, NULL, err);
    else if (!count_folders(&list))
        status =
            mv_fail(err, MOVINET_ERR_FORMAT,
                    "%s: no data set: there must be a folder for each class in it, or a CSV", dir);
    else if (are_splits(&d->arena, &list))
        status = read_splits(&w, &list, err);
    else
        status = read_classes(&w, &list, err);
    mvd_list_free(&list);
    return status;
}

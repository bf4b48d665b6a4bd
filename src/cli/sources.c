/* What the operands of classify stand for. SPDX-License-Identifier: Apache-2.0 */
#include "cli/sources.h"

#include "cli/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* What is taken from a folder. */
static bool is_wanted(const char *name, bool raw)
{
    const char *point = strrchr(name, '.');
    if (!raw)
        return movinet_is_video_name(name);
    return name[0] != '.' && point &&
           (strcasecmp(point, ".raw") == 0 || strcasecmp(point, ".rgb") == 0);
}

/* Takes `item`, also when there is no room for it. */
static bool append(source_list *list, char *item)
{
    char **larger = item ? realloc(list->items, ((size_t)list->n + 1) * sizeof *larger) : NULL;
    if (!larger) {
        free(item);
        complain(NULL, "out of memory");
        return false;
    }
    list->items = larger;
    list->items[list->n++] = item;
    return true;
}

static char *join(const char *folder, const char *name)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    char *path = malloc(n + strlen(name) + 2);
    if (path) {
        memcpy(path, folder, n);
        path[n] = '/';
        strcpy(path + n + 1, name);
    }
    return path;
}

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum { DEEPEST = 16 };

/* In any order. depth: of folders inside that are looked into, too. */
static bool collect(source_list *list, const char *folder, bool raw, int depth)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        complain(folder, strerror(errno));
        return false;
    }
    bool fine = true;
    const struct dirent *entry;
    while (fine && (entry = readdir(dir))) {
        bool wanted = is_wanted(entry->d_name, raw);
        if (!wanted && (!depth || entry->d_name[0] == '.'))
            continue;
        char *path = join(folder, entry->d_name);
        if (path && depth && is_folder(path)) {
            fine = collect(list, path, raw, depth - 1);
            free(path);
        } else if (path && (!wanted || !is_file(path))) {
            free(path);
        } else {
            fine = append(list, path);
        }
    }
    closedir(dir);
    return fine;
}

static bool add_folder(source_list *list, const char *folder, bool raw, int depth)
{
    int first = list->n;
    bool fine = collect(list, folder, raw, depth);
    if (list->n > first)
        qsort(list->items + first, (size_t)(list->n - first), sizeof *list->items, by_name);
    if (fine && list->n == first) {
        complain(folder, "no videos in this folder");
        return false;
    }
    return fine;
}

void note_hidden_file(const char *source)
{
    char text[300];
    struct stat info;
    movinet_source_kind kind = movinet_source_kind_of(source);
    const char *what = kind == MOVINET_SOURCE_TEST     ? "the test picture"
                       : kind == MOVINET_SOURCE_SCREEN ? "the screen"
                       : kind == MOVINET_SOURCE_CAMERA ? "the first camera"
                                                       : NULL;
    if (!what || strchr(source, '/') || stat(source, &info))
        return;
    snprintf(text, sizeof text, "%s is meant; what has this name here is ./%.200s", what, source);
    note(source, text);
}

bool add_source(source_list *list, const char *operand, bool raw)
{
    struct stat info;
    if (raw || movinet_source_kind_of(operand) == MOVINET_SOURCE_FILE) {
        if (stat(operand, &info) == 0 && S_ISDIR(info.st_mode))
            return add_folder(list, operand, raw, 0);
    } else {
        note_hidden_file(operand);
    }
    return append(list, strdup(operand));
}

bool add_source_tree(source_list *list, const char *operand)
{
    return is_folder(operand) ? add_folder(list, operand, false, DEEPEST)
                              : add_source(list, operand, false);
}

void free_sources(source_list *list)
{
    for (int i = 0; i < list->n; i++)
        free(list->items[i]);
    free(list->items);
    *list = (source_list){0};
}

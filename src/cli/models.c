/* movinet models: what is installed and what is known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"
#include "cli/model.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct settings {
    int format; ///< of "text|json"
} settings;

static const option_spec options[] = {
    {.name = "format", .letter = 'f', .kind = VALUE_CHOICE, .at = offsetof(settings, format),
     .value = "text|json", .help = "For people (the default), or one JSON array."},
    {0},
};

static const example examples[] = {
    {"movinet models", "What is on this machine, and what can be pulled."},
    {NULL, NULL},
};

/** A file in the folder of models, or a published model that is not there. */
typedef struct entry {
    char name[256]; ///< what --model takes: "a0", or the file's name
    const movinet_published *published; ///< NULL: a file of the user's own, or built in
    const movinet_builtin *inside;      ///< built in
    bool installed;
    uint64_t bytes; ///< 0: not known
} entry;

typedef struct listing {
    char folder[PATH_ROOM];
    entry *entries;
    int n;
} listing;

static entry *add(listing *list)
{
    entry *larger = realloc(list->entries, ((size_t)list->n + 1) * sizeof *larger);
    if (!larger)
        return NULL;
    list->entries = larger;
    memset(&larger[list->n], 0, sizeof *larger);
    return &larger[list->n++];
}

static bool file_size(const char *folder, const char *name, uint64_t *bytes)
{
    char path[PATH_ROOM + 260];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    *bytes = (uint64_t)info.st_size;
    return true;
}

static bool list_builtin(listing *list)
{
    const movinet_builtin *model;
    for (int i = 0; (model = movinet_builtin_get(i)); i++) {
        entry *e = add(list);
        if (!e)
            return false;
        snprintf(e->name, sizeof e->name, "%s", model->name);
        e->inside = model;
        e->installed = true;
        e->bytes = model->bytes;
    }
    return true;
}

static bool list_published(listing *list)
{
    const movinet_published *model;
    for (int i = 0; (model = movinet_published_get(i)); i++) {
        entry *e = add(list);
        if (!e)
            return false;
        snprintf(e->name, sizeof e->name, "%s", model->name);
        e->published = model;
        e->bytes = model->bytes;
        e->installed = file_size(list->folder, model->file_name, &e->bytes);
    }
    return true;
}

static bool is_published_file(const char *name)
{
    const movinet_published *model;
    for (int i = 0; (model = movinet_published_get(i)); i++)
        if (strcmp(model->file_name, name) == 0)
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

/* Further .tflite files that someone put there. */
static bool list_others(listing *list)
{
    DIR *dir = opendir(list->folder);
    const struct dirent *item;
    int first = list->n;
    bool fine = true;
    while (dir && fine && (item = readdir(dir))) {
        uint64_t bytes;
        size_t n = strlen(item->d_name);
        if (n <= 7 || n > 255 || strcmp(item->d_name + n - 7, ".tflite") != 0 ||
            is_published_file(item->d_name) || !file_size(list->folder, item->d_name, &bytes))
            continue;
        entry *e = add(list);
        fine = e != NULL;
        if (e) {
            snprintf(e->name, sizeof e->name, "%s", item->d_name);
            e->installed = true;
            e->bytes = bytes;
        }
    }
    if (dir)
        closedir(dir);
    if (list->n > first)
        qsort(list->entries + first, (size_t)(list->n - first), sizeof *list->entries, by_name);
    return fine;
}

static const char *title_of(const entry *e)
{
    return e->published ? e->published->title : e->inside ? e->inside->title : NULL;
}

static void print_text(const listing *list)
{
    const terminal t = terminal_of(stdout);
    char bytes[32];
    fputs("Models in ", t.out);
    print_clean(t.out, list->folder);
    fputs("\n\n", t.out);
    for (int i = 0; i < list->n; i++) {
        const entry *e = &list->entries[i];
        fputs("  ", t.out);
        set_style(&t, e->installed ? STYLE_STRONG : STYLE_NONE);
        int used = print_fitted(&t, e->name, e->published ? 6 : 44);
        set_style(&t, STYLE_NONE);
        if (e->published || e->inside) {
            int column = e->published ? 4 : used + 2;
            print_spaces(t.out, column - used);
            used = used < column ? column : used;
            used += print_fitted(&t, title_of(e), 44 - used);
        }
        print_spaces(t.out, 45 - used);
        fprintf(t.out, "%10s  ", e->bytes ? format_bytes(bytes, e->bytes) : "");
        if (e->inside)
            fputs("built in\n", t.out);
        else if (e->installed)
            fputs("installed\n", t.out);
        else
            fprintf(t.out, "movinet pull %s\n", e->name);
    }
}

static bool list_json(const listing *list)
{
    json_t *array = json_array();
    for (int i = 0; i < list->n; i++) {
        const entry *e = &list->entries[i];
        char path[PATH_ROOM + 260];
        snprintf(path, sizeof path, "%s/%s", list->folder,
                 e->published ? e->published->file_name : e->name);
        if (e->inside)
            snprintf(path, sizeof path, "%s", e->inside->path);
        json_t *object = json_pack("{s:o,s:b,s:I,s:s*,s:s*}", "name", json_text(e->name),
                                   "installed", (int)e->installed, "bytes", (json_int_t)e->bytes,
                                   "title", title_of(e), "url",
                                   e->published ? e->published->url : NULL);
        if (object && e->installed)
            json_object_set_new(object, "path", json_text(path));
        json_array_append_new(array, object);
    }
    return print_json(array, JSON_INDENT(2));
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    listing list = {0};
    movinet_error err;
    if (movinet_models_dir(list.folder, sizeof list.folder, &err)) {
        complain(NULL, err.message);
        return EXIT_FAILED;
    }
    bool fine = list_published(&list) && list_builtin(&list) && list_others(&list);
    if (fine && s->format == 1)
        fine = list_json(&list);
    else if (fine)
        print_text(&list);
    if (!fine)
        complain(NULL, "out of memory");
    free(list.entries);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_models = {
    .name = "models",
    .max_operands = 0,
    .summary = "List the models that are installed and those that can be pulled.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .run = run,
};

/* Opening a data set, and what it says of itself. SPDX-License-Identifier: Apache-2.0 */
#include "data/dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *movinet_split_name(movinet_split split)
{
    static const char *const names[MOVINET_SPLITS] = {"train", "validation", "test"};
    return (int)split >= 0 && (int)split < MOVINET_SPLITS ? names[split] : "?";
}

int mvd_split_of(const char *word)
{
    static const struct {
        const char *word;
        int split;
    } known[] = {
        {"train", MOVINET_SPLIT_TRAIN},         {"training", MOVINET_SPLIT_TRAIN},
        {"val", MOVINET_SPLIT_VALIDATION},      {"valid", MOVINET_SPLIT_VALIDATION},
        {"validate", MOVINET_SPLIT_VALIDATION}, {"validation", MOVINET_SPLIT_VALIDATION},
        {"dev", MOVINET_SPLIT_VALIDATION},      {"test", MOVINET_SPLIT_TEST},
        {"testing", MOVINET_SPLIT_TEST},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(word, known[i].word))
            return known[i].split;
    return MVD_NO_SPLIT;
}

bool mvd_add(movinet_dataset *d, const mvd_entry *entry)
{
    if (d->n_entries == d->capacity) {
        if (d->capacity > INT32_MAX / 2)
            return false;
        int capacity = d->capacity ? d->capacity * 2 : 256;
        mvd_entry *larger = realloc(d->entries, (size_t)capacity * sizeof *larger);
        if (!larger)
            return false;
        d->entries = larger;
        d->capacity = capacity;
    }
    d->entries[d->n_entries++] = *entry;
    return true;
}

movinet_status mvd_no_memory(const movinet_dataset *d, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", d->path);
}

char *mvd_join(mv_arena *arena, const char *dir, const char *name)
{
    size_t n = strlen(dir), m = strlen(name);
    if (name[0] == '/' || !n)
        return mv_arena_string(arena, name, m);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    char *path = mv_arena_alloc(arena, n + m + 2, 1);
    if (path) {
        memcpy(path, dir, n);
        path[n] = '/';
        memcpy(path + n + 1, name, m);
    }
    return path;
}

/* ---- opening ------------------------------------------------------------------- */

static movinet_status check_options(const movinet_dataset_options *o, movinet_error *err)
{
    if (!(o->validation >= 0 && o->test >= 0 && o->validation + o->test < 1))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "shares of %g for validation and %g for test: both must be 0 or more, and "
                       "together below 1",
                       o->validation, o->test);
    if (!o->folds && !o->fold)
        return MOVINET_OK;
    if (o->folds < 2 || o->folds > 1000)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%d folds: must be 2 to 1000", o->folds);
    if (o->fold < 1 || o->fold > o->folds)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "fold %d: must be 1 to %d", o->fold, o->folds);
    if (o->test > 0)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "folds and a share for test: a fold is for test if a share for validation "
                       "is set");
    return MOVINET_OK;
}

static movinet_status read_entries(movinet_dataset *d, const char *path,
                                   const movinet_dataset_options *o, movinet_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return mvd_read_table(d, path, o->clips_dir, err);
    return mvd_read_folder(d, path, err);
}

movinet_status movinet_dataset_open(movinet_dataset **out, const char *path,
                                    const movinet_dataset_options *options, movinet_error *err)
{
    static const movinet_dataset_options defaults;
    *out = NULL;
    options = options ? options : &defaults;
    movinet_status status = check_options(options, err);
    if (status)
        return status;
    movinet_dataset *d = calloc(1, sizeof *d);
    if (!d)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", path);
    pthread_mutex_init(&d->lock, NULL);
    d->path = mv_arena_string(&d->arena, path, strlen(path));
    status = d->path ? read_entries(d, path, options, err)
                     : mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", path);
    if (!status)
        status = mvd_make_clips(d, options, err);
    if (!status)
        status = mvd_group(d, options->group, err);
    if (!status)
        status = mvd_split(d, options, err);
    free(d->entries);
    d->entries = NULL;
    if (status)
        movinet_dataset_close(d);
    else
        *out = d;
    return status;
}

void movinet_dataset_close(movinet_dataset *d)
{
    if (!d)
        return;
    pthread_mutex_destroy(&d->lock);
    mv_arena_free(&d->arena);
    free(d->entries);
    free(d);
}

/* ---- what there is ------------------------------------------------------------- */

const movinet_dataset_info *movinet_dataset_get_info(const movinet_dataset *d)
{
    return &d->info;
}

const char *movinet_dataset_label(const movinet_dataset *d, int index)
{
    return index >= 0 && index < d->info.n_classes ? d->labels[index] : "?";
}

const movinet_dataset_clip *movinet_dataset_get_clip(const movinet_dataset *d, int index)
{
    return index >= 0 && index < d->info.n_clips ? &d->clips[index] : NULL;
}

static bool has_class(const movinet_dataset_clip *clip, int index)
{
    for (int i = 0; i < clip->n_classes; i++)
        if (clip->classes[i] == index)
            return true;
    return index == -1;
}

int movinet_dataset_count(const movinet_dataset *d, int index, movinet_split split)
{
    int n = 0;
    for (int i = 0; i < d->info.n_clips; i++)
        n += d->clips[i].split == split && !d->clips[i].skipped && has_class(&d->clips[i], index);
    return n;
}

void mvd_skip(movinet_dataset *d, int clip, const char *why)
{
    pthread_mutex_lock(&d->lock);
    const char *copy = mv_arena_string(&d->arena, why, strlen(why));
    d->clips[clip].skipped = copy ? copy : "out of memory";
    pthread_mutex_unlock(&d->lock);
}

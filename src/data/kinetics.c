/* The annotation of Kinetics: videos by their YouTube ids, of which many are gone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/folder.h"
#include "data/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct clip_file {
    const char *path;
    char *stem; ///< the name without its ending
} clip_file;

typedef struct shelf {
    mv_arena *arena;
    clip_file *files; ///< [n], sorted by stem
    int n, capacity;
} shelf;

static movinet_status put(void *user, const mvd_item *item, movinet_error *err)
{
    shelf *s = user;
    if (!movinet_is_video_name(item->name))
        return MOVINET_OK;
    if (s->n == s->capacity) {
        int capacity = s->capacity ? s->capacity * 2 : 256;
        clip_file *larger = realloc(s->files, (size_t)capacity * sizeof *larger);
        if (!larger)
            return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
        s->files = larger;
        s->capacity = capacity;
    }
    clip_file *file = &s->files[s->n];
    file->path = item->path;
    file->stem =
        mv_arena_string(s->arena, item->name, (size_t)(strrchr(item->name, '.') - item->name));
    if (!file->stem)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    s->n++;
    return MOVINET_OK;
}

static int by_stem(const void *a, const void *b)
{
    const clip_file *x = a, *y = b;
    int order = strcmp(x->stem, y->stem);
    return order ? order : strcmp(x->path, y->path);
}

static int is_stem(const void *stem, const void *file)
{
    return strcmp(stem, ((const clip_file *)file)->stem);
}

static const char *find(const shelf *s, const char *stem)
{
    const clip_file *file =
        s->n ? bsearch(stem, s->files, (size_t)s->n, sizeof *s->files, is_stem) : NULL;
    return file ? file->path : NULL;
}

/* ID_000012_000022 is the span itself; ID may be that or the whole video. */
static bool find_clip(const shelf *s, const char *id, mvd_entry *entry)
{
    char stem[300];
    snprintf(stem, sizeof stem, "%.200s_%06ld_%06ld", id, (long)entry->start, (long)entry->end);
    if ((entry->file = find(s, stem))) {
        entry->start = entry->end = 0;
        return true;
    }
    entry->span_if_longer = entry->end > 0;
    return (entry->file = find(s, id)) != NULL;
}

static movinet_status take_line(movinet_dataset *d, mvd_table *t, const shelf *s, size_t root,
                                movinet_error *err)
{
    mvd_entry entry = {0};
    const char *id = mvd_field(t, MVD_YOUTUBE);
    if (!*id)
        return mvd_csv_fail(&t->csv, err, "has no youtube_id");
    movinet_status status = mvd_take_common(d, t, &entry, err);
    if (status)
        return status;
    if (!find_clip(s, id, &entry)) {
        d->info.n_missing++;
        return MOVINET_OK;
    }
    entry.name = entry.file + root;
    entry.source = mv_arena_string(&d->arena, id, strlen(id));
    return entry.source && mvd_add(d, &entry) ? MOVINET_OK : mvd_no_memory(d, err);
}

movinet_status mvd_read_kinetics(movinet_dataset *d, mvd_table *t, const char *clips_dir,
                                 movinet_error *err)
{
    shelf s = {.arena = &d->arena};
    char *slash = mvd_join(&d->arena, clips_dir, "");
    movinet_status status =
        slash ? mvd_walk(&d->arena, clips_dir, 0, put, &s, err) : mvd_no_memory(d, err);
    if (s.n)
        qsort(s.files, (size_t)s.n, sizeof *s.files, by_stem);
    while (!status && !(status = mvd_table_next(t, err)))
        status = take_line(d, t, &s, strlen(slash), err);
    free(s.files);
    if (status == MOVINET_END && !d->n_entries && d->info.n_missing)
        return mv_fail(err, MOVINET_ERR_IO,
                       "%s: none of its %d clips is in %s, as ID.mp4 or ID_000012_000022.mp4",
                       t->csv.path, d->info.n_missing, clips_dir);
    return status == MOVINET_END ? MOVINET_OK : status;
}

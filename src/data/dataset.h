/* A data set while it is read, and as it is kept. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_DATASET_H
#define MV_DATA_DATASET_H

#include "core/memory.h"

#include <pthread.h>

/** What a line of a CSV, or a file in a folder, says. Texts live in the data set's arena. */
typedef struct mvd_entry {
    const char *file;   ///< path to open
    const char *name;   ///< path within the data set
    const char *source; ///< of which it is a part, before grouping
    const char *label;  ///< as it stands there
    double start, end;
    bool span_if_longer;
    int split; ///< a movinet_split, or NO_SPLIT
    int line;  ///< of a CSV; 0: none
} mvd_entry;

enum { MVD_NO_SPLIT = -1 };

struct movinet_dataset {
    mv_arena arena;
    const char *path; ///< as it was given, for messages
    movinet_dataset_info info;
    const char **labels; ///< [n_classes]
    mvd_entry *entries;  ///< [n_entries]; only while reading
    int n_entries, capacity;
    movinet_dataset_clip *clips; ///< [n_clips]
    const char **sources;        ///< [n_sources]
    bool several;                ///< '|' parts labels: they come from a CSV
    pthread_mutex_t lock;        ///< of `skipped`, and of the arena while it is set
};

/** false: out of memory. */
bool mvd_add(movinet_dataset *d, const mvd_entry *entry);
movinet_status mvd_no_memory(const movinet_dataset *d, movinet_error *err);
/** "DIR/NAME" in the arena; NAME alone if it begins with '/'. NULL: out of memory. */
char *mvd_join(mv_arena *arena, const char *dir, const char *name);
/** A split's number by what people call it, or MVD_NO_SPLIT. */
int mvd_split_of(const char *word);

/** In folder.c, table.c, kinetics.c: fill `entries`. */
movinet_status mvd_read_folder(movinet_dataset *d, const char *dir, movinet_error *err);
movinet_status mvd_read_table(movinet_dataset *d, const char *csv, const char *clips_dir,
                              movinet_error *err);

/** In classes.c: `labels` and `clips` from `entries`, which are sorted first. */
movinet_status mvd_make_clips(movinet_dataset *d, const movinet_dataset_options *o,
                              movinet_error *err);
/** In group.c: sources, and each clip's. */
movinet_status mvd_group(movinet_dataset *d, const char *how, movinet_error *err);
/** In split.c: deals what has no split. */
movinet_status mvd_split(movinet_dataset *d, const movinet_dataset_options *o, movinet_error *err);

/** Notes why a clip cannot be used. Any thread. */
void mvd_skip(movinet_dataset *d, int clip, const char *why);

#endif

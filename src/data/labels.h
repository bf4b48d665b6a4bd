/* Labels while a data set is read. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_LABELS_H
#define MV_DATA_LABELS_H

#include "data/dataset.h"

typedef struct mvd_names {
    const char **items; ///< [n], for free()
    int n, capacity;
} mvd_names;

/** Adds a copy without control characters. false: out of memory. */
bool mvd_append(mvd_names *list, mv_arena *arena, const char *text, size_t length);
/** Sorts, and leaves one of each. */
void mvd_settle(mvd_names *list);
/** The labels of an entry into `out`, which is emptied first. Errors: FORMAT, MEMORY. */
movinet_status mvd_labels_of(movinet_dataset *d, const mvd_entry *e, mvd_names *out,
                             movinet_error *err);

/** "DATA, line 7: WHAT TEXT", or "FILE: ..." where there are no lines. */
movinet_status mvd_fail_at(const movinet_dataset *d, const mvd_entry *e, const char *what,
                           const char *text, movinet_error *err);

#endif

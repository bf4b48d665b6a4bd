/* What is in a folder, in the order of names. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_FOLDER_H
#define MV_DATA_FOLDER_H

#include "data/dataset.h"

typedef struct mvd_item {
    const char *path, *name; ///< in the arena
    bool is_folder;          ///< else it is a plain file
} mvd_item;

typedef struct mvd_listing {
    mv_arena *arena;
    mvd_item *items; ///< [n]; hidden ones are left out
    int n, capacity;
} mvd_listing;

movinet_status mvd_list(mvd_listing *list, mv_arena *arena, const char *dir, movinet_error *err);
void mvd_list_free(mvd_listing *list);

typedef movinet_status mvd_visit(void *user, const mvd_item *file, movinet_error *err);

/** Every file in the folder and those inside. depth: 0. */
movinet_status mvd_walk(mv_arena *arena, const char *dir, int depth, mvd_visit *visit, void *user,
                        movinet_error *err);

#endif

/* What the operands of classify stand for: a folder means the videos in it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include <stdbool.h>

typedef struct source_list {
    char **items;
    int n;
} source_list;

/** Adds a video, or the videos in a folder, sorted by name. `raw`: files of raw
 * frames are meant. False after a complaint; what was added stays. */
bool add_source(source_list *list, const char *operand, bool raw);
void free_sources(source_list *list);

#endif

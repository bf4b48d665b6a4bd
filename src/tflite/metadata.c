/* Labels from a model's metadata: a second FlatBuffer names a label file, a zip
 * appended to the model file holds it. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FILE_NAME 255         /* bytes */
#define MAX_TABLES 100000         /* looked at: tables that share their parts could be many */

/* ---- which file ------------------------------------------------------------- */

/* The best candidate so far. */
typedef struct choice {
    tfl_vector name; /* n 0: none yet */
    int rank;        /* higher is better */
    int looked_at;   /* tables so far */
} choice;

/* Whether to go on with element i. */
static bool look(choice *best, const tfl_vector *tables, uint32_t i)
{
    return i < tables->n && !tables->fb->fault && best->looked_at++ < MAX_TABLES;
}

/* Label files among the associated files at `field` of `table`. `place`: how
 * good the table is as a place for them. A file without a locale, or for
 * English, goes before others at the same place. */
static void look_in_files(choice *best, const tfl_table *table, int field, int place)
{
    tfl_vector files = tfl_get_vector(table, field, 4);
    for (uint32_t i = 0; look(best, &files, i); i++) {
        tfl_table file = tfl_at_table(&files, i);
        int type = tfl_get_i8(&file, TFL_META_FILE_TYPE);
        if (type != TFL_FILE_TENSOR_AXIS_LABELS && type != TFL_FILE_TENSOR_VALUE_LABELS)
            continue;
        tfl_vector name = tfl_get_string(&file, TFL_META_FILE_NAME);
        tfl_vector locale = tfl_get_string(&file, TFL_META_FILE_LOCALE);
        bool plain = !locale.n || (locale.n >= 2 && !memcmp(locale.bytes, "en", 2));
        int rank = 2 * place + plain;
        if (name.n && rank > best->rank) {
            best->name = name;
            best->rank = rank;
        }
    }
}

static void look_in_tensors(choice *best, const tfl_table *subgraph, int field, int place)
{
    tfl_vector tensors = tfl_get_vector(subgraph, field, 4);
    for (uint32_t i = 0; look(best, &tensors, i); i++) {
        tfl_table tensor = tfl_at_table(&tensors, i);
        look_in_files(best, &tensor, TFL_META_TENSOR_FILES, place);
    }
}

/* The first subgraph's output tensors come first, then everything else. */
static choice choose_file(const tfl_table *root)
{
    choice best = {.rank = 0};
    tfl_vector subgraphs = tfl_get_vector(root, TFL_META_SUBGRAPHS, 4);
    if (subgraphs.n) {
        tfl_table subgraph = tfl_at_table(&subgraphs, 0);
        look_in_tensors(&best, &subgraph, TFL_META_SUBGRAPH_OUTPUTS, 4);
        look_in_files(&best, &subgraph, TFL_META_SUBGRAPH_FILES, 3);
        look_in_tensors(&best, &subgraph, TFL_META_SUBGRAPH_INPUTS, 1);
    }
    look_in_files(&best, root, TFL_META_FILES, 2);
    return best;
}

movinet_status tfl_read_labels(mv_arena *arena, const uint8_t *bytes, size_t size,
                               const uint8_t *metadata, size_t metadata_size,
                               const char *const **labels, int *n, movinet_error *err)
{
    tfl_fb fb;
    tfl_table root;
    choice best = {.rank = 0};
    *labels = NULL;
    *n = 0;
    if (tfl_fb_open(&fb, metadata, metadata_size, "M001", &root))
        best = choose_file(&root);
    movinet_status status = tfl_fb_check(&fb, "the model's metadata", err);
    if (status)
        return status;
    if (best.looked_at > MAX_TABLES)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "the model's metadata is damaged: it has over %d tables", MAX_TABLES);
    if (!best.name.n)
        return MOVINET_OK;
    if (best.name.n > MAX_FILE_NAME || memchr(best.name.bytes, 0, best.name.n))
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "the model's metadata is damaged: the name of the label file is impossible");
    char *name = tfl_copy_text(arena, best.name.bytes, best.name.n);
    if (!name)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for labels");
    char *text;
    size_t text_size = 0;
    status = tfl_unzip(bytes, size, name, &text, &text_size, err);
    if (!status)
        status = tfl_split_labels(arena, text, text_size, labels, n, err);
    free(text);
    return status;
}

/* Labels from a model's metadata: a second FlatBuffer names a label file, a zip
 * appended to the model file holds it. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define MAX_LABEL_FILE (4u << 20) /* bytes, unpacked */
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

/* ---- the zip ------------------------------------------------------------------ */

static uint32_t load32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Where the zip's offsets count from: the beginning of the file (as Python's
 * zipfile writes it) or that of the zip (as `cat model zip` makes it). The
 * record at the end of a zip, of 22 bytes and a comment of up to 65535, says how
 * long the directory before it is and where it begins. False: no zip. */
static bool find_zip(const uint8_t *bytes, size_t size, size_t *begin)
{
    if (size < 22)
        return false;
    size_t last = size > 22 + 65535 ? size - 22 - 65535 : 0;
    for (size_t at = size - 22;; at--) {
        if (load32(bytes + at) == 0x06054b50) { /* "PK" 5 6 */
            uint64_t end = (uint64_t)load32(bytes + at + 12) + load32(bytes + at + 16);
            /* Larger than possible: damaged, or a 64-bit zip. libzip decides. */
            *begin = end <= at ? at - (size_t)end : 0;
            return true;
        }
        if (at == last)
            return false;
    }
}

static movinet_status fail_zip(movinet_error *err, const char *name, const char *why)
{
    return mv_fail(err, MOVINET_ERR_FORMAT,
                   "label file \"%.100s\" in the zip behind the model: %s", name, why);
}

/* Unpacks an open member of `said` bytes into `text`, which has room for one
 * more: a packed file may be longer than the zip says. */
static movinet_status unpack(zip_file_t *file, const char *name, char *text, size_t said,
                             movinet_error *err)
{
    size_t used = 0;
    zip_int64_t n = 0;
    while (used <= said && (n = zip_fread(file, text + used, said + 1 - used)) > 0)
        used += (size_t)n;
    if (n < 0)
        return fail_zip(err, name, zip_error_strerror(zip_file_get_error(file)));
    if (used > said)
        return fail_zip(err, name, "more bytes came out than the zip says: the zip is damaged");
    if (used < said)
        return fail_zip(err, name, "fewer bytes came out than the zip says: the zip is damaged");
    return MOVINET_OK;
}

/* Reads a member of the open archive; *text is for free(). */
static movinet_status read_member(zip_t *zip, const char *name, char **text, size_t *size,
                                  movinet_error *err)
{
    zip_stat_t info;
    zip_int64_t index = zip_name_locate(zip, name, 0);
    if (index < 0)
        return fail_zip(err, name, "the zip does not hold it");
    if (zip_stat_index(zip, (zip_uint64_t)index, 0, &info) || !(info.valid & ZIP_STAT_SIZE))
        return fail_zip(err, name, zip_strerror(zip));
    if (info.size > MAX_LABEL_FILE)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "label file \"%.100s\" in the zip behind the model: the zip says it has "
                       "%llu bytes, over the limit of %u", name, (unsigned long long)info.size,
                       MAX_LABEL_FILE);
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) && info.encryption_method != ZIP_EM_NONE)
        return fail_zip(err, name, "it is encrypted");
    zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)index, 0);
    if (!file)
        return fail_zip(err, name, zip_strerror(zip));
    *size = (size_t)info.size;
    *text = malloc(*size + 1);
    movinet_status status = *text ? unpack(file, name, *text, *size, err)
                                  : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for labels");
    zip_fclose(file);
    return status;
}

static movinet_status read_from_zip(const uint8_t *bytes, size_t size, const char *name,
                                    char **text, size_t *text_size, movinet_error *err)
{
    size_t begin;
    zip_error_t why;
    *text = NULL;
    if (!find_zip(bytes, size, &begin))
        return fail_zip(err, name, "there is no zip; the file is cut off");
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(bytes + begin, size - begin, 0, &why);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    movinet_status status;
    if (zip) {
        status = read_member(zip, name, text, text_size, err);
        zip_discard(zip);
    } else {
        status = fail_zip(err, name, zip_error_strerror(&why));
        zip_source_free(source);
    }
    zip_error_fini(&why);
    return status;
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
    status = read_from_zip(bytes, size, name, &text, &text_size, err);
    if (!status)
        status = tfl_split_labels(arena, text, text_size, labels, n, err);
    free(text);
    return status;
}

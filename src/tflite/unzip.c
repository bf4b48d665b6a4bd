/* A label file out of the zip behind a model, with libzip.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

#include <stdlib.h>
#include <zip.h>

#define MAX_LABEL_FILE (4u << 20) /* bytes, unpacked */

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

movinet_status tfl_unzip(const uint8_t *bytes, size_t size, const char *name, char **text,
                         size_t *text_size, movinet_error *err)
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

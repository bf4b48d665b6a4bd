/* Files that are written whole or not at all. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_FILE_H
#define MV_CORE_FILE_H

#include "core/error.h"

typedef struct mv_bytes {
    const void *bytes;
    size_t size;
} mv_bytes;

/** Writes the parts one behind the other to `path`: into a file beside it, which then takes
 * its place. A pipe or a device is written to, not replaced. `sync`: what a crash of the
 * machine must not take is on the disk when this returns. Errors: IO, names the path; MEMORY. */
movinet_status mv_write_file(const char *path, const mv_bytes *parts, int n, bool sync,
                             movinet_error *err);

/** Makes the folder and those above it where they are missing. */
movinet_status mv_make_folders(const char *path, movinet_error *err);

/** As in zip and PNG: polynomial 0xedb88320. `crc`: of the bytes before, 0 at the beginning. */
uint32_t mv_crc32(uint32_t crc, const void *bytes, size_t size);

#endif

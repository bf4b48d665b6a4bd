/* A small reader of tar archives: headers and bytes of members, one after the
 * other, from any source of bytes. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_TAR_H
#define MV_ZOO_TAR_H

#include "core/error.h"

/** Reads up to `size` bytes: how many were read, 0 at the end, -1 after an error. */
typedef long (*mvz_read)(void *user, void *bytes, size_t size);

typedef struct mvz_tar {
    mvz_read read;
    void *user;
    uint64_t left;    ///< bytes of this member that were not read yet
    unsigned padding; ///< bytes behind the member, up to the next block of 512
    uint64_t budget;  ///< bytes that may still be read: an archive has to end
} mvz_tar;

typedef struct mvz_tar_member {
    char name[101]; ///< without the ustar prefix
    bool regular;   ///< a file, and not a folder, link, or header of another kind
    uint64_t size;  ///< bytes
} mvz_tar_member;

/** `limit`: no more bytes than this are read from the source. */
void mvz_tar_begin(mvz_tar *tar, mvz_read read, void *user, uint64_t limit);
/** Passes over the rest of this member to the next. MOVINET_END after the last.
 * Errors: FORMAT. */
movinet_status mvz_tar_next(mvz_tar *tar, mvz_tar_member *member, movinet_error *err);
/** Reads on in this member: `*n` bytes, 0 at its end. Errors: FORMAT if the
 * archive ends first. */
movinet_status mvz_tar_read(mvz_tar *tar, void *bytes, size_t size, size_t *n,
                            movinet_error *err);

#endif

/* The two halves of a pull: fetching an archive, taking the model out of it.
 * Built only with libcurl and zlib. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_PULL_PARTS_H
#define MV_ZOO_PULL_PARTS_H

#include "core/error.h"

#define MVZ_ARCHIVE_LIMIT (UINT64_C(512) << 20) ///< bytes, packed or unpacked

typedef struct mvz_download {
    const char *url;
    bool allow_http; ///< without TLS; set only for an address that the caller gave
    int fd;          ///< what it holds already is continued where the server can
    bool (*progress)(void *user, uint64_t done, uint64_t total); ///< or NULL
    void *user;
    bool continued;  ///< result: bytes from before this call are part of the file
    uint64_t bytes;  ///< result: size of the file now, also after an error
} mvz_download;

/** Errors: NETWORK, IO, FORMAT (too large), CANCELLED. */
movinet_status mvz_fetch(mvz_download *download, movinet_error *err);

/** Writes the .tflite that the .tar.gz in `fd` holds to `path`, flushed to the
 * disk, and checks it against what is known of `model`. After an error there is
 * no file at `path`. Errors: FORMAT, IO. */
movinet_status mvz_unpack(int fd, const movinet_published *model, const char *path,
                          movinet_error *err);

/** Whether the bytes counted and hashed are those of `model`, as far as they are
 * known. */
movinet_status mvz_check(const movinet_published *model, uint64_t bytes,
                         const uint8_t digest[32], movinet_error *err);

#endif

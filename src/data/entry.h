/* One clip's frames in a file, that is mapped into memory to be read. The numbers are
 * little-endian, as on every machine that this runs on:
 *
 *     0  "MVNCLIP1"
 *     8  u32 frames, height, width, 0
 *    24  f64 frames a second
 *    32  what it was made from: SHA-256 of that in words
 *    64  u32 CRC-32 of the pixels, CRC-32 of bytes 0 to 67
 *   128  pixels: bytes [frames][height][width][3], R, G, B
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_ENTRY_H
#define MV_DATA_ENTRY_H

#include "core/error.h"

enum { MVD_ENTRY_HEAD = 128 };

typedef struct mvd_clip {
    int frames, height, width;
    double rate;           ///< frames a second
    const uint8_t *pixels; ///< [frames][height][width][3]
    void *map;             ///< NULL: nothing to give back
    size_t map_size;
} mvd_clip;

/** Errors: IO, MEMORY. */
movinet_status mvd_entry_write(const char *path, const mvd_clip *clip, const uint8_t key[32],
                               movinet_error *err);

/** Whether a whole file of this key is there, by its head and its size; `*out` gets all but
 * the pixels. */
bool mvd_entry_look(const char *path, const uint8_t key[32], mvd_clip *out);

/** Maps it. check: the pixels against their CRC. Give back with mvd_entry_close. Errors: IO
 * (not there), FORMAT (damaged). */
movinet_status mvd_entry_open(const char *path, const uint8_t key[32], bool check, mvd_clip *out,
                              movinet_error *err);
void mvd_entry_close(mvd_clip *clip);

#endif

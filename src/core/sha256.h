/* SHA-256 (FIPS 180-4), to name model files by their content.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_SHA256_H
#define MV_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct mv_sha256 {
    uint32_t state[8];
    uint64_t length; ///< bytes so far
    uint8_t block[64];
} mv_sha256;

void mv_sha256_begin(mv_sha256 *sha);
void mv_sha256_update(mv_sha256 *sha, const void *bytes, size_t size);
void mv_sha256_end(mv_sha256 *sha, uint8_t digest[32]);
/** 64 lower-case hex digits and a NUL. */
void mv_sha256_hex(const uint8_t digest[32], char text[65]);

#endif

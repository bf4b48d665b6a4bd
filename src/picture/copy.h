/* Decoded pictures go to an encoder as they are, without becoming RGB in between: only turned
 * upright. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_COPY_H
#define MV_PICTURE_COPY_H

#include "core/error.h"
#include "picture/planes.h"

/** Whether the frame, as seen, is a picture of width × height in limited-range YUV with chroma
 * for each 2 × 2 pixels. `frame` was checked. */
bool mvv_can_copy(const movinet_frame *frame, int width, int height);

/** Writes it to planes of that kind: [height][stride], chroma half as large, rounded up. */
void mvv_copy(const movinet_frame *frame, uint8_t *const planes[3], const int strides[3]);

#endif

/* A picture as seen: turned upright and flipped, without moving a byte.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_VIEW_H
#define MV_PICTURE_VIEW_H

#include "core/error.h"

typedef struct mvv_view {
    const uint8_t *first;  ///< of the top left pixel as seen
    ptrdiff_t right, down; ///< bytes to the next pixel as seen
    int width, height;
    double aspect;         ///< width of a pixel as seen / its height
    movinet_pixel pixel;
} mvv_view;

/** Samples at equal distances, in bytes. */
typedef struct mvv_grid {
    const uint8_t *first;
    ptrdiff_t right, down;
    int width, height;
} mvv_grid;

/** The same as seen: turned clockwise by 0, 90, 180 or 270, then mirrored. */
mvv_grid mvv_turn_grid(mvv_grid stored, int rotation, bool mirrored);

/** Errors: ARGUMENT if the frame is not as movinet.h says. */
movinet_status mvv_frame_check(const movinet_frame *f, movinet_error *err);

/** Of a frame that was checked. MOVINET_DECODED: only size and aspect. */
mvv_view mvv_view_of(const movinet_frame *f);

/** Bytes of one value of RGB; 0: it has none. */
size_t mvv_value_size(movinet_pixel pixel);

#endif

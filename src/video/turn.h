/* How a stored picture is to be turned, as containers and pictures say it: with a
 * matrix. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_TURN_H
#define MV_VIDEO_TURN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct mvv_turn {
    int rotation;  ///< clockwise: 0, 90, 180, 270
    bool mirrored; ///< left-right, after that
} mvv_turn;

/** matrix: nine numbers, of which [a b; c d] stand in places 0, 1, 3, 4 and mean
 * x' = a x + c y, y' = b x + d y, y downwards. The nearest quarter turn is taken;
 * all zeros is upright. */
mvv_turn mvv_turn_of(const int32_t matrix[9]);

#endif

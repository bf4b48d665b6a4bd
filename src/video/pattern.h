/* A test picture that moves: bars of colour, a clock whose hands turn, a ball, the time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_PATTERN_H
#define MV_VIDEO_PATTERN_H

#include "core/error.h"

/** Shortest side and most pixels of a picture. */
enum { MVV_PATTERN_SIDE = 16, MVV_PATTERN_PIXELS = 1 << 27 };

typedef struct mvv_pattern mvv_pattern;

/** NULL: out of memory. The size is within the limits. */
mvv_pattern *mvv_pattern_open(int width, int height);
void mvv_pattern_close(mvv_pattern *p);

/** The picture at this time, seconds, 0 or more: [height][width][3], valid until the next
 * call. The same bytes on every machine. */
const uint8_t *mvv_pattern_draw(mvv_pattern *p, double time);

#endif

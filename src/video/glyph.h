/* The few letters of the test picture, five dots wide and seven high.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_GLYPH_H
#define MV_VIDEO_GLYPH_H

#include <stdbool.h>

enum { MVV_GLYPH_WIDTH = 5, MVV_GLYPH_HEIGHT = 7 };

/** Whether there is a dot in this column and row of the letter. */
bool mvv_glyph_dot(char letter, int column, int row);

#endif

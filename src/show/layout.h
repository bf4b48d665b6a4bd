/* Where on a picture what is shown goes: arithmetic alone, so it is the same for every
 * font. All lengths are pixels. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_LAYOUT_H
#define MV_SHOW_LAYOUT_H

#include "show/boxes.h"

enum { MVS_ROWS = 12, MVS_SIDE_LIMIT = 16384 };

/** Of a class: its label and number, and the bar below. */
typedef struct mvs_row_place {
    int type;       ///< size of the letters
    int least_type; ///< to which a long label is made smaller, before it is cut
    mvs_box all, text, bar;
} mvs_row_place;

typedef struct mvs_layout {
    int width, height;
    int margin; ///< from the picture's edge to plates, and between those
    int pad;    ///< from a plate's edge to its text
    int radius; ///< of a plate's corners
    int status_type, warning_type, help_type; ///< size of the letters
    mvs_box plate;                            ///< behind all rows; no width: there are none
    int n_rows;                               ///< as many as there is room for
    mvs_row_place rows[MVS_ROWS];
} mvs_layout;

void mvs_layout_make(mvs_layout *l, int width, int height, int n_rows);

#endif

/* Pictures of any size and turn on a canvas of one size: upright, as large as they go, in the
 * middle, with black beside them. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_FIT_H
#define MV_PICTURE_FIT_H

#include "picture/preprocess.h"

typedef struct mvv_fit {
    int width, height;             ///< of the canvas
    int inner_width, inner_height; ///< of the picture on it
    uint8_t *canvas;               ///< [height][width][3]; NULL: not needed yet
    mvv_preprocess *preprocess;    ///< to inner_width × inner_height
} mvv_fit;

void mvv_fit_init(mvv_fit *f, int width, int height);
void mvv_fit_free(mvv_fit *f);

/** RGB8 or DECODED. *rgb: RGB8 of the canvas's size, upright, its stride set and above 0, valid
 * until the next call or as long as `frame`: one that is as it should be already is handed through.
 * Errors: ARGUMENT, MEMORY. */
movinet_status mvv_fit_run(mvv_fit *f, const movinet_frame *frame, movinet_frame *rgb,
                           movinet_error *err);

#endif

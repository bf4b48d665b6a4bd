/* RGB bytes become pictures for encoders, of the same size. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_PAINT_H
#define MV_RECORD_PAINT_H

#include "core/error.h"

#include <libavutil/frame.h>
#include <libswscale/swscale.h>

typedef struct mvv_painter {
    struct SwsContext *sws;
    int width, height;
    uint8_t *tail; ///< the last rows, with room behind them
} mvv_painter;

/** `p` is all zeros; mvv_painter_free also after a failure. space: of YUV, SWS_CS_…; full: its
 * values are 0 … 255. Errors: UNSUPPORTED, MEMORY. */
movinet_status mvv_painter_open(mvv_painter *p, int width, int height, enum AVPixelFormat format,
                                int space, bool full, movinet_error *err);
void mvv_painter_free(mvv_painter *p);

/** RGB8 of the painter's size, with its stride set and above 0, onto a picture that may be
 * larger; what is beyond stays. */
void mvv_paint(mvv_painter *p, const movinet_frame *rgb, AVFrame *picture);

#endif

/* Decoded pictures become RGB bytes of the same size.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_CONVERT_H
#define MV_VIDEO_CONVERT_H

#include "core/error.h"

#include <libavutil/frame.h>
#include <libswscale/swscale.h>

/** All zeros is an empty one. */
typedef struct mvv_converter {
    struct SwsContext *sws;
    /* What sws was made for. */
    int width, height, format, space;
    bool full_range;
    uint8_t *pixels; ///< [height][stride]
    size_t capacity; ///< bytes
} mvv_converter;

/** Sets pixels, width, height and stride of `out`; its pixels are valid until the
 * next call. Errors: UNSUPPORTED, MEMORY. */
movinet_status mvv_convert(mvv_converter *c, const AVFrame *picture, movinet_frame *out,
                           movinet_error *err);
void mvv_converter_free(mvv_converter *c);

#endif

/* Decoded pictures become RGB bytes of the same size, or stay what they are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_CONVERT_H
#define MV_VIDEO_CONVERT_H

#include "core/error.h"
#include "picture/planes.h"

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
    mvv_planes planes;
} mvv_converter;

/** Sets pixels, width, height and stride of `out`; its pixels are valid until the
 * next call. Errors: UNSUPPORTED, MEMORY. */
movinet_status mvv_convert(mvv_converter *c, const AVFrame *picture, movinet_frame *out,
                           movinet_error *err);

/** The same as MOVINET_DECODED: `out` is valid until the next call, and no longer than
 * `picture`. Formats that are not planes of bytes go through RGB. */
movinet_status mvv_convert_decoded(mvv_converter *c, const AVFrame *picture, movinet_frame *out,
                                   movinet_error *err);
void mvv_converter_free(mvv_converter *c);

/** libswscale's number of a matrix, AVCOL_SPC_…; unmarked means BT.601. */
int mvv_sws_matrix(int colorspace);

/** In planes.c. Whether the picture's values are 0 … 255. */
bool mvv_is_full_range(const AVFrame *picture);
/** In planes.c. false: the format is not made of planes of bytes. */
bool mvv_planes_of(const AVFrame *picture, mvv_planes *out);
/** In planes.c. Of an RGB8 frame with its stride set. */
mvv_planes mvv_planes_of_rgb(const movinet_frame *frame);

#endif

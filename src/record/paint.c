/* SPDX-License-Identifier: Apache-2.0 */
#include "record/paint.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Whole vectors are read, also of the last pixels: bytes behind them. */
    BEHIND = 64,
    FLAGS = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
};

/* Rows that are copied first, so that nobody reads behind the caller's. An even number goes
 * before them: chroma is made from pairs. */
static int tail_rows(const mvv_painter *p)
{
    return p->height < 4 ? p->height : 2 + p->height % 2;
}

movinet_status mvv_painter_open(mvv_painter *p, int width, int height, enum AVPixelFormat format,
                                int space, bool full, movinet_error *err)
{
    p->width = width;
    p->height = height;
    p->tail = mv_alloc((size_t)width * 3 * (size_t)tail_rows(p) + BEHIND);
    p->sws = sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, format, FLAGS, NULL,
                            NULL, NULL);
    if (!p->tail)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a picture of %d×%d", width,
                       height);
    if (!p->sws)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "pictures of %d×%d cannot be written", width,
                       height);
    /* Fails where there is nothing to set: the picture is RGB. */
    sws_setColorspaceDetails(p->sws, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                             sws_getCoefficients(space), full, 0, 1 << 16, 1 << 16);
    return MOVINET_OK;
}

void mvv_painter_free(mvv_painter *p)
{
    sws_freeContext(p->sws);
    free(p->tail);
    *p = (mvv_painter){0};
}

void mvv_paint(mvv_painter *p, const movinet_frame *rgb, AVFrame *picture)
{
    int rows = tail_rows(p), begin = p->height - rows;
    size_t row = (size_t)p->width * 3;
    const uint8_t *first = rgb->pixels;
    const uint8_t *planes[4] = {first}, *tail[4] = {p->tail};
    const int strides[4] = {(int)rgb->stride}, tail_strides[4] = {(int)row};
    for (int y = 0; y < rows; y++)
        memcpy(p->tail + (size_t)y * row, first + (begin + y) * rgb->stride, row);
    if (begin)
        sws_scale(p->sws, planes, strides, 0, begin, picture->data, picture->linesize);
    sws_scale(p->sws, tail, tail_strides, begin, rows, picture->data, picture->linesize);
}

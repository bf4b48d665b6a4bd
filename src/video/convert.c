/* Colour: any pixel format to RGB24 with libswscale, the same bits on every machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/convert.h"
#include "core/memory.h"
#include "picture/preprocess.h"

#include <libavutil/pixdesc.h>

#include <stdlib.h>

enum {
    /* Exact arithmetic, no short cuts by CPU; chroma for every pixel. */
    FLAGS = SWS_BILINEAR | SWS_BITEXACT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT |
            SWS_FULL_CHR_H_INP,
    ROW_ALIGN = 64, /* libswscale writes whole vectors */
};

/* The old formats that say "full range" by their name, without it. */
static int plain_format(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P: return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P: return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P: return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P: return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P: return AV_PIX_FMT_YUV411P;
    default: return format;
    }
}

/* Unmarked means BT.601: so do libswscale and all that read the videos which the
 * networks were trained on. */
int mvv_sws_matrix(int colorspace)
{
    switch (colorspace) {
    case AVCOL_SPC_BT709: return SWS_CS_ITU709;
    case AVCOL_SPC_FCC: return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M: return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return SWS_CS_BT2020;
    default: return SWS_CS_ITU601;
    }
}

static const char *format_name(int format)
{
    const char *name = av_get_pix_fmt_name(format);
    return name ? name : "unknown";
}

/* Makes sws anew if the picture is of another kind than the last. */
static movinet_status prepare_sws(mvv_converter *c, const AVFrame *picture, movinet_error *err)
{
    int format = plain_format(picture->format), space = mvv_sws_matrix(picture->colorspace);
    bool full = mvv_is_full_range(picture);
    if (c->sws && c->width == picture->width && c->height == picture->height &&
        c->format == format && c->space == space && c->full_range == full)
        return MOVINET_OK;
    sws_freeContext(c->sws);
    c->sws = NULL;
    if (!sws_isSupportedInput(format))
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "pixel format %s cannot become RGB",
                       format_name(format));
    c->sws = sws_getContext(picture->width, picture->height, format, picture->width,
                            picture->height, AV_PIX_FMT_RGB24, FLAGS, NULL, NULL, NULL);
    if (!c->sws)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "a %s picture of %d×%d cannot become RGB",
                       format_name(format), picture->width, picture->height);
    /* Fails where there is nothing to set: the input is RGB. */
    const int *to_rgb = sws_getCoefficients(space);
    sws_setColorspaceDetails(c->sws, to_rgb, full, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0,
                             1 << 16, 1 << 16);
    c->width = picture->width;
    c->height = picture->height;
    c->format = format;
    c->space = space;
    c->full_range = full;
    return MOVINET_OK;
}

/* Makes room for so many rows. */
static bool reserve(mvv_converter *c, int stride, int height)
{
    size_t need;
    if (!mv_mul_size((size_t)stride, (size_t)height + 1, &need))
        return false;
    if (need <= c->capacity)
        return true;
    free(c->pixels);
    c->pixels = mv_alloc(need);
    c->capacity = c->pixels ? need : 0;
    return c->pixels != NULL;
}

movinet_status mvv_convert_decoded(mvv_converter *c, const AVFrame *picture, movinet_frame *out,
                                   movinet_error *err)
{
    if (mvv_planes_of(picture, &c->planes)) {
        *out = (movinet_frame){.width = picture->width, .height = picture->height};
    } else {
        movinet_status status = mvv_convert(c, picture, out, err);
        if (status)
            return status;
        c->planes = mvv_planes_of_rgb(out);
        out->stride = 0;
    }
    out->pixels = &c->planes;
    out->pixel = MOVINET_DECODED;
    return MOVINET_OK;
}

movinet_status mvv_convert(mvv_converter *c, const AVFrame *picture, movinet_frame *out,
                           movinet_error *err)
{
    int width = picture->width, height = picture->height;
    if (width < 1 || height < 1 || width > MVV_SIDE_LIMIT || height > MVV_SIDE_LIMIT)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "a picture of %d×%d: sides must be 1 to %d",
                       width, height, MVV_SIDE_LIMIT);
    movinet_status status = prepare_sws(c, picture, err);
    if (status)
        return status;
    int stride = (width * 3 + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN;
    if (!reserve(c, stride, height))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a picture of %d×%d", width,
                       height);
    uint8_t *planes[4] = {c->pixels}; /* libswscale looks at four, whatever the format */
    int strides[4] = {stride};
    int rows = sws_scale(c->sws, (const uint8_t *const *)picture->data, picture->linesize, 0,
                         height, planes, strides);
    if (rows != height)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "a %s picture of %d×%d cannot become RGB",
                       format_name(picture->format), width, height);
    out->pixels = c->pixels;
    out->width = width;
    out->height = height;
    out->stride = stride;
    out->pixel = MOVINET_RGB8;
    return MOVINET_OK;
}

void mvv_converter_free(mvv_converter *c)
{
    sws_freeContext(c->sws);
    free(c->pixels);
    *c = (mvv_converter){0};
}

/* What FFmpeg's formats are made of. SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "video/convert.h"

#include <libavutil/pixdesc.h>

/* Formats of 8-bit samples at whole bytes, native or not: what lies where is in FFmpeg's
 * own description of each. Alpha is left out, as libswscale does. */
static bool is_made_of_bytes(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVA420P:
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVA422P:
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVA444P:
    case AV_PIX_FMT_YUV440P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUV411P:
    case AV_PIX_FMT_YUVJ411P:
    case AV_PIX_FMT_YUV410P:
    case AV_PIX_FMT_NV12:
    case AV_PIX_FMT_NV21:
    case AV_PIX_FMT_NV16:
    case AV_PIX_FMT_YUYV422:
    case AV_PIX_FMT_UYVY422:
    case AV_PIX_FMT_GRAY8:
    case AV_PIX_FMT_RGB24:
    case AV_PIX_FMT_BGR24:
    case AV_PIX_FMT_RGBA:
    case AV_PIX_FMT_BGRA:
    case AV_PIX_FMT_ARGB:
    case AV_PIX_FMT_ABGR:
    case AV_PIX_FMT_RGB0:
    case AV_PIX_FMT_BGR0:
    case AV_PIX_FMT_0RGB:
    case AV_PIX_FMT_0BGR:
    case AV_PIX_FMT_GBRP:
    case AV_PIX_FMT_GBRAP: return true;
    default: return false;
    }
}

/* Unmarked YUV is taken as limited, unmarked grey as full range. */
bool mvv_is_full_range(const AVFrame *picture)
{
    switch (picture->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P: return true;
    default: break;
    }
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(picture->format);
    bool grey = d && d->nb_components <= 2 && !(d->flags & AV_PIX_FMT_FLAG_PAL);
    if (picture->color_range == AVCOL_RANGE_UNSPECIFIED)
        return grey;
    return picture->color_range == AVCOL_RANGE_JPEG;
}

/* Unmarked means BT.601, as in convert.c. */
static void set_matrix(const AVFrame *picture, mvv_planes *out)
{
    static const struct {
        enum AVColorSpace space;
        double kr, kb;
    } known[] = {
        {AVCOL_SPC_BT709, 0.2126, 0.0722},        {AVCOL_SPC_FCC, 0.30, 0.11},
        {AVCOL_SPC_SMPTE240M, 0.212, 0.087},      {AVCOL_SPC_BT2020_NCL, 0.2627, 0.0593},
        {AVCOL_SPC_BT2020_CL, 0.2627, 0.0593},
    };
    out->kr = 0.299;
    out->kb = 0.114;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (picture->colorspace == known[i].space) {
            out->kr = known[i].kr;
            out->kb = known[i].kb;
        }
    }
    out->full_range = mvv_is_full_range(picture);
    const int marks[4] = {picture->colorspace, picture->color_primaries, picture->color_trc,
                          picture->chroma_location};
    for (int i = 0; i < 4; i++)
        out->marks[i] = (uint8_t)marks[i];
}

/* The plane that begins with `bytes` and has this step, or a new one. */
static mvv_plane *plane_at(mvv_planes *out, const uint8_t *bytes, int step)
{
    for (int i = 0; i < out->n; i++)
        if (out->plane[i].bytes == bytes && out->plane[i].step == step)
            return &out->plane[i];
    mvv_plane *plane = &out->plane[out->n++];
    *plane = (mvv_plane){.bytes = bytes, .step = step};
    for (int k = 0; k < MVV_STEP_MAX; k++)
        plane->channel[k] = -1;
    return plane;
}

static bool add_channel(mvv_planes *out, const AVFrame *picture, const AVPixFmtDescriptor *d, int c)
{
    const AVComponentDescriptor *at = &d->comp[c];
    const uint8_t *bytes = picture->data[at->plane];
    bool chroma = c > 0 && !(d->flags & AV_PIX_FMT_FLAG_RGB);
    if (!bytes || at->step < 1 || at->step > MVV_STEP_MAX || at->offset < 0 ||
        at->offset >= at->step)
        return false;
    mvv_plane *plane = plane_at(out, bytes, at->step);
    plane->stride = picture->linesize[at->plane];
    plane->shift_x = chroma ? d->log2_chroma_w : 0;
    plane->shift_y = chroma ? d->log2_chroma_h : 0;
    plane->channel[at->offset] = c;
    return true;
}

bool mvv_planes_of(const AVFrame *picture, mvv_planes *out)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(picture->format);
    *out = (mvv_planes){.width = picture->width, .height = picture->height};
    if (!d || !is_made_of_bytes(picture->format) || picture->width < 1 || picture->height < 1 ||
        picture->width > MVV_SIDE_LIMIT || picture->height > MVV_SIDE_LIMIT)
        return false;
    /* The last pair of an odd packed row may not be whole. */
    if (!(d->flags & AV_PIX_FMT_FLAG_PLANAR) && d->log2_chroma_w && picture->width % 2)
        return false;
    out->colour = d->flags & AV_PIX_FMT_FLAG_RGB ? MVV_COLOUR_RGB
                  : d->nb_components < 3         ? MVV_COLOUR_GREY
                                                 : MVV_COLOUR_YUV;
    set_matrix(picture, out);
    for (int c = 0; c < (out->colour == MVV_COLOUR_GREY ? 1 : 3); c++)
        if (!add_channel(out, picture, d, c))
            return false;
    return true;
}

mvv_planes mvv_planes_of_rgb(const movinet_frame *frame)
{
    return (mvv_planes){
        .width = frame->width,
        .height = frame->height,
        .n = 1,
        .plane = {{.bytes = frame->pixels, .stride = frame->stride, .step = 3,
                   .channel = {0, 1, 2, -1}}},
        .colour = MVV_COLOUR_RGB,
    };
}

/* A picture becomes the network's input. RGB is seen upright, cut, resampled first along
 * its rows and then along its columns; decoded planes are made small first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "core/memory.h"
#include "picture/planes.h"
#include "picture/resample.h"
#include "picture/shrink.h"
#include "picture/view.h"

#include <stdlib.h>
#include <string.h>

struct mvv_preprocess {
    int width, height; ///< of the output
    movinet_preprocess mode;
    int in_width, in_height; ///< that the axes are set for; 0: not set
    double aspect;
    bool as_it_is; ///< the picture has the output's size and all of it is wanted
    mvv_axis x, y;
    /* Bytes or floats, as the picture has. */
    void *line;    ///< [in_width][3]: a row that does not lie in one piece in the frame
    void *rows;    ///< [y.end - y.begin][width][3]: resampled along rows
    void *result;  ///< [width][3]
    int32_t *sums; ///< [width][3]
    size_t line_capacity, rows_capacity;
    /* Of decoded pictures, taken when the first one comes. */
    mvv_shrink *shrink;
    uint8_t *small; ///< [height][width][3], or turned
};

static const char *const mode_names[] = {
    [MOVINET_PREPROCESS_SQUASH] = "squash",
    [MOVINET_PREPROCESS_CROP] = "crop",
    [MOVINET_PREPROCESS_TRAIN] = "train",
};
enum { N_MODES = sizeof mode_names / sizeof *mode_names };

MOVINET_API const char *movinet_preprocess_name(movinet_preprocess preprocess)
{
    int mode = (int)preprocess;
    return mode > 0 && mode < N_MODES ? mode_names[mode] : NULL;
}

MOVINET_API bool movinet_preprocess_from_name(const char *name, movinet_preprocess *out)
{
    for (int mode = 1; name && mode < N_MODES; mode++) {
        if (!strcmp(name, mode_names[mode])) {
            *out = (movinet_preprocess)mode;
            return true;
        }
    }
    return false;
}

static movinet_status out_of_memory(movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "preprocess: out of memory");
}

movinet_status mvv_preprocess_open(mvv_preprocess **out, int width, int height,
                                   movinet_preprocess mode, movinet_error *err)
{
    *out = NULL;
    if (mode == MOVINET_PREPROCESS_DEFAULT)
        mode = MOVINET_PREPROCESS_SQUASH;
    if (!movinet_preprocess_name(mode))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "preprocess %d: use squash, crop or train",
                       (int)mode);
    if (width < 1 || height < 1 || width > MVV_SIDE_LIMIT || height > MVV_SIDE_LIMIT)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "preprocess to %d×%d: sides must be 1 to %d",
                       width, height, MVV_SIDE_LIMIT);
    mvv_preprocess *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err);
    p->width = width;
    p->height = height;
    p->mode = mode;
    p->result = calloc((size_t)width * 3, sizeof(float));
    p->sums = calloc((size_t)width * 3, sizeof *p->sums);
    if (!p->result || !p->sums) {
        mvv_preprocess_close(p);
        return out_of_memory(err);
    }
    *out = p;
    return MOVINET_OK;
}

void mvv_preprocess_close(mvv_preprocess *p)
{
    if (!p)
        return;
    mvv_axis_free(&p->x);
    mvv_axis_free(&p->y);
    free(p->line);
    free(p->rows);
    free(p->result);
    free(p->sums);
    free(p->small);
    mvv_shrink_close(p->shrink);
    free(p);
}

/* ---- what part of it is wanted -------------------------------------------- */

/* Size of the centred part, as shares of the picture's width and height (0 … 1). All
 * lengths in heights of a pixel. */
static void part_of(const mvv_preprocess *p, const mvv_view *v, double *share_w, double *share_h)
{
    double w = v->width * v->aspect, h = v->height;
    double fit = w / p->width < h / p->height ? w / p->width : h / p->height;
    double scale = fit; /* of the input, in one pixel of the output: the largest part */

    if (p->mode == MOVINET_PREPROCESS_TRAIN) {
        int side = p->width < p->height ? p->width : p->height;
        double trained = (w < h ? w : h) / (side < 224 ? 192 : 256);
        scale = trained < fit ? trained : fit;
    }
    *share_w = p->mode == MOVINET_PREPROCESS_SQUASH ? 1 : p->width * scale / w;
    *share_h = p->mode == MOVINET_PREPROCESS_SQUASH ? 1 : p->height * scale / h;
}

static bool reserve(void **block, size_t *capacity, size_t count, size_t size)
{
    size_t bytes;
    if (!mv_mul_size(count, size, &bytes))
        return false;
    if (bytes <= *capacity)
        return true;
    free(*block);
    *block = mv_alloc(bytes);
    *capacity = *block ? bytes : 0;
    return *block != NULL;
}

static bool prepare(mvv_preprocess *p, const mvv_view *v)
{
    double share_w, share_h;
    if (p->in_width != v->width || p->in_height != v->height || p->aspect != v->aspect) {
        p->in_width = p->in_height = 0;
        part_of(p, v, &share_w, &share_h);
        if (!mvv_axis_set(&p->x, v->width, mvv_stretch_of(v->width, share_w), p->width) ||
            !mvv_axis_set(&p->y, v->height, mvv_stretch_of(v->height, share_h), p->height))
            return false;
        p->in_width = v->width;
        p->in_height = v->height;
        p->aspect = v->aspect;
        p->as_it_is = v->width == p->width && v->height == p->height && share_w >= 1 &&
                      share_h >= 1;
    }
    size_t size = 3 * mvv_value_size(v->pixel);
    size_t rows;
    return mv_mul_size((size_t)(p->y.end - p->y.begin), (size_t)p->width, &rows) &&
           reserve(&p->line, &p->line_capacity, (size_t)v->width, size) &&
           reserve(&p->rows, &p->rows_capacity, rows, size);
}

/* ---- the work ------------------------------------------------------------- */

/* Row y as seen, its pixels side by side. */
static const void *row_of(mvv_preprocess *p, const mvv_view *v, int y)
{
    const uint8_t *pixel = v->first + y * v->down;
    size_t size = 3 * mvv_value_size(v->pixel);
    if (v->right == (ptrdiff_t)size)
        return pixel;
    uint8_t *line = p->line;
    pixel += p->x.begin * v->right;
    for (int x = p->x.begin; x < p->x.end; x++, pixel += v->right)
        memcpy(line + (size_t)x * size, pixel, size);
    return line;
}

static void run_u8(mvv_preprocess *p, const mvv_view *v, const mvv_sink *sink)
{
    int n = p->width * 3;
    uint8_t *rows = p->rows, *row = p->result;
    for (int y = 0; p->as_it_is && y < p->height; y++)
        sink->u8(sink->user, y, row_of(p, v, y));
    if (p->as_it_is)
        return;
    for (int y = p->y.begin; y < p->y.end; y++)
        mvv_row_u8(&p->x, row_of(p, v, y), rows + (size_t)(y - p->y.begin) * (size_t)n);
    for (int y = 0; y < p->height; y++) {
        const mvv_taps *taps = &p->y.taps[y];
        mvv_column_u8(taps, rows + (size_t)(taps->first - p->y.begin) * (size_t)n, n, p->sums,
                      row);
        sink->u8(sink->user, y, row);
    }
}

/* Rounding may leave [0, 1] by a hair; anything further off was not what the caller
 * meant: 0 … 255, or -1 … 1. */
static bool in_range(float *values, int n)
{
    for (int k = 0; k < n; k++) {
        if (!(values[k] >= -0.5f && values[k] <= 1.5f))
            return false;
        values[k] = values[k] < 0 ? 0 : values[k] > 1 ? 1 : values[k];
    }
    return true;
}

static movinet_status run_f32(mvv_preprocess *p, const mvv_view *v, const mvv_sink *sink,
                              movinet_error *err)
{
    int n = p->width * 3;
    float *rows = p->rows, *row = p->result;
    for (int y = p->y.begin; y < p->y.end; y++)
        mvv_row_f32(&p->x, row_of(p, v, y), rows + (size_t)(y - p->y.begin) * (size_t)n);
    for (int y = 0; y < p->height; y++) {
        const mvv_taps *taps = &p->y.taps[y];
        mvv_column_f32(taps, rows + (size_t)(taps->first - p->y.begin) * (size_t)n, n, row);
        if (!in_range(row, n))
            return mv_fail(err, MOVINET_ERR_ARGUMENT,
                           "float frame: values outside 0 … 1; scale them so that white is 1");
        sink->f32(sink->user, y, row);
    }
    return MOVINET_OK;
}

static bool prepare_decoded(mvv_preprocess *p)
{
    if (!p->shrink)
        p->shrink = mvv_shrink_open();
    if (!p->small)
        p->small = calloc((size_t)p->width * (size_t)p->height, 3);
    return p->shrink && p->small;
}

/* The small picture is still as stored: it is turned on its way out. */
static void turn_out(const mvv_preprocess *p, const movinet_frame *small, const mvv_sink *sink)
{
    mvv_view v = mvv_view_of(small);
    for (int y = 0; y < p->height; y++) {
        const uint8_t *pixel = v.first + y * v.down;
        uint8_t *row = p->result;
        if (v.right == 3) {
            sink->u8(sink->user, y, pixel);
            continue;
        }
        for (int x = 0; x < p->width; x++, pixel += v.right, row += 3)
            memcpy(row, pixel, 3);
        sink->u8(sink->user, y, p->result);
    }
}

static bool run_decoded(mvv_preprocess *p, const movinet_frame *frame, const mvv_view *v,
                        const mvv_sink *sink)
{
    const mvv_planes *planes = frame->pixels;
    bool turned = frame->rotation % 180 != 0;
    double share_x, share_y;
    movinet_frame small = {.width = turned ? p->height : p->width,
                           .height = turned ? p->width : p->height,
                           .rotation = frame->rotation,
                           .mirrored = frame->mirrored};
    if (!prepare_decoded(p))
        return false;
    small.pixels = p->small;
    part_of(p, v, turned ? &share_y : &share_x, turned ? &share_x : &share_y);
    if (!mvv_shrink_run(p->shrink, planes, mvv_stretch_of(planes->width, share_x),
                        mvv_stretch_of(planes->height, share_y), small.width, small.height,
                        p->small))
        return false;
    turn_out(p, &small, sink);
    return true;
}

movinet_status mvv_preprocess_run(mvv_preprocess *p, const movinet_frame *frame,
                                  const mvv_sink *sink, movinet_error *err)
{
    movinet_status status = mvv_frame_check(frame, err);
    if (status)
        return status;
    mvv_view v = mvv_view_of(frame);
    if (frame->pixel == MOVINET_DECODED)
        return run_decoded(p, frame, &v, sink) ? MOVINET_OK : out_of_memory(err);
    if (!prepare(p, &v))
        return out_of_memory(err);
    if (frame->pixel == MOVINET_RGBF32)
        return run_f32(p, &v, sink, err);
    run_u8(p, &v, sink);
    return MOVINET_OK;
}

/* A picture becomes the network's input: seen upright, cut, resampled first along its
 * rows and then along its columns. SPDX-License-Identifier: Apache-2.0 */
#include "video/preprocess.h"
#include "core/memory.h"
#include "video/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A picture as seen: turned upright and flipped, without moving a byte. */
typedef struct view {
    const uint8_t *first;        ///< of the top left pixel as seen
    ptrdiff_t right, down;       ///< bytes to the next pixel as seen
    int width, height;
    double aspect;               ///< width of a pixel as seen / its height
    movinet_pixel pixel;
} view;

struct mvv_preprocess {
    int width, height; ///< of the output
    movinet_preprocess mode;
    int in_width, in_height; ///< that the axes are set for; 0: not set
    double aspect;
    mvv_axis x, y;
    /* Bytes or floats, as the picture has. */
    void *line;    ///< [in_width][3]: a row that does not lie in one piece in the frame
    void *rows;    ///< [y.end - y.begin][width][3]: resampled along rows
    void *result;  ///< [width][3]
    int32_t *sums; ///< [width][3]
    size_t line_capacity, rows_capacity;
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
    free(p);
}

/* ---- what the frame says -------------------------------------------------- */

static size_t value_size(movinet_pixel pixel)
{
    return pixel == MOVINET_RGB8 ? sizeof(uint8_t) : sizeof(float);
}

static movinet_status check_layout(const movinet_frame *f, movinet_error *err)
{
    if (f->pixel != MOVINET_RGB8 && f->pixel != MOVINET_RGBF32)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame pixel type %d: use RGB8 or RGBF32",
                       (int)f->pixel);
    if (f->width < 1 || f->height < 1 || f->width > MVV_SIDE_LIMIT || f->height > MVV_SIDE_LIMIT)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame of %d×%d: sides must be 1 to %d",
                       f->width, f->height, MVV_SIDE_LIMIT);
    ptrdiff_t row = (ptrdiff_t)f->width * 3 * (ptrdiff_t)value_size(f->pixel);
    if (f->stride && f->stride < row && f->stride > -row)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "frame stride %td: a row of %d pixels has %td bytes; use 0 for no gap",
                       f->stride, f->width, row);
    ptrdiff_t stride = f->stride ? f->stride : row, last;
    if (stride == PTRDIFF_MIN || __builtin_mul_overflow(stride, (ptrdiff_t)f->height, &last))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame stride %td: too large for %d rows",
                       f->stride, f->height);
    if (f->pixel == MOVINET_RGBF32 &&
        ((uintptr_t)f->pixels % sizeof(float) || stride % (ptrdiff_t)sizeof(float)))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "float frame: pixels and stride must be multiples of %zu bytes",
                       sizeof(float));
    return MOVINET_OK;
}

static movinet_status check_frame(const movinet_frame *f, movinet_error *err)
{
    if (!f || !f->pixels)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame without pixels");
    if (f->rotation != 0 && f->rotation != 90 && f->rotation != 180 && f->rotation != 270)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame rotation %d: use 0, 90, 180 or 270",
                       f->rotation);
    if (f->pixel_aspect != 0 && !(f->pixel_aspect >= 1 / MVV_ASPECT_LIMIT &&
                                  f->pixel_aspect <= MVV_ASPECT_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "frame pixel aspect %g: must be %g to %g, or 0 for square pixels",
                       f->pixel_aspect, 1 / MVV_ASPECT_LIMIT, MVV_ASPECT_LIMIT);
    return check_layout(f, err);
}

/* Where a turn clockwise takes the stored picture's corners and edges. */
static view view_of(const movinet_frame *f)
{
    ptrdiff_t pixel = 3 * (ptrdiff_t)value_size(f->pixel);
    ptrdiff_t row = f->stride ? f->stride : f->width * pixel;
    ptrdiff_t last_pixel = (f->width - 1) * pixel, last_row = (f->height - 1) * row, first = 0;
    bool turned = f->rotation == 90 || f->rotation == 270;
    double aspect = f->pixel_aspect != 0 ? f->pixel_aspect : 1;
    view v = {.right = pixel, .down = row, .pixel = f->pixel};

    v.width = turned ? f->height : f->width;
    v.height = turned ? f->width : f->height;
    v.aspect = turned ? 1 / aspect : aspect;
    if (f->rotation == 90) {
        first = last_row; /* the bottom left corner comes to the top left */
        v.right = -row;
        v.down = pixel;
    } else if (f->rotation == 180) {
        first = last_row + last_pixel;
        v.right = -pixel;
        v.down = -row;
    } else if (f->rotation == 270) {
        first = last_pixel;
        v.right = row;
        v.down = -pixel;
    }
    if (f->mirrored) {
        first += (v.width - 1) * v.right;
        v.right = -v.right;
    }
    v.first = (const uint8_t *)f->pixels + first;
    return v;
}

/* ---- what part of it is wanted -------------------------------------------- */

/* Size of the centred part, as shares of the picture's width and height (0 … 1). All
 * lengths in heights of a pixel. */
static void part_of(const mvv_preprocess *p, const view *v, double *share_w, double *share_h)
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

/* The middle `share` of in_size pixels onto out_size. */
static bool set_axis(mvv_axis *axis, int in_size, double share, int out_size)
{
    int64_t whole = (int64_t)in_size << MVV_POSITION_BITS;
    int64_t length = (int64_t)floor(share * (double)whole + 0.5);
    if (length < 1)
        length = 1;
    if (length > whole)
        length = whole;
    return mvv_axis_set(axis, in_size, (whole - length) / 2, length, out_size);
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

static bool prepare(mvv_preprocess *p, const view *v)
{
    double share_w, share_h;
    if (p->in_width != v->width || p->in_height != v->height || p->aspect != v->aspect) {
        p->in_width = p->in_height = 0;
        part_of(p, v, &share_w, &share_h);
        if (!set_axis(&p->x, v->width, share_w, p->width) ||
            !set_axis(&p->y, v->height, share_h, p->height))
            return false;
        p->in_width = v->width;
        p->in_height = v->height;
        p->aspect = v->aspect;
    }
    size_t size = 3 * value_size(v->pixel);
    size_t rows;
    return mv_mul_size((size_t)(p->y.end - p->y.begin), (size_t)p->width, &rows) &&
           reserve(&p->line, &p->line_capacity, (size_t)v->width, size) &&
           reserve(&p->rows, &p->rows_capacity, rows, size);
}

/* ---- the work ------------------------------------------------------------- */

/* Row y as seen, its pixels side by side. */
static const void *row_of(mvv_preprocess *p, const view *v, int y)
{
    const uint8_t *pixel = v->first + y * v->down;
    size_t size = 3 * value_size(v->pixel);
    if (v->right == (ptrdiff_t)size)
        return pixel;
    uint8_t *line = p->line;
    pixel += p->x.begin * v->right;
    for (int x = p->x.begin; x < p->x.end; x++, pixel += v->right)
        memcpy(line + (size_t)x * size, pixel, size);
    return line;
}

static void run_u8(mvv_preprocess *p, const view *v, float *out)
{
    int n = p->width * 3;
    uint8_t *rows = p->rows, *bytes = p->result;
    for (int y = p->y.begin; y < p->y.end; y++)
        mvv_row_u8(&p->x, row_of(p, v, y), rows + (size_t)(y - p->y.begin) * (size_t)n);
    for (int y = 0; y < p->height; y++, out += n) {
        const mvv_taps *taps = &p->y.taps[y];
        mvv_column_u8(taps, rows + (size_t)(taps->first - p->y.begin) * (size_t)n, n, p->sums,
                      bytes);
        for (int k = 0; k < n; k++)
            out[k] = (float)bytes[k] / 255.0f;
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

static movinet_status run_f32(mvv_preprocess *p, const view *v, float *out, movinet_error *err)
{
    int n = p->width * 3;
    float *rows = p->rows;
    for (int y = p->y.begin; y < p->y.end; y++)
        mvv_row_f32(&p->x, row_of(p, v, y), rows + (size_t)(y - p->y.begin) * (size_t)n);
    for (int y = 0; y < p->height; y++, out += n) {
        const mvv_taps *taps = &p->y.taps[y];
        mvv_column_f32(taps, rows + (size_t)(taps->first - p->y.begin) * (size_t)n, n, out);
        if (!in_range(out, n))
            return mv_fail(err, MOVINET_ERR_ARGUMENT,
                           "float frame: values outside 0 … 1; scale them so that white is 1");
    }
    return MOVINET_OK;
}

movinet_status mvv_preprocess_run(mvv_preprocess *p, const movinet_frame *frame, float *out,
                                  movinet_error *err)
{
    movinet_status status = check_frame(frame, err);
    if (status)
        return status;
    view v = view_of(frame);
    if (!prepare(p, &v))
        return out_of_memory(err);
    if (frame->pixel == MOVINET_RGBF32)
        return run_f32(p, &v, out, err);
    run_u8(p, &v, out);
    return MOVINET_OK;
}

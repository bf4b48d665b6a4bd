/* Sketches of frames, and how alike they are. SPDX-License-Identifier: Apache-2.0 */
#include "classify/cut.h"

#include <math.h>
#include <string.h>

enum {
    SAMPLES = 8,  ///< at most so many of a cell's pixels are read along each side
    BLOCK = 8,    ///< cells along a side of the parts that are looked for
    STEP = 4,     ///< from part to part
    REACH = 4,    ///< cells that a part may have moved, a sixth of the picture
    AREA = BLOCK * BLOCK,
    FLAT = 9,     ///< a part with less variance (of luma, 0 … 255) shows nothing
    FEW = 3,      ///< fewer parts that show something are no picture
    GLARE = 248,  ///< luma from which a cell is overexposed
    DAZZLED = 8,  ///< a part with more overexposed cells shows the light, not the scene
    GREY = 110,   ///< mean luma at which colours are compared
};

/* ---- drawing ---- */

/* Pixel (x, y) as 0 … 255. */
static void read_pixel(const movinet_frame *f, ptrdiff_t stride, int x, int y, int rgb[3])
{
    const uint8_t *row = (const uint8_t *)f->pixels + y * stride;
    if (f->pixel == MOVINET_RGB8) {
        for (int c = 0; c < 3; c++)
            rgb[c] = row[3 * x + c];
        return;
    }
    for (int c = 0; c < 3; c++) {
        float v;
        memcpy(&v, row + ((size_t)3 * (size_t)x + (size_t)c) * sizeof v, sizeof v);
        rgb[c] = v > 0 ? (int)(fminf(v, 1) * 255 + 0.5f) : 0; /* not a number: 0 */
    }
}

/* The pixels of cell i along a side, at least one. */
static void cell_range(int i, int pixels, int *from, int *to, int *step)
{
    *from = (int)((int64_t)i * pixels / MVK_SIDE);
    *to = (int)((int64_t)(i + 1) * pixels / MVK_SIDE);
    if (*to <= *from)
        *to = *from + 1;
    *step = (*to - *from + SAMPLES - 1) / SAMPLES;
}

static void mean_of_cell(const movinet_frame *f, ptrdiff_t stride, int i, int j, int mean[3])
{
    int x0, x1, dx, y0, y1, dy, n = 0, sum[3] = {0}, rgb[3];
    cell_range(i, f->width, &x0, &x1, &dx);
    cell_range(j, f->height, &y0, &y1, &dy);
    for (int y = y0; y < y1; y += dy) {
        for (int x = x0; x < x1; x += dx, n++) {
            read_pixel(f, stride, x, y, rgb);
            for (int c = 0; c < 3; c++)
                sum[c] += rgb[c];
        }
    }
    for (int c = 0; c < 3; c++)
        mean[c] = sum[c] / n;
}

/* Colours are counted as if the picture were of medium brightness, so that neither
 * a flash nor the camera's exposure changes them much. */
static void count_colours(mvk_sketch *sketch, int cells[MVK_SIDE * MVK_SIDE][3], int64_t luma_sum)
{
    int64_t mean = luma_sum / (MVK_SIDE * MVK_SIDE) + 4; /* black stays black */
    for (int k = 0; k < MVK_SIDE * MVK_SIDE; k++) {
        int colour = 0;
        for (int c = 0; c < 3; c++) {
            int64_t v = cells[k][c] * GREY / mean;
            colour = 4 * colour + (v > 255 ? 3 : (int)(v / 64));
        }
        sketch->colours[colour]++;
    }
}

/* Sum and sum of squares of the part at (x, y) to variance. */
static double variance(int64_t sum, int64_t squares)
{
    return (double)(squares * AREA - sum * sum) / (AREA * AREA);
}

/* 0 if the part shows nothing: it is flat, or overexposed. */
static double part_variance(const mvk_sketch *s, int x, int y, int *sum)
{
    int squares = 0, glare = 0;
    *sum = 0;
    for (int j = 0; j < BLOCK; j++) {
        for (int i = 0; i < BLOCK; i++) {
            int v = s->luma[y + j][x + i];
            *sum += v;
            squares += v * v;
            glare += v >= GLARE;
        }
    }
    double var = variance(*sum, squares);
    return glare > DAZZLED || var < FLAT ? 0 : var;
}

static bool is_empty(const mvk_sketch *s)
{
    int parts = 0, sum;
    for (int y = 0; y + BLOCK <= MVK_SIDE; y += STEP)
        for (int x = 0; x + BLOCK <= MVK_SIDE; x += STEP)
            parts += part_variance(s, x, y, &sum) > 0;
    return parts < FEW;
}

void mvk_draw(mvk_sketch *sketch, const movinet_frame *f)
{
    static const int luma[3] = {77, 150, 29}; /* of 256: BT.601 */
    int cells[MVK_SIDE * MVK_SIDE][3];
    int64_t luma_sum = 0;
    size_t pixel = f->pixel == MOVINET_RGB8 ? 3 : 3 * sizeof(float);
    ptrdiff_t stride = f->stride ? f->stride : (ptrdiff_t)(pixel * (size_t)f->width);
    memset(sketch, 0, sizeof *sketch);
    for (int j = 0; j < MVK_SIDE; j++) {
        for (int i = 0; i < MVK_SIDE; i++) {
            int *mean = cells[j * MVK_SIDE + i];
            mean_of_cell(f, stride, i, j, mean);
            int y = (luma[0] * mean[0] + luma[1] * mean[1] + luma[2] * mean[2]) >> 8;
            sketch->luma[j][i] = (uint8_t)y;
            luma_sum += y;
        }
    }
    count_colours(sketch, cells, luma_sum);
    sketch->empty = is_empty(sketch);
}

/* ---- comparing ---- */

/* Correlation of b's part at (x, y) with a's part at (u, v). One added to the variances,
 * so that noise correlates with nothing. */
static double correlation(const mvk_sketch *a, int u, int v, const mvk_sketch *b, int x, int y,
                          int b_sum, double b_variance)
{
    int sum = 0, squares = 0, product = 0;
    for (int j = 0; j < BLOCK; j++) {
        const uint8_t *p = &a->luma[v + j][u], *q = &b->luma[y + j][x];
        for (int i = 0; i < BLOCK; i++) {
            sum += p[i];
            squares += p[i] * p[i];
            product += p[i] * q[i];
        }
    }
    double covariance = (double)((int64_t)product * AREA - (int64_t)sum * b_sum) / (AREA * AREA);
    return covariance / sqrt((variance(sum, squares) + 1) * (b_variance + 1));
}

static int clamp(int v)
{
    return v < 0 ? 0 : v > MVK_SIDE - BLOCK ? MVK_SIDE - BLOCK : v;
}

static double best_correlation(const mvk_sketch *a, const mvk_sketch *b, int x, int y, int sum,
                               double b_variance)
{
    double best = 0;
    for (int v = clamp(y - REACH); v <= clamp(y + REACH); v++) {
        for (int u = clamp(x - REACH); u <= clamp(x + REACH); u++) {
            double r = correlation(a, u, v, b, x, y, sum, b_variance);
            best = r > best ? r : best;
        }
    }
    return best;
}

/* The mean over b's parts, those with more contrast counting for more. */
double mvk_alike(const mvk_sketch *a, const mvk_sketch *b)
{
    double found = 0, all = 0;
    for (int y = 0; y + BLOCK <= MVK_SIDE; y += STEP) {
        for (int x = 0; x + BLOCK <= MVK_SIDE; x += STEP) {
            int sum;
            double var = part_variance(b, x, y, &sum);
            if (var == 0)
                continue;
            found += sqrt(var) * best_correlation(a, b, x, y, sum, var);
            all += sqrt(var);
        }
    }
    return all > 0 ? found / all : 1;
}

double mvk_same_colours(const mvk_sketch *a, const mvk_sketch *b)
{
    int same = 0;
    for (int i = 0; i < MVK_COLOURS; i++)
        same += a->colours[i] < b->colours[i] ? a->colours[i] : b->colours[i];
    return (double)same / (MVK_SIDE * MVK_SIDE);
}

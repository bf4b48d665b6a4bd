/* The triangle filter. SPDX-License-Identifier: Apache-2.0 */
#include "picture/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ONE = 1 << MVV_COEFFICIENT_BITS, HALF = ONE / 2, NARROW_ONE = 1 << MVV_NARROW_BITS };

/* The filter of one output pixel. Unit: 1 / (2 · out_size · 2^16) of an input pixel,
 * in which every position is a whole number; at most 2^15 · 2^16 · 2^16 = 2^47. */
typedef struct filter {
    int64_t center;
    int64_t support; ///< half the triangle's base
    int64_t pixel;   ///< one input pixel
} filter;

static filter filter_of(mvv_stretch part, int out_size, int i)
{
    filter f;
    f.pixel = (int64_t)2 * out_size << MVV_POSITION_BITS;
    f.center = part.origin * 2 * out_size + (2 * (int64_t)i + 1) * part.length;
    f.support = 2 * part.length > f.pixel ? 2 * part.length : f.pixel;
    return f;
}

/* Height of the triangle over the middle of input pixel x; not above 0: outside. */
static int64_t weight(const filter *f, int x)
{
    int64_t distance = x * f->pixel + f->pixel / 2 - f->center;
    return f->support - (distance < 0 ? -distance : distance);
}

/* The input pixels under the triangle, within the picture. */
static void find_taps(const filter *f, int in_size, int *first, int *count)
{
    int64_t low = (f->center - f->support) / f->pixel - 1;
    int x = low < 0 ? 0 : (int)low;
    while (x < in_size - 1 && weight(f, x) <= 0)
        x++;
    *first = x;
    while (x < in_size && weight(f, x) > 0)
        x++;
    *count = x > *first ? x - *first : 1; /* never empty */
}

mvv_stretch mvv_stretch_of(int in_size, double share)
{
    int64_t whole = (int64_t)in_size << MVV_POSITION_BITS;
    int64_t length = (int64_t)floor(share * (double)whole + 0.5);
    if (length < 1)
        length = 1;
    if (length > whole)
        length = whole;
    return (mvv_stretch){(whole - length) / 2, length};
}

static int whole_groups(int count)
{
    return (count + MVV_NARROW_GROUP - 1) / MVV_NARROW_GROUP * MVV_NARROW_GROUP;
}

/* What rounding takes from one coefficient is given to the next, so that the sums are
 * exact. weight < 2^33 and count <= 2^16: nothing overflows. */
static void fill_coefficients(const filter *f, const mvv_taps *taps, int32_t *wide, int16_t *narrow)
{
    int64_t sum = 0;
    for (int j = 0; j < taps->count; j++)
        sum += weight(f, taps->first + j);
    int64_t rest = sum / 2, narrow_rest = sum / 2;
    for (int j = 0; j < taps->count; j++) {
        int64_t value = weight(f, taps->first + j) * ONE + rest;
        int64_t narrow_value = weight(f, taps->first + j) * NARROW_ONE + narrow_rest;
        wide[j] = (int32_t)(value / sum);
        rest = value % sum;
        narrow[j] = (int16_t)(narrow_value / sum);
        narrow_rest = narrow_value % sum;
    }
    for (int j = taps->count; j < whole_groups(taps->count); j++)
        narrow[j] = 0;
}

static bool reserve(mvv_axis *axis, int out_size, size_t coefficients)
{
    if (axis->out_size != out_size) {
        free(axis->taps);
        axis->taps = calloc((size_t)out_size, sizeof *axis->taps);
        axis->out_size = out_size;
    }
    if (axis->capacity < coefficients) {
        free(axis->coefficients);
        free(axis->narrow);
        axis->coefficients = calloc(coefficients, sizeof *axis->coefficients);
        axis->narrow = calloc(coefficients, sizeof *axis->narrow);
        axis->capacity = coefficients;
    }
    if (axis->taps && axis->coefficients && axis->narrow)
        return true;
    mvv_axis_free(axis);
    return false;
}

bool mvv_axis_set(mvv_axis *axis, int in_size, mvv_stretch part, int out_size)
{
    size_t total = 0;
    int first, count;
    for (int i = 0; i < out_size; i++) {
        filter f = filter_of(part, out_size, i);
        find_taps(&f, in_size, &first, &count);
        total += (size_t)whole_groups(count);
    }
    if (!reserve(axis, out_size, total))
        return false;
    size_t used = 0;
    axis->begin = in_size;
    axis->end = 0;
    for (int i = 0; i < out_size; i++) {
        filter f = filter_of(part, out_size, i);
        mvv_taps *taps = &axis->taps[i];
        find_taps(&f, in_size, &taps->first, &taps->count);
        taps->coefficients = axis->coefficients + used;
        taps->narrow = axis->narrow + used;
        fill_coefficients(&f, taps, axis->coefficients + used, axis->narrow + used);
        used += (size_t)whole_groups(taps->count);
        if (taps->first < axis->begin)
            axis->begin = taps->first;
        if (taps->first + taps->count > axis->end)
            axis->end = taps->first + taps->count;
    }
    return true;
}

void mvv_axis_free(mvv_axis *axis)
{
    free(axis->taps);
    free(axis->coefficients);
    free(axis->narrow);
    *axis = (mvv_axis){0};
}

void mvv_row_u8(const mvv_axis *axis, const uint8_t *in, uint8_t *out)
{
    for (int i = 0; i < axis->out_size; i++, out += 3) {
        const mvv_taps *taps = &axis->taps[i];
        const uint8_t *pixel = in + (size_t)taps->first * 3;
        int32_t r = HALF, g = HALF, b = HALF;
        for (int j = 0; j < taps->count; j++, pixel += 3) {
            int32_t c = taps->coefficients[j];
            r += c * pixel[0];
            g += c * pixel[1];
            b += c * pixel[2];
        }
        out[0] = (uint8_t)(r >> MVV_COEFFICIENT_BITS);
        out[1] = (uint8_t)(g >> MVV_COEFFICIENT_BITS);
        out[2] = (uint8_t)(b >> MVV_COEFFICIENT_BITS);
    }
}

void mvv_row_f32(const mvv_axis *axis, const float *in, float *out)
{
    for (int i = 0; i < axis->out_size; i++, out += 3) {
        const mvv_taps *taps = &axis->taps[i];
        const float *pixel = in + (size_t)taps->first * 3;
        float r = 0, g = 0, b = 0;
        for (int j = 0; j < taps->count; j++, pixel += 3) {
            float c = (float)taps->coefficients[j] * (1.0f / ONE);
            r += c * pixel[0];
            g += c * pixel[1];
            b += c * pixel[2];
        }
        out[0] = r;
        out[1] = g;
        out[2] = b;
    }
}

void mvv_column_u8(const mvv_taps *taps, const uint8_t *rows, int n, int32_t *sums, uint8_t *out)
{
    for (int k = 0; k < n; k++)
        sums[k] = HALF;
    for (int j = 0; j < taps->count; j++, rows += n) {
        int32_t c = taps->coefficients[j];
        for (int k = 0; k < n; k++)
            sums[k] += c * rows[k];
    }
    for (int k = 0; k < n; k++)
        out[k] = (uint8_t)(sums[k] >> MVV_COEFFICIENT_BITS);
}

void mvv_column_f32(const mvv_taps *taps, const float *rows, int n, float *out)
{
    memset(out, 0, (size_t)n * sizeof *out);
    for (int j = 0; j < taps->count; j++, rows += n) {
        float c = (float)taps->coefficients[j] * (1.0f / ONE);
        for (int k = 0; k < n; k++)
            out[k] += c * rows[k];
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

#include <stdlib.h>

/* Where a row or column lies between the knots of a grid. */
typedef struct place {
    int knot;
    float share;
} place;

static place place_of(int i, int side, double cells)
{
    double x = (i + 0.5) / side * cells;
    int knot = (int)x;
    float u = (float)(x - knot);
    return (place){knot, u * u * (3 - 2 * u)};
}

/* out += weight · a grid of nx × ny random numbers, made smooth. row: side numbers' room. */
static void add_octave(float *out, int side, const float *grid, double nx, double ny, float weight,
                       place *columns)
{
    int stride = (int)nx + 2;
    for (int x = 0; x < side; x++)
        columns[x] = place_of(x, side, nx);
    for (int y = 0; y < side; y++) {
        place p = place_of(y, side, ny);
        const float *a = grid + (size_t)p.knot * (size_t)stride, *b = a + stride;
        float *o = out + (size_t)y * (size_t)side;
        for (int x = 0; x < side; x++) {
            int k = columns[x].knot;
            float left = a[k] + (b[k] - a[k]) * p.share;
            float right = a[k + 1] + (b[k + 1] - a[k + 1]) * p.share;
            o[x] += weight * (left + (right - left) * columns[x].share);
        }
    }
}

static void use_all(float *out, size_t n)
{
    float low = out[0], high = out[0];
    for (size_t i = 1; i < n; i++) {
        low = out[i] < low ? out[i] : low;
        high = out[i] > high ? out[i] : high;
    }
    float scale = high > low ? 1 / (high - low) : 0;
    for (size_t i = 0; i < n; i++)
        out[i] = (out[i] - low) * scale;
}

bool cm_noise(float *out, int side, mv_random *r, int cells, int octaves, double keep,
              double stretch)
{
    size_t room = (size_t)(side + 2) * (size_t)(side + 2), n = (size_t)side * (size_t)side;
    float *grid = malloc(room * sizeof *grid);
    place *columns = malloc((size_t)side * sizeof *columns);
    for (size_t i = 0; i < n; i++)
        out[i] = 0;
    double weight = 1, ny = cells;
    for (int o = 0; o < octaves && grid && columns && ny <= side / 2.0; o++) {
        double nx = cm_clamp(ny / stretch, 1, side / 2.0);
        size_t knots = (size_t)((int)nx + 2) * (size_t)((int)ny + 2);
        for (size_t i = 0; i < knots; i++)
            grid[i] = (float)mv_random_unit(r);
        add_octave(out, side, grid, nx, ny, (float)weight, columns);
        weight *= keep;
        ny *= 2;
    }
    use_all(out, n);
    bool fine = grid && columns;
    free(grid);
    free(columns);
    return fine;
}

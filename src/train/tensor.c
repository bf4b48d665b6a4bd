/* SPDX-License-Identifier: Apache-2.0 */
#include "train/tensor.h"

#include <string.h>

/* Numbers of a tensor that are worked on at once: they are to stay in the second-level
 * cache with what is read and written beside them. And rows, below and above which
 * matrix products were measured to be slower. */
#ifndef MVT_DOUBLE
enum { CHUNK = 48 << 10, MIN_ROWS = 128, MAX_ROWS = 2048 };
#else /* the tests' small pictures are to be shared out, too */
enum { CHUNK = 512, MIN_ROWS = 7, MAX_ROWS = 50 };
#endif

bool mvt_tensor_init(mvt_tensor *t, mv_arena *arena, const mvz_conv *conv, int frames, int h,
                     int w, int c)
{
    mvt_real **tiles[] = {&t->scale, &t->shift, &t->rate, &t->begin, &t->a, &t->b, &t->e};
    *t = (mvt_tensor){.conv = conv, .frames = frames, .h = h, .w = w, .c = c};
    for (int i = 0; conv && i < (conv->gamma.n ? 7 : 2); i++) {
        *tiles[i] = mv_arena_alloc(arena, mvt_tile(c), sizeof(mvt_real));
        if (!*tiles[i])
            return false;
    }
    return true;
}

void mvt_load_to(const mvt_machine *m, const mvt_tensor *t, size_t row, size_t rows, mvt_real *to)
{
    size_t c = (size_t)t->c;
    const mvt_real *z = t->z + row * c;
    if (t->conv)
        m->loops->load(to, z, &(mvt_affine){t->scale, t->shift, t->conv->act}, rows * c, t->c);
    else
        memcpy(to, z, rows * c * sizeof *to);
}

const mvt_real *mvt_load(const mvt_machine *m, const mvt_tensor *t, size_t row, size_t rows,
                         mvt_real *to)
{
    if (!t->conv)
        return t->z + row * (size_t)t->c;
    mvt_load_to(m, t, row, rows, to);
    return to;
}

const mvt_real *mvt_load_grad(const mvt_machine *m, const mvt_tensor *t, size_t row, size_t rows,
                              mvt_real *to)
{
    size_t at = row * (size_t)t->c;
    if (!t->a)
        return t->d + at;
    m->loops->grad(to, t->d + at, t->z + at, t->a, t->b, t->e, rows * (size_t)t->c, t->c);
    return to;
}

void mvt_finish(const mvt_machine *m, mvt_tensor *t, size_t row, size_t rows, mvt_real *sums)
{
    size_t at = row * (size_t)t->c, tile = mvt_tile(t->c);
    if (!t->conv)
        return;
    memset(sums, 0, 2 * tile * sizeof *sums);
    m->loops->finish(t->d + at, t->z + at, &(mvt_affine){t->scale, t->shift, t->conv->act},
                     &(mvt_white){t->rate, t->begin}, sums, t->rate ? sums + tile : NULL,
                     rows * (size_t)t->c, t->c);
    mvt_tile_fold(sums, t->c);
    mvt_tile_fold(sums + tile, t->c);
}

mvt_chunks mvt_chunks_of(int frames, int hw, int widest)
{
    mvt_chunks c = {.frames = frames, .hw = hw, .together = 1, .bands = 1};
    int rows = CHUNK / widest;
    rows = rows < MIN_ROWS ? MIN_ROWS : rows > MAX_ROWS ? MAX_ROWS : rows;
    if (hw > rows)
        c.bands = (hw + rows - 1) / rows;
    else
        c.together = rows / hw;
    c.n = (frames + c.together - 1) / c.together * c.bands;
    return c;
}

void mvt_chunk(const mvt_chunks *c, int i, size_t *row, size_t *rows)
{
    size_t hw = (size_t)c->hw;
    if (c->bands > 1) {
        size_t frame = (size_t)(i / c->bands), band = (size_t)(i % c->bands);
        size_t first = hw * band / (size_t)c->bands, last = hw * (band + 1) / (size_t)c->bands;
        *row = frame * hw + first;
        *rows = last - first;
        return;
    }
    int first = i * c->together, last = first + c->together;
    *row = (size_t)first * hw;
    *rows = (size_t)((last < c->frames ? last : c->frames) - first) * hw;
}

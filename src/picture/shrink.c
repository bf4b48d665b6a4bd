/* Each row of the result: columns first, all bytes of a plane's rows alike; then along
 * the row. SPDX-License-Identifier: Apache-2.0 */
#include "picture/shrink.h"
#include "picture/colour.h"
#include "picture/column.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_SHIFT = MVV_ROW_BITS + MVV_NARROW_BITS - MVV_CHANNEL_BITS };

/* What the axes of a plane were set for. */
typedef struct grid {
    mvv_stretch x, y;
    int in_width, in_height, width, height;
} grid;

typedef struct axes {
    grid set;
    mvv_axis x, y;
} axes;

struct mvv_shrink {
    axes plane[MVV_PLANES_MAX];
    int16_t *mixed, *row; ///< [capacity + group]: channels interleaved, and one of them
    size_t capacity;      ///< bytes of the longest row
    uint16_t *channel;    ///< [3][size]
    size_t size;
};

mvv_shrink *mvv_shrink_open(void)
{
    return calloc(1, sizeof(mvv_shrink));
}

void mvv_shrink_close(mvv_shrink *s)
{
    if (!s)
        return;
    for (int i = 0; i < MVV_PLANES_MAX; i++) {
        mvv_axis_free(&s->plane[i].x);
        mvv_axis_free(&s->plane[i].y);
    }
    free(s->mixed);
    free(s->row);
    free(s->channel);
    free(s);
}

/* ---- getting ready -------------------------------------------------------- */

/* Samples that stand for so many pixels. */
static int samples(int pixels, int shift)
{
    return (pixels + (1 << shift) - 1) >> shift;
}

/* The same stretch, counted in samples. */
static mvv_stretch in_samples(mvv_stretch s, int shift)
{
    int64_t length = s.length >> shift;
    return (mvv_stretch){s.origin >> shift, length > 0 ? length : 1};
}

static bool set_axes(axes *a, const grid *want)
{
    if (!memcmp(&a->set, want, sizeof *want))
        return true;
    memset(&a->set, 0, sizeof a->set);
    if (!mvv_axis_set(&a->x, want->in_width, want->x, want->width) ||
        !mvv_axis_set(&a->y, want->in_height, want->y, want->height))
        return false;
    a->set = *want;
    return true;
}

static bool reserve_rows(mvv_shrink *s, size_t bytes)
{
    if (bytes <= s->capacity)
        return true;
    free(s->mixed);
    free(s->row);
    s->mixed = calloc(bytes + MVV_NARROW_GROUP, sizeof *s->mixed);
    s->row = calloc(bytes + MVV_NARROW_GROUP, sizeof *s->row);
    s->capacity = s->mixed && s->row ? bytes : 0;
    return s->capacity > 0;
}

static bool reserve_channels(mvv_shrink *s, size_t size)
{
    if (size == s->size)
        return true;
    free(s->channel);
    s->channel = calloc(size, 3 * sizeof *s->channel);
    s->size = s->channel ? size : 0;
    return s->channel != NULL;
}

/* ---- the work ------------------------------------------------------------- */

/* out[width] from in[in_width + group]. What lies behind the taps counts zero times. */
static void along(const mvv_axis *axis, const int16_t *in, uint16_t *out)
{
    for (int i = 0; i < axis->out_size; i++) {
        const mvv_taps *taps = &axis->taps[i];
        const int16_t *samples_in = in + taps->first;
        int32_t sum = 1 << (ROW_SHIFT - 1);
        for (int j = 0; j < taps->count; j += MVV_NARROW_GROUP)
            for (int k = 0; k < MVV_NARROW_GROUP; k++)
                sum += taps->narrow[j + k] * samples_in[j + k];
        out[i] = (uint16_t)(sum >> ROW_SHIFT);
    }
}

static inline void pick(const int16_t *in, int step, int n, int16_t *out)
{
    for (int x = 0; x < n; x++)
        out[x] = in[x * step];
}

/* One channel's samples side by side. A step known beforehand is faster. */
static void separate(const int16_t *in, int step, int n, int16_t *out)
{
    if (step == 2)
        pick(in, 2, n, out);
    else if (step == 3)
        pick(in, 3, n, out);
    else
        pick(in, 4, n, out);
}

static void shrink_plane(mvv_shrink *s, const mvv_plane *plane, const axes *a)
{
    int width = a->x.out_size, step = plane->step;
    int begin = a->x.begin, n = a->x.end - begin;
    const uint8_t *bytes = plane->bytes + (ptrdiff_t)begin * step;
    for (int y = 0; y < a->y.out_size; y++) {
        const mvv_taps *taps = &a->y.taps[y];
        int16_t *mixed = s->mixed + (ptrdiff_t)begin * step;
        mvv_column(taps, bytes + taps->first * plane->stride, plane->stride,
                   (size_t)n * (size_t)step, mixed);
        for (int i = 0; i < step; i++) {
            if (plane->channel[i] < 0)
                continue;
            if (step > 1)
                separate(mixed + i, step, n, s->row + begin);
            along(&a->x, step > 1 ? s->row : s->mixed,
                  s->channel + (size_t)plane->channel[i] * s->size + (size_t)y * (size_t)width);
        }
    }
}

bool mvv_shrink_run(mvv_shrink *s, const mvv_planes *in, mvv_stretch x, mvv_stretch y, int width,
                    int height, uint8_t *out)
{
    if (!reserve_channels(s, (size_t)width * (size_t)height))
        return false;
    for (int i = 0; i < in->n; i++) {
        const mvv_plane *plane = &in->plane[i];
        grid want = {in_samples(x, plane->shift_x), in_samples(y, plane->shift_y),
                     samples(in->width, plane->shift_x), samples(in->height, plane->shift_y),
                     width, height};
        if (!set_axes(&s->plane[i], &want) ||
            !reserve_rows(s, (size_t)want.in_width * (size_t)plane->step))
            return false;
        shrink_plane(s, plane, &s->plane[i]);
    }
    const uint16_t *const channel[3] = {s->channel, s->channel + s->size,
                                        s->channel + 2 * s->size};
    mvv_colour_to_rgb(in, channel, s->size, out);
    return true;
}

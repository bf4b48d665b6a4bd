/* SPDX-License-Identifier: Apache-2.0 */
#include "levels.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 12 };

static void smooth(const float *in, float *out, int w, int h, int radius)
{
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            float sum = 0;
            int n = 0;
            for (int k = -radius; k <= radius; k++) {
                int at = x + k;
                if (at >= 0 && at < w) {
                    sum += in[y * w + at];
                    n++;
                }
            }
            out[x * h + y] = sum / (float)n; /* turned, so that twice is both ways */
        }
    }
}

/* Takes the mean of the surroundings off: exposure and vignettes do not count. */
static void sharpen(float *p, int w, int h, float *room)
{
    size_t n = (size_t)w * (size_t)h;
    int radius = w / 8 < 2 ? 2 : w / 8;
    smooth(p, room, w, h, radius);
    smooth(room, room + n, h, w, radius);
    for (size_t i = 0; i < n; i++)
        p[i] -= room[n + i];
}

static void halve(const float *in, float *out, int w, int h)
{
    for (int y = 0; y < h / 2; y++)
        for (int x = 0; x < w / 2; x++) {
            const float *p = in + 2 * y * w + 2 * x;
            out[y * (w / 2) + x] = (p[0] + p[1] + p[w] + p[w + 1]) / 4;
        }
}

static void brightness(const uint8_t *rgb, float *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = 0.3f * rgb[3 * i] + 0.59f * rgb[3 * i + 1] + 0.11f * rgb[3 * i + 2];
}

bool cm_pyramid_open(cm_pyramid *p, const uint8_t *a, const uint8_t *b, int w, int h)
{
    size_t n = (size_t)w * (size_t)h, room = n * 6;
    memset(p, 0, sizeof *p);
    p->memory = malloc(room * sizeof *p->memory);
    float *at = p->memory;
    if (!at)
        return false;
    for (; p->n < CM_MOST_LEVELS && w >= SMALLEST && h >= SMALLEST; p->n++, w /= 2, h /= 2) {
        cm_level *l = &p->levels[p->n];
        *l = (cm_level){w, h, at, at + (size_t)w * (size_t)h};
        at += 2 * (size_t)w * (size_t)h;
        if (!p->n) {
            brightness(a, l->a, n);
            brightness(b, l->b, n);
        } else {
            halve(l[-1].a, l->a, l[-1].w, l[-1].h);
            halve(l[-1].b, l->b, l[-1].w, l[-1].h);
        }
    }
    for (int i = 0; i < p->n; i++) {
        sharpen(p->levels[i].a, p->levels[i].w, p->levels[i].h, at);
        sharpen(p->levels[i].b, p->levels[i].w, p->levels[i].h, at);
    }
    return true;
}

void cm_pyramid_close(cm_pyramid *p)
{
    free(p->memory);
    p->memory = NULL;
}

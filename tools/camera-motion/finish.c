/* SPDX-License-Identifier: Apache-2.0 */
#include "finish.h"
#include "textures.h"

#include <string.h>

/* ---- drawn by lot ------------------------------------------------------------------ */

static void draw_light(cm_finish *f, mv_random *r, double seconds)
{
    if (cm_chance(r, 0.25))
        f->drift = cm_between(r, -0.25, 0.25);
    if (cm_chance(r, 0.3))
        cm_wobble_draw(&f->exposure, r, seconds, cm_between(r, 1, 8), cm_between(r, 0.005, 0.08));
    if (cm_chance(r, 0.1)) { /* lamps and film */
        f->flicker = cm_between_log(r, 0.01, 0.12);
        f->flicker_rate = cm_between(r, 3, 60);
        f->flicker_phase = cm_between(r, 0, CM_TURN);
    }
    f->gamma = cm_between(r, 0.7, 1.3);
    f->contrast = cm_between(r, 0.55, 1.15);
    f->lift = cm_between(r, -25, 30);
    for (int k = 0; k < 3; k++)
        f->tint[k] = cm_between(r, 0.9, 1.1);
    f->vignette = cm_chance(r, 0.6) ? 0 : cm_between(r, 0.1, 0.7);
}

static void draw_lens(cm_finish *f, mv_random *r, int width)
{
    double sharp = width / 160.0;
    f->blur = cm_chance(r, 0.55) ? 0 : sharp * cm_between(r, 0.2, 1.6);
    if (cm_chance(r, 0.08)) {
        f->blur_swing = sharp * cm_between(r, 0.3, 1.5);
        f->blur_rate = cm_between(r, 1, 6);
    }
    f->noise = cm_chance(r, 0.4) ? 0 : cm_between_log(r, 0.7, 14);
    f->grain = cm_chance(r, 0.7) ? 1 : 2;
}

/* A logo, a line below, the time of day: whatever an editor or a camera puts there. */
static bool draw_marks(cm_finish *f, mv_random *r, int width, int height)
{
    int side = 64;
    while (side < width || side < height)
        side *= 2;
    if (!cm_canvas_open(&f->marks, side))
        return false;
    f->overlay = true;
    for (int i = 1 + cm_pick(r, 2); i > 0; i--) {
        double size = height * cm_between(r, 0.04, 0.1);
        double x = width * cm_between(r, 0.02, 0.6), wide = width * cm_between(r, 0.1, 0.9);
        double y =
            height * (cm_chance(r, 0.6) ? cm_between(r, 0.8, 0.9) : cm_between(r, 0.02, 0.1));
        cm_colour white = {(float)cm_between(r, 180, 255), (float)cm_between(r, 180, 255),
                           (float)cm_between(r, 120, 255)};
        cm_paint ink = cm_paint_of(cm_chance(r, 0.8) ? white : (cm_colour){10, 10, 10});
        cm_paint under = cm_paint_of((cm_colour){20, 20, 30});
        cm_shape box = cm_box(x - 2, y - 2, x + wide, y + size * 1.3);
        if (cm_chance(r, 0.3))
            cm_fill(&f->marks, &box, &under);
        cm_write(&f->marks, r, x, y, x + wide, y + size * 1.5, size, &ink);
    }
    return true;
}

bool cm_finish_draw(cm_finish *f, mv_random *r, int width, int height, double seconds)
{
    memset(f, 0, sizeof *f);
    f->seed = mv_random_bits(r);
    draw_light(f, r, seconds);
    draw_lens(f, r, width);
    if (cm_chance(r, 0.12))
        f->bar_y = (int)(height * cm_between(r, 0.04, 0.16));
    else if (cm_chance(r, 0.08))
        f->bar_x = (int)(width * cm_between(r, 0.04, 0.22));
    return !cm_chance(r, 0.2) || draw_marks(f, r, width, height);
}

void cm_finish_close(cm_finish *f)
{
    if (f->overlay)
        cm_canvas_close(&f->marks);
    f->overlay = false;
}

/* ---- done to a frame --------------------------------------------------------------- */

/* A box of 2 · radius + 1 pixels, whose outer ones count in part, along one direction. */
static void blur_line(const uint8_t *in, uint8_t *out, int n, size_t step, double radius)
{
    int whole = (int)radius;
    double part = radius - whole, weight = 1 / (2 * radius + 1);
    for (int i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++) {
            double sum = 0;
            for (int d = -whole - 1; d <= whole + 1; d++) {
                int at = i + d < 0 ? 0 : i + d >= n ? n - 1 : i + d;
                sum += (d < -whole || d > whole ? part : 1) * in[(size_t)at * step + k];
            }
            out[(size_t)i * step + k] = (uint8_t)(sum * weight + 0.5);
        }
    }
}

static void blur(uint8_t *pixels, uint8_t *room, int width, int height, double radius)
{
    size_t row = (size_t)width * 3;
    for (int y = 0; y < height; y++)
        blur_line(pixels + (size_t)y * row, room + (size_t)y * row, width, 3, radius);
    for (int x = 0; x < width; x++)
        blur_line(room + (size_t)x * 3, pixels + (size_t)x * 3, height, row, radius);
}

typedef struct tables {
    uint8_t of[3][256];
} tables;

static void make_tables(const cm_finish *f, double time, tables *t)
{
    double light = exp(cm_wobble_at(&f->exposure, time) + f->drift * time +
                       f->flicker * sin(f->flicker_rate * time + f->flicker_phase));
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 256; i++) {
            double x = 255 * pow(i / 255.0, f->gamma);
            x = (x - 128) * f->contrast + 128 + f->lift;
            t->of[k][i] = cm_byte((float)(x * light * f->tint[k]));
        }
    }
}

/* Normal enough: the sum of four bytes, of deviation 148. */
static float grain_of(uint64_t bits)
{
    return ((float)((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24 & 255)) -
            510) /
           148;
}

static void develop_row(const cm_finish *f, const tables *t, mv_random *r, uint8_t *p, int y,
                        int width, int height)
{
    float dy = 2.0f * (float)y / (float)height - 1, luma = 0, chroma = 0;
    for (int x = 0; x < width; x++, p += 3) {
        float dx = 2.0f * (float)x / (float)width - 1;
        float light = 1 - (float)f->vignette * 0.5f * (dx * dx + dy * dy);
        if (f->noise > 0 && x % f->grain == 0) {
            uint64_t bits = mv_random_bits(r);
            luma = (float)f->noise * grain_of(bits);
            chroma = (float)f->noise * 0.5f * grain_of(bits >> 32);
        }
        float d[3] = {luma + chroma, luma, luma - chroma};
        for (int k = 0; k < 3; k++)
            p[k] = cm_byte((float)t->of[k][p[k]] * light + d[k]);
    }
}

static void put_over(const cm_finish *f, uint8_t *p, int y, int width, int height)
{
    bool bar = y < f->bar_y || y >= height - f->bar_y;
    for (int x = 0; x < width; x++, p += 3) {
        const uint8_t *mark = f->overlay ? cm_texel(&f->marks, x, y) : NULL;
        if (bar || x < f->bar_x || x >= width - f->bar_x)
            memset(p, 0, 3);
        if (mark && mark[3])
            memcpy(p, mark, 3);
    }
}

void cm_finish_frame(const cm_finish *f, int index, double time, uint8_t *pixels, uint8_t *room,
                     int width, int height)
{
    tables t;
    make_tables(f, time, &t);
    double radius = f->blur + f->blur_swing * (1 + sin(f->blur_rate * time)) / 2;
    if (radius > 0.05)
        blur(pixels, room, width, height, radius);
    for (int y = 0; y < height; y++) {
        uint8_t *row = pixels + (size_t)y * (size_t)width * 3;
        /* Rows of one grain have the same numbers. */
        mv_random r = cm_fork(f->seed + (uint64_t)index, (uint64_t)(y / f->grain));
        develop_row(f, &t, &r, row, y, width, height);
        put_over(f, row, y, width, height);
    }
}

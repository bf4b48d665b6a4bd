/* The test picture. Doubles are only added, multiplied, divided and compared (and square
 * roots taken), which IEEE 754 rounds alike everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/pattern.h"
#include "video/glyph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rgb {
    uint8_t r, g, b;
} rgb;

struct mvv_pattern {
    int width, height;
    size_t bytes;
    uint8_t *ground;     ///< [height][width][3]: what does not move
    uint8_t *pixels;     ///< the same with all on it
    int bars, ramp;      ///< rows where these end
    double x, y, radius; ///< of the clock
    int text;            ///< pixels of a dot of the letters; 0: there is no room
};

static const rgb white = {235, 235, 235}, dark = {24, 24, 32}, orange = {255, 140, 0};

static void put(uint8_t *at, rgb colour, double share)
{
    const uint8_t to[3] = {colour.r, colour.g, colour.b};
    for (int c = 0; c < 3; c++)
        at[c] = (uint8_t)(at[c] + (to[c] - at[c]) * share + 0.5);
}

static int clamp(double value, int limit)
{
    return value < 0 ? 0 : value > limit ? limit : (int)value;
}

/* All that is nearer than `half` to the line from (x, y) on by (dx, dy), with soft edges. */
static void stroke(const mvv_pattern *p, uint8_t *to, double x, double y, double dx, double dy,
                   double half, rgb colour)
{
    double margin = half + 1, square = dx * dx + dy * dy;
    int top = clamp((dy < 0 ? y + dy : y) - margin, p->height);
    int bottom = clamp((dy < 0 ? y : y + dy) + margin + 1, p->height);
    int left = clamp((dx < 0 ? x + dx : x) - margin, p->width);
    int right = clamp((dx < 0 ? x : x + dx) + margin + 1, p->width);
    for (int row = top; row < bottom; row++)
        for (int column = left; column < right; column++) {
            double px = column + 0.5 - x, py = row + 0.5 - y;
            double along = square > 0 ? (px * dx + py * dy) / square : 0;
            along = along < 0 ? 0 : along > 1 ? 1 : along;
            px -= along * dx;
            py -= along * dy;
            double share = half + 0.5 - sqrt(px * px + py * py);
            if (share > 0)
                put(to + ((size_t)row * (size_t)p->width + (size_t)column) * 3, colour,
                    share < 1 ? share : 1);
        }
}

/* Of an angle in turns. The C library's need not be the same everywhere. */
static double sine(double turns)
{
    turns -= floor(turns);
    double sign = turns > 0.5 ? -1 : 1;
    turns = turns > 0.5 ? turns - 0.5 : turns;
    double x = 6.283185307179586 * (turns > 0.25 ? 0.5 - turns : turns), xx = x * x;
    return sign * x * (1 - xx / 6 * (1 - xx / 20 * (1 - xx / 42 * (1 - xx / 72))));
}

/* From the middle of the clock, at so many turns from the top, from one share of its radius
 * to another. */
static void hand(const mvv_pattern *p, uint8_t *to, double turns, double from, double until,
                 double half, rgb colour)
{
    double dx = sine(turns) * p->radius, dy = -sine(turns + 0.25) * p->radius;
    stroke(p, to, p->x + dx * from, p->y + dy * from, dx * (until - from), dy * (until - from),
           half * p->radius, colour);
}

/* ---- what does not move --------------------------------------------------------- */

/* Bars of 75 %, a ramp of greys, a dark strip. */
static rgb ground_at(const mvv_pattern *p, int x, int y)
{
    static const rgb bars[8] = {{191, 191, 191}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0},
                                {191, 0, 191},   {191, 0, 0},   {0, 0, 191},   {16, 16, 16}};
    if (y < p->bars)
        return bars[(int64_t)x * 8 / p->width];
    if (y >= p->ramp)
        return dark;
    uint8_t grey = (uint8_t)((int64_t)x * 255 / p->width);
    return (rgb){grey, grey, grey};
}

static void draw_ground(mvv_pattern *p)
{
    uint8_t *at = p->ground;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++, at += 3)
            put(at, ground_at(p, x, y), 1);
    stroke(p, p->ground, p->x, p->y, 0, 0, p->radius, white);
    stroke(p, p->ground, p->x, p->y, 0, 0, p->radius * 0.94, dark);
    for (int i = 0; i < 12; i++)
        hand(p, p->ground, i / 12.0, 0.8, 0.88, i % 3 ? 0.015 : 0.03, white);
}

mvv_pattern *mvv_pattern_open(int width, int height)
{
    mvv_pattern *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->width = width;
    p->height = height;
    p->bytes = (size_t)width * (size_t)height * 3;
    p->bars = height * 2 / 3;
    p->ramp = height * 5 / 6;
    p->x = width / 2.0;
    p->y = p->bars / 2.0;
    p->radius = (width < p->bars ? width : p->bars) * 0.46;
    p->text = width / 150 < height / 60 ? width / 150 : height / 60;
    p->ground = calloc(1, p->bytes);
    p->pixels = malloc(p->bytes);
    if (!p->ground || !p->pixels) {
        mvv_pattern_close(p);
        return NULL;
    }
    draw_ground(p);
    return p;
}

void mvv_pattern_close(mvv_pattern *p)
{
    if (!p)
        return;
    free(p->ground);
    free(p->pixels);
    free(p);
}

/* ---- what moves ------------------------------------------------------------------ */

static void write(const mvv_pattern *p, int x, int y, const char *text)
{
    for (; *text; text++, x += (MVV_GLYPH_WIDTH + 1) * p->text)
        for (int row = 0; row < MVV_GLYPH_HEIGHT * p->text; row++)
            for (int column = 0; column < MVV_GLYPH_WIDTH * p->text; column++)
                if (mvv_glyph_dot(*text, column / p->text, row / p->text) && x + column >= 0 &&
                    x + column < p->width && y + row >= 0 && y + row < p->height)
                    put(p->pixels +
                            ((size_t)(y + row) * (size_t)p->width + (size_t)(x + column)) * 3,
                        white, 1);
}

static void write_time(const mvv_pattern *p, double time)
{
    char text[40];
    int64_t hundredths = (int64_t)floor(time * 100 + 0.5), seconds = hundredths / 100;
    int advance = (MVV_GLYPH_WIDTH + 1) * p->text, margin = 2 * p->text;
    int y = (p->ramp + p->height - MVV_GLYPH_HEIGHT * p->text) / 2;
    int n = snprintf(text, sizeof text, "%lld:%02d:%02d.%02d", (long long)(seconds / 3600),
                     (int)(seconds / 60 % 60), (int)(seconds % 60), (int)(hundredths % 100));
    write(p, margin, y, "MOVINET TEST");
    write(p, p->width - margin - n * advance, y, text);
}

const uint8_t *mvv_pattern_draw(mvv_pattern *p, double time)
{
    memcpy(p->pixels, p->ground, p->bytes);
    hand(p, p->pixels, time / 60, -0.15, 0.7, 0.04, white);
    hand(p, p->pixels, time / 4, -0.2, 0.9, 0.02, orange);
    stroke(p, p->pixels, p->x, p->y, 0, 0, p->radius * 0.07, orange);
    /* There and back in six seconds. */
    double way = time / 3 - 2 * floor(time / 6), half = (p->ramp - p->bars) * 0.4;
    way = way > 1 ? 2 - way : way;
    stroke(p, p->pixels, half + way * (p->width - 2 * half), (p->bars + p->ramp) / 2.0, 0, 0, half,
           orange);
    if (p->text > 0)
        write_time(p, time);
    return p->pixels;
}

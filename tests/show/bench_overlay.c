/* How long an overlay takes, in milliseconds, and against a copy of the picture:
 *     meson test --benchmark overlay --verbose
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "movinet/movinet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 50 };

static double since(uint64_t begin)
{
    return (double)(mv_clock_ns() - begin) / 1e6;
}

/* Best of the runs: all drawn anew, two bars that move, putting it over a picture, and a
 * copy of that. */
static void bench(movinet_overlay *overlay, int width, int height)
{
    size_t bytes = (size_t)width * (size_t)height * 3;
    uint8_t *rgb = calloc(bytes, 1), *copy = malloc(bytes);
    double all = 1e9, bars = 1e9, blend = 1e9, copying = 1e9;
    char status[40];
    movinet_overlay_row rows[] = {{"playing basketball", 0.9f, 0, true},
                                  {"dribbling basketball", 0.06f, 0, false},
                                  {"shooting basketball", 0.02f, 0.02f, false},
                                  {"dunking basketball", 0.01f, 0.01f, false},
                                  {"juggling balls", 0.004f, 0.004f, false}};
    movinet_overlay_content content = {
        .rows = rows, .n_rows = 5, .status = {status, "/dev/video0 · A0"}};
    if (!rgb || !copy)
        exit(1);
    for (int i = 0; i < RUNS; i++) {
        snprintf(status, sizeof status, "%d pictures a second · 0.6 ms a frame", i);
        uint64_t begin = mv_clock_ns();
        movinet_overlay_draw(overlay, width, height, &content, NULL, NULL, NULL);
        all = fmin(all, since(begin));
        rows[0].bar = rows[1].bar = (float)(i + 1) / RUNS;
        begin = mv_clock_ns();
        movinet_overlay_draw(overlay, width, height, &content, NULL, NULL, NULL);
        bars = fmin(bars, since(begin));
        begin = mv_clock_ns();
        movinet_overlay_blend(overlay, rgb, 0);
        blend = fmin(blend, since(begin));
        begin = mv_clock_ns();
        memcpy(copy, rgb, bytes);
        copying = fmin(copying, since(begin));
    }
    printf("%4d×%-4d  all drawn anew %5.2f ms, two bars %5.2f, put over the picture %5.2f "
           "(%.1f × a copy of it)\n", width, height, all, bars, blend, blend / copying);
    free(rgb);
    free(copy);
}

int main(void)
{
    movinet_overlay *overlay;
    movinet_error err;
    if (movinet_overlay_open(&overlay, &err)) {
        fprintf(stderr, "bench-overlay: %s\n", err.message);
        return 77;
    }
    bench(overlay, 640, 480);
    bench(overlay, 1280, 720);
    bench(overlay, 1920, 1080);
    bench(overlay, 3840, 2160);
    movinet_overlay_close(overlay);
    return 0;
}

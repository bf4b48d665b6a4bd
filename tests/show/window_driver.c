/* A window that does what standard input says, a line at a time, and answers each with a
 * line. For test_window.py.
 *
 *     open W H                          ok, or what is wrong
 *     show W H ROTATION MIRRORED ASPECT WHAT OVERLAY
 *         WHAT: corners, white, black, noise, last (the last picture), up (rows upside down),
 *               floats
 *         OVERLAY: none, bars, all
 *     keys                              numbers of all keys so far
 *     available                         yes or no
 *     close
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Top left red, top right green, bottom left blue, bottom right yellow. */
static void corners(uint8_t *rgb, int width, int height)
{
    static const uint8_t colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}};
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memcpy(rgb + ((size_t)y * (size_t)width + (size_t)x) * 3,
                   colours[(y >= height / 2) * 2 + (x >= width / 2)], 3);
}

static void paint(uint8_t *rgb, int width, int height, const char *what)
{
    size_t n = (size_t)width * (size_t)height * 3;
    uint32_t random = 1;
    if (!strcmp(what, "white") || !strcmp(what, "black")) {
        memset(rgb, *what == 'w' ? 255 : 0, n);
    } else if (!strcmp(what, "noise")) {
        for (size_t i = 0; i < n; i++)
            rgb[i] = (uint8_t)((random = random * 1103515245 + 12345) >> 24);
    } else if (strcmp(what, "floats")) {
        corners(rgb, width, height);
    }
}

static movinet_status show(movinet_window *window, const char *line, movinet_error *err)
{
    static const movinet_overlay_row rows[] = {
        {"playing basketball", 0.87f, 0.875f, true},
        {"dribbling basketball", 0.08f, 0.25f, false},
        {"passing american football (not in game)", 0.03f, 0.03f, false}};
    static const char *const help[] = {"q, Esc\tquit", "Space\tpause", "f\tfull screen", NULL};
    const movinet_overlay_content bars = {
        .rows = rows,
        .n_rows = 3,
        .status = {"30 pictures a second · 0.6 ms a frame · 12 ms behind · 0 dropped",
                   "/dev/video0 · A0"}};
    movinet_overlay_content all = bars;
    all.warning = "too slow: 3.1 of 5 frames a second";
    all.help = help;
    all.paused = all.recording = true;
    movinet_frame f = {0};
    int mirrored;
    char what[20], overlay[20];
    if (sscanf(line, "show %d %d %d %d %lf %19s %19s", &f.width, &f.height, &f.rotation, &mirrored,
               &f.pixel_aspect, what, overlay) != 7)
        return MOVINET_ERR_ARGUMENT;
    f.mirrored = mirrored;
    uint8_t *rgb = calloc((size_t)f.width * (size_t)f.height * 3, sizeof(float));
    if (!rgb)
        return MOVINET_ERR_MEMORY;
    paint(rgb, f.width, f.height, what);
    f.pixels = rgb;
    f.pixel = strcmp(what, "floats") ? MOVINET_RGB8 : MOVINET_RGBF32;
    if (!strcmp(what, "up")) {
        f.stride = -(ptrdiff_t)f.width * 3;
        f.pixels = rgb - f.stride * (f.height - 1);
    }
    movinet_status status = movinet_window_show(window, !strcmp(what, "last") ? NULL : &f,
                                                !strcmp(overlay, "bars")  ? &bars
                                                : !strcmp(overlay, "all") ? &all
                                                                          : NULL,
                                                err);
    free(rgb);
    return status;
}

int main(void)
{
    movinet_window *window = NULL;
    char line[200];
    while (fgets(line, sizeof line, stdin)) {
        movinet_error err = {.message = "bad line"};
        movinet_status status = MOVINET_OK;
        int width, height;
        if (!strcmp(line, "available\n")) {
            puts(movinet_window_available() ? "yes" : "no");
        } else if (!strcmp(line, "keys\n")) {
            for (int key; (key = movinet_window_key(window));)
                printf("%d ", key);
            puts("");
        } else {
            if (sscanf(line, "open %d %d", &width, &height) == 2)
                status = movinet_window_open(&window, "test", width, height, &err);
            else if (!strcmp(line, "close\n"))
                movinet_window_close(window), window = NULL;
            else
                status = show(window, line, &err);
            printf("%s\n", status ? err.message : "ok");
        }
        fflush(stdout);
    }
    movinet_window_close(window);
    return 0;
}

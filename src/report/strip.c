/* Three moments of a clip side by side, for who wants to see what it is about.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"
#include "report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOMENTS = 3, WIDTH = 200, HEIGHT = 150, GAP = 4, WHOLE = (WIDTH + GAP) * MOMENTS - GAP };

typedef struct strip {
    movinet_scaler *scaler;
    uint8_t *part; ///< one picture as large as it comes out
    size_t room;
    uint8_t pixels[HEIGHT][WHOLE][3];
} strip;

/* Fills a moment's place with the middle of the picture. */
static movinet_status place(strip *s, int moment, const movinet_frame *frame)
{
    int width, height;
    movinet_status status = movinet_frame_size(frame, &width, &height, NULL);
    if (status)
        return status;
    /* As large as the place at least, on both sides. */
    double scale = (double)WIDTH / width, other = (double)HEIGHT / height;
    scale = scale > other ? scale : other;
    int w = (int)(width * scale + 0.5), h = (int)(height * scale + 0.5);
    w = w < WIDTH ? WIDTH : w > WIDTH * 20 ? WIDTH * 20 : w;
    h = h < HEIGHT ? HEIGHT : h > HEIGHT * 20 ? HEIGHT * 20 : h;
    size_t need = (size_t)w * (size_t)h * 3;
    uint8_t *part = need > s->room ? realloc(s->part, need) : s->part;
    if (!part)
        return MOVINET_ERR_MEMORY;
    s->part = part;
    s->room = need > s->room ? need : s->room;
    status = movinet_scaler_run(s->scaler, frame, w, h, part, NULL);
    for (int y = 0; !status && y < HEIGHT; y++)
        memcpy(s->pixels[y][moment * (WIDTH + GAP)],
               part + ((size_t)(y + (h - HEIGHT) / 2) * (size_t)w + (size_t)(w - WIDTH) / 2) * 3,
               (size_t)WIDTH * 3);
    return status;
}

static movinet_status take(strip *s, const movinet_evaluation *e, int clip)
{
    movinet_evaluation_answer a;
    if (!movinet_evaluation_get_answer(e, 0, clip, &a))
        return MOVINET_ERR_ARGUMENT;
    movinet_status status = movinet_scaler_open(&s->scaler, NULL);
    for (int i = 0; !status && i < MOMENTS; i++) {
        movinet_video *video;
        movinet_frame frame;
        double rate = e->models[0].rate;
        /* A frame that the network saw: the first, the middle, the last but a few. */
        double at = (int)((2 * i + 1) * a.frames / (2 * MOMENTS)) / rate;
        status =
            mvx_open_clip(e, movinet_dataset_get_clip(e->dataset, clip), rate, at, &video, NULL);
        if (!status)
            status = movinet_video_next(video, &frame, NULL);
        if (!status)
            status = place(s, i, &frame);
        movinet_video_close(video);
    }
    movinet_scaler_close(s->scaler);
    free(s->part);
    return status;
}

/* RFC 4648. */
static void add_base64(mvr_text *t, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char line[61];
    size_t n = 0;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16 |
                         (i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (i + 2 < size ? bytes[i + 2] : 0);
        for (int k = 0; k < 4; k++)
            line[n++] = i + (size_t)k > size ? '=' : digits[three >> (18 - 6 * k) & 63];
        if (n == 60 || i + 3 >= size) {
            line[n] = '\0';
            mvr_add(t, "%s", line);
            n = 0;
        }
    }
}

/* FFmpeg's encoder behind it writes files alone. */
static movinet_status encode(const strip *s, uint8_t **bytes, size_t *size)
{
    const char *dir = getenv("TMPDIR");
    char path[4096];
    const movinet_frame frame = {.pixels = s->pixels, .width = WHOLE, .height = HEIGHT};
    if (snprintf(path, sizeof path, "%s/movinet-XXXXXX.jpg", dir && *dir ? dir : "/tmp") >=
        (int)sizeof path)
        return MOVINET_ERR_IO;
    int file = mkstemps(path, 4);
    if (file < 0)
        return MOVINET_ERR_IO;
    close(file);
    movinet_status status = movinet_picture_write(path, &frame, NULL);
    if (!status)
        status = mv_read_file(path, (size_t)1 << 24, bytes, size, NULL);
    unlink(path);
    return status;
}

bool mvr_add_strip(mvr_text *t, const movinet_evaluation *e, int clip)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    strip *s = calloc(1, sizeof *s);
    if (s) /* grey between them, on light pages and dark ones */
        memset(s->pixels, 0x88, sizeof s->pixels);
    bool fine = s && !take(s, e, clip) && !encode(s, &bytes, &size);
    if (fine)
        add_base64(t, bytes, size);
    free(bytes);
    free(s);
    return fine;
}

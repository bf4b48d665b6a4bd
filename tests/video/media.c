/* Making and reading small videos. SPDX-License-Identifier: Apache-2.0 */
#include "video/media.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/movinet-video-XXXXXX";
static char *before;

int media_setup(void **state)
{
    (void)state;
    before = getcwd(NULL, 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return before && mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

int media_teardown(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    int failed = chdir(before) | system(command);
    free(before);
    return failed ? -1 : 0;
}

void media_need_ffmpeg(void)
{
    movinet_video *video;
    if (movinet_video_open(&video, "/nonexistent", NULL, NULL) == MOVINET_ERR_UNSUPPORTED ||
        system("ffmpeg -version >/dev/null 2>&1"))
        skip();
}

void media_shell(const char *command)
{
    if (system(command))
        fail_msg("failed: %s", command);
}

void media_make(const char *arguments)
{
    char command[2000];
    snprintf(command, sizeof command, "ffmpeg -nostdin -v error -y %s", arguments);
    media_shell(command);
}

uint8_t *media_read(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

void media_write(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static media_frame facts(const movinet_frame *f)
{
    ptrdiff_t stride = f->stride ? f->stride : f->width * 3;
    const uint8_t *pixels = f->pixels;
    media_frame out = {.time = f->time, .width = f->width, .height = f->height,
                       .rotation = f->rotation, .mirrored = f->mirrored,
                       .aspect = f->pixel_aspect};
    assert_int_equal(f->pixel, MOVINET_RGB8);
    memcpy(out.middle, pixels + f->height / 2 * stride + f->width / 2 * 3, 3);
    for (int i = 0; i < 4; i++)
        memcpy(out.corners[i],
               pixels + (i / 2) * (f->height - 1) * stride + (i % 2) * (f->width - 1) * 3, 3);
    for (int y = 0; y < f->height; y++) {
        for (int k = 0; k < f->width * 3; k++)
            out.sum = out.sum * 31 + pixels[y * stride + k];
    }
    return out;
}

const media_video *media_play(const char *source, const movinet_video_options *options)
{
    static media_video v;
    movinet_video *video;
    movinet_frame frame;
    memset(&v, 0, sizeof v);
    v.open = movinet_video_open(&video, source, options, &v.err);
    if (v.open) {
        assert_null(video);
        return &v;
    }
    while (!(v.end = movinet_video_next(video, &frame, &v.err))) {
        assert_true(v.n < MEDIA_MAX);
        v.frames[v.n++] = facts(&frame);
    }
    /* The end stays the end. */
    assert_int_equal(movinet_video_next(video, &frame, NULL), v.end);
    const movinet_video_info *info = movinet_video_get_info(video);
    v.width = info->width;
    v.height = info->height;
    v.frame_rate = info->frame_rate;
    v.duration = info->duration;
    v.damaged = info->damaged;
    assert_non_null(info->format);
    assert_non_null(info->codec);
    movinet_video_close(video);
    return &v;
}

const media_video *media_sample(const char *source, double rate, double start, double duration)
{
    movinet_video_options options = {.sample_rate = rate, .start = start, .duration = duration};
    return media_play(source, &options);
}

void media_assert_frames(const media_video *v, int n)
{
    if (v->open || v->end != MOVINET_END)
        fail_msg("%s", v->err.message);
    assert_int_equal(v->n, n);
}

void media_assert_colour(const uint8_t pixel[3], int r, int g, int b, int slack)
{
    if (abs(pixel[0] - r) > slack || abs(pixel[1] - g) > slack || abs(pixel[2] - b) > slack)
        fail_msg("colour %d %d %d instead of %d %d %d", pixel[0], pixel[1], pixel[2], r, g, b);
}

void media_assert_error(const media_video *v, movinet_status status, const char *words)
{
    movinet_status is = v->open ? v->open : v->end;
    assert_int_equal(is, status);
    assert_int_equal(v->err.status, status);
    assert_null(strchr(v->err.message, '\n'));
    if (!strstr(v->err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", v->err.message, words);
}

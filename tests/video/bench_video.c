/* How long a picture takes, and where the time of classifying a video goes:
 *     meson test --benchmark video --verbose        with a clip made here
 *     build/tests/bench-video [VIDEO [MODEL]]
 * The video is read at 5 frames a second, once for its frames alone and once classifying
 * them. Preprocessing and inference are CPU time of their thread, the others wall time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "movinet/movinet.h"
#include "picture/floats.h"
#include "picture/planes.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 1920, HEIGHT = 1080, SIDE = 172, RUNS = 30 };
/* A scene that moves, with the grain of a camera: 10 s, B-frames as x264 likes them. */
#define CLIP                                                                                       \
    "ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=480x270:r=30:d=10 -vf "                    \
    "scale=1920:1080,noise=alls=6:allf=t -pix_fmt yuv420p -c:v libx264 -crf 23 "

static double milliseconds(void)
{
    return (double)mv_clock_ns() / 1e6;
}

static void check(movinet_status status, const movinet_error *err)
{
    if (!status)
        return;
    fprintf(stderr, "bench-video: %s\n", err->message);
    exit(1);
}

/* ---- preprocessing ---------------------------------------------------------- */

static double best_of_runs(mvv_preprocess *p, const movinet_frame *frame)
{
    static float out[SIDE * SIDE * 3];
    double best = 1e9;
    movinet_error err;
    for (int i = 0; i < RUNS; i++) {
        double begin = milliseconds();
        check(preprocess_to_floats(p, frame, SIDE, out, &err), &err);
        double took = milliseconds() - begin;
        best = took < best ? took : best;
    }
    return best;
}

typedef struct layout {
    const char *name;
    mvv_colour colour;
    int n;
    mvv_plane plane[3];
} layout;

#define PLANE(step_, sx, sy, ...)                                                                  \
    {                                                                                              \
        .step = (step_), .shift_x = (sx), .shift_y = (sy), .channel = { __VA_ARGS__ }              \
    }

static const layout layouts[] = {
    {"yuv420p", MVV_COLOUR_YUV, 3,
     {PLANE(1, 0, 0, 0), PLANE(1, 1, 1, 1), PLANE(1, 1, 1, 2)}},
    {"nv12", MVV_COLOUR_YUV, 2, {PLANE(1, 0, 0, 0), PLANE(2, 1, 1, 1, 2)}},
    {"yuv422p", MVV_COLOUR_YUV, 3, {PLANE(1, 0, 0, 0), PLANE(1, 1, 0, 1), PLANE(1, 1, 0, 2)}},
    {"yuv444p", MVV_COLOUR_YUV, 3, {PLANE(1, 0, 0, 0), PLANE(1, 0, 0, 1), PLANE(1, 0, 0, 2)}},
    {"gray", MVV_COLOUR_GREY, 1, {PLANE(1, 0, 0, 0)}},
    {"rgb24", MVV_COLOUR_RGB, 1, {PLANE(3, 0, 0, 0, 1, 2)}},
};

static void bench_preprocess(void)
{
    size_t size = (size_t)WIDTH * HEIGHT * 3;
    uint8_t *bytes = malloc(size);
    mvv_preprocess *p;
    movinet_error err;
    check(mvv_preprocess_open(&p, SIDE, SIDE, MOVINET_PREPROCESS_SQUASH, &err), &err);
    if (!bytes)
        exit(1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    printf("one picture of %d×%d to %d×%d, best of %d:\n", WIDTH, HEIGHT, SIDE, SIDE, RUNS);
    for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
        mvv_planes planes = {.width = WIDTH, .height = HEIGHT, .n = layouts[k].n,
                             .colour = layouts[k].colour, .kr = 0.299, .kb = 0.114};
        uint8_t *next = bytes;
        for (int i = 0; i < planes.n; i++) {
            mvv_plane *plane = &planes.plane[i];
            *plane = layouts[k].plane[i];
            plane->bytes = next;
            plane->stride = (ptrdiff_t)(WIDTH >> plane->shift_x) * plane->step;
            next += plane->stride * (HEIGHT >> plane->shift_y);
        }
        movinet_frame frame = {.pixels = &planes, .width = WIDTH, .height = HEIGHT,
                               .pixel = MOVINET_DECODED};
        printf("  %-10s %6.2f ms\n", layouts[k].name, best_of_runs(p, &frame));
    }
    movinet_frame rgb = {.pixels = bytes, .width = WIDTH, .height = HEIGHT};
    printf("  %-10s %6.2f ms\n", "RGB8 given", best_of_runs(p, &rgb));
    mvv_preprocess_close(p);
    free(bytes);
}

/* ---- a whole video ----------------------------------------------------------- */

enum { ROUNDS = 3 };

typedef struct split {
    double all, preprocessing, inference; ///< ms; what is left of `all` went on decoding
    int n;
} split;

/* CPU time of this thread, so that decoding threads do not count. */
static double own_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* model NULL: decodes only. */
static split play(const char *source, movinet_model *model, bool decoded)
{
    static float input[SIDE * SIDE * 3];
    movinet_stream *stream = NULL;
    movinet_video *video;
    mvv_preprocess *p = NULL;
    movinet_frame frame;
    movinet_error err;
    movinet_status status;
    const movinet_video_options how = {.sample_rate = 5, .decoded = decoded};
    split s = {0};

    if (model) {
        const movinet_model_info *info = movinet_model_get_info(model);
        check(movinet_stream_open(&stream, model, NULL, &err), &err);
        check(mvv_preprocess_open(&p, info->frame_width, info->frame_height, 0, &err), &err);
    }
    double begin = milliseconds();
    check(movinet_video_open(&video, source, &how, &err), &err);
    while (!(status = movinet_video_next(video, &frame, &err))) {
        s.n++;
        if (!model)
            continue;
        double shown = own_time();
        check(preprocess_to_floats(p, &frame, SIDE, input, &err), &err);
        double ready = own_time();
        movinet_frame small = {.pixels = input, .width = SIDE, .height = SIDE,
                               .pixel = MOVINET_RGBF32};
        check(movinet_stream_push(stream, &small, NULL, &err), &err);
        s.preprocessing += ready - shown;
        s.inference += own_time() - ready;
    }
    check(status == MOVINET_END ? MOVINET_OK : status, &err);
    movinet_video_close(video);
    s.all = milliseconds() - begin;
    mvv_preprocess_close(p);
    movinet_stream_close(stream);
    return s;
}

/* The fastest of some rounds. */
static split best_play(const char *source, movinet_model *model, bool decoded)
{
    split best = play(source, model, decoded);
    for (int i = 1; i < ROUNDS; i++) {
        split s = play(source, model, decoded);
        if (s.all < best.all)
            best = s;
    }
    return best;
}

static void bench_video(const char *source, const char *path)
{
    movinet_model *model;
    movinet_error err;
    check(movinet_model_open(&model, path, NULL, &err), &err);
    const movinet_model_info *info = movinet_model_get_info(model);
    if (info->frame_width != SIDE || info->frame_height != SIDE) {
        printf("a model of %d×%d is needed\n", SIDE, SIDE);
        exit(1);
    }
    for (int decoded = 0; decoded < 2; decoded++) {
        split only = best_play(source, NULL, decoded), s = best_play(source, model, decoded);
        printf("  %s %7.1f ms for %d frames; decoding alone %7.1f (%.0f %%); "
               "a frame: preprocessing %.2f, inference %.2f\n",
               decoded ? "DECODED" : "RGB8   ", s.all, s.n, only.all, 100 * only.all / s.all,
               s.preprocessing / s.n, s.inference / s.n);
    }
    movinet_model_close(model);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/movinet-bench-XXXXXX", clip[100], command[1000], model[2000];
    const char *shared = getenv("MOVINET_SHARED");
    bench_preprocess();
    snprintf(model, sizeof model, "%s/models/movinet_a0_stream_int8_k600.tflite",
             shared ? shared : "../shared");
    const char *path = argc > 2 ? argv[2] : model;
    if (access(path, R_OK)) {
        printf("no %s: no video\n", path);
        return 0;
    }
    if (!mkdtemp(folder))
        return 1;
    snprintf(clip, sizeof clip, "%s/clip.mp4", folder);
    snprintf(command, sizeof command, "%s%s", CLIP, clip);
    bool made = argc < 2 && !system(command);
    if (argc > 1 || made) {
        printf("%s at 5 frames a second, %s:\n", argc > 1 ? argv[1] : "10 s of 1080p30", path);
        bench_video(argc > 1 ? argv[1] : clip, path);
    } else {
        printf("no ffmpeg command with libx264: no video\n");
    }
    unlink(clip);
    rmdir(folder);
    return 0;
}

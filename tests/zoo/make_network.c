/* Writes a network with random numbers everywhere, some frames, and the logits that
 * the engine gives for them (of a base network, "A0-base": those that the reference
 * gives for the frames as one clip):
 *
 *     make_network VARIANT SIZE float32|float16|dynamic MODEL.tflite FRAMES LOGITS
 *
 * All numbers are float32 in the machine's order. For litert.mjs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "core/random.h"
#include "tflite/precision.h"
#include "tflite/writer.h"
#include "zoo/network_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 6, CLASSES = 20 };

static void check(movinet_status status, const movinet_error *err)
{
    if (status) {
        fprintf(stderr, "make_network: %s\n", err->message);
        exit(1);
    }
}

static void write_model(const mvz_network *network, const char *precision, const char *path)
{
    tfl_model model, smaller = {0};
    movinet_error err;
    static const char *const labels[CLASSES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                                "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
    check(mvz_network_model(network, labels, &model, &err), &err);
    if (!strcmp(precision, "float16"))
        check(tfl_to_float16(&model, &smaller, &err), &err);
    if (!strcmp(precision, "dynamic"))
        check(tfl_to_dynamic_range(&model, &smaller, &err), &err);
    check(tfl_write_file(smaller.n_ops ? &smaller : &model, path, &err), &err);
    tfl_free(&smaller);
    tfl_free(&model);
}

static void write_floats(const char *path, const float *values, size_t n)
{
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(values, sizeof *values, n, out) != n || fclose(out) != 0) {
        perror(path);
        exit(1);
    }
}

static void run(const char *path, int size, const float *frames, float *logits)
{
    movinet_model *model;
    movinet_stream *stream;
    movinet_error err;
    size_t one = (size_t)size * (size_t)size * 3;
    check(movinet_model_open(&model, path, NULL, &err), &err);
    check(movinet_stream_open(&stream, model, NULL, &err), &err);
    for (size_t k = 0; k < FRAMES; k++) {
        const movinet_frame frame = {.pixels = frames + k * one, .width = size, .height = size,
                                     .pixel = MOVINET_RGBF32};
        check(movinet_stream_push(stream, &frame, NULL, &err), &err);
        memcpy(logits + k * CLASSES, movinet_stream_logits(stream), CLASSES * sizeof *logits);
    }
    movinet_stream_close(stream);
    movinet_model_close(model);
}

static void run_reference(const mvz_network *network, const float *clip, float *logits)
{
    double exact[CLASSES];
    reference_clip(network, clip, exact);
    for (int i = 0; i < CLASSES; i++)
        logits[i] = (float)exact[i];
}

int main(int argc, char **argv)
{
    mvz_network *network;
    movinet_error err;
    mv_random random = {3};
    if (argc != 7) {
        fputs("Usage: make_network VARIANT SIZE PRECISION MODEL FRAMES LOGITS\n", stderr);
        return 2;
    }
    char name[3] = {argv[1][0], argv[1][0] ? argv[1][1] : 0};
    mvz_spec spec = {.variant = mvz_variant_find(name), .size = atoi(argv[2]),
                     .n_classes = CLASSES, .base = strstr(argv[1], "-base"), .frames = FRAMES};
    if (!spec.variant)
        return 2;
    check(mvz_network_open(&network, &spec, &err), &err);
    reference_stir(network, 1);
    size_t n = FRAMES * (size_t)spec.size * (size_t)spec.size * 3;
    float *frames = malloc(n * sizeof *frames), logits[FRAMES * CLASSES];
    size_t n_logits = spec.base ? CLASSES : FRAMES * CLASSES;
    for (size_t i = 0; frames && i < n; i++)
        frames[i] = (float)mv_random_unit(&random);
    if (!frames)
        return 1;
    write_model(network, argv[3], argv[4]);
    if (spec.base)
        run_reference(network, frames, logits);
    else
        run(argv[4], spec.size, frames, logits);
    write_floats(argv[5], frames, n);
    write_floats(argv[6], logits, n_logits);
    free(frames);
    mvz_network_close(network);
    return 0;
}

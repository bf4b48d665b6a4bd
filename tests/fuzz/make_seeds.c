/* Writes the seed corpus of the fuzz targets: make_seeds DIR makes DIR/model
 * and DIR/metadata. SPDX-License-Identifier: Apache-2.0 */
#include "support/small_model.h"
#include "tflite/precision.h"
#include "tflite/samples.h"
#include "tflite/writer.h"
#include "zoo/network_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool make_folder(const char *path)
{
    if (!mkdir(path, 0777) || errno == EEXIST)
        return true;
    fprintf(stderr, "make_seeds: %s: %s\n", path, strerror(errno));
    return false;
}

static bool write_file(const char *dir, const char *name, const uint8_t *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(bytes, 1, size, file) == size;
    written = file && !fclose(file) && written;
    if (!written)
        fprintf(stderr, "make_seeds: %s: %s\n", path, strerror(errno));
    return written;
}

/* One op of every code that has options. */
static mb_model *model_of_all_ops(void)
{
    mb_model *m = mb_new();
    int a = mb_tensor(m, "a", MOVINET_FLOAT32, 1, (int32_t[]){1});
    int b = mb_tensor(m, "b", MOVINET_FLOAT32, 1, (int32_t[]){1});
    tfl_options options = {.stride_w = 1, .stride_h = 1, .filter_w = 1, .filter_h = 1,
                           .dilation_w = 2, .dilation_h = 2, .n_new_shape = 1, .new_shape = {1},
                           .n_squeeze_dims = 1};
    for (int code = 0; code < TFL_OP_COUNT; code++)
        mb_op(m, code, 1, MB_IDS(a, -1), MB_IDS(b), &options);
    mb_custom(m, "Custom", MB_IDS(a), MB_IDS(b));
    mb_inputs(m, MB_IDS(a));
    mb_outputs(m, MB_IDS(b));
    return m;
}

static mb_model *seed_model(int i)
{
    mb_model *m = i == 4   ? model_of_all_ops()
                  : i == 5 ? mb_new()
                  : i == 6 ? small_model()
                           : sample_model();
    if (i == 1)
        mb_flags(m, MB_BUFFERS_BEHIND);
    if (i == 2)
        mb_flags(m, MB_LEGACY_CODES);
    if (i == 3)
        mb_labels(m, "one\ntwo\nthree\n");
    return m;
}
#define N_MODELS 7

static bool write_models(const char *dir)
{
    bool done = true;
    for (int i = 0; i < N_MODELS && done; i++) {
        char name[32];
        size_t size;
        uint8_t *file = mb_finish(seed_model(i), &size);
        snprintf(name, sizeof name, "model%d.tflite", i);
        done = write_file(dir, name, file, size);
        free(file);
    }
    return done;
}

/* Networks with next to no channels: streaming with all there is, in half precision over a
 * clip, and as Google's int8 files are but in float. */
static bool write_network(const char *dir, int i)
{
    static const mvz_variant tiny = {
        .name = "tiny", .stem = 4, .head = 8, .dense = 8, .size = 16, .frames = 3,
        .position = true, .blocks = {{4, 2, 1, {{8, 15}}}, {4, 1, 2, {{8, 33}, {4, 23}}}}};
    const mvz_spec specs[] = {
        {.variant = &tiny, .n_classes = 3},
        {.variant = &tiny, .n_classes = 3, .base = true, .frames = 3},
        {.variant = &tiny, .n_classes = 3, .no_se = true, .activation = MVZ_RELU6}};
    mvz_network *network;
    tfl_model model = {0}, half = {0};
    uint8_t *bytes = NULL;
    size_t size;
    char name[32];
    movinet_error err;
    snprintf(name, sizeof name, "network%d.tflite", i);
    bool done = !mvz_network_open(&network, &specs[i], &err) &&
                !mvz_network_model(network, NULL, &model, &err) &&
                !tfl_to_float16(&model, &half, &err) &&
                !tfl_write(i == 1 ? &half : &model, &bytes, &size, &err) &&
                write_file(dir, name, bytes, size);
    free(bytes);
    tfl_free(&half);
    tfl_free(&model);
    mvz_network_close(network);
    return done;
}

/* Length, metadata, zip: as fuzz_metadata.c takes it apart. */
static bool write_metadata(const char *dir, int i)
{
    char text[3000], name[32];
    memset(text, 'a', sizeof text);
    mb_model *m = mb_new();
    size_t length = i ? 900 : 6; /* deflated, or stored as it is */
    memcpy(text, "a\nb\nc\n", 6);
    mb_label_file(m, i == 2 ? MB_LABELS_MODEL : MB_LABELS_OUTPUT, TFL_FILE_TENSOR_AXIS_LABELS,
                  "labels.txt", i == 2 ? "de" : NULL, text, length);
    size_t metadata_size, zip_size;
    uint8_t *metadata = mb_metadata_bytes(m, &metadata_size);
    uint8_t *zip = mb_zip_bytes(m, &zip_size);
    mb_free(m);
    uint8_t *seed = malloc(2 + metadata_size + zip_size);
    bool done = seed != NULL;
    if (done) {
        seed[0] = (uint8_t)metadata_size;
        seed[1] = (uint8_t)(metadata_size >> 8);
        memcpy(seed + 2, metadata, metadata_size);
        memcpy(seed + 2 + metadata_size, zip, zip_size);
        snprintf(name, sizeof name, "metadata%d", i);
        done = write_file(dir, name, seed, 2 + metadata_size + zip_size);
    }
    free(seed);
    free(zip);
    free(metadata);
    return done;
}

int main(int argc, char **argv)
{
    char models[4000], metadata[4000];
    if (argc != 2) {
        fprintf(stderr, "usage: make_seeds DIR\n");
        return 2;
    }
    snprintf(models, sizeof models, "%s/model", argv[1]);
    snprintf(metadata, sizeof metadata, "%s/metadata", argv[1]);
    bool done = make_folder(argv[1]) && make_folder(models) && make_folder(metadata) &&
                write_models(models);
    for (int i = 0; i < 3 && done; i++)
        done = write_network(models, i);
    for (int i = 0; i < 3 && done; i++)
        done = write_metadata(metadata, i);
    return done ? 0 : 1;
}

/* Writes a small model, for tests that run programs: make_model VARIANT FILE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/small_model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE_CLASSES = 600 };

/** What network() is to have. */
typedef struct plan {
    int classes, images;
    bool custom;
} plan;

/* [classes,3]: class i is for red, green or blue (i modulo 3), the first three
 * the most. */
static int weights(mb_model *m, int classes)
{
    float *values = calloc((size_t)classes * 3, sizeof *values);
    if (!values)
        abort();
    for (int i = 0; i < classes; i++)
        values[3 * i + i % 3] = 8.0f - 4.0f * (float)i / (float)classes;
    int tensor = mb_constant(m, "weights", MOVINET_FLOAT32, 2, (int32_t[]){classes, 3}, values);
    free(values);
    return tensor;
}

/* image [1,1,8,12,3] → mean colour [1,3] → logits [1,classes]. No state, no
 * signature. */
static mb_model *network(plan p)
{
    const int32_t shape[5] = {1, 1, SMALL_HEIGHT, SMALL_WIDTH, 3}, row[2] = {1, p.classes};
    mb_model *m = mb_new();
    int image = mb_tensor(m, "image", MOVINET_FLOAT32, 5, shape);
    int mask = mb_tensor(m, "mask", MOVINET_FLOAT32, 5, shape);
    int mean = mb_tensor(m, "mean", MOVINET_FLOAT32, 2, (int32_t[]){1, 3});
    int score = mb_tensor(m, "score", MOVINET_FLOAT32, 2, row);
    int logits = mb_tensor(m, "logits", MOVINET_FLOAT32, 2, row);
    mb_op(m, TFL_OP_MEAN, 1, MB_IDS(image, mb_int32s(m, "axes", MB_IDS(1, 2, 3))), MB_IDS(mean),
          &(tfl_options){0});
    mb_op(m, TFL_OP_FULLY_CONNECTED, 1, MB_IDS(mean, weights(m, p.classes), -1), MB_IDS(score),
          &(tfl_options){0});
    if (p.custom)
        mb_custom(m, "Sharpen", MB_IDS(score), MB_IDS(logits));
    else
        mb_op(m, TFL_OP_RELU, 1, MB_IDS(score), MB_IDS(logits), NULL);
    mb_inputs(m, p.images > 1 ? MB_IDS(image, mask) : MB_IDS(image));
    mb_outputs(m, MB_IDS(logits));
    return m;
}

static mb_model *labelled(mb_model *m, const char *labels)
{
    mb_labels(m, labels);
#if defined(__wasi__) /* whoever runs this appends the zip: web/test/ */
    mb_append(m, "", 0);
#endif
    return m;
}

static mb_model *make(const char *variant)
{
    if (!strcmp(variant, "plain")) /* the mean colour so far; no labels */
        return small_model();
    if (!strcmp(variant, "labels"))
        return labelled(small_model(), "red\ngreen\nblue\n");
    if (!strcmp(variant, "wrong-labels"))
        return labelled(small_model(), "red\ngreen\n");
    if (!strcmp(variant, "wide")) /* as many classes as Kinetics-600 */
        return network((plan){.classes = WIDE_CLASSES, .images = 1});
    if (!strcmp(variant, "no-states")) /* every frame stands alone */
        return network((plan){.classes = 3, .images = 1});
    if (!strcmp(variant, "two-images"))
        return network((plan){.classes = 3, .images = 2});
    if (!strcmp(variant, "unknown-op"))
        return network((plan){.classes = 3, .images = 1, .custom = true});
    return NULL;
}

int main(int argc, char **argv)
{
    mb_model *m = argc == 3 ? make(argv[1]) : NULL;
    if (!m) {
        fprintf(stderr, "usage: make_model plain|labels|wrong-labels|wide|no-states|two-images|"
                        "unknown-op FILE\n");
        return 2;
    }
    size_t size;
    uint8_t *bytes = mb_finish(m, &size);
    FILE *file = fopen(argv[2], "wb");
    bool written = file && fwrite(bytes, 1, size, file) == size;
    written = file && !fclose(file) && written;
    if (!written)
        fprintf(stderr, "make_model: %s: %s\n", argv[2], strerror(errno));
    free(bytes);
    return written ? 0 : 1;
}

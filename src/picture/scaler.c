/* Pictures as they are seen, in any size, by the arithmetic of preprocessing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "picture/unpack.h"
#include "picture/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct movinet_scaler {
    mvv_preprocess *preprocess;
    int width, height; ///< what it was made for
};

movinet_status movinet_frame_size(const movinet_frame *frame, int *width, int *height,
                                  movinet_error *err)
{
    movinet_status status = mvv_frame_check(frame, err);
    if (status)
        return status;
    bool turned = frame->rotation == 90 || frame->rotation == 270;
    double aspect = frame->pixel_aspect != 0 ? frame->pixel_aspect : 1;
    int square = (int)fmin(fmax(floor(frame->width * aspect + 0.5), 1), MVV_SIDE_LIMIT);
    *width = turned ? frame->height : square;
    *height = turned ? square : frame->height;
    return MOVINET_OK;
}

movinet_status movinet_scaler_open(movinet_scaler **out, movinet_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? MOVINET_OK : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
}

void movinet_scaler_close(movinet_scaler *s)
{
    if (!s)
        return;
    mvv_preprocess_close(s->preprocess);
    free(s);
}

typedef struct canvas {
    uint8_t *rgb;
    size_t row;
} canvas;

static void put_row(void *user, int y, const uint8_t *row)
{
    const canvas *c = user;
    memcpy(c->rgb + (size_t)y * c->row, row, c->row);
}

/* As it was decoded, but for a mirror: nothing is to be resampled. */
static bool keeps_size(const movinet_frame *frame, int width, int height)
{
    return frame->pixel == MOVINET_DECODED && frame->rotation == 0 && frame->width == width &&
           frame->height == height && !mvv_frame_check(frame, NULL);
}

static void mirror_rows(uint8_t *rgb, int width, int height)
{
    for (int y = 0; y < height; y++, rgb += (size_t)width * 3)
        for (int a = 0, b = width - 1; a < b; a++, b--)
            for (int c = 0; c < 3; c++) {
                uint8_t keep = rgb[a * 3 + c];
                rgb[a * 3 + c] = rgb[b * 3 + c];
                rgb[b * 3 + c] = keep;
            }
}

movinet_status movinet_scaler_run(movinet_scaler *s, const movinet_frame *frame, int width,
                                  int height, uint8_t *rgb, movinet_error *err)
{
    canvas c = {rgb, (size_t)width * 3};
    const mvv_sink sink = {.u8 = put_row, .user = &c};
    if (frame->pixel == MOVINET_RGBF32)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "pictures of floats cannot be scaled");
    if (keeps_size(frame, width, height)) {
        mvv_planes_to_rgb(frame->pixels, rgb);
        if (frame->mirrored)
            mirror_rows(rgb, width, height);
        return MOVINET_OK;
    }
    if (!s->preprocess || s->width != width || s->height != height) {
        mvv_preprocess_close(s->preprocess);
        s->preprocess = NULL;
        movinet_status status =
            mvv_preprocess_open(&s->preprocess, width, height, MOVINET_PREPROCESS_SQUASH, err);
        if (status)
            return status;
        s->width = width;
        s->height = height;
    }
    return mvv_preprocess_run(s->preprocess, frame, &sink, err);
}

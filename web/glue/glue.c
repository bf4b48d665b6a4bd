/* The library as JavaScript calls it: numbers and addresses alone. What each function does is
 * said in movinet.h; who calls it is web/package/movinet.js.
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name))) name

/* A stream and the picture that is pushed next. */
typedef struct session {
    movinet_stream *stream;
    uint8_t *pixels;
    size_t room;
} session;

void *EXPORT(allocate)(size_t bytes);
void EXPORT(release)(void *block);
const char *EXPORT(version)(void);
movinet_model *EXPORT(model_open)(const void *bytes, size_t size, const char *labels, bool portable,
                                  movinet_error *err);
const char *EXPORT(model_text)(const movinet_model *model, int which);
double EXPORT(model_number)(const movinet_model *model, int which);
const char *EXPORT(model_label)(const movinet_model *model, int index);
void EXPORT(model_sha256)(const movinet_model *model, uint8_t *out);
session *EXPORT(stream_open)(movinet_model *model, int preprocess, double rate, movinet_error *err);
void EXPORT(stream_close)(session *s);
uint8_t *EXPORT(stream_pixels)(session *s, int width, int height);
int EXPORT(stream_push)(session *s, int width, int height, int channels, double time, int rotation,
                        bool mirrored, movinet_error *err);
const float *EXPORT(stream_scores)(const session *s);
const float *EXPORT(stream_logits)(const session *s);
double EXPORT(stream_frames)(const session *s);
double EXPORT(stream_time)(const session *s);
void EXPORT(stream_reset)(session *s);
size_t EXPORT(stream_save_size)(const session *s);
int EXPORT(stream_save)(const session *s, void *buffer, size_t size, movinet_error *err);
int EXPORT(stream_restore)(session *s, const void *bytes, size_t size, movinet_error *err);

void *allocate(size_t bytes)
{
    return malloc(bytes ? bytes : 1);
}

void release(void *block)
{
    free(block);
}

const char *version(void)
{
    return movinet_version();
}

/* ---- models ---------------------------------------------------------------------- */

movinet_model *model_open(const void *bytes, size_t size, const char *labels, bool portable,
                          movinet_error *err)
{
    const movinet_model_options options = {.labels = labels, .cpu = portable ? "c" : NULL};
    movinet_model *model;

    return movinet_model_open_memory(&model, bytes, size, &options, err) ? NULL : model;
}

const char *model_text(const movinet_model *model, int which)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    const char *const texts[] = {info->variant, info->precision, info->description,
                                 info->signature, info->cpu};

    return which >= 0 && which < (int)(sizeof texts / sizeof *texts) ? texts[which] : "";
}

double model_number(const movinet_model *model, int which)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    const double numbers[] = {
        info->n_classes, info->frame_width, info->frame_height, info->frame_rate,
        info->streaming, info->label_source, (double)info->macs, (double)info->parameters,
        (double)info->file_bytes, (double)info->stream_bytes,
    };

    return which >= 0 && which < (int)(sizeof numbers / sizeof *numbers) ? numbers[which] : 0;
}

const char *model_label(const movinet_model *model, int index)
{
    return movinet_model_label(model, index);
}

void model_sha256(const movinet_model *model, uint8_t *out)
{
    movinet_model_sha256(model, out);
}

/* ---- streams --------------------------------------------------------------------- */

session *stream_open(movinet_model *model, int preprocess, double rate, movinet_error *err)
{
    const movinet_stream_options options = {.preprocess = (movinet_preprocess)preprocess,
                                            .sample_rate = rate};
    session *s = calloc(1, sizeof *s);

    if (s && movinet_stream_open(&s->stream, model, &options, err)) {
        free(s);
        return NULL;
    }
    if (!s && err) {
        err->status = MOVINET_ERR_MEMORY;
        strcpy(err->message, "out of memory");
    }
    return s;
}

void stream_close(session *s)
{
    movinet_stream_close(s->stream);
    free(s->pixels);
    free(s);
}

/* Where the next picture goes, four bytes a pixel at most; NULL: too large. */
uint8_t *stream_pixels(session *s, int width, int height)
{
    size_t room;

    if (width < 1 || height < 1 || __builtin_mul_overflow((size_t)width * 4, (size_t)height, &room) ||
        room > SIZE_MAX - 16)
        return NULL;
    if (room > s->room) {
        free(s->pixels);
        s->pixels = malloc(room + 16);
        s->room = s->pixels ? room : 0;
    }
    return s->pixels;
}

/* R, G, B, A to R, G, B in place, sixteen bytes to twelve at a time: what is written beyond
 * the twelve has been read. */
static void drop_alpha(uint8_t *pixels, size_t n)
{
    const uint8_t *from = pixels;
    uint8_t *to = pixels;

    for (; n >= 4; n -= 4, from += 16, to += 12) {
        v128_t x = wasm_v128_load(from);

        wasm_v128_store(to, wasm_i8x16_shuffle(x, x, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7,
                                               11, 15));
    }
    for (; n; n--, from += 4, to += 3)
        memmove(to, from, 3);
}

/* What stands in the pixels, of 3 or 4 channels. 1: classified; 0: passed over; else a status. */
int stream_push(session *s, int width, int height, int channels, double time, int rotation,
                bool mirrored, movinet_error *err)
{
    const movinet_frame frame = {.pixels = s->pixels, .width = width, .height = height,
                                 .time = time, .rotation = rotation, .mirrored = mirrored};
    bool taken;
    movinet_status status;

    if (channels == 4)
        drop_alpha(s->pixels, (size_t)width * (size_t)height);
    status = movinet_stream_push(s->stream, &frame, &taken, err);
    return status ? (int)status : taken;
}

const float *stream_scores(const session *s)
{
    return movinet_stream_scores(s->stream);
}

const float *stream_logits(const session *s)
{
    return movinet_stream_logits(s->stream);
}

double stream_frames(const session *s)
{
    return (double)movinet_stream_frames(s->stream);
}

double stream_time(const session *s)
{
    return movinet_stream_time(s->stream);
}

void stream_reset(session *s)
{
    movinet_stream_reset(s->stream);
}

size_t stream_save_size(const session *s)
{
    return movinet_stream_save_size(s->stream);
}

int stream_save(const session *s, void *buffer, size_t size, movinet_error *err)
{
    return movinet_stream_save(s->stream, buffer, size, err);
}

int stream_restore(session *s, const void *bytes, size_t size, movinet_error *err)
{
    return movinet_stream_restore(s->stream, bytes, size, err);
}

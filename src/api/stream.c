/* The public stream: sampler, preprocess, engine, softmax in a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"
#include "core/sha256.h"
#include "engine/stream.h"
#include "picture/preprocess.h"
#include "video/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct movinet_stream {
    movinet_model *model;
    mve_stream engine;
    mvv_preprocess *preprocess;
    mvv_sampler sampler;
    bool sampling;
    int64_t frames;
    double time;
    float *logits, *scores; ///< [n_classes] each
};

movinet_status movinet_stream_open(movinet_stream **out, movinet_model *model,
                                   const movinet_stream_options *options, movinet_error *err)
{
    static const movinet_stream_options defaults;
    const movinet_model_info *info = &model->info;
    options = options ? options : &defaults;
    *out = NULL;
    if (!(options->sample_rate >= 0) || options->sample_rate > 1000)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "sample rate %g: must be 0 to 1000",
                       options->sample_rate);
    movinet_stream *s = calloc(1, sizeof *s);
    if (!s)
        return mve_no_memory(err);
    s->model = mva_model_hold(model);
    s->logits = calloc((size_t)info->n_classes * 2, sizeof *s->logits);
    s->scores = s->logits ? s->logits + info->n_classes : NULL;
    movinet_status status = s->logits ? MOVINET_OK : mve_no_memory(err);
    if (!status)
        status = mvv_preprocess_open(&s->preprocess, info->frame_width, info->frame_height,
                                     options->preprocess, err);
    if (!status)
        status = mve_stream_open(&s->engine, &model->plan, options->threads ? options->threads : 1,
                                 err);
    s->sampling = options->sample_rate > 0;
    if (s->sampling)
        mvv_sampler_init(&s->sampler, options->sample_rate);
    if (status)
        movinet_stream_close(s);
    else
        *out = s;
    return status;
}

void movinet_stream_close(movinet_stream *s)
{
    if (!s)
        return;
    mve_stream_close(&s->engine);
    mvv_preprocess_close(s->preprocess);
    free(s->logits);
    movinet_model_close(s->model);
    free(s);
}

static void put_u8(void *user, int y, const uint8_t *row)
{
    mve_stream_put_u8(user, y, row);
}

static void put_f32(void *user, int y, const float *row)
{
    mve_stream_put_f32(user, y, row);
}

movinet_status movinet_stream_push(movinet_stream *s, const movinet_frame *frame, bool *taken,
                                   movinet_error *err)
{
    mvv_sampler after = s->sampler;
    if (taken)
        *taken = false;
    if (s->sampling) {
        bool take;
        movinet_status status = mvv_sampler_take(&after, frame->time, &take, err);
        if (status)
            return status;
        if (!take) {
            s->sampler = after;
            return MOVINET_OK;
        }
    }
    const mvv_sink sink = {put_u8, put_f32, &s->engine};
    movinet_status status = mvv_preprocess_run(s->preprocess, frame, &sink, err);
    if (status)
        return status;
    mve_stream_step(&s->engine, s->logits);
    movinet_softmax(s->logits, s->scores, s->model->info.n_classes);
    s->sampler = after;
    s->frames++;
    s->time = frame->time;
    if (taken)
        *taken = true;
    return MOVINET_OK;
}

const float *movinet_stream_scores(const movinet_stream *s)
{
    return s->scores;
}

const float *movinet_stream_logits(const movinet_stream *s)
{
    return s->logits;
}

int64_t movinet_stream_frames(const movinet_stream *s)
{
    return s->frames;
}

double movinet_stream_time(const movinet_stream *s)
{
    return s->time;
}

void movinet_stream_profile(movinet_stream *s, uint64_t *ns)
{
    s->engine.times = ns;
}

void movinet_stream_reset(movinet_stream *s)
{
    mve_stream_reset(&s->engine);
    if (s->sampling)
        mvv_sampler_init(&s->sampler, s->sampler.rate);
    s->frames = 0;
    s->time = 0;
    memset(s->logits, 0, (size_t)s->model->info.n_classes * 2 * sizeof *s->logits);
}

/* ---- saved streams ----
 * "MVNSTRM1", 8 bytes each: frames, time, where the sampling grid begins; the
 * model's SHA-256, logits, scores, states, the SHA-256 of all before it. Numbers little-endian, as on every
 * machine that this runs on. */

static const char magic[8] = {'M', 'V', 'N', 'S', 'T', 'R', 'M', '1'};
enum { FRAMES = 8, TIME = 16, GRID = 24, MODEL = 32, HEAD = 64, TAIL = 32 };

static size_t scores_size(const movinet_stream *s)
{
    return (size_t)s->model->info.n_classes * 2 * sizeof *s->logits;
}

size_t movinet_stream_save_size(const movinet_stream *s)
{
    return HEAD + scores_size(s) + mve_stream_state_size(&s->engine) + TAIL;
}

static void digest_of(const uint8_t *bytes, size_t size, uint8_t digest[32])
{
    mv_sha256 sha;
    mv_sha256_begin(&sha);
    mv_sha256_update(&sha, bytes, size);
    mv_sha256_end(&sha, digest);
}

movinet_status movinet_stream_save(const movinet_stream *s, void *buffer, size_t size,
                                   movinet_error *err)
{
    size_t need = movinet_stream_save_size(s);
    uint8_t *out = buffer;
    if (!buffer || size < need)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "a saved stream needs %zu bytes, not %zu", need,
                       size);
    memcpy(out, magic, 8);
    memcpy(out + FRAMES, &s->frames, 8);
    memcpy(out + TIME, &s->time, 8);
    memcpy(out + GRID, &s->sampler.start, 8);
    movinet_model_sha256(s->model, out + MODEL);
    memcpy(out + HEAD, s->logits, scores_size(s));
    mve_stream_get_states(&s->engine, out + HEAD + scores_size(s));
    digest_of(out, need - TAIL, out + need - TAIL);
    return MOVINET_OK;
}

/* The grid goes on where it was, so that the same frames are taken. */
static void restore_sampler(movinet_stream *s, const uint8_t *start)
{
    bool take;
    mvv_sampler_init(&s->sampler, s->sampler.rate);
    if (!s->frames)
        return;
    memcpy(&s->sampler.start, start, 8);
    s->sampler.last = s->sampler.start;
    s->sampler.begun = true;
    mvv_sampler_take(&s->sampler, s->time, &take, NULL);
}

movinet_status movinet_stream_restore(movinet_stream *s, const void *bytes, size_t size,
                                      movinet_error *err)
{
    const uint8_t *in = bytes;
    uint8_t digest[32];
    size_t need = movinet_stream_save_size(s);
    movinet_model_sha256(s->model, digest);
    if (!in || size < HEAD || memcmp(in, magic, 8))
        return mv_fail(err, MOVINET_ERR_FORMAT, "not a saved stream");
    if (memcmp(in + MODEL, digest, 32))
        return mv_fail(err, MOVINET_ERR_FORMAT, "the saved stream belongs to another model");
    if (size != need)
        return mv_fail(err, MOVINET_ERR_FORMAT, "the saved stream has %zu bytes instead of %zu",
                       size, need);
    digest_of(in, need - TAIL, digest);
    if (memcmp(in + need - TAIL, digest, 32))
        return mv_fail(err, MOVINET_ERR_FORMAT, "the saved stream is damaged");
    memcpy(&s->frames, in + FRAMES, 8);
    memcpy(&s->time, in + TIME, 8);
    memcpy(s->logits, in + HEAD, scores_size(s));
    mve_stream_set_states(&s->engine, in + HEAD + scores_size(s));
    if (s->sampling)
        restore_sampler(s, in + GRID);
    return MOVINET_OK;
}

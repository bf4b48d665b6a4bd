/* The file that a run goes on from: run_dir/checkpoint. Numbers as this machine has them,
 * a CRC-32 behind them. SPDX-License-Identifier: Apache-2.0 */
#include "train/checkpoint.h"

#include "core/file.h"
#include "core/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "MVTRAIN1"
#define MOST_BYTES ((size_t)8 << 30)
enum { MAX_PARTS = 12, PATH_BYTES = 4096 };

typedef struct header {
    char magic[8];
    uint8_t identity[32]; ///< of settings, network and clips
    int32_t epoch, step, right, best_epoch;
    int64_t optimizer_steps;
    double loss_sum, weight_sum, seconds;
    double best_loss, best_accuracy;
    int32_t best_clips, epochs;
} header;

static bool path_of(const char *run_dir, char path[PATH_BYTES])
{
    return snprintf(path, PATH_BYTES, "%s/checkpoint", run_dir) < PATH_BYTES;
}

/* ---- whose it is ------------------------------------------------------------------- */

static void hash_clips(mv_sha256 *sha, const mvt_course *c)
{
    for (int i = 0; i < c->clips->n; i++) {
        const mvt_clip *clip = &c->clips->clips[i];
        int numbers[] = {(int)clip->split, clip->n_classes, clip->look_frames, clip->view_frames};
        mv_sha256_update(sha, numbers, sizeof numbers);
        mv_sha256_update(sha, clip->classes, (size_t)clip->n_classes * sizeof *clip->classes);
    }
    for (int i = 0; i < c->clips->n_classes; i++)
        mv_sha256_update(sha, c->clips->labels[i], strlen(c->clips->labels[i]) + 1);
}

/* What must be the same for a run to go on as if it had not been stopped. Threads and memory
 * change no bit, and the precision only what is written. */
static void identify(const mvt_course *c, uint8_t identity[32])
{
    mv_sha256 sha;
    mvt_settings s;
    memcpy(&s, &c->s, sizeof s);
    s.threads = 0;
    s.memory = 0;
    s.precision = MOVINET_PRECISION_FLOAT32;
    mv_sha256_begin(&sha);
    mv_sha256_update(&sha, &s, sizeof s);
    mv_sha256_update(&sha, c->shape->variant->name, strlen(c->shape->variant->name));
    int numbers[] = {c->shape->size, c->shape->se, (int)c->shape->act, (int)c->optimizer.n};
    mv_sha256_update(&sha, numbers, sizeof numbers);
    hash_clips(&sha, c);
    mv_sha256_end(&sha, identity);
}

/* ---- its parts ------------------------------------------------------------------------ */

static void describe(const mvt_course *c, header *h)
{
    memset(h, 0, sizeof *h);
    memcpy(h->magic, MAGIC, sizeof h->magic);
    identify(c, h->identity);
    h->epoch = c->epoch;
    h->step = c->step;
    h->right = c->right;
    h->best_epoch = c->best_epoch;
    h->optimizer_steps = c->optimizer.steps;
    h->loss_sum = c->loss_sum;
    h->weight_sum = c->weight_sum;
    h->seconds = c->seconds;
    h->best_loss = c->score.loss;
    h->best_accuracy = c->score.accuracy;
    h->best_clips = c->score.clips;
    h->epochs = c->s.epochs;
}

/* All that stands behind the header, as many epochs of history as there are. */
static int list_parts(const mvt_course *c, int epochs, mv_bytes *parts)
{
    size_t values = c->shape->n_values * sizeof(float), slots = c->optimizer.n * sizeof(float);
    size_t classes = (size_t)c->clips->n_classes;
    int n = 0;
    parts[n++] = (mv_bytes){c->shape->values, values};
    parts[n++] = (mv_bytes){c->average, values};
    parts[n++] = (mv_bytes){c->best, values};
    parts[n++] = (mv_bytes){c->optimizer.slots[0], slots};
    parts[n++] = (mv_bytes){c->optimizer.slots[1], slots};
    parts[n++] = (mv_bytes){c->score.confusion, classes * classes * sizeof(int)};
    parts[n++] = (mv_bytes){c->history, (size_t)epochs * sizeof *c->history};
    return n;
}

movinet_status mvt_checkpoint_write(const mvt_course *c, movinet_error *err)
{
    mv_bytes parts[MAX_PARTS];
    char path[PATH_BYTES];
    header h;
    uint32_t crc = 0;
    if (!c->run_dir)
        return MOVINET_OK;
    if (!path_of(c->run_dir, path))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s…: too long a path", c->run_dir);
    describe(c, &h);
    parts[0] = (mv_bytes){&h, sizeof h};
    int n = 1 + list_parts(c, c->epoch, parts + 1);
    for (int i = 0; i < n; i++)
        crc = mv_crc32(crc, parts[i].bytes, parts[i].size);
    parts[n++] = (mv_bytes){&crc, sizeof crc};
    return mv_write_file(path, parts, n, true, err);
}

/* ---- reading --------------------------------------------------------------------------- */

static movinet_status check_header(const mvt_course *c, const char *path, const uint8_t *bytes,
                                   size_t size, header *h, movinet_error *err)
{
    uint8_t identity[32];
    uint32_t crc;
    if (size < sizeof *h + sizeof crc || memcmp(bytes, MAGIC, 8) != 0)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: is no checkpoint of this version", path);
    memcpy(h, bytes, sizeof *h);
    memcpy(&crc, bytes + size - sizeof crc, sizeof crc);
    if (mv_crc32(0, bytes, size - sizeof crc) != crc)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: is damaged; begin again without --resume",
                       path);
    identify(c, identity);
    if (memcmp(identity, h->identity, sizeof identity) != 0)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: belongs to a run with other options, "
                       "another model or other clips; go on with the same, or begin another run",
                       path);
    if (h->epoch < 0 || h->epoch > c->s.epochs || h->step < 0 || h->step > mvt_course_steps(c) ||
        h->best_epoch < 0 || h->best_epoch > h->epoch)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: is damaged", path);
    return MOVINET_OK;
}

static void take_header(mvt_course *c, const header *h)
{
    c->epoch = h->epoch;
    c->step = h->step;
    c->right = h->right;
    c->best_epoch = h->best_epoch;
    c->optimizer.steps = h->optimizer_steps;
    c->loss_sum = h->loss_sum;
    c->weight_sum = h->weight_sum;
    c->seconds = h->seconds;
    c->score.loss = h->best_loss;
    c->score.accuracy = h->best_accuracy;
    c->score.clips = h->best_clips;
}

static movinet_status take(mvt_course *c, const char *path, const uint8_t *bytes, size_t size,
                           movinet_error *err)
{
    mv_bytes parts[MAX_PARTS];
    header h;
    size_t at = sizeof h, whole = sizeof h + sizeof(uint32_t);
    movinet_status status = check_header(c, path, bytes, size, &h, err);
    if (status)
        return status;
    int n = list_parts(c, h.epoch, parts);
    for (int i = 0; i < n; i++)
        whole += parts[i].size;
    if (whole != size)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: is damaged", path);
    for (int i = 0; i < n; at += parts[i++].size)
        memcpy((void *)parts[i].bytes, bytes + at, parts[i].size); /* the course's own */
    take_header(c, &h);
    return MOVINET_OK;
}

movinet_status mvt_checkpoint_read(mvt_course *c, movinet_error *err)
{
    char path[PATH_BYTES];
    uint8_t *bytes;
    size_t size;
    if (!mvt_checkpoint_is_there(c->run_dir))
        return MOVINET_OK;
    if (!path_of(c->run_dir, path))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s…: too long a path", c->run_dir);
    movinet_status status = mv_read_file(path, MOST_BYTES, &bytes, &size, err);
    if (status)
        return status;
    status = take(c, path, bytes, size, err);
    free(bytes);
    return status;
}

/* ---- without a course --------------------------------------------------------------------- */

static bool read_header(const char *run_dir, header *h)
{
    char path[PATH_BYTES];
    FILE *f = run_dir && path_of(run_dir, path) ? fopen(path, "rb") : NULL;
    bool read = f && fread(h, sizeof *h, 1, f) == 1 && memcmp(h->magic, MAGIC, 8) == 0;
    if (f)
        fclose(f);
    return read;
}

bool mvt_checkpoint_is_there(const char *run_dir)
{
    char path[PATH_BYTES];
    FILE *f = run_dir && path_of(run_dir, path) ? fopen(path, "rb") : NULL;
    if (f)
        fclose(f);
    return f != NULL;
}

int mvt_checkpoint_epoch(const char *run_dir)
{
    header h;
    return read_header(run_dir, &h) ? h.epoch : 0;
}

/* The file of results: a line of CSV for each clip and model, added as they come, so that
 * whatever stops the work takes no more than the clips at hand. A line is known by what its
 * figures hang on: the column `run` stands for models, labels and options, `stamp` for the
 * clip. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/results.h"

#include "core/file.h"
#include "core/sha256.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- what things are known by ------------------------------------------------------- */

static void update(mv_sha256 *sha, const char *text)
{
    mv_sha256_update(sha, text, strlen(text) + 1);
}

static void short_hex(mv_sha256 *sha, char out[17])
{
    uint8_t digest[32];
    char hex[65];
    mv_sha256_end(sha, digest);
    mv_sha256_hex(digest, hex);
    memcpy(out, hex, 16);
    out[16] = '\0';
}

static void make_key(movinet_evaluation *e)
{
    mv_sha256 sha;
    uint8_t digest[32];
    char text[100];
    mv_sha256_begin(&sha);
    update(&sha, "movinet evaluation 1");
    for (int i = 0; i < e->info.n_answers; i++)
        update(&sha, e->labels[i]);
    snprintf(text, sizeof text, "%d %d %a %d", e->info.n_classes, e->info.multi_label,
             e->options.seconds, (int)e->options.preprocess);
    update(&sha, text);
    for (int m = 0; m < e->info.n_models; m++) {
        const mvx_model *k = &e->models[m];
        movinet_model_sha256(k->model, digest);
        mv_sha256_update(&sha, digest, sizeof digest);
        mv_sha256_update(&sha, k->answers, (size_t)k->n_classes * sizeof *k->answers);
        mv_sha256_update(&sha, &k->rate, sizeof k->rate);
    }
    short_hex(&sha, e->key);
}

/* A file that was changed is another clip. */
static void make_stamp(const movinet_dataset_clip *clip, char out[17])
{
    mv_sha256 sha;
    struct stat info = {0};
    char text[200];
    mv_sha256_begin(&sha);
    update(&sha, clip->name);
    stat(clip->file, &info); /* what is not there will be seen later */
    snprintf(text, sizeof text, "%lld %lld %a %a %d", (long long)info.st_size,
             (long long)info.st_mtim.tv_sec, clip->start, clip->end, clip->span_if_longer);
    update(&sha, text);
    mv_sha256_update(&sha, clip->classes, (size_t)clip->n_classes * sizeof *clip->classes);
    short_hex(&sha, out);
}

static movinet_status find_file(movinet_evaluation *e, movinet_error *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const char *path = e->options.results_path;
    e->keep_results = path != NULL;
    if (path)
        return (e->results = strdup(path)) ? MOVINET_OK : mvx_no_memory(err);
    bool has_cache = cache && cache[0] == '/', has_home = home && home[0] == '/';
    if (!has_cache && !has_home)
        return MOVINET_OK;
    size_t room = strlen(has_cache ? cache : home) + 80;
    if (!(e->results = malloc(room)))
        return mvx_no_memory(err);
    snprintf(e->results, room, "%s%s/movinet/evaluations", has_cache ? cache : home,
             has_cache ? "" : "/.cache");
    if (mv_make_folders(e->results, NULL)) { /* then it cannot be stopped and go on: no more */
        free(e->results);
        e->results = NULL;
        return MOVINET_OK;
    }
    snprintf(e->results + strlen(e->results), 30, "/%s.csv", e->key);
    return MOVINET_OK;
}

movinet_status mvx_results_open(movinet_evaluation *e, movinet_error *err)
{
    make_key(e);
    e->stamps = mv_arena_alloc(&e->arena, (size_t)e->n + 1, sizeof *e->stamps);
    if (!e->stamps)
        return mvx_no_memory(err);
    for (int i = 0; i < e->n; i++)
        make_stamp(mvx_clip(e, i), e->stamps[i]);
    movinet_status status = find_file(e, err);
    return status ? status : mvx_results_read(e, err);
}

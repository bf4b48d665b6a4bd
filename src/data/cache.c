/* What the cache has, and reading it. SPDX-License-Identifier: Apache-2.0 */
#include "data/cache.h"
#include "core/file.h"
#include "core/sha256.h"
#include "data/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static movinet_status no_memory(movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "decoded clips: out of memory");
}

/* ---- where things are ---------------------------------------------------------------- */

static movinet_status find_dir(const char *dir, char **out, movinet_error *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool has_cache = cache && cache[0] == '/', has_home = home && home[0] == '/';
    if (dir && !*dir)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the cache's folder is empty");
    if (!dir && !has_cache && !has_home)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "no folder for decoded clips: neither XDG_CACHE_HOME nor HOME is set");
    const char *base = dir ? dir : has_cache ? cache : home;
    const char *below = dir ? "" : has_cache ? "/movinet/clips" : "/.cache/movinet/clips";
    *out = malloc(strlen(base) + strlen(below) + 1);
    if (!*out)
        return no_memory(err);
    strcpy(stpcpy(*out, base), below);
    return MOVINET_OK;
}

/* DIR/12/34….clip, for free(); the folder is made. */
static char *path_of(const mvd_cache *c, const uint8_t key[32], bool make, movinet_error *err)
{
    char hex[65];
    size_t room = strlen(c->dir) + 80;
    char *path = malloc(room);
    mv_sha256_hex(key, hex);
    if (!path) {
        no_memory(err);
        return NULL;
    }
    int n = snprintf(path, room, "%s/%.2s", c->dir, hex);
    if (make && mv_make_folders(path, err)) {
        free(path);
        return NULL;
    }
    snprintf(path + n, room - (size_t)n, "/%.40s.clip", hex + 2);
    return path;
}

static void update_text(mv_sha256 *sha, const char *text)
{
    mv_sha256_update(sha, text, strlen(text) + 1);
}

/* All that decides what the frames look like. */
static void make_key(const mvd_cache *c, const movinet_dataset_clip *clip, const char *path,
                     const struct stat *info, mvd_kind kind, uint8_t key[32])
{
    const mvd_shape *s = &c->shape;
    char text[400];
    mv_sha256 sha;
    bool wide = kind == MVD_WIDE;
    mv_sha256_begin(&sha);
    update_text(&sha, "movinet clip 1");
    update_text(&sha, path);
    snprintf(text, sizeof text, "%lld %lld.%09ld", (long long)info->st_size,
             (long long)info->st_mtim.tv_sec, info->st_mtim.tv_nsec);
    update_text(&sha, text);
    snprintf(text, sizeof text, "%a %a %d, %a, %d %d, %a, %d, %d", clip->start, clip->end,
             clip->span_if_longer, s->seconds, wide ? s->wide_width : s->width,
             wide ? s->wide_height : s->height, s->rate * (wide ? s->steps : 1), (int)s->preprocess,
             (int)kind);
    update_text(&sha, text);
    mv_sha256_end(&sha, key);
}

/* ---- opening ------------------------------------------------------------------- */

static void look_up(mvd_cache *c, mvd_slot *slot)
{
    mvd_clip found;
    char *path = path_of(c, slot->key, false, NULL);
    if (path && mvd_entry_look(path, slot->key, &found))
        atomic_store(&slot->frames, found.frames);
    free(path);
}

/* The file's path whatever it is called by, for free(); NULL: it cannot be read, `why` says so. */
static char *find_file(const char *file, struct stat *info, char why[400])
{
    char *path = realpath(file, NULL);
    if (path && stat(path, info) == 0 && S_ISREG(info->st_mode))
        return path;
    snprintf(why, 400, "%.300s: %s", file,
             path && !S_ISREG(info->st_mode) ? "is not a plain file" : strerror(errno));
    free(path);
    return NULL;
}

static void find_clip(mvd_cache *c, int index)
{
    const movinet_dataset_clip *clip = movinet_dataset_get_clip(c->dataset, index);
    struct stat info = {0};
    char why[400];
    if (clip->skipped)
        return;
    char *path = find_file(clip->file, &info, why);
    if (!path) {
        mvd_skip(c->dataset, index, why);
        return;
    }
    for (int kind = 0; kind < MVD_KINDS; kind++) {
        if (!mvd_cache_wants(c, index, (mvd_kind)kind))
            continue;
        make_key(c, clip, path, &info, (mvd_kind)kind, c->slots[kind][index].key);
        look_up(c, &c->slots[kind][index]);
    }
    free(path);
}

movinet_status mvd_cache_open(mvd_cache **out, movinet_dataset *dataset, const char *dir,
                              const mvd_shape *shape, const bool wanted[MOVINET_SPLITS][MVD_KINDS],
                              movinet_error *err)
{
    int n = movinet_dataset_get_info(dataset)->n_clips;
    *out = NULL;
    mvd_cache *c = calloc(1, sizeof *c);
    if (!c)
        return no_memory(err);
    c->dataset = dataset;
    c->shape = *shape;
    memcpy(c->wanted, wanted, sizeof c->wanted);
    movinet_status status = find_dir(dir, &c->dir, err);
    if (!status)
        status = mv_make_folders(c->dir, err);
    for (int kind = 0; kind < MVD_KINDS && !status; kind++) {
        c->slots[kind] = calloc((size_t)n + 1, sizeof *c->slots[kind]);
        if (!c->slots[kind])
            status = no_memory(err);
    }
    if (status) {
        mvd_cache_close(c);
        return status;
    }
    for (int i = 0; i < n; i++)
        find_clip(c, i);
    *out = c;
    return MOVINET_OK;
}

void mvd_cache_close(mvd_cache *c)
{
    if (!c)
        return;
    for (int kind = 0; kind < MVD_KINDS; kind++)
        free(c->slots[kind]);
    free(c->dir);
    free(c);
}

bool mvd_cache_wants(const mvd_cache *c, int index, mvd_kind kind)
{
    const movinet_dataset_clip *clip = movinet_dataset_get_clip(c->dataset, index);
    return !clip->skipped && c->wanted[clip->split][kind];
}

int mvd_cache_frames(const mvd_cache *c, int index, mvd_kind kind)
{
    return mvd_cache_wants(c, index, kind) ? atomic_load(&c->slots[kind][index].frames) : 0;
}

size_t mvd_frame_bytes(const mvd_shape *s, mvd_kind kind)
{
    return kind == MVD_WIDE ? (size_t)s->wide_width * (size_t)s->wide_height * 3
                            : (size_t)s->width * (size_t)s->height * 3;
}

/* ---- reading ------------------------------------------------------------------- */

static movinet_status write_kind(mvd_cache *c, int index, mvd_kind kind, const mvd_frames *f,
                                 movinet_error *err)
{
    mvd_slot *slot = &c->slots[kind][index];
    const mvd_shape *s = &c->shape;
    const mvd_clip clip = {
        f->frames, f->height, f->width, s->rate * (kind == MVD_WIDE ? s->steps : 1),
        f->pixels, NULL,      0};
    char *path = path_of(c, slot->key, true, err);
    if (!path)
        return MOVINET_ERR_IO;
    movinet_status status = mvd_entry_write(path, &clip, slot->key, err);
    free(path);
    if (status)
        return status;
    atomic_store(&slot->frames, f->frames);
    atomic_store(&slot->checked, true);
    return MOVINET_OK;
}

movinet_status mvd_cache_decode(mvd_cache *c, int index, int threads,
                                bool (*interrupted)(void *user), void *user,
                                mvd_frames frames[MVD_KINDS], bool *disk, movinet_error *err)
{
    bool missing[MVD_KINDS] = {false};
    *disk = false;
    for (int kind = 0; kind < MVD_KINDS; kind++)
        missing[kind] = mvd_cache_wants(c, index, (mvd_kind)kind) &&
                        !atomic_load(&c->slots[kind][index].frames);
    movinet_status status = mvd_decode(movinet_dataset_get_clip(c->dataset, index), &c->shape,
                                       missing, threads, interrupted, user, frames, err);
    for (int kind = 0; kind < MVD_KINDS && !status; kind++) {
        if (!missing[kind])
            continue;
        status = write_kind(c, index, (mvd_kind)kind, &frames[kind], err);
        *disk = status != MOVINET_OK;
    }
    return status;
}

/* Decodes this kind alone. */
static movinet_status renew(mvd_cache *c, int index, mvd_kind kind, movinet_error *err)
{
    bool wanted[MVD_KINDS] = {kind == MVD_VIEW, kind == MVD_WIDE};
    mvd_frames frames[MVD_KINDS] = {{0}};
    movinet_status status = mvd_decode(movinet_dataset_get_clip(c->dataset, index), &c->shape,
                                       wanted, 1, NULL, NULL, frames, err);
    int before = atomic_load(&c->slots[kind][index].frames);
    if (!status && before && before != frames[kind].frames)
        status = mv_fail(err, MOVINET_ERR_FORMAT, "%s: has changed since it was first read",
                         movinet_dataset_get_clip(c->dataset, index)->file);
    if (!status)
        status = write_kind(c, index, kind, &frames[kind], err);
    free(frames[MVD_VIEW].pixels);
    free(frames[MVD_WIDE].pixels);
    return status;
}

movinet_status mvd_cache_get(mvd_cache *c, int index, mvd_kind kind, mvd_clip *out,
                             movinet_error *err)
{
    mvd_slot *slot = &c->slots[kind][index];
    char *path = path_of(c, slot->key, false, err);
    if (!path)
        return MOVINET_ERR_MEMORY;
    movinet_status status =
        mvd_entry_open(path, slot->key, !atomic_load(&slot->checked), out, NULL);
    if (status) {
        status = renew(c, index, kind, err);
        if (!status)
            status = mvd_entry_open(path, slot->key, true, out, err);
    }
    if (!status)
        atomic_store(&slot->checked, true);
    free(path);
    return status;
}

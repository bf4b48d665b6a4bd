/* Downloads a published model and puts it in place whole or not at all.
 *
 * In the folder: NAME.tar.gz.part while the download goes on (it stays when the
 * connection breaks, to be continued), FILE.tmp while it is unpacked, and at the
 * end FILE alone. SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#ifndef MOVINET_HAVE_CURL

movinet_status movinet_pull(const char *name, const movinet_pull_options *options, char *path,
                            size_t path_size, movinet_error *err)
{
    (void)options, (void)path, (void)path_size;
    const movinet_published *model = movinet_published_find(name);
    if (!model)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no published model has the name \"%.100s\"",
                       name ? name : "");
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "this movinet was built without libcurl and cannot download; unpack %s as %s",
                   model->url, model->file_name);
}

#else

#include "core/sha256.h"
#include "zoo/pull_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

typedef struct pull {
    const movinet_published *model;
    const movinet_pull_options *options; ///< never NULL
    char dir[PATH_ROOM], target[PATH_ROOM], temporary[PATH_ROOM], part[PATH_ROOM];
    int part_fd;
} pull;

static movinet_status join(char *out, const char *dir, const char *name, const char *suffix,
                           movinet_error *err)
{
    int n = snprintf(out, PATH_ROOM, "%s/%s%s", dir, name, suffix);
    if (n < 0 || n >= PATH_ROOM)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s: the path is too long", dir);
    return MOVINET_OK;
}

static movinet_status name_files(pull *p, movinet_error *err)
{
    movinet_status status = MOVINET_OK;
    if (p->options->dir) {
        int n = snprintf(p->dir, sizeof p->dir, "%s", p->options->dir);
        if (n <= 0 || n >= PATH_ROOM)
            return mv_fail(err, MOVINET_ERR_ARGUMENT, "the folder's path is empty or too long");
    } else {
        status = movinet_models_dir(p->dir, sizeof p->dir, err);
    }
    if (!status)
        status = join(p->target, p->dir, p->model->file_name, "", err);
    if (!status)
        status = join(p->temporary, p->dir, p->model->file_name, ".tmp", err);
    if (!status)
        status = join(p->part, p->dir, p->model->name, ".tar.gz.part", err);
    return status;
}

/* The folder and those above it. */
static movinet_status make_folder(const char *dir, movinet_error *err)
{
    char path[PATH_ROOM];
    size_t n = strlen(dir);
    for (size_t i = 1; i <= n; i++) {
        if (dir[i] != '/' && dir[i] != '\0')
            continue;
        memcpy(path, dir, i);
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", path, strerror(errno));
    }
    return MOVINET_OK;
}

/* Whether the model is there already. Where its checksum is not known, being
 * there is enough, unless the caller names another place to get it from. */
static bool in_place(const pull *p)
{
    FILE *file = fopen(p->target, "rbe");
    uint8_t block[16384], digest[32];
    uint64_t bytes = 0;
    size_t n;
    mv_sha256 sha;
    if (!file)
        return false;
    mv_sha256_begin(&sha);
    while ((n = fread(block, 1, sizeof block, file)) > 0) {
        mv_sha256_update(&sha, block, n);
        bytes += n;
    }
    bool whole = !ferror(file);
    fclose(file);
    mv_sha256_end(&sha, digest);
    if (!p->model->sha256 && p->options->url)
        return false;
    return whole && bytes > 0 && mvz_check(p->model, bytes, digest, NULL) == MOVINET_OK;
}

/* Two processes must not write into one download. */
static movinet_status open_part(pull *p, movinet_error *err)
{
    p->part_fd = open(p->part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (p->part_fd < 0)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", p->part, strerror(errno));
    if (flock(p->part_fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(p->part_fd);
        return mv_fail(err, MOVINET_ERR_IO, "%s: another process is downloading it right now",
                       p->part);
    }
    return MOVINET_OK;
}

/* Makes the new name last through a loss of power. */
static void sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

/* Fetches, unpacks, checks. What was continued from an earlier try and turns out
 * bad is fetched once more from its first byte: the file at the address may have
 * changed in between. */
static movinet_status fetch_and_unpack(pull *p, movinet_error *err)
{
    const movinet_pull_options *o = p->options;
    mvz_download download = {
        .url = o->url ? o->url : p->model->url,
        .allow_http = o->url && strncasecmp(o->url, "http://", 7) == 0,
        .fd = p->part_fd,
        .progress = o->progress,
        .user = o->user,
    };
    for (;;) {
        movinet_status status = mvz_fetch(&download, err);
        if (status) {
            if (download.bytes == 0 || status == MOVINET_ERR_FORMAT)
                unlink(p->part);
            return status;
        }
        status = mvz_unpack(p->part_fd, p->model, p->temporary, err);
        if (status != MOVINET_ERR_FORMAT)
            return status;
        if (!download.continued) {
            unlink(p->part);
            mv_error_prefix(err, download.url);
            return status;
        }
        if (ftruncate(p->part_fd, 0) != 0)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", p->part, strerror(errno));
    }
}

static movinet_status install(pull *p, movinet_error *err)
{
    if (rename(p->temporary, p->target) != 0) {
        movinet_status status =
            mv_fail(err, MOVINET_ERR_IO, "%s: %s", p->target, strerror(errno));
        unlink(p->temporary);
        return status;
    }
    unlink(p->part);
    sync_folder(p->dir);
    return MOVINET_OK;
}

static movinet_status run(pull *p, movinet_error *err)
{
    const char *url = p->options->url;
    if (url && strncasecmp(url, "https://", 8) != 0 && strncasecmp(url, "http://", 7) != 0)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "%.300s: the address must begin with https:// or http://", url);
    movinet_status status = name_files(p, err);
    if (status || in_place(p))
        return status;
    status = make_folder(p->dir, err);
    if (!status)
        status = open_part(p, err);
    if (status)
        return status;
    status = fetch_and_unpack(p, err);
    if (!status)
        status = install(p, err);
    close(p->part_fd);
    return status;
}

movinet_status movinet_pull(const char *name, const movinet_pull_options *options, char *path,
                            size_t path_size, movinet_error *err)
{
    static const movinet_pull_options defaults;
    pull p = {.model = movinet_published_find(name), .options = options ? options : &defaults};
    if (!p.model)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no published model has the name \"%.100s\"",
                       name ? name : "");
    movinet_status status = run(&p, err);
    if (status || !path)
        return status;
    if (strlen(p.target) >= path_size)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s: does not fit in %zu bytes", p.target,
                       path_size);
    memcpy(path, p.target, strlen(p.target) + 1);
    return MOVINET_OK;
}

#endif

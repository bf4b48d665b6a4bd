/* Where models are on this machine. SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "zoo/builtin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static movinet_status store(char *out, size_t size, const char *a, const char *b,
                            movinet_error *err)
{
    int n = snprintf(out, size, "%s%s", a, b);
    if (n < 0 || (size_t)n >= size)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s%s: path of %d bytes does not fit in %zu",
                       a, b, n + 1, size);
    return MOVINET_OK;
}

movinet_status movinet_models_dir(char *out, size_t size, movinet_error *err)
{
    /* The base directory specification: a relative path is not valid and is to
     * be ignored. */
    const char *data = getenv("XDG_DATA_HOME");
    if (data && data[0] == '/')
        return store(out, size, data, "/movinet/models", err);
    const char *home = getenv("HOME");
    if (!home || home[0] != '/')
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "no folder for models: neither XDG_DATA_HOME nor HOME is set");
    return store(out, size, home, "/.local/share/movinet/models", err);
}

static bool ends_in_tflite(const char *name)
{
    size_t n = strlen(name);
    return n >= 7 && strcmp(name + n - 7, ".tflite") == 0;
}

static movinet_status find_pulled(const movinet_published *model, char *out, size_t size,
                                  movinet_error *err)
{
    char folder[4096];
    char slash_name[128];
    struct stat info;
    movinet_status status = movinet_models_dir(folder, sizeof folder, err);
    if (status)
        return status;
    snprintf(slash_name, sizeof slash_name, "/%s", model->file_name);
    status = store(out, size, folder, slash_name, err);
    if (status)
        return status;
    if (stat(out, &info) != 0)
        return mv_fail(err, MOVINET_ERR_IO,
                       "model %s is not on this machine; get it with: movinet pull %s",
                       model->name, model->name);
    return MOVINET_OK;
}

static movinet_status find_usual(char *out, size_t size, movinet_error *err)
{
    const movinet_builtin *inside = movinet_builtin_get(0);
    movinet_status status =
        find_pulled(movinet_published_find("a0"), out, size, inside ? NULL : err);
    return status && inside ? store(out, size, inside->path, "", err) : status;
}

movinet_status movinet_model_find(const char *name, char *out, size_t size, movinet_error *err)
{
    if (!out || (name && !*name))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no model named");
    if (!name)
        return find_usual(out, size, err);
    struct stat info;
    bool is_path = strchr(name, '/') || ends_in_tflite(name);
    if (stat(name, &info) == 0) {
        /* A folder that happens to be called "a0" is not the model a0. */
        if (is_path || !S_ISDIR(info.st_mode))
            return store(out, size, name, "", err);
    } else if (is_path) {
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", name, strerror(errno));
    }
    const movinet_published *model = movinet_published_find(name);
    if (model)
        return find_pulled(model, out, size, err);
    int inside = mvz_builtin_find(name);
    if (inside >= 0)
        return store(out, size, movinet_builtin_get(inside)->path, "", err);
    return mv_fail(err, MOVINET_ERR_ARGUMENT,
                   "%.300s: no such file, and no model has this name", name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dladdr */
#include "core/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* Where a module may be. In the folder of the library, for a build that is not installed;
 * below it, as installed, wherever to; or where it was meant to be installed. */
static bool candidate(int i, const char *name, char path[PATH_BYTES])
{
    Dl_info info;
    int length = 0;
    if (i == 2)
        return snprintf(path, PATH_BYTES, "%s/%s.so", MOVINET_MODULES, name) < PATH_BYTES;
    if (!dladdr((const void *)(uintptr_t)mv_module_load, &info) || !info.dli_fname)
        return false;
    const char *slash = strrchr(info.dli_fname, '/');
    if (!slash) /* never the current folder */
        return false;
    length = (int)(slash - info.dli_fname);
    return snprintf(path, PATH_BYTES, "%.*s/%s%s.so", length, info.dli_fname,
                    i == 1 ? "movinet/" : "", name) < PATH_BYTES;
}

const mv_module *mv_module_load(const char *name, movinet_error *err)
{
    char path[PATH_BYTES];
    for (int i = 0; i < 3; i++) {
        if (!candidate(i, name, path) || access(path, R_OK))
            continue;
        void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        const mv_module *module = handle ? dlsym(handle, "movinet_module") : NULL;
        if (!module) {
            mv_fail(err, MOVINET_ERR_UNSUPPORTED, "cannot load %.300s: %.150s", path, dlerror());
            return NULL;
        }
        dlclose(handle); /* it stays, but is not counted twice */
        if (module->layout == MV_MODULE_LAYOUT && !strcmp(module->version(), movinet_version()))
            return module;
        mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%.300s is of another version: install movinet again",
                path);
        return NULL;
    }
    mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s.so is missing (%s): install movinet again", name,
            MOVINET_MODULES);
    return NULL;
}

/* Parts of the library that bring much along, FFmpeg or libcurl, and so are loaded
 * only when they are used. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_MODULE_H
#define MV_CORE_MODULE_H

#include "core/error.h"

/** What every module exports, by the name movinet_module. */
typedef struct mv_module {
    const char *version;  ///< MV_MODULE_VERSION of when it was built
    void (*entry)(void);  ///< its one function, to be cast to what it is
} mv_module;

/** Modules and libraries of different builds do not go together. */
#define MV_MODULE_VERSION "movinet 0.1.0, module 1"

/** Loads NAME.so from where this library lies, or from where it is installed. It stays
 * loaded as long as the program runs. NULL: `err` says what is missing (UNSUPPORTED). */
const mv_module *mv_module_load(const char *name, movinet_error *err);

#endif

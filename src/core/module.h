/* Parts of the library that bring much along (FFmpeg, libcurl, libzip, pango, SDL) and so are
 * loaded only when they are used. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_MODULE_H
#define MV_CORE_MODULE_H

#include "core/error.h"

/** What every module exports, by the name movinet_module. */
typedef struct mv_module {
    int layout;           ///< MV_MODULE_LAYOUT
    const char *(*version)(void); ///< movinet_version of what it was built from
    void (*entry)(void);  ///< its one function, to be cast to what it is
} mv_module;

/** Of this structure. Modules and libraries of different versions do not go together. */
enum { MV_MODULE_LAYOUT = 1 };

/** Loads NAME.so from where this library lies, or from where it is installed. It stays
 * loaded as long as the program runs. NULL: `err` says what is missing (UNSUPPORTED). */
const mv_module *mv_module_load(const char *name, movinet_error *err);

#endif

/* Models inside the library. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_BUILTIN_H
#define MV_ZOO_BUILTIN_H

#include "movinet/movinet.h"

/** The file of movinet_builtin_get(index), which is there. */
const void *mvz_builtin_bytes(int index);
/** By name or path; -1: there is none. */
int mvz_builtin_find(const char *name);

#endif

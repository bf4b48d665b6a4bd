/* The model that a verb works with. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MODEL_H
#define CLI_MODEL_H

#include "movinet/movinet.h"

enum { PATH_ROOM = 4096 };

/** Opens a file or a pulled model; name NULL: the pulled a0. `path` receives
 * where it is; labels may be NULL. False after a complaint. */
bool open_model(const char *name, const char *labels, movinet_model **out, char path[PATH_ROOM]);

#endif

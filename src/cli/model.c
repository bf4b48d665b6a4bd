/* The model that a verb works with. SPDX-License-Identifier: Apache-2.0 */
#include "cli/model.h"

#include "cli/text.h"

bool open_model(const char *name, const char *labels, movinet_model **out, char path[PATH_ROOM])
{
    movinet_error err;
    const movinet_model_options options = {.labels_path = labels};
    if (movinet_model_find(name ? name : "a0", path, PATH_ROOM, &err)) {
        complain(NULL, name ? err.message
                            : "no model: get the usual one with `movinet pull a0`, or give a file "
                              "with --model");
        return false;
    }
    if (movinet_model_open(out, path, &options, &err)) {
        complain(path, err.message);
        return false;
    }
    return true;
}

/* In WebAssembly whoever runs the module unpacks labels: browsers and Node can. It has done so
 * before the model is opened, and is asked by name. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LABEL_FILE = 4 << 20 }; /* bytes, unpacked */

/** Copies the first `room` bytes of the unpacked file to `to` and returns how many it has;
 * −1: there is none of this name. */
__attribute__((import_module("movinet"), import_name("unzip"))) int32_t
host_unzip(const char *name, size_t length, char *to, size_t room);

movinet_status tfl_unzip(const uint8_t *bytes, size_t size, const char *name, char **text,
                         size_t *text_size, movinet_error *err)
{
    int32_t n = host_unzip(name, strlen(name), NULL, 0);
    (void)bytes;
    (void)size;
    *text = NULL;
    if (n < 0 || n > MAX_LABEL_FILE)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "label file \"%.100s\" in the zip behind the model: %s", name,
                       n < 0 ? "the zip does not hold it, or is damaged" : "it is too large");
    *text = malloc((size_t)n + 1);
    if (!*text)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for labels");
    if (host_unzip(name, strlen(name), *text, (size_t)n) != n)
        return mv_fail(err, MOVINET_ERR_FORMAT, "label file \"%.100s\" changed while it was read",
                       name);
    *text_size = (size_t)n;
    return MOVINET_OK;
}

/* Label files. SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"

#include <stdlib.h>

movinet_status mva_read_labels(mv_arena *arena, const char *path, size_t limit,
                               const char *const **labels, int *n, movinet_error *err)
{
    uint8_t *text;
    size_t size;
    movinet_status status = mv_read_file(path, limit, &text, &size, err);
    if (status)
        return status;
    status = tfl_split_labels(arena, (const char *)text, size, labels, n, err);
    free(text);
    if (status)
        mv_error_prefix(err, path);
    return status;
}

/* A written model on disk, whole or not at all. SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "tflite/writer.h"

#include <stdlib.h>

movinet_status tfl_write_file(const tfl_model *model, const char *path, movinet_error *err)
{
    uint8_t *bytes;
    size_t size;
    movinet_status status = tfl_write(model, &bytes, &size, err);
    if (status)
        return status;
    status = mv_write_file(path, &(mv_bytes){bytes, size}, 1, true, err);
    free(bytes);
    return status;
}

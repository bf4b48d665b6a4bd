/* Built without libzip. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

movinet_status tfl_unzip(const uint8_t *bytes, size_t size, const char *name, char **text,
                         size_t *text_size, movinet_error *err)
{
    (void)bytes;
    (void)size;
    *text = NULL;
    *text_size = 0;
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "its labels are in a zip (\"%.100s\"), and this movinet was built without "
                   "libzip; give a label file", name);
}

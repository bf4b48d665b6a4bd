/* libFuzzer target: labels from metadata and zip. An input is two bytes (the
 * length of the metadata, little-endian), the metadata FlatBuffer, and the file
 * that ends in the zip. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/tflite.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static volatile size_t sink; /* the sums must not be optimised away */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    size_t length = bytes[0] | (size_t)bytes[1] << 8;
    if (length > size - 2)
        length = size - 2;
    const uint8_t *metadata = bytes + 2, *file = metadata + length;
    mv_arena arena = {0};
    const char *const *labels;
    int n;
    movinet_error err;
    if (!tfl_read_labels(&arena, file, size - 2 - length, metadata, length, &labels, &n, &err))
        for (int i = 0; i < n; i++)
            sink += strlen(labels[i]);
    mv_arena_free(&arena);
    return 0;
}

/* See sys/mman.h. SPDX-License-Identifier: Apache-2.0 */
#include "sys/mman.h"

#include "cmocka.h"

#include <stdlib.h>

enum { PAGE = 65536, FILL = 0x5c };

void *mmap(void *where, size_t size, int protection, int flags, int file, long long offset)
{
    void *map = aligned_alloc(PAGE, size);

    (void)where, (void)protection, (void)flags, (void)file, (void)offset;
    return map ? memset(map, 0, size) : MAP_FAILED;
}

int mprotect(void *begin, size_t size, int protection)
{
    (void)protection;
    memset(begin, FILL, size);
    return 0;
}

int munmap(void *map, size_t size)
{
    const unsigned char *bytes = map;

    for (size_t i = 0; i < PAGE; i++)
        if (bytes[i] != FILL || bytes[size - PAGE + i] != FILL)
            mvt_fail(__FILE__, __LINE__, "written outside a buffer");
    free(map);
    return 0;
}

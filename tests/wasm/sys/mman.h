/* Pages that may not be touched, as far as WebAssembly can have them: they are filled with
 * known bytes, which munmap looks for. SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_MMAN_H
#define TEST_MMAN_H

#include <stddef.h>

enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 32 };
#define MAP_FAILED ((void *)-1)

void *mmap(void *where, size_t size, int protection, int flags, int file, long long offset);
/** PROT_NONE, and the first or the last pages of a map. */
int mprotect(void *begin, size_t size, int protection);
/** Fails the test if what was protected has been written to. */
int munmap(void *map, size_t size);

#endif

/* Whether everything takes many times as long here: under valgrind, or on an emulated
 * processor. A test then tries less of the same. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_SUPPORT_SLOW_H
#define MV_TESTS_SUPPORT_SLOW_H

#include <stdbool.h>
#include <stdlib.h>

static inline bool slow_here(void)
{
    return getenv("MOVINET_SLOW") != NULL;
}

/* Of random cases, a fifth under valgrind, which looks at kernels that run elsewhere as well. On an
 * emulated processor all of them: nothing else runs its kernels. */
static inline int fewer(int n)
{
    return getenv("MOVINET_VALGRIND") ? (n + 4) / 5 : n;
}

#endif

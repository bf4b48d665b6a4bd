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

/* Of random cases, a fifth. */
static inline int fewer(int n)
{
    return slow_here() ? (n + 4) / 5 : n;
}

#endif

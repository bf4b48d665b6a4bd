/* Whether this build can train. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_TRAIN_TRAINABLE_H
#define MV_TESTS_TRAIN_TRAINABLE_H

#include "train/product.h"

#include <stdio.h>

static inline bool trainable(void)
{
    mvt_multiply *multiply;
    movinet_error err;
    if (!mvt_multiply_get(&multiply, &err))
        return true;
    printf("skipped: %s\n", err.message);
    return false;
}

#endif

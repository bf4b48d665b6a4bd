/* Matrix products of plain loops. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_TRAIN_PLAIN_H
#define MV_TESTS_TRAIN_PLAIN_H

#include "train/product.h"

#include <string.h>

/* Row i of c += x times row k of b. */
static inline void plain_add_row(const mvt_product *p, int i, int k, mvt_real x)
{
    mvt_real *c = p->c + (size_t)i * (size_t)p->n;
    for (int j = 0; j < p->n; j++)
        c[j] += x * (p->b_turned ? p->b[j * p->k + k] : p->b[k * p->n + j]);
}

static inline void plain_multiply(const mvt_product *p)
{
    if (!p->add)
        memset(p->c, 0, (size_t)p->m * (size_t)p->n * sizeof *p->c);
    for (int k = 0; k < p->k; k++)
        for (int i = 0; i < p->m; i++)
            plain_add_row(p, i, k, p->a_turned ? p->a[k * p->m + i] : p->a[i * p->k + k]);
}

#endif

/* Matrix products, which a library does that is loaded when training begins.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_PRODUCT_H
#define MV_TRAIN_PRODUCT_H

#include "core/error.h"
#include "train/real.h"

/** c[m][n] = a[m][k] · b[k][n], or added to what is in c. No gaps between rows. */
typedef struct mvt_product {
    int m, n, k;
    const mvt_real *a, *b;
    bool a_turned; ///< a is stored as [k][m]
    bool b_turned; ///< b is stored as [n][k]
    bool add;
    mvt_real *c;
} mvt_product;

/** On the caller's thread alone, and the same bits each time. */
typedef void mvt_multiply(const mvt_product *p);

/** Errors: UNSUPPORTED (not built in, or cannot be loaded). */
movinet_status mvt_multiply_get(mvt_multiply **out, movinet_error *err);

#endif

/* Matrix products by oneDNN. SPDX-License-Identifier: Apache-2.0 */
#include "train/product.h"

#include <oneapi/dnnl/dnnl.h>

/* Of libgomp, with which oneDNN shares its work out. The number counts for the calling
 * thread alone. */
extern void omp_set_num_threads(int n);
extern int omp_get_max_threads(void);

static void multiply(const mvt_product *p)
{
    int threads = omp_get_max_threads();
    if (threads != 1)
        omp_set_num_threads(1);
    dnnl_sgemm(p->a_turned ? 'T' : 'N', p->b_turned ? 'T' : 'N', p->m, p->n, p->k, 1.0f, p->a,
               p->a_turned ? p->m : p->k, p->b, p->b_turned ? p->k : p->n, p->add ? 1.0f : 0.0f,
               p->c, p->n);
    if (threads != 1)
        omp_set_num_threads(threads);
}

movinet_status mvt_multiply_get(mvt_multiply **out, movinet_error *err)
{
    (void)err;
    *out = multiply;
    return MOVINET_OK;
}

/* oneDNN, loaded when the first training begins. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "train/product.h"

typedef movinet_status get_function(mvt_multiply **out, movinet_error *err);

movinet_status mvt_multiply_get(mvt_multiply **out, movinet_error *err)
{
    movinet_error why;
    const mv_module *module = mv_module_load("movinet-train", &why);
    if (!module)
        return mv_fail(err, why.status, "cannot train: %s", why.message);
    return ((get_function *)module->entry)(out, err);
}

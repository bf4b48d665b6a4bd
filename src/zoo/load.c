/* libcurl, loaded for the first download. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "zoo/pull_parts.h"

typedef movinet_status fetch_function(mvz_download *download, movinet_error *err);

movinet_status mvz_fetch(mvz_download *download, movinet_error *err)
{
    movinet_error why;
    const mv_module *module = mv_module_load("movinet-curl", &why);
    if (!module)
        return mv_fail(err, why.status, "cannot download: %s", why.message);
    return ((fetch_function *)module->entry)(download, err);
}

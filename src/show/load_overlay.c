/* cairo and pango, loaded when the first overlay is opened. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "show/painter.h"

typedef movinet_status open_function(mvs_painter **out, movinet_error *err);

movinet_status mvs_painter_open(mvs_painter **out, movinet_error *err)
{
    movinet_error why;
    const mv_module *module = mv_module_load("movinet-overlay", &why);
    if (!module)
        return mv_fail(err, why.status, "cannot draw on pictures: %s", why.message);
    return ((open_function *)module->entry)(out, err);
}

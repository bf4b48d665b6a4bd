/* SDL, loaded when the first window is opened. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "show/screen.h"

typedef movinet_status open_function(mvs_screen **out, const char *title, int width, int height,
                                     movinet_error *err);

movinet_status mvs_screen_open(mvs_screen **out, const char *title, int width, int height,
                               movinet_error *err)
{
    movinet_error why;
    const mv_module *module = mv_module_load("movinet-window", &why);
    if (!module)
        return mv_fail(err, why.status, "cannot open a window: %s", why.message);
    return ((open_function *)module->entry)(out, title, width, height, err);
}

/* libzip, loaded for the first model that has labels in a zip.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "tflite/internal.h"

typedef movinet_status unzip_function(const uint8_t *bytes, size_t size, const char *name,
                                      char **text, size_t *text_size, movinet_error *err);

movinet_status tfl_unzip(const uint8_t *bytes, size_t size, const char *name, char **text,
                         size_t *text_size, movinet_error *err)
{
    movinet_error why;
    const mv_module *module = mv_module_load("movinet-zip", &why);
    *text = NULL;
    if (!module)
        return mv_fail(err, why.status, "cannot read its labels: %s", why.message);
    return ((unzip_function *)module->entry)(bytes, size, name, text, text_size, err);
}

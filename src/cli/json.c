/* Texts and numbers as JSON allows them. SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"

#include "cli/text.h"

#include <math.h>
#include <stdlib.h>

json_t *json_text(const char *text)
{
    char *valid = valid_utf8(text);
    json_t *string = valid ? json_string(valid) : NULL;
    free(valid);
    return string;
}

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

bool print_json(json_t *value, size_t flags)
{
    char *text = value ? json_dumps(value, flags) : NULL;
    json_decref(value);
    if (!text) {
        complain(NULL, "out of memory");
        return false;
    }
    puts(text);
    free(text);
    return true;
}

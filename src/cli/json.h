/* Texts and numbers that come from files, as JSON allows them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

/** Bytes that are not UTF-8 become U+FFFD. */
json_t *json_text(const char *text);
/** null for what is not finite. */
json_t *json_number(double value);

#endif

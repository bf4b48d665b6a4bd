/* Texts and numbers that come from files, as JSON allows them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>
#include <stdbool.h>

/** Bytes that are not UTF-8 become U+FFFD. */
json_t *json_text(const char *text);
/** null for what is not finite. */
json_t *json_number(double value);

/** A line, or lines, on stdout, with json_dumps's flags; gives the value back. NULL: there was no
 * memory for it. False after a complaint. */
bool print_json(json_t *value, size_t flags);

#endif

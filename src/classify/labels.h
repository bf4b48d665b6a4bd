/* Comparing what people type with labels. Letters A to Z are alike in both cases;
 * all other characters are compared as they are: what is upper and lower case
 * differs by locale, and labels must not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CLASSIFY_LABELS_H
#define MV_CLASSIFY_LABELS_H

#include <stdbool.h>

bool mvc_same(const char *a, const char *b);
/** Whether there is a `*` or `?` in it. */
bool mvc_is_pattern(const char *text);
/** `*` stands for any characters or none, `?` for any one (of UTF-8). */
bool mvc_matches(const char *pattern, const char *label);
/** Number of characters to insert, delete or change to get from a to b; MVC_FAR if
 * either is longer than 63 bytes. */
int mvc_distance(const char *a, const char *b);
#define MVC_FAR 1000
/** Whether `part`, which is not empty, occurs in `label`. */
bool mvc_contains(const char *label, const char *part);

#endif

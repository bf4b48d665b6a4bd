/* Comparing what people type with labels. Letters A to Z are alike in both cases;
 * all other characters are compared as they are: what is upper and lower case
 * differs by locale, and labels must not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CLASSIFY_LABELS_H
#define MV_CLASSIFY_LABELS_H

#include <stdbool.h>

bool mvl_same(const char *a, const char *b);
/** Whether there is a `*` or `?` in it. */
bool mvl_is_pattern(const char *text);
/** `*` stands for any characters or none, `?` for any one (of UTF-8). */
bool mvl_matches(const char *pattern, const char *label);
/** Number of characters to insert, delete or change to get from a to b; MVL_FAR if
 * either is longer than 63 bytes. */
int mvl_distance(const char *a, const char *b);
#define MVL_FAR 1000
/** Whether `part`, which is not empty, occurs in `label`. */
bool mvl_contains(const char *label, const char *part);

#endif

/* Data sets of files that are empty: nothing opens them here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_DATA_DATA_H
#define MV_TESTS_DATA_DATA_H

#include "video/media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void touch(const char *path)
{
    char command[600];
    snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\" && : > '%s'", path, path);
    media_shell(command);
}

static inline void write_text(const char *path, const char *text)
{
    media_write(path, text, strlen(text));
}

static inline movinet_dataset *open_data(const char *path, const movinet_dataset_options *o)
{
    movinet_dataset *d;
    movinet_error err;
    if (movinet_dataset_open(&d, path, o, &err))
        fail_msg("%s: %s", path, err.message);
    return d;
}

static inline void refused(const char *path, const movinet_dataset_options *o,
                           movinet_status status, const char *words)
{
    movinet_dataset *d;
    movinet_error err;
    assert_int_equal(movinet_dataset_open(&d, path, o, &err), status);
    assert_null(d);
    assert_null(strchr(err.message, '\n'));
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

/** "name:label|label@start-end/split " for each clip. */
static inline const char *told(const movinet_dataset *d)
{
    static char text[20000];
    size_t n = 0;
    const movinet_dataset_clip *c;
    text[0] = '\0';
    for (int i = 0; (c = movinet_dataset_get_clip(d, i)); i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:", i ? " " : "", c->name);
        for (int k = 0; k < c->n_classes; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", k ? "|" : "",
                                  movinet_dataset_label(d, c->classes[k]));
        if (c->start > 0 || c->end > 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "@%g-%g", c->start, c->end);
    }
    return text;
}

static inline void assert_told(const char *path, const movinet_dataset_options *o,
                               const char *expected)
{
    movinet_dataset *d = open_data(path, o);
    assert_string_equal(told(d), expected);
    movinet_dataset_close(d);
}

#endif

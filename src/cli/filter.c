/* --allow and --deny. SPDX-License-Identifier: Apache-2.0 */
#include "cli/filter.h"

#include "cli/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef movinet_status (*filter_call)(movinet_filter *, const char *, movinet_error *);

static bool apply_label(movinet_filter *filter, filter_call call, const char *name, const char *label)
{
    movinet_error err;
    if (call(filter, label, &err) == MOVINET_OK)
        return true;
    complain(name, err.message);
    return false;
}

/* Labels of a file, one a line; empty lines mean nothing. */
static bool apply_file(movinet_filter *filter, filter_call call, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool fine = file != NULL;
    errno = file ? 0 : errno;
    while (fine && (n = getline(&line, &room, file)) >= 0) {
        while (n > 0 && strchr(" \t\r\n", line[n - 1]))
            line[--n] = '\0';
        if (n > 0)
            fine = apply_label(filter, call, path, line);
        errno = 0;
    }
    if (!file || errno || ferror(file)) {
        complain(path, errno ? strerror(errno) : "could not be read");
        fine = false;
    }
    free(line);
    if (file)
        fclose(file);
    return fine;
}

static bool apply_list(movinet_filter *filter, filter_call call, const char *option,
                       const text_list *list)
{
    for (int i = 0; i < list->n; i++) {
        const char *item = list->items[i];
        if (item[0] == '@' ? !apply_file(filter, call, item + 1)
                           : !apply_label(filter, call, option, item))
            return false;
    }
    return true;
}

bool open_filter(movinet_filter **out, const movinet_model *model, const text_list *deny,
                 const text_list *allow)
{
    movinet_error err;
    if (movinet_filter_open(out, model, &err)) {
        complain(NULL, err.message);
        return false;
    }
    return apply_list(*out, movinet_filter_deny, "--deny", deny) &&
           apply_list(*out, movinet_filter_allow, "--allow", allow);
}

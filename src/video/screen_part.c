/* "screen:640x480+100,200". SPDX-License-Identifier: Apache-2.0 */
#include "picture/preprocess.h"
#include "video/where.h"

#include <stdlib.h>
#include <string.h>

/* A number from `least` to MVV_SIDE_LIMIT, and moves on behind it. */
static bool number(const char **at, int least, int *out)
{
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    long value = strtol(*at, &end, 10);
    *at = end;
    *out = (int)value;
    return value >= least && value <= MVV_SIDE_LIMIT;
}

bool mvv_screen_part(const char *source, mvv_rectangle *out)
{
    const char *at = source + strlen("screen");
    *out = (mvv_rectangle){0};
    if (!*at)
        return true;
    at++; /* the colon */
    if (*at != '+') {
        if (!number(&at, 1, &out->width) || *at++ != 'x' || !number(&at, 1, &out->height))
            return false;
    }
    if (*at == '+') {
        at++;
        if (!number(&at, 0, &out->x) || (*at != ',' && *at != '+'))
            return false;
        at++;
        if (!number(&at, 0, &out->y))
            return false;
    }
    return *at == '\0' && at[-1] != ':';
}

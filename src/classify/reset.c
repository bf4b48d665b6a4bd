/* When a stream forgets what it has seen. SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Seconds that a frame may come before its time is full: containers round to
 * milliseconds. */
#define SLACK 0.0005
#define LONGEST 1e6 ///< seconds, twelve days

static bool parse_seconds(const char *text, double *out)
{
    char *end;
    /* strtod would take spaces, signs, "inf", "nan" and hexadecimal as well. */
    if (!*text || strspn(text, "0123456789.") != strlen(text))
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && *out > 0 && *out <= LONGEST;
}

movinet_status movinet_reset_parse(const char *text, movinet_reset_policy *out,
                                   movinet_error *err)
{
    if (!text || !out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_reset_parse: text or out is NULL");
    movinet_reset_policy policy = {.kind = MOVINET_RESET_EVERY};
    if (strcmp(text, "on-cut") == 0)
        policy.kind = MOVINET_RESET_ON_CUT;
    else if (strcmp(text, "never") == 0)
        policy.kind = MOVINET_RESET_NEVER;
    else if (!parse_seconds(text, &policy.seconds))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "\"%.60s\" is no time to reset; give on-cut, never, or a number of seconds "
                       "above 0, at most %g", text, LONGEST);
    *out = policy;
    return MOVINET_OK;
}

bool movinet_reset_due(movinet_reset_policy *policy, double time, bool cut)
{
    if (policy->kind == MOVINET_RESET_NEVER)
        return false;
    if (policy->kind != MOVINET_RESET_EVERY)
        return cut;
    if (!isfinite(time))
        return false;
    bool again = policy->begun && time < policy->newest;
    bool due = policy->begun && (again || time - policy->last + SLACK >= policy->seconds);
    if (due || !policy->begun)
        policy->last = time;
    policy->newest = time;
    policy->begun = true;
    return due;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

movinet_status mv_fail(movinet_error *err, movinet_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->status = status;
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

void mv_error_prefix(movinet_error *err, const char *prefix)
{
    if (!err)
        return;
    char old[sizeof err->message];
    memcpy(old, err->message, sizeof old);
    old[sizeof old - 1] = '\0';
    /* A very long prefix must not push the reason out of the message. */
    int room = (int)(sizeof err->message) / 2;
    int written = snprintf(err->message, sizeof err->message, "%.*s: ", room, prefix);
    snprintf(err->message + written, sizeof err->message - (size_t)written, "%.*s",
             (int)(sizeof old) - written - 1, old);
}

const char *movinet_status_name(movinet_status status)
{
    switch (status) {
    case MOVINET_OK: return "done";
    case MOVINET_END: return "end of frames";
    case MOVINET_ERR_ARGUMENT: return "bad argument";
    case MOVINET_ERR_MEMORY: return "out of memory";
    case MOVINET_ERR_IO: return "input or output failed";
    case MOVINET_ERR_FORMAT: return "damaged or foreign file";
    case MOVINET_ERR_UNSUPPORTED: return "not supported";
    case MOVINET_ERR_NETWORK: return "download failed";
    case MOVINET_ERR_CANCELLED: return "cancelled";
    }
    return "unknown status";
}

/* Errors are values: a status is returned, the message travels in the caller's
 * movinet_error. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_ERROR_H
#define MV_CORE_ERROR_H

#include "movinet/movinet.h"

/** Fills in `err` (may be NULL) and returns `status`. */
movinet_status mv_fail(movinet_error *err, movinet_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Puts "PREFIX: " before the message that `err` holds. */
void mv_error_prefix(movinet_error *err, const char *prefix);

#endif

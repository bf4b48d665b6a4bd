/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

movinet_status movinet_evaluation_report(const movinet_evaluation *evaluation,
                                         const char *title, const char *path,
                                         movinet_error *err)
{
    (void)evaluation, (void)title;
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: later", path);
}

/* A call that must succeed: OK(f(x, err)); its message is shown if it does not. To be
 * included behind cmocka.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_SUPPORT_OK_H
#define MV_TESTS_SUPPORT_OK_H

#include "movinet/movinet.h"

#define OK(call)                                                                                   \
    do {                                                                                           \
        movinet_error err_ = {0};                                                                  \
        movinet_error *err = &err_;                                                                \
        if (call)                                                                                  \
            fail_msg("%s", err_.message);                                                          \
    } while (0)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#define TEXT(x) #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

const char *movinet_version(void)
{
    return VERSION(MOVINET_VERSION_MAJOR, MOVINET_VERSION_MINOR, MOVINET_VERSION_PATCH);
}

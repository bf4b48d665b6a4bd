/* Text that may be damaged. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_UTF8_H
#define MV_CORE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/** Length of the well-formed UTF-8 character at text, of which there are `size` > 0 bytes;
 * 0: there is none. */
size_t mv_utf8_length(const uint8_t *text, size_t size);

#endif

/* Time that only goes forward. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_CLOCK_H
#define MV_CORE_CLOCK_H

#include <stdint.h>

/** Nanoseconds since some moment. */
uint64_t mv_clock_ns(void);

#endif

/* What every way of recording begins with. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_RECORD_H
#define MV_RECORD_RECORD_H

#include "core/error.h"

/** Usual frames a second where nothing says so. */
#define MVV_RECORD_RATE 30.0
/** Highest rate, frames a second. */
#define MVV_RECORD_RATE_LIMIT 1000.0
/** Longest side that encoders take, pixels. */
#define MVV_RECORD_SIDE_LIMIT 16384
/** Most that a keeper remembers, seconds. */
#define MVV_KEEP_LIMIT 3600.0

#endif

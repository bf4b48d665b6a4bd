/* Published networks: where their files come from, where they are kept, and the
 * names of their classes. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_ZOO_H
#define MV_ZOO_ZOO_H

#include "core/error.h"

/** The classes of Kinetics-600, in the order of the published models' outputs. */
extern const char *const mvz_kinetics600[600];

#endif

/* The memory of a network that learns. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_NET_PLAN_H
#define MV_TRAIN_NET_PLAN_H

#include "train/net.h"

/** Connects all parts and gives them memory. Errors: MEMORY. */
movinet_status mvt_plan(mvt_net *net, movinet_error *err);

#endif

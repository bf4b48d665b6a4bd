/* What the window needs to know of an overlay. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_OVERLAY_H
#define MV_SHOW_OVERLAY_H

#include "movinet/movinet.h"
#include "show/boxes.h"

/** Where the last drawing is not transparent: boxes that do not overlap. */
const mvs_boxes *mvs_overlay_boxes(const movinet_overlay *overlay);

#endif

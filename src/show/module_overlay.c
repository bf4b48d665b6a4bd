/* What movinet-overlay.so exports. SPDX-License-Identifier: Apache-2.0 */
#include "core/module.h"
#include "show/painter.h"

extern const mv_module movinet_module;
MOVINET_API const mv_module movinet_module = {MV_MODULE_LAYOUT, movinet_version,
                                              (void (*)(void))mvs_painter_open};

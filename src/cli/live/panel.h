/* A view as an overlay shows it. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LIVE_PANEL_H
#define CLI_LIVE_PANEL_H

#include "cli/live/live.h"

typedef struct live_panel {
    movinet_overlay_row *rows; ///< [most_classes of the session]
    movinet_overlay_content content;
} live_panel;

/** False: out of memory, after a complaint. */
bool open_live_panel(live_panel *p, const live_session *session);
void close_live_panel(live_panel *p);
/** What it points to is the view's, and the session's. */
void fill_live_panel(live_panel *p, const live_view *v);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LIVE_WINDOW_H
#define CLI_LIVE_WINDOW_H

#include "cli/live/panel.h"

typedef struct live_window live_window;

/** NULL: there is none, `err` says why. */
live_window *open_live_window(const live_session *s, movinet_error *err);
/** Waits for the next picture, but not for long, and renews the view. */
movinet_status show_live_window(live_window *w, live_view *v, movinet_error *err);
/** The next key, 0: none was pressed. */
int live_window_key(live_window *w);
void close_live_window(live_window *w);

#endif

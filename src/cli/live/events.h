/* Short clips around the times that another class is announced. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LIVE_EVENTS_H
#define CLI_LIVE_EVENTS_H

#include "cli/live/live.h"

typedef struct live_events live_events;

/** Makes the folder. False after a complaint. */
bool open_live_events(live_events **out, live_session *s);
/** A picture, and the view of now. False: nothing more can be kept. */
bool push_live_events(live_events *e, const live_view *v, const movinet_frame *seen,
                      movinet_error *err);
/** Finishes the open clip. NULL is fine. False: it could not be. */
bool close_live_events(live_events *e);

#endif

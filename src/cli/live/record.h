/* What is kept of a live source: a video of what is seen, clips around events, snapshots. All
 * but snapshots on a thread of its own. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LIVE_RECORD_H
#define CLI_LIVE_RECORD_H

#include "cli/live/live.h"

/** Begins with what the options ask for. False after a complaint. */
bool open_recorder(live_session *s);
/** Finishes all files and says what was written. False: not all could be. */
bool close_recorder(live_session *s);

/** Begins or ends the video of what is seen. */
void switch_recording(live_session *s);
/** Writes the newest picture, with what is seen over it, to a PNG in this folder. */
void take_snapshot(live_session *s, const live_view *v);

/** "BEGIN20261123-140211END", such that there is no such file yet. */
void name_by_time(char *out, size_t size, const char *begin, const char *end);

#endif

/* When a picture of a source is due, and what time it then is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_LIVE_PACE_H
#define MV_LIVE_PACE_H

#include "core/error.h"

typedef enum mvl_pace_kind {
    MVL_PACE_COMES, ///< a picture is due when it comes: cameras, most of the network
    MVL_PACE_OWN,   ///< at its own distances: files; time is the file's
    MVL_PACE_PARTS, ///< comes in parts of some seconds (HLS, DASH): played at its own distances,
                    ///< but never faster to make up for what came late
} mvl_pace_kind;

/** Seconds on our clock, and of time that never runs backwards, whatever begins again. */
typedef struct mvl_pace {
    mvl_pace_kind kind;
    double speed;   ///< of OWN
    double origin;  ///< our clock at time 0
    double base;    ///< OWN: the time of the source's 0. PARTS: our clock then
    bool begun;     ///< PARTS: base is set
    double newest;  ///< time of the last picture
} mvl_pace;

/** now: it is time 0. */
void mvl_pace_init(mvl_pace *p, double now, double speed);
/** The source was opened, perhaps anew. */
void mvl_pace_begin(mvl_pace *p, mvl_pace_kind kind, double now);
/** A picture with this time of its own came now. Returns when it is due on our clock, and makes
 * *time our time. */
double mvl_pace_due(mvl_pace *p, double *time, double now);

/** has_end: it is a file, or like one. */
mvl_pace_kind mvl_pace_of(const movinet_video_info *info, bool has_end);

#endif

/* Which frames are classified: by time stamp, never by counting. Two policies on
 * the same grid of times, start + k / rate:
 *   mvv_sampler  frames are pushed as they come (live): the first one at or after
 *                a grid time is taken;
 *   mvv_hold     frames can be asked for (files): each grid time gets the frame
 *                that is on the screen then, again and again if the source is slow.
 * Plain structures without memory of their own: copying one copies its place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_SAMPLER_H
#define MV_VIDEO_SAMPLER_H

#include "core/error.h"

/** A time stamp may be this much off a grid time in a file, seconds: containers
 * round to milliseconds. */
#define MVV_TIME_SLACK 0.0005
/** Times lie within ± this, seconds, so that a grid index is exact in a double. */
#define MVV_TIME_LIMIT 1e12
/** Highest sample rate, frames a second. */
#define MVV_RATE_LIMIT 1000.0

typedef struct mvv_sampler {
    double rate;  ///< grid times a second
    double start; ///< the first frame's time: the grid begins there
    double last;  ///< the newest time seen
    int64_t next; ///< index of the next grid time that wants a frame
    bool begun;   ///< start and last are set
} mvv_sampler;

/** rate: above 0, at most MVV_RATE_LIMIT. */
void mvv_sampler_init(mvv_sampler *s, double rate);

/** Tells whether the frame of this time is to be taken. A frame that comes early
 * by no more than a tenth of the grid's step counts as on time, so that a source
 * of about the same rate does not lose frames to jitter. After a gap the next
 * frame is taken once and the grid goes on, not moved. Errors: ARGUMENT if time
 * runs backwards or is no number; the sampler is then unchanged. */
movinet_status mvv_sampler_take(mvv_sampler *s, double time, bool *take, movinet_error *err);

typedef struct mvv_hold {
    double rate;     ///< grid times a second
    double start;    ///< seconds
    double duration; ///< seconds; 0: no end of its own
    int64_t next;    ///< index of the grid time that wants a frame
} mvv_hold;

void mvv_hold_init(mvv_hold *h, double rate, double start, double duration);
/** The grid time that wants a frame, seconds. */
double mvv_hold_time(const mvv_hold *h);
/** Whether a frame with this time stamp has come onto the screen by then. */
bool mvv_hold_shown(const mvv_hold *h, double pts);
/** The latest time stamp that counts as on the screen at the first grid time, of the
 * whole grid, at which `pts` does. */
double mvv_hold_next(const mvv_hold *h, double pts);
/** Whether the grid time lies before `end`, where the last frame leaves the screen. */
bool mvv_hold_before(const mvv_hold *h, double end);
/** Whether the grid time is past the duration asked for. */
bool mvv_hold_done(const mvv_hold *h);

#endif

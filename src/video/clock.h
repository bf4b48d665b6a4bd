/* Times of decoded frames, from the time stamps that a container gives: seconds from
 * the first frame on, never backwards, whole where stamps are missing, begin anew
 * midway (one recording after another) or jump.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_CLOCK_H
#define MV_VIDEO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** No time stamp; has FFmpeg's value. */
#define MVV_NO_PTS INT64_MIN

typedef struct mvv_clock {
    double tick;       ///< seconds of one unit of pts
    double step;       ///< usual seconds from frame to frame, above 0
    double longest;    ///< seconds: a longer gap is no pause, but a broken stamp
    int64_t origin;    ///< pts of time 0
    bool has_origin;
    double shift;      ///< added to times, since stamps began anew
    double last, next; ///< time of the last frame, and where it would end
    bool begun;        ///< last and next are set
} mvv_clock;

/** jumps: of a kind of container whose stamps may begin anew anywhere. */
void mvv_clock_init(mvv_clock *c, double tick, double step, bool jumps);

/** The frame's time, seconds. duration: units of pts, 0: unknown; *shown: seconds
 * that the frame stays, above 0. */
double mvv_clock_frame(mvv_clock *c, int64_t pts, int64_t duration, double *shown);

/** The time that a later frame will have, if all goes on as it does. false: not known,
 * or no later frame. */
bool mvv_clock_foresee(const mvv_clock *c, int64_t pts, double *time);

/** What the stamps' own clock shows at time 0, seconds; 0 where it is not known. */
double mvv_clock_origin(const mvv_clock *c);

/** The pts of a time, if all is regular in between. */
int64_t mvv_clock_pts(const mvv_clock *c, double time);

/** After a seek: the next frame may have any time. */
void mvv_clock_jump(mvv_clock *c);

#endif

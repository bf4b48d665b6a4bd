/* Times of decoded frames. SPDX-License-Identifier: Apache-2.0 */
#include "video/clock.h"

#include <math.h>

/* Frames a little out of order are only badly stamped: they get the time of the frame
 * before. Further back, seconds, the stamps have begun anew. */
#define BACK 0.25
/* Longest pause that is believed, seconds: where stamps may jump, and elsewhere. */
#define PAUSE_JUMPS 10.0
#define PAUSE 3600.0
/* Frames stay at least so long, seconds. */
#define SHORTEST 0.001

void mvv_clock_init(mvv_clock *c, double tick, double step, bool jumps)
{
    *c = (mvv_clock){.tick = tick, .step = step};
    c->longest = jumps ? PAUSE_JUMPS : PAUSE;
}

/* What the stamp says, or NAN. */
static double stamped(mvv_clock *c, int64_t pts)
{
    int64_t since;
    if (pts == MVV_NO_PTS)
        return NAN;
    if (!c->has_origin) {
        c->has_origin = true;
        c->origin = pts;
        c->shift = c->begun ? c->next : 0;
    }
    if (__builtin_sub_overflow(pts, c->origin, &since))
        return NAN;
    return (double)since * c->tick + c->shift;
}

double mvv_clock_frame(mvv_clock *c, int64_t pts, int64_t duration, double *shown)
{
    double time = stamped(c, pts);
    if (!c->begun && !(fabs(time) <= 1e9))
        time = 0;
    if (c->begun) {
        double gap = time - c->last;
        if (gap < -BACK || gap > c->longest)
            c->shift += c->next - time;
        if (!(gap >= -BACK && gap <= c->longest))
            time = c->next;
        else if (gap < 0)
            time = c->last;
    }
    *shown = (double)duration * c->tick;
    if (!(*shown >= SHORTEST && *shown <= c->longest))
        *shown = c->step;
    c->last = time;
    c->next = time + *shown;
    c->begun = true;
    return time;
}

bool mvv_clock_foresee(const mvv_clock *c, int64_t pts, double *time)
{
    int64_t since;
    if (!c->begun || !c->has_origin || pts == MVV_NO_PTS ||
        __builtin_sub_overflow(pts, c->origin, &since))
        return false;
    *time = (double)since * c->tick + c->shift;
    return *time > c->last;
}

double mvv_clock_origin(const mvv_clock *c)
{
    return c->has_origin ? (double)c->origin * c->tick - c->shift : 0;
}

int64_t mvv_clock_pts(const mvv_clock *c, double time)
{
    return c->origin + (int64_t)floor((time - c->shift) / c->tick);
}

void mvv_clock_jump(mvv_clock *c)
{
    c->begun = false;
}

/* Frames by time stamp. SPDX-License-Identifier: Apache-2.0 */
#include "video/sampler.h"

#include <math.h>

/* How early a pushed frame may come, in steps of the grid. */
#define EARLY 0.1

void mvv_sampler_init(mvv_sampler *s, double rate)
{
    *s = (mvv_sampler){.rate = rate};
}

movinet_status mvv_sampler_take(mvv_sampler *s, double time, bool *take, movinet_error *err)
{
    if (!(fabs(time) <= MVV_TIME_LIMIT))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "frame time %g: give seconds, at most %g", time,
                       MVV_TIME_LIMIT);
    if (s->begun && time < s->last)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "frame time %.6f s is before the last one, %.6f s: time must not run "
                       "backwards (reset the stream to begin anew)",
                       time, s->last);
    if (!s->begun) {
        s->start = time;
        s->begun = true;
    }
    s->last = time;
    double step = (time - s->start) * s->rate + EARLY; /* the grid time last reached */
    *take = step >= (double)s->next;
    if (*take)
        s->next = (int64_t)floor(step) + 1;
    return MOVINET_OK;
}

void mvv_hold_init(mvv_hold *h, double rate, double start, double duration)
{
    *h = (mvv_hold){.rate = rate, .start = start, .duration = duration};
}

double mvv_hold_time(const mvv_hold *h)
{
    return h->start + (double)h->next / h->rate;
}

bool mvv_hold_shown(const mvv_hold *h, double pts)
{
    return pts <= mvv_hold_time(h) + MVV_TIME_SLACK;
}

double mvv_hold_next(const mvv_hold *h, double pts)
{
    /* From one too early on, so that rounding decides as in mvv_hold_shown. */
    mvv_hold at = *h;
    if (!(fabs(pts) <= MVV_TIME_LIMIT))
        return pts;
    double steps = floor((pts - MVV_TIME_SLACK - h->start) * h->rate) - 1;
    at.next = steps > 0 ? (int64_t)steps : 0;
    while (!mvv_hold_shown(&at, pts))
        at.next++;
    return mvv_hold_time(&at) + MVV_TIME_SLACK;
}

bool mvv_hold_before(const mvv_hold *h, double end)
{
    return mvv_hold_time(h) < end - MVV_TIME_SLACK;
}

bool mvv_hold_done(const mvv_hold *h)
{
    return h->duration > 0 && !mvv_hold_before(h, h->start + h->duration);
}

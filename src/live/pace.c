/* SPDX-License-Identifier: Apache-2.0 */
#include "live/pace.h"

#include <string.h>

/* A file that begins again does so about a frame after its last one, seconds. */
#define FRAME 0.04
/* What begins again later than this goes on with the time that it is, seconds. */
#define PAUSE 1.0
/* A picture of a part may be this late and the next ones come as if it were not. */
#define LATE 0.05
/* Nobody waits longer for a picture of a part: its stamps have jumped. */
#define JUMP 15.0

void mvl_pace_init(mvl_pace *p, double now, double speed)
{
    *p = (mvl_pace){.speed = speed, .origin = now, .newest = -FRAME};
}

void mvl_pace_begin(mvl_pace *p, mvl_pace_kind kind, double now)
{
    if (p->newest < 0)
        p->origin = now; /* nothing has come yet */
    double passed = (now - p->origin) * p->speed, next = p->newest + FRAME;
    p->kind = kind;
    p->begun = false;
    p->base = passed > next + PAUSE ? passed : next;
}

/* Of a source in parts: when a picture is due. */
static double part_due(mvl_pace *p, double time, double now)
{
    double due = p->base + time;
    if (!p->begun || due < now - LATE || due > now + JUMP)
        p->base = now - time;
    p->begun = true;
    return p->base + time;
}

double mvl_pace_due(mvl_pace *p, double *time, double now)
{
    double due = now, at = now - p->origin;
    if (p->kind == MVL_PACE_OWN) {
        at = p->base + *time;
        due = p->origin + at / p->speed;
    } else if (p->kind == MVL_PACE_PARTS) {
        due = part_due(p, *time, now);
        at = due - p->origin;
    }
    *time = p->newest = at > p->newest ? at : p->newest;
    return due;
}

mvl_pace_kind mvl_pace_of(const movinet_video_info *info, bool has_end)
{
    if (has_end)
        return MVL_PACE_OWN;
    return strstr(info->format, "hls") || strstr(info->format, "dash") ? MVL_PACE_PARTS
                                                                       : MVL_PACE_COMES;
}

/* Since the last picture of a row of unused ones is itself used, nothing is lost by
 * looking only at what was read so far, in whatever order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/skip.h"

void mvv_skip_restart(mvv_skip *s)
{
    s->n = 0;
}

void mvv_skip_saw(mvv_skip *s, int64_t pts)
{
    s->seen[s->n % MVV_SKIP_SEEN] = pts;
    s->n = s->n + 1 < 2 * MVV_SKIP_SEEN ? s->n + 1 : MVV_SKIP_SEEN;
}

bool mvv_skip_unused(const mvv_skip *s, const mvv_clock *clock, const mvv_hold *grid, int64_t pts)
{
    double time, later;
    if (!mvv_clock_foresee(clock, pts, &time))
        return false;
    double limit = mvv_hold_next(grid, time);
    int n = s->n < MVV_SKIP_SEEN ? s->n : MVV_SKIP_SEEN;
    for (int i = 0; i < n; i++)
        if (s->seen[i] > pts && mvv_clock_foresee(clock, s->seen[i], &later) && later > time &&
            later <= limit)
            return true;
    return false;
}

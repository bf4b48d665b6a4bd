/* Which stretches of time are kept around the moments when something changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <math.h>
#include <stdlib.h>

/* ---- known at once ---- */

static int earlier(const void *a, const void *b)
{
    const movinet_span *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static int drop_bad(movinet_span *spans, int n)
{
    int good = 0;
    for (int i = 0; i < n; i++)
        if (isfinite(spans[i].begin) && isfinite(spans[i].end) && spans[i].begin <= spans[i].end)
            spans[good++] = spans[i];
    return good;
}

int movinet_spans_merge(movinet_span *spans, int n, double gap)
{
    int merged = 0;
    n = drop_bad(spans, n);
    if (n == 0)
        return 0;
    if (!(gap > 0))
        gap = 0;
    qsort(spans, (size_t)n, sizeof *spans, earlier);
    for (int i = 1; i < n; i++) {
        if (spans[i].begin - spans[merged].end <= gap)
            spans[merged].end = fmax(spans[merged].end, spans[i].end);
        else
            spans[++merged] = spans[i];
    }
    return merged + 1;
}

/* ---- frame by frame ---- */

static double not_negative(double seconds)
{
    return seconds > 0 ? seconds : 0;
}

static bool close_at(movinet_clips *clips, double end, movinet_span *closed)
{
    *closed = (movinet_span){.begin = clips->span.begin, .end = end};
    clips->open = false;
    clips->kept = end;
    return true;
}

bool movinet_clips_finish(movinet_clips *clips, movinet_span *closed)
{
    bool was_open = clips->open;
    if (was_open)
        close_at(clips, fmin(clips->span.end, clips->newest), closed);
    clips->begun = false;
    return was_open;
}

/* A clip that has become too long is closed; the rest of it stays open. */
static bool split(movinet_clips *clips, double time, movinet_span *closed)
{
    double limit = clips->span.begin + clips->longest;
    if (!clips->open || !(clips->longest > 0) || clips->span.end <= limit || time <= limit)
        return false;
    double end = clips->span.end;
    close_at(clips, limit, closed);
    clips->span = (movinet_span){.begin = limit, .end = end};
    clips->open = true;
    return true;
}

static void take_change(movinet_clips *clips, double time)
{
    double end = time + not_negative(clips->after);
    if (!clips->open) {
        clips->span.begin = fmax(time - not_negative(clips->before), clips->kept);
        clips->open = true;
    }
    clips->span.end = end;
}

bool movinet_clips_frame(movinet_clips *clips, double time, bool changed, movinet_span *closed)
{
    bool was_closed = false;
    if (!isfinite(time))
        return false;
    if (clips->begun && time < clips->newest)
        was_closed = movinet_clips_finish(clips, closed);
    if (!clips->begun)
        clips->kept = time; /* nothing of before the first frame can be kept */
    clips->begun = true;
    clips->newest = time;
    double reach = time - not_negative(clips->before);
    if (clips->open && !was_closed && reach > clips->span.end)
        was_closed = close_at(clips, clips->span.end, closed);
    if (changed)
        take_change(clips, time);
    return was_closed || split(clips, time, closed);
}

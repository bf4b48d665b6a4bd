/* Which classes are there: thresholds with hysteresis in height and in time.
 *
 * Each class has one count of seconds. It runs while the class is on the other side
 * of what it is: at or above the threshold while it is not announced, below the
 * release while it is. One frame on its own side stops it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/** Seconds that frames may come too early to complete a hold: containers round their
 * times to milliseconds. */
#define SLACK 0.0005

typedef struct track {
    bool active;
    bool counting;
    double held;      ///< seconds counted, if counting
    double begin;     ///< of the stay at or above the threshold
    double below;     ///< time of the first frame below release, if active and counting
    double peak_time;
    float score, peak;
} track;

struct movinet_announcer {
    movinet_announcer_options how; ///< all defaults filled in
    float threshold, release; ///< rounded as scores are: a score of 0.7f reaches 0.7
    int n_classes;
    int leader;     ///< with only_top: the class announced, or -1
    double last;    ///< time of the newest frame, if begun
    bool begun;
    int n_events;
    track *tracks;         ///< [n_classes]
    movinet_event *events; ///< [2 * n_classes]: each class can end and begin with one frame
};

/* ---- opening ---- */

static movinet_status check(const movinet_announcer_options *how, movinet_error *err)
{
    /* Turned round so that what is not a number fails. */
    if (!(how->threshold >= 0 && how->threshold <= 1))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "threshold %g is no probability; give one from 0 to 1", how->threshold);
    if (!(how->release >= 0 && how->release <= how->threshold))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "release %g is not between 0 and the threshold %g", how->release,
                       how->threshold);
    if (!(how->hold >= 0 && isfinite(how->hold)))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "hold: %g seconds; give 0 or more", how->hold);
    if (!(how->release_hold >= 0 && isfinite(how->release_hold)))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "release_hold: %g seconds; give 0 or more",
                       how->release_hold);
    if (!(how->gap >= 0 && isfinite(how->gap)))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "gap: %g seconds; give 0 or more", how->gap);
    return MOVINET_OK;
}

static movinet_announcer_options with_defaults(movinet_announcer_options how)
{
    if (how.release == 0)
        how.release = how.threshold * 2 / 3;
    if (how.release_hold == 0)
        how.release_hold = how.hold;
    if (how.gap == 0)
        how.gap = 1;
    return how;
}

movinet_status movinet_announcer_open(movinet_announcer **out, int n_classes,
                                      const movinet_announcer_options *options,
                                      movinet_error *err)
{
    static const movinet_announcer_options defaults;
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_announcer_open: out is NULL");
    *out = NULL;
    if (n_classes < 1)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "an announcer needs classes, not %d",
                       n_classes);
    movinet_announcer_options how = options ? *options : defaults;
    movinet_status status = check(&how, err);
    if (status)
        return status;
    movinet_announcer *announcer = calloc(1, sizeof *announcer);
    if (announcer) {
        announcer->tracks = calloc((size_t)n_classes, sizeof *announcer->tracks);
        announcer->events = calloc((size_t)n_classes, 2 * sizeof *announcer->events);
    }
    if (!announcer || !announcer->tracks || !announcer->events) {
        movinet_announcer_close(announcer);
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory to announce %d classes",
                       n_classes);
    }
    announcer->how = with_defaults(how);
    announcer->threshold = (float)announcer->how.threshold;
    announcer->release = (float)announcer->how.release;
    announcer->n_classes = n_classes;
    announcer->leader = -1;
    *out = announcer;
    return MOVINET_OK;
}

void movinet_announcer_close(movinet_announcer *announcer)
{
    if (!announcer)
        return;
    free(announcer->tracks);
    free(announcer->events);
    free(announcer);
}

/* ---- events ---- */

static movinet_event describe(const movinet_announcer *a, int i)
{
    const track *t = &a->tracks[i];
    return (movinet_event){.kind = MOVINET_EVENT_BEGIN, .index = i, .time = a->last,
                           .begin = t->begin, .end = a->last, .score = t->score > 0 ? t->score : 0,
                           .peak = t->peak, .peak_time = t->peak_time};
}

static void begin_class(movinet_announcer *a, int i)
{
    a->tracks[i].active = true;
    a->tracks[i].counting = false;
    a->events[a->n_events++] = describe(a, i);
}

/* It was over when it fell below release, if it has not come back since. */
static void end_class(movinet_announcer *a, int i)
{
    movinet_event *event = &a->events[a->n_events++];
    *event = describe(a, i);
    event->kind = MOVINET_EVENT_END;
    if (a->tracks[i].counting)
        event->end = a->tracks[i].below;
    a->tracks[i].active = false;
    a->tracks[i].counting = false;
}

/* ---- one frame ---- */

/* Below every threshold is what is not a number or must not be announced. */
static float clean_score(const movinet_announcer *a, int i, float score)
{
    bool counts = isfinite(score) && score >= 0 &&
                  (!a->how.filter || movinet_filter_passes(a->how.filter, i));
    return counts ? score : -1;
}

static bool is_rising(const movinet_announcer *a, const track *t)
{
    return t->score >= a->threshold &&
           (a->leader < 0 || t->score > a->tracks[a->leader].score);
}

/* Lets the class's count go on, begin or stop. `passed`: seconds since the last frame. */
static void count(movinet_announcer *a, track *t, double passed)
{
    double time = a->last;
    bool other_side = t->active ? t->score < a->release : is_rising(a, t);
    if (!other_side) {
        t->counting = false;
    } else if (t->counting) {
        t->held += passed;
    } else {
        t->counting = true;
        t->held = 0;
        if (t->active) {
            t->below = time;
        } else {
            t->begin = time;
            t->peak = -1;
        }
    }
    if ((t->active || t->counting) && t->score > t->peak) {
        t->peak = t->score;
        t->peak_time = time;
    }
}

static void end_what_fell(movinet_announcer *a)
{
    for (int i = 0; i < a->n_classes; i++) {
        const track *t = &a->tracks[i];
        if (t->active && t->counting && t->held + SLACK >= a->how.release_hold) {
            end_class(a, i);
            if (a->leader == i)
                a->leader = -1;
        }
    }
}

static bool is_ripe(const movinet_announcer *a, int i)
{
    const track *t = &a->tracks[i];
    return !t->active && t->counting && t->held + SLACK >= a->how.hold;
}

static void begin_all(movinet_announcer *a)
{
    for (int i = 0; i < a->n_classes; i++)
        if (is_ripe(a, i))
            begin_class(a, i);
}

static void begin_best(movinet_announcer *a)
{
    int best = -1;
    for (int i = 0; i < a->n_classes; i++)
        if (is_ripe(a, i) && (best < 0 || a->tracks[i].score > a->tracks[best].score))
            best = i;
    if (best < 0)
        return;
    if (a->leader >= 0)
        end_class(a, a->leader);
    /* From now on the others are measured against this one. */
    for (int i = 0; i < a->n_classes; i++)
        if (i != best)
            a->tracks[i].counting = false;
    a->leader = best;
    begin_class(a, best);
}

static void finish(movinet_announcer *a)
{
    for (int i = 0; i < a->n_classes; i++) {
        track *t = &a->tracks[i];
        if (t->active)
            end_class(a, i);
        t->counting = false;
    }
    a->leader = -1;
    a->begun = false;
}

int movinet_announcer_push(movinet_announcer *a, double time, const float *scores,
                           const movinet_event **events)
{
    a->n_events = 0;
    if (events)
        *events = a->events;
    if (!isfinite(time))
        return 0;
    if (a->begun && time < a->last)
        finish(a);
    double passed = a->begun ? fmin(time - a->last, a->how.gap) : 0;
    a->last = time;
    a->begun = true;
    for (int i = 0; i < a->n_classes; i++)
        a->tracks[i].score = clean_score(a, i, scores[i]);
    for (int i = 0; i < a->n_classes; i++)
        count(a, &a->tracks[i], passed);
    end_what_fell(a);
    if (a->how.only_top)
        begin_best(a);
    else
        begin_all(a);
    return a->n_events;
}

int movinet_announcer_finish(movinet_announcer *a, const movinet_event **events)
{
    a->n_events = 0;
    if (events)
        *events = a->events;
    finish(a);
    return a->n_events;
}

int movinet_announcer_active(const movinet_announcer *a, movinet_event *out, int capacity)
{
    int n = 0;
    for (int i = 0; i < a->n_classes && capacity > 0; i++) {
        if (!a->tracks[i].active)
            continue;
        movinet_event event = describe(a, i);
        int at = n;
        while (at > 0 && event.score > out[at - 1].score)
            at--;
        if (at == capacity)
            continue;
        n += n < capacity;
        for (int k = n - 1; k > at; k--)
            out[k] = out[k - 1];
        out[at] = event;
    }
    return n;
}

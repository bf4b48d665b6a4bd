/* How a live source keeps up. SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES = 256,    ///< times kept: enough for three seconds at 85 frames a second, and
                     ///< for the mean rate at any other
    LATENCIES = 256, ///< kept
};
#define EXPECTED 5.0   ///< frames a second, if nothing else is said
#define FASTEST 1000.0 ///< that can be expected
#define WINDOW 3.0     ///< seconds that the rate is measured over
#define PATIENCE 2.0   ///< seconds that the rate must be bad, or good, to change the verdict
#define BAD 0.8        ///< of the expected rate
#define GOOD 0.9

struct movinet_meter {
    double expected;        ///< frames a second
    double times[FRAMES];   ///< of the newest frames, a ring: frame i is at i % FRAMES
    int64_t frames;         ///< since reset
    int64_t since_start;    ///< frames since the source began (again): only these are in the ring
    int64_t dropped;
    double now;             ///< newest time, if begun
    double turning;         ///< since when the rate speaks against the verdict
    bool begun, slow;
    bool is_turning;
    int n_latencies, oldest;
    double ring[LATENCIES];   ///< in the order they came, `oldest` is the next to go
    double sorted[LATENCIES]; ///< the same, smallest first
};

movinet_status movinet_meter_open(movinet_meter **out, double expected, movinet_error *err)
{
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_meter_open: out is NULL");
    *out = NULL;
    if (!(expected >= 0 && expected <= FASTEST))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "%g frames a second cannot be expected; give a rate from 0 to %g", expected,
                       FASTEST);
    movinet_meter *meter = calloc(1, sizeof *meter);
    if (!meter)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a meter");
    meter->expected = expected > 0 ? expected : EXPECTED;
    *out = meter;
    return MOVINET_OK;
}

void movinet_meter_close(movinet_meter *meter)
{
    free(meter);
}

void movinet_meter_reset(movinet_meter *meter)
{
    double expected = meter->expected;
    *meter = (movinet_meter){.expected = expected};
}

/* ---- frames a second ---- */

/* The mean distance of the frames of the last seconds; once the next frame is later
 * than that, what it is late is added to the time they took. */
static double rate_at(const movinet_meter *m, double now)
{
    int64_t newest = m->since_start - 1, first = newest;
    if (newest < 1)
        return 0;
    double last = m->times[newest % FRAMES];
    while (first > 0 && newest - first < FRAMES - 1 &&
           m->times[(first - 1) % FRAMES] >= last - WINDOW)
        first--;
    /* Slower than a frame in all of the window: the last two tell. */
    if (first == newest)
        first--;
    double took = last - m->times[first % FRAMES];
    double late = fmax(0, now - last - took / (double)(newest - first));
    return took + late > 0 ? (double)(newest - first) / (took + late) : 0;
}

/* Warns only after PATIENCE, and takes it back only after PATIENCE. */
static void judge(movinet_meter *m, double now)
{
    double rate = rate_at(m, now);
    bool against = m->slow ? rate >= GOOD * m->expected : rate < BAD * m->expected;
    if (!against) {
        m->is_turning = false;
    } else if (!m->is_turning) {
        m->is_turning = true;
        m->turning = now;
    } else if (now - m->turning >= PATIENCE) {
        m->slow = !m->slow;
        m->is_turning = false;
    }
    m->now = now;
    m->begun = true;
}

static void begin_again(movinet_meter *m)
{
    m->since_start = 0;
    m->is_turning = false;
    m->begun = false;
}

void movinet_meter_frame(movinet_meter *meter, double time)
{
    if (!isfinite(time))
        return;
    if (meter->since_start > 0 && time < meter->times[(meter->since_start - 1) % FRAMES])
        begin_again(meter);
    /* Before it is counted: how late it came is still to be seen. */
    judge(meter, meter->begun ? fmax(time, meter->now) : time);
    meter->times[meter->since_start++ % FRAMES] = time;
    meter->frames++;
    judge(meter, meter->now);
}

void movinet_meter_dropped(movinet_meter *meter, int64_t frames)
{
    if (frames > 0 && __builtin_add_overflow(meter->dropped, frames, &meter->dropped))
        meter->dropped = INT64_MAX;
}

/* ---- latencies ---- */

/* Number of sorted latencies that are less than `seconds`. */
static int rank_of(const movinet_meter *m, double seconds)
{
    int low = 0, high = m->n_latencies;
    while (low < high) {
        int middle = (low + high) / 2;
        if (m->sorted[middle] < seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void forget_oldest(movinet_meter *m)
{
    int at = rank_of(m, m->ring[m->oldest]);
    m->n_latencies--;
    memmove(m->sorted + at, m->sorted + at + 1,
            (size_t)(m->n_latencies - at) * sizeof *m->sorted);
}

void movinet_meter_latency(movinet_meter *meter, double seconds)
{
    if (!isfinite(seconds) || seconds < 0)
        return;
    if (meter->n_latencies == LATENCIES)
        forget_oldest(meter);
    int at = rank_of(meter, seconds);
    memmove(meter->sorted + at + 1, meter->sorted + at,
            (size_t)(meter->n_latencies - at) * sizeof *meter->sorted);
    meter->sorted[at] = seconds;
    meter->n_latencies++;
    meter->ring[meter->oldest] = seconds;
    meter->oldest = (meter->oldest + 1) % LATENCIES;
}

/* The smallest latency that at least this share of them does not exceed. */
static double quantile(const movinet_meter *m, double share)
{
    int n = m->n_latencies;
    int at = (int)ceil(share * n) - 1;
    return n == 0 ? 0 : m->sorted[at < 0 ? 0 : at];
}

void movinet_meter_read(movinet_meter *meter, double now, movinet_meter_reading *out)
{
    if (isfinite(now))
        judge(meter, meter->begun ? fmax(now, meter->now) : now);
    *out = (movinet_meter_reading){
        .fps = rate_at(meter, meter->now),
        .slow = meter->slow,
        .latencies = meter->n_latencies,
        .median = quantile(meter, 0.5),
        .p95 = quantile(meter, 0.95),
        .longest = quantile(meter, 1),
        .frames = meter->frames,
        .dropped = meter->dropped,
    };
}

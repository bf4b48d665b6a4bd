/* Which packets of a video need not be decoded, because no time of the grid falls on
 * their pictures. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_SKIP_H
#define MV_VIDEO_SKIP_H

#include "video/clock.h"
#include "video/sampler.h"

/** Newest packets that are remembered: more than any codec puts out of order. */
#define MVV_SKIP_SEEN 32

/** What a codec's packets may be spared. */
typedef enum mvv_skip_kind {
    MVV_SKIP_NONE,    ///< nothing is known of the codec, or it does not allow it
    MVV_SKIP_NONREF,  ///< pictures that no other is built on
    MVV_SKIP_ANY,     ///< every picture stands alone
} mvv_skip_kind;

typedef struct mvv_skip {
    mvv_skip_kind kind;
    int64_t seen[MVV_SKIP_SEEN]; ///< pts of the newest packets, in a ring
    int n;                       ///< in all, wrapping within 2 rings
} mvv_skip;

/** The packets before, forgotten; the kind stays. */
void mvv_skip_restart(mvv_skip *s);

/** A packet whose picture will be shown from pts on was read. */
void mvv_skip_saw(mvv_skip *s, int64_t pts);

/** Whether the picture of this pts is taken off the screen again before any time of
 * the grid: one that was seen comes after it, and not after the next such time.
 * False as long as the clock has no origin. */
bool mvv_skip_unused(const mvv_skip *s, const mvv_clock *clock, const mvv_hold *grid, int64_t pts);

#endif

/* Where values are on a plot, and round numbers beside them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_REPORT_AXIS_H
#define MV_REPORT_AXIS_H

#include "report/text.h"

typedef struct mvr_axis {
    double low, high; ///< values at both ends
    double from, to;  ///< pixels there
    double step;      ///< between round numbers
    int digits;       ///< that they need behind the point
} mvr_axis;

/** An axis from a round number at or below `low` to one at or above `high`, about `ticks`
 * steps. whole: no step below 1. */
mvr_axis mvr_axis_of(double low, double high, double from, double to, int ticks, bool whole);

static inline double mvr_at(const mvr_axis *a, double value)
{
    return a->from + (value - a->low) / (a->high - a->low) * (a->to - a->from);
}

#endif

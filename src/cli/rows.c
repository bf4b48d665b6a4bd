/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rows.h"

#include <math.h>

/* Seconds after which a bar has gone two thirds of its way. */
#define BAR_TIME 0.15

void move_bars(float *bars, const float *scores, int n, double seconds)
{
    float part = (float)(1 - exp(-seconds / BAR_TIME));
    for (int i = 0; i < n; i++)
        bars[i] += (scores[i] - bars[i]) * part;
}

bool is_announced(const movinet_event *active, int n_active, int index)
{
    for (int i = 0; i < n_active; i++)
        if (active[i].index == index)
            return true;
    return false;
}

void fill_rows(movinet_overlay_row *rows, const movinet_result *results, int n,
               const movinet_model *model, const float *bars, const movinet_event *active,
               int n_active)
{
    for (int i = 0; i < n; i++) {
        int index = results[i].index;
        rows[i] = (movinet_overlay_row){.label = movinet_model_label(model, index),
                                        .score = results[i].score,
                                        .bar = bars[index],
                                        .strong = is_announced(active, n_active, index)};
    }
}
